"""The command ``gatescope health``: look at a network's gates over a file of inputs, for use in a build."""

import argparse
import json
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from gatescope.core.encoding import Encoded, encode
from gatescope.core.errors import CoreError
from gatescope.core.formats import load_network
from gatescope.core.health import KINDS, Finding, Health, health
from gatescope.core.network import Network
from gatescope.core.pretrained import NAMES, load_pretrained
from gatescope.core.trace import trace

from .settings import default_data_dir

HEALTHY, FOUND, UNREADABLE = 0, 1, 2
FIELDS = ("text", "tokens", "values")


class UnreadableError(Exception):
    """A file cannot be used; the message says which and why in one sentence."""


def main(arguments: Sequence[str]) -> int:
    """Print what was found; 1 if something is that ``--fail-on`` names, 2 if a file cannot be read."""
    options = _parser().parse_args(arguments)
    try:
        network = _network(options)
        inputs = Path(options.inputs)
        traces = [trace(network, encoded) for encoded in _encoded(network, inputs)]
        if not traces:
            raise UnreadableError(f"{inputs} holds no sequence")
    except (UnreadableError, CoreError, OSError) as error:
        sys.stderr.write(f"gatescope health: {error}.\n")
        return UNREADABLE
    found = health(traces)
    failing = [finding for finding in found.findings if finding.share > options.fail_on.get(finding.kind, 1.0)]
    _write(found, failing, as_json=options.json, sequences=len(traces))
    return FOUND if failing else HEALTHY


def _write(found: Health, failing: Sequence[Finding], *, as_json: bool, sequences: int) -> None:
    if as_json:
        report = {**found.to_json(), "failing": [finding.sentence for finding in failing]}
        sys.stdout.write(json.dumps(report, allow_nan=False) + "\n")
        return
    sys.stdout.write(f"{found.steps:,} steps of {sequences:,} sequence{'s' * (sequences > 1)}.\n")
    wrong = {finding.sentence for finding in failing}
    for sentence in found.sentences:
        sys.stdout.write(f"{'FAIL' if sentence in wrong else '    '} {sentence}\n")


def _network(options: argparse.Namespace) -> Network:
    """The network of a file, a bundled one by its name, or one of the user's own by its id."""
    path = Path(options.model)
    own = Path(options.data_dir or default_data_dir()).expanduser() / "models" / f"{options.model}.safetensors"
    vocabulary = Path(options.vocabulary).read_bytes() if options.vocabulary else None
    if not path.exists() and options.model in NAMES:
        return load_pretrained(options.model).network
    if not path.exists() and path.name == options.model and own.is_file():
        path = own
    if not path.is_file():
        raise UnreadableError(
            f"MODEL must be a file, the id of an uploaded network or one of {', '.join(NAMES)}, not {options.model!r}"
        )
    return load_network(path, options=options.options, vocabulary=vocabulary)


def _encoded(network: Network, path: Path) -> Iterator[Encoded]:
    for place, sequence in _sequences(path):
        try:
            yield encode(network, **sequence)
        except CoreError as error:
            raise UnreadableError(f"{place}: {error.message}") from None


def _sequences(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Where each sequence stands, and what `encode` takes; the form is told by the file's ending."""
    kind = path.suffix.lower()
    try:
        if kind == ".npy":
            array = np.load(path, allow_pickle=False)
            yield str(path), {"values" if array.dtype.kind == "f" else "tokens": array.tolist()}
        elif kind == ".csv":
            rows = [line for line in path.read_text("utf-8").splitlines() if line.strip()]
            yield str(path), {"values": [[float(cell) for cell in row.split(",")] for row in rows]}
        elif kind == ".json":
            value = json.loads(path.read_text("utf-8"))
            for index, entry in enumerate(value if isinstance(value, list) else [value]):
                yield f"{path}, entry {index}", _input(entry)
        else:
            for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
                if line:
                    yield f"{path}, line {number}", _input(json.loads(line)) if kind == ".jsonl" else {"text": line}
    except ValueError as error:
        if isinstance(error, CoreError):
            raise
        raise UnreadableError(f"{path} cannot be read as a {kind or 'text'} file: {error}") from None


def _input(value: object) -> dict[str, Any]:
    if isinstance(value, str):
        return {"text": value}
    if not isinstance(value, Mapping) or len(value) != 1 or not set(value) <= set(FIELDS):
        raise ValueError(f"a sequence must be a text or an object with one of {', '.join(FIELDS)}")
    return dict(value)


def _fail_on(text: str) -> dict[str, float]:
    """``dead,open=0.2`` as the largest share of units of each kind that is let pass."""
    shares: dict[str, float] = {}
    for part in filter(None, text.split(",")):
        kind, equals, share = part.partition("=")
        if kind not in (*KINDS, "any"):
            raise argparse.ArgumentTypeError(f"must be of {', '.join(KINDS)} and any, not {kind!r}")
        try:
            most = float(share) if equals else 0.0
        except ValueError:
            most = -1.0
        if not 0 <= most < 1:
            raise argparse.ArgumentTypeError(f"a share must be a number from 0 to 1, not {share!r}")
        shares |= dict.fromkeys(KINDS if kind == "any" else (kind,), most)
    return shares


def _options(text: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise argparse.ArgumentTypeError("must be a JSON object")
    return value


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="gatescope health",
        description="Saturated, stuck and dead units of a network over a file of inputs, and its memory's half-life.",
        epilog="The exit status is 0, or 1 if something that --fail-on names is found, or 2 if a file cannot be read.",
    )
    parser.add_argument(
        "model", metavar="MODEL", help="weight file, name of a bundled network, or id of an uploaded one"
    )
    parser.add_argument(
        "--inputs",
        required=True,
        metavar="FILE",
        help='text, a sequence a line; .json or .jsonl with {"text"}, {"tokens"} or {"values"}; .csv or .npy with one',
    )
    parser.add_argument(
        "--fail-on",
        type=_fail_on,
        default={},
        metavar="KINDS",
        help=f"of {', '.join(KINDS)} or any, by commas; dead=0.1 lets a tenth of a layer's units pass",
    )
    parser.add_argument("--json", action="store_true", help="print every figure as JSON")
    parser.add_argument("--vocabulary", metavar="FILE", help="the network's vocabulary")
    parser.add_argument("--options", type=_options, metavar="JSON", help="import options, as POST /models takes them")
    parser.add_argument(
        "--data-dir", default=os.environ.get("GATESCOPE_DATA_DIR"), metavar="DIR", help="folder of uploaded networks"
    )
    return parser
