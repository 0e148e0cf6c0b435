"""The command: ``python -m benchmarks [--quick] [--only PART,PART] [--json FILE]``."""

import argparse
import json
import os
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

from .measuring import CannotMeasureError, machine

PARTS = {
    "trace": "benchmarks.trace_speed",
    "training": "benchmarks.training",
    "inside": "benchmarks.inside",
    "gradients": "benchmarks.gradients",
    "import": "benchmarks.importing",
    "requests": "benchmarks.requests",
    "running": "benchmarks.running",
    "page": "benchmarks.page_speed",
}
"""Each is a module with ``run(quick) -> dict``, which goes into the JSON as it is, and ``table(result) -> str``."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure the chosen parts one after the other; 1 if one of them could not be measured."""
    options = _parser().parse_args(arguments)
    # Numerical libraries read these once, when they are loaded, so no part may be imported before.
    for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"):
        os.environ[name] = "1"
    started = datetime.now(UTC).isoformat(timespec="seconds")
    report: dict[str, Any] = {"started": started, "quick": options.quick, "machine": machine(), "parts": {}}
    failed = False
    for name in options.only:
        part = import_module(PARTS[name])
        print(f"\n## {name}\n", flush=True)
        try:
            result = part.run(options.quick)
        except CannotMeasureError as error:
            print(f"Not measured: {error}", file=sys.stderr)
            failed = True
            continue
        report["parts"][name] = result
        print(part.table(result), flush=True)
    options.json.parent.mkdir(parents=True, exist_ok=True)
    options.json.write_text(json.dumps(report, indent=1) + "\n")
    print(f"\nWritten to {options.json}")
    return 1 if failed else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure speed; nothing is asserted.")
    parser.add_argument("--quick", action="store_true", help="short runs, and no long sequences")
    parser.add_argument("--only", type=_parts, default=list(PARTS), help=f"parts, by commas: {','.join(PARTS)}")
    parser.add_argument("--json", type=Path, default=Path("build/benchmark.json"), metavar="FILE", help="[%(default)s]")
    return parser


def _parts(text: str) -> list[str]:
    names = text.split(",")
    for name in names:
        if name not in PARTS:
            raise argparse.ArgumentTypeError(f"parts are {', '.join(PARTS)}, not {name!r}")
    return names


if __name__ == "__main__":
    sys.exit(main())
