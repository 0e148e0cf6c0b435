"""Pages that need nothing from outside, and files with the right type."""

import mimetypes
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from gatescope.server import plotly_files
from gatescope.server.pages import module_paths
from tests.server.support import BASE, Client, check_problem

STATIC = Path(__file__).resolve().parents[2] / "static"


class Links(HTMLParser):
    """Collects what a page loads or leads to, its ids, and what it may not have."""

    def __init__(self) -> None:
        super().__init__()
        self.targets: list[str] = []
        self.ids: list[str] = []
        self.inline: list[str] = []
        self._script = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = {name: value or "" for name, value in attrs}
        self.targets += [named[name] for name in ("href", "src", "action", "data", "srcset") if name in named]
        self.ids += [named["id"]] if "id" in named else []
        self.inline += [f"{tag} {name}" for name in named if name.startswith("on") or name == "style"]
        if tag == "style" or (tag == "script" and "src" not in named):
            self.inline.append(tag)


def links(client: Client, path: str) -> Links:
    response = client.request("GET", path)
    assert response.status_code == 200
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    parser = Links()
    parser.feed(response.text)
    return parser


@pytest.mark.parametrize("path", ["/", "/docs"])
def test_pages_reference_nothing_external_and_nothing_missing(client: Client, path: str) -> None:
    page = links(client, path)
    assert page.inline == [], "the content security policy forbids it"
    assert len(set(page.ids)) == len(page.ids)
    for target in page.targets:
        assert target.startswith(("/", "#")), target
        assert not target.startswith("//"), target
        if target.startswith("#"):
            assert target[1:] in page.ids, target
        else:
            assert client.request("GET", target).status_code == 200, target


def test_style_sheets_reference_nothing_external() -> None:
    for path in STATIC.rglob("*.css"):
        for target in re.findall(r"url\(([^)]*)\)|@import\s+([^;]+)", path.read_text("utf-8")):
            assert "//" not in "".join(target).replace("data:", ""), path


def test_the_docs_show_every_operation_schema_and_limit(client: Client) -> None:
    page = client.get("//docs").text
    described = client.get("/openapi.json").json()
    for path in described["paths"]:
        assert path in page
    for name in described["components"]["schemas"]:
        assert f'id="schema-{name}"' in page
    for name in client.get("/limits").json():
        assert f"--{name.replace('_', '-')}" in page


def test_modules_are_those_that_main_needs(tmp_path: Path) -> None:
    (tmp_path / "lib").mkdir()
    (tmp_path / "main.js").write_text(
        '/** @typedef {import("./types.js").T} T */\nimport { a } from "./lib/a.js";\nimport "./b.js";\nimport x from "https://evil/x.js";\n'
        'export { c } from "./lib/c.js";\nconst lazy = () => import("./lazy.js");\n'
    )
    (tmp_path / "lib" / "a.js").write_text(
        'import {\n  d,\n  e,\n} from "../d.js";\nimport { main } from "../main.js";\n'
    )
    for name in ("b.js", "lib/c.js", "d.js", "lazy.js", "types.js"):
        (tmp_path / name).write_text("export {};\n")
    assert module_paths(tmp_path) == [f"/static/{name}" for name in ("main.js", "lib/a.js", "b.js", "lib/c.js", "d.js")]


@pytest.mark.parametrize(
    ("path", "media_type"),
    [
        ("/static/main.js", "text/javascript; charset=utf-8"),
        ("/static/css/docs.css", "text/css; charset=utf-8"),
        ("/static/icon.svg", "image/svg+xml"),
        ("/static/vendor/plotly.min.js", "text/javascript; charset=utf-8"),
        ("/static/vendor/plotly.css", "text/css; charset=utf-8"),
    ],
)
def test_types_are_right_whatever_the_system_thinks(
    client: Client, path: str, media_type: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mimetypes, "guess_type", lambda *_, **__: ("text/plain", None))
    response = client.request("GET", path)
    assert response.status_code == 200
    assert response.headers["content-type"] == media_type
    again = client.request("GET", path, headers={"if-none-match": response.headers["etag"]})
    assert again.status_code == 304
    assert again.content == b""
    assert again.headers["cache-control"] == response.headers["cache-control"]
    head = client.request("HEAD", path)
    assert (head.status_code, head.content) == (200, b"")


def test_own_files_are_asked_for_again_and_plotly_is_kept(client: Client) -> None:
    assert client.request("GET", "/static/main.js").headers["cache-control"] == "no-cache"
    assert "max-age" in client.request("GET", "/static/vendor/plotly.min.js").headers["cache-control"]


@pytest.mark.parametrize("wanted", ["bytes=0-9", "bytes=99999999-", "bytes=a-b", "lines=1", "bytes=0-0,2-2"])
@pytest.mark.parametrize("path", ["/static/main.js", "/static/vendor/plotly.min.js"])
def test_a_file_is_sent_whole_whatever_part_is_wanted(client: Client, path: str, wanted: str) -> None:
    whole = client.request("GET", path)
    part = client.request("GET", path, headers={"range": wanted})
    assert (part.status_code, part.content) == (200, whole.content)
    assert part.headers["accept-ranges"] == "none"


@pytest.mark.parametrize(
    "path",
    [
        "/static/", "/static", "/static/css", "/static/nothing.js", "/static/%2e%2e/pyproject.toml",
        "/static//etc/passwd",
        "/static/..%2Fserver/app.py", "/static/%2Fetc%2Fpasswd", "/static/..%5C..%5Cpyproject.toml", "/static/%00",
        "/static/a%00.js", "/static/" + "x" * 3000, "/static/" + "x/" * 1500, "/static/main.js/x", "/static/%ff",
        "/static/vendor/../main.js/..",
    ],
)  # fmt: skip
def test_nothing_else_is_served(client: Client, path: str) -> None:
    check_problem(client.request("GET", path), 404)


def test_static_files_are_only_read(client: Client) -> None:
    check_problem(client.request("POST", "/static/main.js"), 405)
    check_problem(client.request("DELETE", "/docs"), 405)


def test_plotlys_rules_are_read_out_of_plotly(client: Client) -> None:
    text = client.get("//static/vendor/plotly.css").text
    rules = re.findall(r"^([^{}\n]+)\{([^{}\n]*)\}$", text, re.MULTILINE)
    assert len(rules) == len(text.splitlines()) > 50
    selectors = [selector for selector, _ in rules]
    for part in (".modebar", ".modebar-btn", ".main-svg", ".modebar-group", ".hm image"):
        assert f".js-plotly-plot .plotly {part}" in selectors
    assert selectors[-1] == ".js-plotly-plot .plotly,.js-plotly-plot .plotly div", (
        "what plotly.js inserts first comes last"
    )
    assert not any("X" in selector or "Y" in selector for selector in selectors)


def test_another_plotly_is_a_clear_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = tmp_path / "plotly.min.js"
    other.write_text("nothing")
    monkeypatch.setattr(plotly_files, "script_path", lambda: other)
    with pytest.raises(LookupError, match="style rules"):
        plotly_files.style_sheet.__wrapped__()


def test_the_description_is_not_served_elsewhere(client: Client) -> None:
    for path in ("/openapi.json", "/redoc", f"{BASE}/docs"):
        check_problem(client.request("GET", path), 404)
