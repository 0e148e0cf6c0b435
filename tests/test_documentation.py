"""What the documents say is true: links lead somewhere, tables equal the program's, commands exist, examples answer so.

In README.md and docs/rest.md a fenced block ``console`` with a line ``$ curl ...`` is run against a real server; what
follows is the expected output, in which ``...`` stands for any text.
"""

import json
import re
import shlex
import subprocess
from collections.abc import Iterator
from doctest import ELLIPSIS, NORMALIZE_WHITESPACE, OutputChecker
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest

from gatescope.core import encode, load_network, trace
from gatescope.core.snippets import SNIPPETS
from gatescope.server.settings import markdown_table
from scripts.serving import serving

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")])
SHOWN = ("README.md", "docs/rest.md")
"""Documents whose examples are run, in this order."""
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)|<img\b[^>]*\bsrc=\"([^\"]+)\"|<source\b[^>]*\bsrcset=\"([^\"]+)\"")
EXAMPLE = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
ADDRESS = "127.0.0.1:8000"


def heading_anchors(text: str) -> set[str]:
    """The anchors that a forge gives to a document's headings."""
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_somewhere(document: Path) -> None:
    text = re.sub(r"^```.*?^```$", "", document.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
    for match in LINK.finditer(text):
        target = next(filter(None, match.groups()))
        if re.match(r"[a-z]+:", target):
            continue  # another host; the tests ask none
        name, _, anchor = target.partition("#")
        path = (document.parent / name) if name else document
        assert path.exists(), f"{document.name} links to {target}, which is not there"
        if anchor and path.suffix == ".md":
            assert anchor in heading_anchors(path.read_text("utf-8")), f"{document.name} links to {target}"


def test_the_readme_lists_every_setting_as_the_program_has_it() -> None:
    assert markdown_table() in (ROOT / "README.md").read_text("utf-8"), (
        "README.md must hold the table that 'gatescope --print-settings-table' prints"
    )


def test_the_readme_shows_the_lines_that_write_a_reference() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    for snippet in SNIPPETS.values():
        assert f"{snippet.framework} (" in readme
        assert f"```python\n{snippet.code}```" in readme


def make_targets() -> set[str]:
    return set(re.findall(r"^([a-z]+):(?!=)", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_mentioned_make_targets_exist(document: Path) -> None:
    mentioned = set(re.findall(r"(?:`|^|\$ )make ([a-z]+)", document.read_text("utf-8"), re.MULTILINE))
    assert mentioned <= make_targets()


def test_contributing_tells_every_make_target() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    assert {target for target in make_targets() if f"`make {target}`" not in text} == set()


def test_make_help_lists_every_target() -> None:
    shown = subprocess.run(["make", "help"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    assert set(re.findall(r"^ +make (\w+)", shown, re.MULTILINE)) == make_targets()


def split_example(text: str) -> tuple[str, str]:
    """Part the command, which goes on while a quote is open or a backslash ends the line, from its output."""
    lines = text.splitlines(keepends=True)
    for count in range(1, len(lines) + 1):
        command = "".join(lines[:count])
        if not command.endswith("\\\n") and command.count("'") % 2 == 0:
            return command.replace("\\\n", " ").strip(), "".join(lines[count:])
    raise ValueError(f"a command in the README does not end: {text}")


def examples() -> list[tuple[str, str]]:
    """(command, expected output) of every curl line in the documents' console blocks."""
    found = []
    texts = "".join((ROOT / name).read_text("utf-8") for name in SHOWN)
    for block in EXAMPLE.findall(texts):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, expected = split_example(part)
            if command.startswith("curl "):
                found.append((command, expected))
    return found


def client_of(address: str) -> httpx.Client:
    return httpx.Client(base_url=address, timeout=30, trust_env=False)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """The real program, with nothing but the bundled networks."""
    with serving(tmp_path_factory.mktemp("data")) as address, client_of(address) as client:
        yield client


def asked_as_curl_would(command: str, client: httpx.Client, folder: Path) -> str:
    """The answer to a curl line; a bare machine has no curl, so the few options that are used are read here."""
    command, _, formatter = command.partition(" | ")
    assert formatter in {"", "python3 -m json.tool"}, f"this test does not know {formatter}"
    words = shlex.split(command)[1:]
    method, headers, body, address, target = "", {}, None, "", None
    fields: list[str] = []
    while words:
        word = words.pop(0)
        if word in {"-s", "--silent", "-sS"}:
            continue
        if word in {"-X", "--request"}:
            method = words.pop(0)
        elif word in {"-H", "--header"}:
            name, _, value = words.pop(0).partition(":")
            headers[name] = value.strip()
        elif word in {"-d", "--data", "--json"}:
            method, body = method or "POST", words.pop(0)
            if word == "--json":
                headers["Content-Type"] = "application/json"
        elif word in {"-F", "--form"}:
            method = method or "POST"
            fields.append(words.pop(0))
        elif word in {"-o", "--output"}:
            target = words.pop(0)
        else:
            assert not word.startswith("-"), f"this test does not know curl's option {word}"
            address = word
    assert ADDRESS in address, f"the examples ask {ADDRESS}, not {address}"
    path = address.removeprefix("http://").removeprefix(ADDRESS)
    form: dict[str, Any] = {}
    for name, _, text in (field.partition("=") for field in fields):
        form[name] = (text[1:], (folder / text[1:]).read_bytes()) if text.startswith("@") else (None, text)
    answer = client.request(method or "GET", path, headers=headers, content=body, files=form or None)
    assert answer.is_success, f"{command}\n{answer.text}"
    if target is not None:
        (folder / target).write_bytes(answer.content)
        return ""
    return json.dumps(answer.json(), indent=4, ensure_ascii=False) if formatter else answer.text


def test_the_documents_show_the_api_in_examples() -> None:
    assert len(examples()) >= 25


def put_files(folder: Path) -> None:
    """What the reader has: a network that PyTorch trained, and what it computed."""
    content = (ROOT / "tests" / "golden" / "formats" / "torch-gru-regressor-f16.pth").read_bytes()
    (folder / "prices.pt").write_bytes(content)
    network, rows = load_network(content), [[0.1, 0.2], [0.3, 0.4]]
    hidden = trace(network, encode(network, values=rows)).layers[0].quantities["hidden_state"]
    np.savez(folder / "reference.npz", input=rows, output=hidden)


def test_the_examples_answer_as_shown(served: httpx.Client, tmp_path: Path) -> None:
    put_files(tmp_path)
    model_id = trace_id = baseline = run_id = ""
    for command, expected in examples():
        ids = {"$ID": model_id, "$TRACE": trace_id, "$BASELINE": baseline, "$RUN": run_id}
        filled = command
        for name, value in ids.items():
            filled = filled.replace(name, value)
        came = asked_as_curl_would(filled, served, tmp_path)
        if "/traces -H" in command:
            trace_id, baseline = json.loads(came)["id"], trace_id
        if "/generations -H" in command:
            trace_id = json.loads(came)["trace"]
        if "/trainings -H" in command:
            run_id = json.loads(came)["id"]
        if "/models -F weights" in command:
            model_id = json.loads(came)["id"]
        fits = OutputChecker().check_output(expected, came.strip() + "\n", ELLIPSIS | NORMALIZE_WHITESPACE)
        assert fits, f"$ {command}\nexpected:\n{expected}\ncame:\n{came[:2000]}"
