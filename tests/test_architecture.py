"""The rules of ARCHITECTURE.md: who may import whom, and what no file may hold."""

import ast
import re
import subprocess
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

# Inside core each module imports only from rows above its own (or from its own package).
CORE_ORDER = (
    {"errors"},
    {"activations", "quantities", "splitting", "threads"},
    {"tiles"},
    {"cells", "digest"},
    {"equations", "parts"},
    {"network"},
    {"batch", "encoding", "examples", "formats", "initialisation", "interventions"},
    {"alignment", "references", "sequences", "sketches", "states", "tasks"},
    {"trace"},
    {"alternatives", "comparison", "difference", "generation", "gradients", "ledger", "training"},
    {"arithmetic", "health", "hints"},
    {"verification"},
    {"pretrained"},
)
FRAMEWORKS = {"torch", "keras", "tensorflow", "jax", "mxnet"}
HTTP = {"fastapi", "starlette", "uvicorn", "httpx", "pydantic", "jinja2", "plotly"}
LONGEST = 350
SOURCES = {".py", ".js", ".css", ".html", ".md", ".toml"}
A_MACHINES_PATH = re.compile(r"(?<![\w.$}])/(?:root|home|Users|work|tmp|mnt|opt/(?!homebrew))/?\w")


def tracked(*suffixes: str, under: str = ".") -> list[Path]:
    """Every file of the repository, new ones included, with one of these suffixes."""
    command = ["git", "-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard", under]
    names = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout.split("\0")
    files = [ROOT / name for name in sorted(set(filter(None, names)))]
    return [file for file in files if file.is_file() and not file.is_symlink() and file.suffix in suffixes]


def module_name(file: Path) -> str:
    """core/cells/lstm.py -> core.cells.lstm; a package's __init__ gives core.cells.__init__."""
    return ".".join(file.relative_to(ROOT).with_suffix("").parts)


@cache
def imports_of(file: Path) -> tuple[str, ...]:
    """Every module that ``file`` imports, inside functions too; its own without the leading ``gatescope.``."""
    package = module_name(file).split(".")[:-1]
    found: list[str] = []
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found.extend(alias.name.removeprefix("gatescope.") for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            start = ".".join([*base, *([node.module] if node.module else [])]).removeprefix("gatescope.")
            found.extend(f"{start}.{alias.name}" for alias in node.names)
    return tuple(found)


def named(paths: list[Path]) -> list[str]:
    return [str(path.relative_to(ROOT)) for path in paths]


CORE = tracked(".py", under="core")
SERVER = tracked(".py", under="server")
SCRIPTS_OF_THE_PAGE = tracked(".js", under="static")


def test_the_checks_below_have_files_to_check() -> None:
    assert len(CORE) > 15
    assert len(SERVER) > 10
    assert len(SCRIPTS_OF_THE_PAGE) > 15
    assert len(VIEWS) > 5


@pytest.mark.parametrize("file", CORE, ids=named(CORE))
def test_core_knows_no_http_and_no_framework(file: Path) -> None:
    tops = {name.split(".")[0] for name in imports_of(file)}
    assert not tops & {"server", "static", "templates", *HTTP, *FRAMEWORKS}


@pytest.mark.parametrize("file", SERVER, ids=named(SERVER))
def test_server_does_no_arithmetic_with_a_framework(file: Path) -> None:
    assert not {name.split(".")[0] for name in imports_of(file)} & FRAMEWORKS


@pytest.mark.parametrize("file", CORE, ids=named(CORE))
def test_inside_core_imports_run_one_way(file: Path) -> None:
    def rank(part: str) -> int:
        ranks = [index for index, row in enumerate(CORE_ORDER) if part in row]
        assert ranks, f"core/{part} has no place in CORE_ORDER and in ARCHITECTURE.md yet"
        return ranks[0]

    own = module_name(file).split(".")[1]
    if own == "__init__":
        return  # the package's face imports them all
    for name in imports_of(file):
        parts = name.split(".")
        if parts[0] == "core" and len(parts) > 1 and parts[1] != own:
            assert rank(parts[1]) < rank(own), f"core/{own} may not import {name}"


CELL_MODULES = [
    file
    for file in CORE
    if file.parent.name == "cells"
    and file.stem not in {"__init__", "blocks", "cell", "products", "through_time", "working"}
]


@pytest.mark.parametrize("file", CELL_MODULES, ids=named(CELL_MODULES))
def test_cells_do_not_import_one_another(file: Path) -> None:
    others = {f"core.cells.{other.stem}" for other in CELL_MODULES if other != file}
    assert not {".".join(name.split(".")[:3]) for name in imports_of(file)} & others


def test_only_the_app_wires() -> None:
    """Routers are reached from app.py alone, know nothing of one another; nothing but its command imports the app."""
    routers = {module_name(file) for file in SERVER if "APIRouter(" in file.read_text("utf-8")}
    assert routers
    for file in SERVER:
        own = module_name(file)
        for name in imports_of(file):
            if own != "server.app":
                assert name not in routers, f"{own} may not import {name}"
                assert name.rpartition(".")[0] not in routers, f"{own} may not import {name}"
            if name.startswith("server.app"):
                assert own == "server.serve_command", f"{own} may not import {name}"


def test_stores_know_no_http() -> None:
    for file in tracked(".py", under="server/store"):
        tops = {name.split(".")[0] for name in imports_of(file)}
        assert not tops & (HTTP - {"pydantic"}), f"{file.name} imports {tops & HTTP}"
        assert not [name for name in imports_of(file) if name.startswith("server.api")]


def test_everything_is_imported_by_the_one_name() -> None:
    """``import core`` works by accident in a checkout and nowhere else."""
    for file in tracked(".py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and not node.level and node.module:
                names = [node.module]
            tops = {name.split(".")[0] for name in names}
            assert not tops & {"core", "server", "static", "templates"}, f"{file}: {names}"


# What a script may import, by the folder it lives in; main.js, the composition root, may import anything, and each of
# places/ composes a view that fills the page.
JS_RULES = {
    "places": {"places", "views", "state", "lib", "types.js"},
    "training-api.js": {"api.js", "state", "lib", "types.js"},
    "lessons-api.js": {"api.js", "lib", "types.js"},
    "views": {"views", "lib", "types.js"},
    "lib": {"lib", "types.js"},
    "state": {"state", "lessons", "lib", "types.js", "training-api.js", "lessons-api.js"},
    "lessons": {"lessons", "lib", "types.js"},
    "api.js": {"lib", "types.js"},
}
JS_COMMENT = re.compile(r"/\*\*.*?\*/", re.DOTALL)
JS_IMPORT = re.compile(
    r"""(?:^\s*(?:import|export)\b[^"'`;]*?from\s*|^\s*import\s*|\bimport\(\s*)["']([^"']+)["']""", re.MULTILINE
)


def js_imports(file: Path, text: str) -> list[Path]:
    """The files below static/ that ``text``, a part of ``file``, imports."""
    targets = JS_IMPORT.findall(text)
    bare = [target for target in targets if not target.startswith((".", "/static/"))]
    assert not bare, f"{file.name} imports {bare}: only relative paths work without a build"
    return [(file.parent / target).resolve().relative_to(ROOT / "static") for target in targets]


VIEWS = {
    file.relative_to(ROOT / "static")
    for file in SCRIPTS_OF_THE_PAGE
    if file.parent.name == "views" and re.search(r"^export function create", file.read_text("utf-8"), re.MULTILINE)
}


@pytest.mark.parametrize("file", SCRIPTS_OF_THE_PAGE, ids=named(SCRIPTS_OF_THE_PAGE))
def test_no_view_is_imported_by_another_script(file: Path) -> None:
    """Parts of a view, such as its layout, may be shared; one with a ``create`` is imported by what composes only."""
    if file.name != "main.js" and file.parent.name != "places":
        assert not VIEWS & set(js_imports(file, JS_COMMENT.sub("", file.read_text("utf-8"))))


@pytest.mark.parametrize("file", SCRIPTS_OF_THE_PAGE, ids=named(SCRIPTS_OF_THE_PAGE))
def test_scripts_import_only_what_their_place_allows(file: Path) -> None:
    place = file.relative_to(ROOT / "static")
    text = file.read_text("utf-8")
    comments = "\n".join(JS_COMMENT.findall(text))
    # In types only: effects are handed the api, selectors make a view's props, and the state's types are there.
    types_too = {
        "state": {"api.js", "views"},
        "places": {"api.js"},
        "lib": {"state"},
        "views": {"state", "lessons"},
    }
    for part, more in ((JS_COMMENT.sub("", text), {}), (comments, types_too)):
        for target in js_imports(file, part):
            assert (ROOT / "static" / target).is_file(), f"{place} imports {target}, which is not there"
            assert target.name != "main.js", f"{place} may not import the composition root"
            if place.parts[0] in JS_RULES:
                allowed = JS_RULES[place.parts[0]] | more.get(place.parts[0], set())
                fits = any(target == Path(name) or Path(name) in target.parents for name in allowed)
                assert fits, f"{place} may not import {target}"


FORBIDDEN_IN_PAGES = {
    "text made into markup": re.compile(
        r"\b(innerHTML|outerHTML|insertAdjacentHTML|srcdoc|DOMParser)\b|document\.write"
    ),
    "text made into code": re.compile(r"(?<![\w.])eval\s*\(|new\s+Function\s*\("),
    "an inline style": re.compile(r"<[^>]+\sstyle\s*=|<style\b|setAttribute\(\s*['\"]style['\"]"),
    "an inline handler": re.compile(r"<[^>]+\son\w+\s*=|setAttribute\(\s*['\"]on"),
    "an inline script": re.compile(r"<script(?![^>]*\bsrc=)(?![^>]*type=\"application/json\")"),
    "unescaped template text": re.compile(r"\|\s*safe\b|autoescape false"),
    "another host": re.compile(r"(?:src|href|url\(|from|import\()\s*=?\s*[\"']?https?://"),
}


@pytest.mark.parametrize("what", FORBIDDEN_IN_PAGES)
def test_pages_and_scripts_are_free_of(what: str) -> None:
    for folder in ("static", "templates"):
        for file in tracked(".js", ".html", ".css", under=folder):
            found = FORBIDDEN_IN_PAGES[what].search(file.read_text("utf-8"))
            assert not found, f"{file.relative_to(ROOT)} holds {what}: {found}"


def test_no_file_is_too_long_to_read() -> None:
    for file in tracked(*SOURCES):
        lines = file.read_text("utf-8").count("\n")
        assert lines <= LONGEST, f"{file.relative_to(ROOT)} has {lines} lines; {LONGEST} are the most"


def test_no_file_knows_the_machine_it_was_written_on() -> None:
    for file in tracked(*SOURCES, ".json", ".yml", ".sh", ""):
        found = A_MACHINES_PATH.search(file.read_text("utf-8"))
        assert not found, f"{file.relative_to(ROOT)} holds a path of one machine: {found}"


def test_the_set_up_can_be_read_by_an_old_python() -> None:
    """Python 3.8 must get as far as saying that a newer one is needed."""
    for name in ("__init__", "bootstrap", "environment", "interpreter", "shell", "virtualenv"):
        ast.parse((ROOT / "scripts" / f"{name}.py").read_text("utf-8"), feature_version=(3, 8))
