"""Files of ``static/``, served as written, and what comes from other packages under ``/static/vendor``."""

import asyncio
import hashlib
import os
from pathlib import Path, PurePosixPath

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Receive, Scope, Send

from . import plotly_files

MEDIA_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".ico": "image/x-icon",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
}
"""Some systems' own tables call JavaScript something else, and browsers then refuse to run it."""

REVALIDATE = "no-cache"
LONG = "public, max-age=604800"


class WholeFile(FileResponse):
    """A file, always all of it: nobody needs a part of a script, and the refusal of a bad range is no problem body."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it as if no part had been asked for."""
        self.headers["accept-ranges"] = "none"
        headers = [header for header in scope["headers"] if header[0] != b"range"]
        await super().__call__({**scope, "headers": headers}, receive, send)


class OwnStaticFiles(StaticFiles):
    """Static files with our media types; browsers ask each time whether a file has changed."""

    def file_response(
        self, full_path: str | os.PathLike[str], stat_result: os.stat_result, scope: Scope, status_code: int = 200
    ) -> Response:
        """The file, or 304 where the browser has it already."""
        response = super().file_response(full_path, stat_result, scope, status_code)
        if isinstance(response, FileResponse):
            media_type = MEDIA_TYPES.get(PurePosixPath(os.fspath(full_path)).suffix)
            response = WholeFile(full_path, status_code, media_type=media_type, stat_result=stat_result)
        response.headers["cache-control"] = REVALIDATE
        return response


def static_files(folder: Path) -> OwnStaticFiles:
    """An application that serves the folder; it may be a link itself, but nothing in it leads outside."""
    return OwnStaticFiles(directory=folder.resolve())


async def plotly_script(request: Request) -> Response:
    """plotly.js from the Python package."""
    path = plotly_files.script_path()
    etag = f'"{path.stat().st_size:x}-{path.stat().st_mtime_ns:x}"'
    if request.headers.get("if-none-match") == etag:
        return Response(status_code=304, headers={"etag": etag, "cache-control": LONG})
    return WholeFile(path, media_type=MEDIA_TYPES[".js"], headers={"etag": etag, "cache-control": LONG})


async def plotly_style(request: Request) -> Response:
    """plotly.js's style rules; finding them means reading all of plotly.js once, so a thread does it."""
    text = await asyncio.to_thread(plotly_files.style_sheet)
    etag = f'"{hashlib.sha256(text.encode()).hexdigest()[:16]}"'
    headers = {"etag": etag, "cache-control": LONG}
    if request.headers.get("if-none-match") == etag:
        return Response(status_code=304, headers=headers)
    return Response(text, headers=headers, media_type=MEDIA_TYPES[".css"])
