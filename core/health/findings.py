"""Figures in plain sentences: what deserves a look, how open the gates are, how long memory lasts."""

from collections.abc import Iterator

import numpy as np

from ..activations import ACTIVATIONS, Array
from ..ledger import ACCOUNTS
from .figures import Finding, FindingKind, Hint, LayerHealth, QuantityHealth
from .running import ALWAYS, HIGH, LOW

SHORT = 4.0
"""A median half-life in steps below which the bias of the gate that keeps is worth a sentence."""

BIASES = (1.0, 2.0, 3.0)
"""What a training could start from instead,"""

NOTICEABLE = 0.25
"""where it is more than this above what there is."""

UNITS_NAMED = 8


def findings_of(layer: LayerHealth) -> Iterator[Finding]:
    """Units that are dead, stuck, always closed or open, saturated or forgetful."""

    def of(kind: FindingKind, quantity: str, which: Array, words: str) -> Iterator[Finding]:
        units = tuple(np.flatnonzero(which).tolist())
        if units:
            noun = "row" if layer.is_projected(quantity) else "unit"
            said = words.format(units=_named(units, len(which), noun), are="is" if len(units) == 1 else "are")
            share = len(units) / len(which)
            yield Finding(kind, layer.layer, layer.direction, quantity, units, share, f"{layer.name}: {said}")

    yield from of("dead", "hidden_state", layer.dead, "{units} {are} dead: the hidden state stays at 0.")
    for row in layer.quantities:
        name = row.quantity.replace("_", " ")
        if row.quantity.endswith("_gate") and row.low is not None and row.high is not None:
            closed, opened = row.low >= ALWAYS, row.high >= ALWAYS
            either = (row.low + row.high >= ALWAYS) & ~closed & ~opened
            yield from of("closed", row.quantity, closed, f"the {name} of {{units}} is always closed.")
            yield from of("open", row.quantity, opened, f"the {name} of {{units}} is always open.")
            words = f"the {name} of {{units}} is saturated: always open or closed, never in between."
            yield from of("saturated", row.quantity, either, words)
            yield from of(
                "stuck", row.quantity, row.stuck & ~closed & ~opened, f"the {name} of {{units}} hardly moves."
            )
        elif row.low is not None and row.high is not None:
            words = f"the {name} of {{units}} is saturated: beyond ±{HIGH} all the time."
            yield from of("saturated", row.quantity, row.low + row.high >= ALWAYS, words)
        if row.quantity == "hidden_state":
            words = "{units} {are} stuck: the hidden state hardly moves."
            yield from of("stuck", row.quantity, row.stuck & ~layer.dead, words)
    if layer.half_life is not None:
        words = "{units} {are} forgetful: half of a memory is gone within a step."
        yield from of("forgetful", ACCOUNTS[layer.cell.name].keep, layer.half_life < 1, words)


def openness(layer: LayerHealth) -> str | None:
    """How open its gates are on average; None for a cell without any."""
    told = [_how_open(row) for row in layer.quantities if row.quantity.endswith("_gate") and row.low is not None]
    return f"{layer.name}: on average {_and(told)}." if told else None


def memory(layer: LayerHealth) -> str:
    """How long its memory lasts."""
    if layer.half_life is None:
        return f"{layer.name}: a simple RNN has no gate that keeps, so that memory has no half-life."
    middle = float(np.median(layer.half_life))
    if np.isinf(middle):
        return f"{layer.name}: most units forget nothing."
    return f"{layer.name}: the median unit forgets half of what it holds in {_steps(middle)}."


def hint(layer: LayerHealth) -> Hint | None:
    """What the bias of the gate that keeps has to do with a short memory; None where memory is not short."""
    if layer.half_life is None or np.median(layer.half_life) >= SHORT:
        return None
    keep = ACCOUNTS[layer.cell.name].keep
    biases = keeping_bias(layer)
    bias, resting = float(biases.mean()), _resting_half_life(layer, biases)
    higher = [value for value in BIASES if value > bias + NOTICEABLE]
    others = [f"of {value:g}, {_steps(_resting_half_life(layer, np.array([value])))}" for value in higher]
    words = f"{layer.name}: memory is short. The bias of the {keep.replace('_', ' ')} averages {bias:.2f}, at which "
    words += f"half of a memory is gone in {_steps(resting)}"
    words += f"; at a bias {_and(others)}. If longer memories are needed, train from a higher one." if others else "."
    return Hint(layer.layer, layer.direction, keep, bias, None if np.isinf(resting) else resting, words)


def keeping_bias(layer: LayerHealth) -> Array:
    """The bias, (H,), of the gate that keeps the state, as if it were added to it alone."""
    cell, arrays = layer.cell, layer.cell.arrays()
    coupled = bool(cell.options().get("coupled"))
    index = cell.gates.index("input_gate" if coupled else ACCOUNTS[cell.name].keep)
    both = arrays["bias"] + arrays.get("recurrent_bias", 0)
    bias = both[index * cell.hidden_size : (index + 1) * cell.hidden_size].astype(np.float64)
    return -bias if coupled else bias


def _resting_half_life(layer: LayerHealth, bias: Array) -> float:
    gate = ACTIVATIONS[str(layer.cell.options()["recurrent_activation"])].function(bias)
    return float(np.median(half_life(np.log2(np.maximum(np.abs(gate), np.finfo(float).tiny)))))


def half_life(rate: Array) -> Array:
    """Steps, (H,), until half is forgotten, by the mean of log2 of what is kept: infinite where that is not below 0."""
    return np.asarray(np.where(rate < 0, 1 / np.maximum(-rate, np.finfo(float).tiny), np.inf))


def _how_open(row: QuantityHealth) -> str:
    assert row.low is not None  # the caller asks only of gates with bounds
    assert row.high is not None
    extremes = f"{row.low.mean():.0%} of its values below {LOW}, {row.high.mean():.0%} above {HIGH}"
    return f"the {row.quantity.replace('_', ' ')} is {row.mean.mean():.2f} open ({extremes})"


def _steps(count: float) -> str:
    if np.isinf(count):
        return "no number of steps"
    text = f"{count:.2g}" if count < 100 else f"{count:,.0f}"
    return f"{text} step{'s' * (text != '1')}"


def _and(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def _named(units: tuple[int, ...], count: int, noun: str) -> str:
    if len(units) == count > 1:
        return f"all {count} {noun}s"
    shown = ", ".join(map(str, units[:UNITS_NAMED])) + (", ..." if len(units) > UNITS_NAMED else "")
    return f"{noun} {shown}" if len(units) == 1 else f"{len(units)} {noun}s ({shown})"
