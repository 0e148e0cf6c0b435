"""What a gradient is of: a state at a step, or a loss of the readout."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import numpy as np

from ..activations import Array
from ..encoding import as_numbers
from ..errors import InputError
from ..network import DirectionName, Readout
from ..trace import LayerTrace, Trace
from .run import as_float64

BLOCK = 256
"""Steps whose scores are in memory at once."""


@dataclass(frozen=True)
class StateTarget:
    """A state after a step: of one unit, or the sum over all units where ``unit`` is None.

    ``step`` is a row of the trace, None for the one that the layer reads last. Of a projected layer the units of its
    hidden state are meant.
    """

    quantity: Literal["hidden_state", "cell_state"]
    layer: int
    direction: DirectionName
    step: int | None = None
    unit: int | None = None


@dataclass(frozen=True)
class LossTarget:
    """The loss of the readout at a step, or its mean over all steps whose next input is there to be predicted.

    With a softmax readout it is -log of the probability of ``token``, in nats; with a linear one half the squared
    distance to ``value`` (O,). Without them the next step's input is what should have come, where the readout predicts
    it.
    """

    step: int | None = None
    token: int | None = None
    value: Sequence[float] | Array | None = None


Target = StateTarget | LossTarget


class Seed(NamedTuple):
    """Where a gradient starts.

    ``value`` is the target's; ``states`` are its direct derivatives, (T, H) by index of the trace's layers and state;
    ``steps`` are the first and the last row that it looks at.
    """

    value: float
    states: dict[tuple[int, str], Array]
    steps: tuple[int, int]


def seed_of(trace: Trace, target: Target) -> Seed:
    """The target's value and its direct derivatives.

    Raises:
        InputError: the trace has no such state, unit or step, or nothing says what the loss is about; the pointer has
            the name of the target's field.
    """
    return _state_seed(trace, target) if isinstance(target, StateTarget) else _loss_seed(trace, target)


def _state_seed(trace: Trace, target: StateTarget) -> Seed:
    index = _find(trace, target)
    place = trace.layers[index]
    if target.quantity not in place.cell.state_names:
        known = " and ".join(place.cell.state_names)
        name = place.cell.name.upper()
        raise InputError(f"this {name} layer has the state {known}, not {target.quantity}", ("kind",))
    read_last = trace.steps - 1 if place.direction == "forward" else 0
    step = read_last if target.step is None else target.step
    _check_step(trace, step)
    state = place.quantities[target.quantity]
    size = state.shape[1]
    if target.unit is not None and not 0 <= target.unit < size:
        raise InputError(
            f"a unit of this layer's {target.quantity} must be one of 0 to {size - 1}, not {target.unit}", ("unit",)
        )
    units = slice(None) if target.unit is None else target.unit
    direct = np.zeros(state.shape)
    direct[step, units] = 1
    value = float(as_float64(state[step])[units].sum())
    return Seed(value, {(index, target.quantity): direct}, (step, step))


def _find(trace: Trace, target: StateTarget) -> int:
    for index, place in enumerate(trace.layers):
        if (place.layer, place.direction) == (target.layer, target.direction):
            return index
    known = ", ".join(f"layer {place.layer} {place.direction}" for place in trace.layers[:20])
    raise InputError(f"this network has {known}, not layer {target.layer} {target.direction}", ("layer",))


def _check_step(trace: Trace, step: int) -> None:
    if not 0 <= step < trace.steps:
        raise InputError(f"a step of this trace must be one of 0 to {trace.steps - 1}, not {step}", ("step",))


def _loss_seed(trace: Trace, target: LossTarget) -> Seed:
    readout = trace.network.readout
    if readout is None:
        raise InputError("a loss is about what a readout says, and this network has none", ("kind",))
    wanted = _wanted(trace, readout, target)
    steps = np.array(sorted(wanted))
    top = [index for index, place in enumerate(trace.layers) if place.layer == len(trace.network.layers) - 1]
    last = [trace.layers[index] for index in top]
    kernel, bias = as_float64(readout.kernel), as_float64(readout.bias)
    direct: dict[tuple[int, str], Array] = {
        (index, "hidden_state"): np.zeros(trace.layers[index].quantities["hidden_state"].shape) for index in top
    }
    total = 0.0
    for start in range(0, len(steps), BLOCK):
        rows = steps[start : start + BLOCK]
        loss, d_scores = _of_scores(_hidden(last, rows) @ kernel + bias, [wanted[row] for row in rows.tolist()])
        total += loss
        d_hidden: Array = d_scores @ kernel.T / len(steps)
        offset = 0
        for array in direct.values():
            array[rows] = d_hidden[:, offset : offset + array.shape[1]]
            offset += array.shape[1]
    return Seed(total / len(steps), direct, (int(steps[0]), int(steps[-1])))


def _hidden(places: Sequence[LayerTrace], rows: Array) -> Array:
    """What the readout read at these rows, (N, H): the directions side by side."""
    return np.concatenate([as_float64(place.quantities["hidden_state"][rows]) for place in places], axis=1)


def _of_scores(scores: Array, wanted: Sequence[Any]) -> tuple[float, Array]:
    """The sum of the losses of (N, O) scores, and its derivative by them; tokens or rows of O numbers are wanted."""
    if isinstance(wanted[0], int):
        at = np.arange(len(scores)), np.array(wanted)
        shifted = scores - scores.max(axis=1, keepdims=True)
        sums = np.exp(shifted).sum(axis=1)
        d_scores = np.exp(shifted) / sums[:, None]
        d_scores[at] -= 1
        return float((np.log(sums) - shifted[at]).sum()), d_scores
    error = scores - np.stack(wanted)
    return float(0.5 * (error**2).sum()), error


def _wanted(trace: Trace, readout: Readout, target: LossTarget) -> dict[int, Any]:
    """What should have come at each step that counts: a token id, or a row of numbers."""
    given = target.token if readout.kind == "softmax" else target.value
    other = target.value if readout.kind == "softmax" else target.token
    if other is not None:
        name, takes = ("value", "token") if readout.kind == "softmax" else ("token", "value")
        raise InputError(f"this network's readout is {readout.kind}: its loss takes a {takes}, not a {name}", (name,))
    if target.step is not None:
        _check_step(trace, target.step)
    if given is None:
        return _next_inputs(trace, readout, target.step)
    field = "token" if readout.kind == "softmax" else "value"
    if target.step is None:
        raise InputError(f"a {field} is what should come at one step: say at which", ("step",))
    if readout.kind == "softmax":
        return {target.step: _token(readout, given)}
    return {target.step: _row(readout, given)}


def _token(readout: Readout, token: Any) -> int:
    if not 0 <= token < readout.size:
        raise InputError(
            f"a token that this readout can say must be one of 0 to {readout.size - 1}, not {token}", ("token",)
        )
    return int(token)


def _row(readout: Readout, value: Any) -> Array:
    numbers = as_numbers(value)
    if numbers is None or numbers.shape != (readout.size,) or not np.isfinite(numbers).all():
        raise InputError(f"a value must be {readout.size} finite numbers, one for each output", ("value",))
    return as_float64(numbers)


def _next_inputs(trace: Trace, readout: Readout, step: int | None) -> dict[int, Any]:
    field = "token" if readout.kind == "softmax" else "value"
    if readout.predicts != "next_input":
        raise InputError(
            f"this network's readout does not say that it predicts the next input: give a step and the {field} that "
            "should come there",
            (field,),
        )
    encoded = trace.encoded
    if encoded.tokens is not None and readout.kind == "softmax":
        following: list[Any] = [int(token) for token in encoded.tokens[1:]]
        known = [0 <= token < readout.size for token in following]
    elif encoded.values is not None and readout.kind == "linear" and encoded.values.shape[1] == readout.size:
        following, known = list(as_float64(encoded.values[1:])), [True] * (trace.steps - 1)
    else:
        raise InputError(f"the next input is nothing that this readout can say: give a step and a {field}", (field,))
    if step is None:
        wanted = {row: following[row] for row in range(trace.steps - 1) if known[row]}
        if not wanted:
            raise InputError("no step of this sequence is followed by an input that could be predicted", ("step",))
        return wanted
    if step == trace.steps - 1:
        raise InputError(f"nothing follows the last step: give the {field} that should come after it", (field,))
    if not known[step]:
        raise InputError(f"the input after step {step} is no token that this readout can say: give one", (field,))
    return {step: following[step]}
