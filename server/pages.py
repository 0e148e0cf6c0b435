"""The pages for people: the application itself and the documentation of the API."""

import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Mount, Route

from gatescope import __version__

from .docs import documentation
from .settings import Settings
from .static_files import plotly_script, plotly_style, static_files

ROOT = Path(__file__).parent.parent
IMPORT = re.compile(r"""^\s*(?:import|export)\s(?:[^'"]*?\sfrom\s+)?["'](\.{1,2}/[^"']+)["']""", re.MULTILINE)
HEADERS = {"cache-control": "no-cache"}


def routes(settings: Settings, describe: Callable[[], dict[str, Any]]) -> list[BaseRoute]:
    """``/``, ``/docs`` and ``/static``. ``describe`` gives the OpenAPI description. Threads make pages."""
    templates = Environment(
        loader=FileSystemLoader(ROOT / "templates"), autoescape=select_autoescape(), undefined=StrictUndefined
    )

    @cache
    def modules() -> list[str]:
        return module_paths(ROOT / "static")

    def get_index(_: Request) -> Response:
        page = templates.get_template("index.html").render(version=__version__, modules=modules())
        return HTMLResponse(page, headers=HEADERS)

    @cache
    def docs_page() -> str:
        return templates.get_template("docs.html").render(version=__version__, **documentation(describe(), settings))

    def get_docs(_: Request) -> Response:
        return HTMLResponse(docs_page(), headers=HEADERS)

    return [
        Route("/", get_index),
        Route("/docs", get_docs),
        Route("/static/vendor/plotly.min.js", plotly_script),
        Route("/static/vendor/plotly.css", plotly_style),
        Mount("/static", static_files(ROOT / "static")),
    ]


def module_paths(static: Path) -> list[str]:
    """Addresses of ``main.js`` and every module it imports, directly or not: the browser may load them all at once."""
    static = static.resolve()
    found: dict[Path, None] = {}
    waiting = [static / "main.js"]
    while waiting:
        path = waiting.pop(0)
        if path in found or not path.is_file() or not path.is_relative_to(static):
            continue
        found[path] = None
        waiting += [(path.parent / target).resolve() for target in IMPORT.findall(path.read_text("utf-8"))]
    return [f"/static/{path.relative_to(static).as_posix()}" for path in found]
