"""Keep ``.venv`` in step with pyproject.toml: made once, mended when stale, left alone when nothing has changed."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from pathlib import Path
from typing import Any

from scripts.interpreter import OLDEST, version_of
from scripts.lock import only_one
from scripts.shell import SetupError, run, say
from scripts.virtualenv import create

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "gatescope.json"


def ensure(extras: frozenset[str] = frozenset()) -> None:
    """Leave ``.venv`` with Gatescope and these extras installed; raises SetupError when that cannot be."""
    if _is_current(_read_stamp(), extras):
        return
    with only_one(ROOT / "scripts", "Waiting for another set-up of this folder to end"):
        stamp = _read_stamp()
        if _is_current(stamp, extras):
            return
        if not _is_usable(stamp):
            _remove(VENV)
            VENV.mkdir()
            stamp = {}
            STAMP.write_text('{"finished": false}')
            create(VENV)
        STAMP.write_text('{"finished": false}')
        wanted = extras | set(stamp.get("extras", ()))
        try:
            _install(wanted)
        except SetupError:
            if stamp:  # pip gives up before it changes anything, as without a network: what worked goes on working
                STAMP.write_text(json.dumps(stamp))
            raise
        STAMP.write_text(json.dumps({"finished": True, "extras": sorted(wanted), **_fingerprint()}))


def _install(extras: frozenset[str]) -> None:
    target = ".[{}]".format(",".join(sorted(extras))) if extras else "."
    say(f"Installing Gatescope{target[1:]} into .venv (minutes the first time)")
    done, output = run([str(PYTHON), "-m", "pip", "install", "--editable", target], ROOT, narrate="Collecting")
    if not done:
        raise SetupError(f"The packages could not be installed; pip's last lines were:\n{output}")


def _fingerprint() -> dict[str, Any]:
    """Return what the installation depends on. The folder counts: scripts in ``.venv`` hold its full path."""
    return {
        "pyproject": hashlib.sha256((ROOT / "pyproject.toml").read_bytes()).hexdigest(),
        "python": os.path.realpath(str(PYTHON)),
        "root": str(ROOT),
    }


def _is_current(stamp: dict[str, Any], extras: frozenset[str]) -> bool:
    return (
        stamp.get("finished") is True
        and extras <= set(stamp["extras"])
        and all(stamp[key] == value for key, value in _fingerprint().items())
        and os.access(str(PYTHON), os.X_OK)
    )


def _is_usable(stamp: dict[str, Any]) -> bool:
    """Tell whether to install into what is there; an environment that somebody made by hand is not thrown away."""
    now = _fingerprint()
    if not PYTHON.exists() or not stamp.get("finished", True):
        return False
    if any(stamp.get(key, now[key]) != now[key] for key in ("python", "root")):
        return False
    has_pip, _ = run([str(PYTHON), "-m", "pip", "--version"])
    return has_pip and version_of(PYTHON) >= OLDEST


def _read_stamp() -> dict[str, Any]:
    try:
        stamp = json.loads(STAMP.read_text())
    except (OSError, ValueError):
        return {"finished": False} if STAMP.exists() else {}
    return stamp if isinstance(stamp, dict) else {}


def _remove(path: Path) -> None:
    if path.is_symlink() or path.is_file():
        path.unlink()
    elif path.exists():
        say("Removing .venv, which is unfinished or of another place or Python")
        shutil.rmtree(path)
