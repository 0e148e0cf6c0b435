"""Make ``.venv`` and install Gatescope into it, once: ``python3 -m scripts.bootstrap [extra ...]``.

Needs nothing but a Python's standard library. A call with nothing to do ends at once, so ``make run`` and ``make test``
begin with it. Python 3.8 can read this file and the ones it imports, to find a newer one or to say that one is needed.
"""

from __future__ import annotations

import sys


def main() -> int:
    """Set up; the exit status is 0, or 1 after one sentence that says what is in the way."""
    try:
        from scripts import environment, shell
    except ImportError as error:
        sys.stderr.write(
            f"This Python ({sys.executable}) lacks part of its standard library ({error}): "
            "install the whole of it, on Debian and Ubuntu with 'apt install python3 python3-venv'.\n"
        )
        return 1
    try:
        environment.ensure(frozenset(sys.argv[1:]))
    except shell.SetupError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except KeyboardInterrupt:
        sys.stderr.write("\nInterrupted; the next run begins this step again.\n")
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
