"""Whether a network computes what a framework computed: where they first differ, and what could be the cause."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Any

import numpy as np

from .activations import Array
from .alternatives import alternatives
from .cells.cell import Poll
from .comparison import STATE_NAMES, Comparison, by_entry, compare, plan
from .encoding import Encoded, encode
from .errors import InputError, WrongKind, WrongWidth
from .hints import SEARCHED_STEPS, Hint, Search, State
from .network import Network
from .references import Reference
from .trace import trace

TOLERANCES = {"float16": 5e-3, "float32": 1e-5, "float64": 1e-10}
"""Differences that rounding explains in up to `SHORT` steps, by the coarser precision; for numbers beyond 1 in
proportion to the largest. Over more steps they grow with the root of the steps."""
SHORT = 100


@dataclass(frozen=True, eq=False)
class Verification:
    """What came of comparing a network with a reference.

    ``sentence`` tells it all; ``largest`` is the largest absolute difference of all comparisons; ``departure`` is the
    comparison in which they first depart, counting from the lowest layer and in the order of reading.
    """

    matches: bool
    sentence: str
    largest: float
    tolerance: float
    steps: int
    layers: int
    comparisons: tuple[Comparison, ...]
    departure: Comparison | None
    hints: tuple[Hint, ...]
    notes: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """The verification as the API sends it."""
        return {
            "matches": self.matches,
            "sentence": self.sentence,
            "largest": self.largest,
            "tolerance": self.tolerance,
            "steps": self.steps,
            "layers": self.layers,
            "comparisons": [comparison.to_json() for comparison in self.comparisons],
            "departure": self.departure and self.departure.to_json(),
            "hints": [hint.to_json() for hint in self.hints],
            "notes": list(self.notes),
        }


def verify(
    network: Network,
    reference: Reference,
    *,
    tolerance: float | None = None,
    gate_order: str | None = None,
    poll: Poll | None = None,
) -> Verification:
    """Compare a network with what a framework computed for the same sequence.

    Args:
        network: the network.
        reference: the sequence, and the framework's own numbers for it.
        tolerance: largest absolute difference that counts as equal; by default one that fits the precision.
        gate_order: the order of the gates that was assumed when the network was imported, as the import option has it.
            Hints can name the order that would be right only where it is known.
        poll: called now and then; whatever it raises stops the work.

    Raises:
        InputError: the reference does not fit the network; the pointer has the array's name.
        NumericalError: the network leaves the finite numbers on this sequence.
    """
    encoded = _encoded(network, reference.input)
    state = _initial_state(network, reference)
    checks, notes = plan(network, reference, encoded.steps)
    if not checks:
        raise InputError("a reference must have something that this network computes, but it has only a readout")
    allowed = _tolerance(network, reference, encoded.steps) if tolerance is None else tolerance
    scales = [1.0 if tolerance is not None else max(1.0, float(np.abs(check.rows).max())) for check in checks]
    result = trace(network, encoded, state, poll=poll)
    comparisons = tuple(compare(check, result, allowed * scale) for check, scale in zip(checks, scales, strict=True))
    departure = min(
        (comparison for comparison in comparisons if comparison.first),
        key=lambda comparison: _place_of(comparison, encoded.steps),
        default=None,
    )
    hints: tuple[Hint, ...] = ()
    if departure and (not departure.by_step or _place_of(departure, encoded.steps)[2] < SEARCHED_STEPS):
        tried = Search(network, encoded, state, checks, [allowed * scale for scale in scales], poll)
        hints = tuple(tried.hints(alternatives(network, gate_order)))
        if not hints and tried.left < 0:
            notes = (*notes, "other conventions were tried in part only, because the network is large")
    largest = max(comparison.largest.difference for comparison in comparisons)
    said = tuple(comparison.note for comparison in comparisons if comparison.note)
    layers, uncovered = _coverage(network, comparisons)
    sentence = _match(largest, encoded.steps, layers, network) if departure is None else _departs(departure)
    if hints:
        sentence += f". {hints[0].sentence}"
    return Verification(
        departure is None, sentence, largest, allowed, encoded.steps, layers, comparisons, departure, hints,
        tuple(dict.fromkeys((*notes, *said, *uncovered))),
    )  # fmt: skip


def _encoded(network: Network, given: Array) -> Encoded:
    """The reference's input as the network reads it."""
    if network.input_kind == "tokens":
        if sum(size != 1 for size in given.shape) > 1:
            raise WrongWidth(f"input must be one sequence of token ids, (T,), not {given.shape}", ("input",))
        flat = given.reshape(-1)
        if not np.array_equal(flat, np.round(flat)):
            raise WrongKind("input must be token ids for this network, but it has fractions", ("input",))
        tokens = [int(token) for token in flat.tolist()]
        try:
            return encode(network, tokens=tokens)
        except InputError as error:
            raise type(error)(f"input does not fit: {error.message}", ("input", *error.pointer[1:])) from None
    width = network.input_size
    own = [size for size in given.shape if size != 1]
    steps = given.size // width
    if given.size % width or own != [size for size in (steps, width) if size != 1]:
        raise WrongWidth(
            f"input must have shape (T, {width}) for this network, one sequence, not {given.shape}", ("input",)
        )
    try:
        return encode(network, values=given.reshape(steps, width).astype(np.float64))
    except InputError as error:
        raise type(error)(f"input does not fit: {error.message}", ("input", *error.pointer[1:])) from None


def _initial_state(network: Network, reference: Reference) -> State | None:
    """The states before the first step; None where the reference gives none."""
    given = {name: array for name, array in reference.arrays.items() if name[:3] in ("h_0", "c_0")}
    if not given:
        return None
    state = [place.cell.zero_state() for place in network.directions]
    for name, array in sorted(given.items()):
        base, _, number = name.partition(".")
        quantity = STATE_NAMES[base[0]]
        for entry, row in by_entry(network, name, array, quantity, int(number) if number else None):
            if quantity not in state[entry]:
                cell = network.directions[entry].cell.name.upper()
                raise WrongKind(f"{name} cannot be used: entry {entry} is a {cell}, which has no cell state", (name,))
            state[entry][quantity] = row.astype(network.dtype)
    return state


def _tolerance(network: Network, reference: Reference, steps: int) -> float:
    kinds = {str(network.dtype), *(str(array.dtype) for array in reference.arrays.values())}
    return max(TOLERANCES[kind] for kind in kinds) * max(1.0, sqrt(steps / SHORT))


def _place_of(comparison: Comparison, steps: int) -> tuple[int, int, int, int]:
    """Layer, direction, how many steps had been read, and the cell state before the hidden state that it makes."""
    first = comparison.first
    assert first is not None  # only those that depart are ordered
    backward = comparison.direction == "backward"
    read = steps if first.step is None else steps - 1 - first.step if backward else first.step
    layer = 10**9 if comparison.layer is None else comparison.layer
    return layer, int(backward), read, int(comparison.quantity == "hidden_state")


def _coverage(network: Network, comparisons: Sequence[Comparison]) -> tuple[int, tuple[str, ...]]:
    """How many layers, from below, the comparisons tell of, and what they leave out."""
    count = len(network.layers)
    highest = max(count - 1 if comparison.layer is None else comparison.layer for comparison in comparisons)
    told = {(comparison.layer, comparison.direction) for comparison in comparisons}
    missing = [
        f"layer {place.layer} ({place.direction})"
        for place in network.directions
        if place.layer >= highest and (place.layer, place.direction) not in told and (None, None) not in told
    ]
    notes = [f"nothing in the reference tells of {', '.join(missing)}"] if missing else []
    if network.readout and (None, None) not in told:
        notes.append("the readout was not compared: the reference has none")
    return highest + 1, tuple(notes)


def _match(largest: float, steps: int, layers: int, network: Network) -> str:
    how = "exactly" if largest == 0 else f"within {number(largest)}"
    total = len(network.layers)
    where = f"{layers} of {total} layers" if layers < total else "1 layer" if total == 1 else f"{total} layers"
    return f"Matches your framework {how} over {steps} step{'s' * (steps != 1)} in {where}"


def _departs(comparison: Comparison) -> str:
    first = comparison.first
    assert first is not None  # that is what makes it a departure
    step = "at the end" if first.step is None else f"at step {first.step}"
    where = "the readout" if comparison.layer is None else f"layer {comparison.layer} ({comparison.direction})"
    what = "output" if comparison.layer is None else comparison.quantity.replace("_", " ")
    return (
        f"Departs from your framework {step} of {where}: the {what} differs by {number(first.difference)}; "
        f"{'output' if comparison.layer is None else 'unit'} {first.unit} is {number(first.reference, 4)} there and "
        f"{number(first.here, 4)} here"
    )


def number(value: float, digits: int = 2) -> str:
    """A number in a sentence: 3.1e-7, 0.21."""
    mantissa, _, exponent = f"{value:.{digits}g}".partition("e")
    return f"{mantissa}e{int(exponent)}" if exponent else mantissa
