"""Make a virtual environment that has pip, also where Debian and Ubuntu have split ``ensurepip`` off from Python.

Each way is a function that answers (done, last output); they are tried in order until one has worked.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from pathlib import Path

from scripts.interpreter import WANTED, find_python, version_of
from scripts.shell import SetupError, run, say

_THIS = ".".join(map(str, sys.version_info[:2]))


def create(venv: Path) -> None:
    """Make ``venv``, an empty folder or none yet, into a virtual environment with pip.

    Raises SetupError, naming what to install, when no way has worked.
    """
    python = find_python()
    uv = shutil.which("uv")
    if python is None:
        if uv is None:
            raise SetupError(
                f"Python {WANTED} or newer is needed, this is {_THIS}, and no other was found: install one."
            )
        say(f"Making .venv with a Python that uv finds or fetches (>= {WANTED})")
        done, output = _with_uv(uv, f">={WANTED}", venv)
        if not done:
            raise SetupError(f"uv could not make .venv:\n{output}")
        return
    say("Making .venv with Python {}".format(".".join(map(str, version_of(python)))))
    output = ""
    for way in (_with_ensurepip, _with_uv_and_this_python, _with_apt, _with_the_pip_of, _with_pip_from_debian):
        done, said = way(python, venv)
        if done:
            return
        output = said or output
    raise SetupError(
        "pip could not be put into .venv: install python3-venv ('apt install python3-venv' on Debian and Ubuntu) "
        f"or uv, and run the command again. The last attempt said:\n{output}"
    )


def _with_ensurepip(python: str, venv: Path) -> tuple[bool, str]:
    """Take the usual way."""
    has_it, _ = run([python, "-c", "import ensurepip, venv"])
    return run([python, "-m", "venv", str(venv)]) if has_it else (False, "")


def _with_uv_and_this_python(python: str, venv: Path) -> tuple[bool, str]:
    uv = shutil.which("uv")
    return _with_uv(uv, python, venv) if uv else (False, "")


def _with_uv(uv: str, python: str, venv: Path) -> tuple[bool, str]:
    return run([uv, "venv", "--quiet", "--seed", "--allow-existing", "--python", python, str(venv)])


def _with_apt(python: str, venv: Path) -> tuple[bool, str]:
    """As root with Debian's own Python: install the package that was split off."""
    real = Path(python).resolve()
    if os.geteuid() != 0 or not shutil.which("apt-get") or real.parent != Path("/usr/bin"):
        return False, ""
    package = f"{real.name}-venv"
    say(f"Installing {package} with apt-get")
    install = ["apt-get", "install", "-y", "--no-install-recommends", package]
    done, output = run(install)
    if not done:
        run(["apt-get", "update"])
        done, output = run(install)
    return _with_ensurepip(python, venv) if done else (False, output)


def _with_the_pip_of(python: str, venv: Path) -> tuple[bool, str]:
    """Let a pip that this Python has put another one into the environment."""
    has_it, _ = run([python, "-c", "import pip, venv"])
    if not has_it:
        return False, ""
    done, output = run([python, "-m", "venv", "--without-pip", str(venv)])
    return run([python, "-m", "pip", "--python", _python_of(venv), "install", "pip"]) if done else (False, output)


def _with_pip_from_debian(python: str, venv: Path) -> tuple[bool, str]:
    """As an ordinary user: unpack pip from Debian's package, which apt-get fetches and verifies for anybody."""
    if not (shutil.which("apt-get") and shutil.which("dpkg-deb")):
        return False, ""
    say("Fetching pip from the package python3-pip-whl")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        done, output = run(["apt-get", "download", "python3-pip-whl"], folder)
        if not done:
            state = folder / "apt"
            (state / "lists" / "partial").mkdir(parents=True)
            (state / "archives" / "partial").mkdir(parents=True)
            options = ["-o", f"Dir::State::lists={state}/lists", "-o", f"Dir::Cache={state}"]
            run(["apt-get", *options, "update"], folder)
            done, output = run(["apt-get", *options, "download", "python3-pip-whl"], folder)
        for package in folder.glob("*.deb"):
            done, output = run(["dpkg-deb", "-x", str(package), str(folder)])
        wheels = sorted(folder.glob("usr/share/python-wheels/pip-*.whl"))
        if not (done and wheels):
            return False, output
        done, output = run([python, "-m", "venv", "--without-pip", str(venv)])
        wheel = str(wheels[-1])
        return run([_python_of(venv), f"{wheel}/pip", "install", "--no-index", wheel]) if done else (False, output)


def _python_of(venv: Path) -> str:
    return str(venv / "bin" / "python")
