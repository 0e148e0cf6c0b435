"""The wheel carries everything once, and what it installs into an empty environment serves the page and a trace."""

import ast
import re
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import httpx
import pytest

from scripts.serving import serving

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = ("core", "server", "static", "templates")

pytestmark = pytest.mark.timeout(300)


def run(*command: str | Path, folder: Path = ROOT) -> None:
    """Run a command; if it fails, the test shows what it said."""
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False)
    assert done.returncode == 0, f"{' '.join(map(str, command))}\n{done.stdout}{done.stderr}"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, Path]:
    """The source archive, the wheel made from it, and the wheel made from the checkout."""
    archives, direct = tmp_path_factory.mktemp("archives"), tmp_path_factory.mktemp("direct")
    run(sys.executable, "-m", "build", "--no-isolation", "--outdir", archives)
    run(sys.executable, "-m", "build", "--no-isolation", "--wheel", "--outdir", direct)
    return next(archives.glob("*.tar.gz")), next(archives.glob("*.whl")), next(direct.glob("*.whl"))


@pytest.fixture(scope="module")
def tree() -> list[str]:
    """Every file of the package, as the repository lists them, by its place in the wheel."""
    command = [
        "git",
        "-c",
        "safe.directory=*",
        "ls-files",
        "-z",
        "--cached",
        "--others",
        "--exclude-standard",
        *FOLDERS,
    ]
    names = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout.split("\0")
    files = {f"gatescope/{name}" for name in names if name and (ROOT / name).is_file()}
    return sorted(files | {"gatescope/__init__.py", "gatescope/py.typed"})


def test_both_wheels_carry_every_file_once(built: tuple[Path, Path, Path], tree: list[str]) -> None:
    assert {Path(name).suffix for name in tree} >= {".py", ".js", ".css", ".html", ".json", ".safetensors"}
    for wheel in built[1:]:
        with zipfile.ZipFile(wheel) as archive:
            names = [name for name in archive.namelist() if ".dist-info/" not in name]
        assert sorted(names) == tree


def test_the_source_archive_carries_every_file_once(built: tuple[Path, Path, Path], tree: list[str]) -> None:
    with tarfile.open(built[0]) as archive:
        names = [member.name.split("/", 1)[1] for member in archive.getmembers() if member.isfile()]
    assert sorted(name.removeprefix("src/") for name in names if name.startswith("src/")) == tree
    assert {"LICENSE", "README.md", "pyproject.toml"} <= set(names)


def test_every_package_that_is_imported_is_declared() -> None:
    """What merely comes along with another package today may be gone with its next version."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    requirements = [
        *project["dependencies"],
        *project["optional-dependencies"]["train"],
        *project["optional-dependencies"]["formats"],
    ]
    declared = {re.match(r"[\w-]+", line)[0].lower() for line in requirements}  # type: ignore[index]
    owners = packages_distributions()
    for file in [*(ROOT / "core").rglob("*.py"), *(ROOT / "server").rglob("*.py")]:
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and not node.level and node.module:
                names = [node.module]
            for top in {name.split(".")[0] for name in names} - {"gatescope", "pydantic_core"}:
                if top not in sys.stdlib_module_names:
                    assert {name.lower() for name in owners.get(top, [top])} & declared, f"{file.name} imports {top}"


@pytest.fixture(scope="module")
def installed(built: tuple[Path, Path, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The ``gatescope`` command of a new environment that holds nothing but the wheel and what it depends on."""
    folder = tmp_path_factory.mktemp("empty")
    run(sys.executable, "-m", "venv", "--without-pip", folder)
    run(sys.executable, "-m", "pip", "--python", folder / "bin" / "python", "install", "--no-compile", built[1])
    return folder / "bin" / "gatescope"


def client_of(address: str) -> httpx.Client:
    return httpx.Client(base_url=address, timeout=30, trust_env=False)


@pytest.fixture(scope="module")
def served(installed: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A client of the installed program."""
    with serving(tmp_path_factory.mktemp("data"), program=[str(installed)]) as address, client_of(address) as client:
        yield client


def test_the_installed_program_serves_its_page_with_every_script_and_style(served: httpx.Client) -> None:
    page = served.get("/")
    assert page.status_code == httpx.codes.OK
    assert page.headers["content-type"].startswith("text/html")
    links = re.findall(r'<(?:script|link)\b[^>]*\b(?:src|href)="([^"]+)"', page.text)
    assert any(link.split("?")[0].endswith(".js") for link in links)
    assert any(link.split("?")[0].endswith(".css") for link in links)
    for link in links:
        answer = served.get(link)
        assert answer.status_code == httpx.codes.OK, link
        assert answer.content, link


def test_the_installed_program_traces_every_bundled_network(served: httpx.Client) -> None:
    models = served.get("/api/v1/models").json()["models"]
    assert len(models) == 3
    for model in models:
        request = {"model": model["id"], "input": model["example_inputs"][0]["input"]}
        answer = served.post("/api/v1/traces", json=request)
        assert answer.status_code == httpx.codes.CREATED, answer.text
        trace = answer.json()
        hidden = trace["layers"][0]["quantities"]["hidden_state"]
        assert (len(hidden), len(hidden[0])) == (trace["steps"], model["layers"][0]["hidden_size"])
        assert any(value != 0 for value in hidden[-1])


def test_the_installed_command_tells_its_version_and_options(installed: Path, served: httpx.Client) -> None:
    told = subprocess.run([installed, "--version"], capture_output=True, text=True, check=True).stdout
    assert told.strip() == f"gatescope {served.get('/api/v1/health').json()['version']}"
    usage = subprocess.run([installed, "--help"], capture_output=True, text=True, check=True).stdout
    for option in ("--host", "--port", "--data-dir", "--no-browser"):
        assert option in usage
