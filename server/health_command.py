"""The command ``gatescope health``: look at a network's gates over a file of inputs, for use in a build."""

import argparse
import json
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from gatescope.core.encoding import Encoded, encode
from gatescope.core.errors import CoreError
from gatescope.core.examples import example_inputs
from gatescope.core.formats import load_network
from gatescope.core.health import KINDS, Finding, Health, network_health
from gatescope.core.network import Network
from gatescope.core.pretrained import NAMES, load_pretrained
from gatescope.core.sequences import Bounds, SequenceEntry, read_sequences

from .settings import default_data_dir

HEALTHY, FOUND, UNREADABLE = 0, 1, 2


class UnreadableError(Exception):
    """A file cannot be used; the message says which and why in one sentence."""


def main(arguments: Sequence[str]) -> int:
    """Print what was found; 1 if something is that ``--fail-on`` names, 2 if a file cannot be read or used."""
    options = _parser().parse_args(arguments)
    try:
        network, examples = _network(options)
        if options.inputs is None:
            found = network_health(network, (encode(network, **example["input"]) for example in examples))
        else:
            found = network_health(network, _encoded(network, Path(options.inputs)))
    except (UnreadableError, CoreError, OSError) as error:
        sys.stderr.write(f"gatescope health: {str(error).rstrip('.')}.\n")
        return UNREADABLE
    failing = [finding for finding in found.findings if finding.share > options.fail_on.get(finding.kind, 1.0)]
    _write(found, failing, as_json=options.json)
    return FOUND if failing else HEALTHY


def _write(found: Health, failing: Sequence[Finding], *, as_json: bool) -> None:
    if as_json:
        report = {**found.to_json(), "failing": [finding.sentence for finding in failing]}
        sys.stdout.write(json.dumps(report, allow_nan=False) + "\n")
        return
    sys.stdout.write(f"{_counted(found.steps, 'step')} of {_counted(found.sequences, 'sequence')}.\n")
    wrong = {finding.sentence for finding in failing}
    for sentence in found.sentences:
        sys.stdout.write(f"{'FAIL' if sentence in wrong else '    '} {sentence}\n")


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'s' * (count != 1)}"


def _network(options: argparse.Namespace) -> tuple[Network, list[dict[str, Any]]]:
    """The network of a file, a bundled one by its name, or one of the user's own by its id; and its examples."""
    path = Path(options.model)
    own = Path(options.data_dir or default_data_dir()).expanduser() / "models" / f"{options.model}.safetensors"
    vocabulary = Path(options.vocabulary).read_bytes() if options.vocabulary else None
    if not path.exists() and options.model in NAMES:
        pretrained = load_pretrained(options.model)
        return pretrained.network, pretrained.card["example_inputs"]
    if not path.exists() and path.name == options.model and own.is_file():
        path = own
    if not path.is_file():
        raise UnreadableError(
            f"MODEL must be a file, the id of an uploaded network or one of {', '.join(NAMES)}, not {options.model!r}"
        )
    network = load_network(path, options=options.options, vocabulary=vocabulary)
    return network, example_inputs(network)


def _encoded(network: Network, path: Path) -> Iterator[Encoded]:
    """The file's sequences, one at a time."""
    nothing = True
    try:
        bounds = Bounds(network.input_size)
        for sequence in read_sequences(path.read_bytes(), path.name, network.input_kind, bounds):
            yield _fitting(network, path, sequence)
            nothing = False
    except CoreError as error:
        raise UnreadableError(f"{path}: {error.message}") from None
    if nothing:
        raise UnreadableError(f"{path} holds no sequence")


def _fitting(network: Network, path: Path, sequence: SequenceEntry) -> Encoded:
    try:
        return encode(network, **sequence.content)
    except CoreError as error:
        raise UnreadableError(f"{path}, {sequence.place}: {error.message}") from None


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
    if not shares:  # as of a variable that is not set: a build must not pass because nothing was looked for
        raise argparse.ArgumentTypeError(f"must name at least one of {', '.join(KINDS)} and any, not nothing")
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
        epilog="The exit status is 0, or 1 if something that --fail-on names is found, or 2 if a file cannot be used.",
    )
    parser.add_argument(
        "model", metavar="MODEL", help="weight file, name of a bundled network, or id of an uploaded one"
    )
    parser.add_argument(
        "--inputs",
        metavar="FILE",
        help='text, a sequence a line; .json or .jsonl with {"text"}, {"tokens"} or {"values"}; .csv with one; .npy; '
        "without it, the network's own examples",
    )
    parser.add_argument(
        "--fail-on",
        type=_fail_on,
        default={},
        metavar="KINDS",
        help=f"of {', '.join(KINDS)} or any, by commas; dead=0.1 lets a tenth of a layer's units be that",
    )
    parser.add_argument("--json", action="store_true", help="print every figure as JSON")
    parser.add_argument("--vocabulary", metavar="FILE", help="the network's vocabulary")
    parser.add_argument("--options", type=_options, metavar="JSON", help="import options, as POST /models takes them")
    parser.add_argument(
        "--data-dir", default=os.environ.get("GATESCOPE_DATA_DIR"), metavar="DIR", help="folder of uploaded networks"
    )
    return parser
