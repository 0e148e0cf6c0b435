"""The arithmetic of a single number: every product that a quantity of one unit at one step is the sum of.

The products are formed and added in float64 from the network's own numbers, so that of a float32 network they are
exact; ``rounding`` says by how much the number in the trace, computed in the network's precision, differs from what
they give.
"""

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from .activations import ACTIVATIONS, Array
from .cells import GRU, LSTM, RNN
from .equations import equation
from .errors import InputError, NumericalError
from .interventions import Operation
from .ledger import check_index
from .quantities import names_for
from .trace import LayerTrace, Trace


@dataclass(frozen=True)
class Term:
    """One product: ``value`` times ``weight``, times ``factor`` where a gate stands in between.

    ``source`` is input, hidden, bias or peephole; coupled for a forget gate that is 1 - i; of the states kept, written
    or read out. ``index`` is the feature or unit that the value belongs to, None where there is only one.
    """

    source: str
    index: int | None
    label: str
    value: float
    weight: float
    factor: float = 1.0

    @property
    def product(self) -> float:
        """What the term adds."""
        return self.value * self.weight * self.factor


@dataclass(frozen=True)
class Change:
    """What an intervention made of the number."""

    operation: Operation
    value: float
    before: float
    after: float


@dataclass(frozen=True)
class Arithmetic:
    """A number and where it comes from: ``value`` is ``activation(pre_activation)``, changed by ``interventions``.

    It is so up to ``rounding``. ``pre_activation`` is the sum of the terms' products, rounded once; ``equation`` the
    formula they fill.
    """

    terms: tuple[Term, ...]
    pre_activation: float
    activation: str
    value: float
    rounding: float
    equation: str
    interventions: tuple[Change, ...]


@dataclass(frozen=True)
class _Moment:
    """What a cell sees at one step: its input, its state before, and its quantities, each a vector in float64."""

    cell: Any
    x: Array
    before: Mapping[str, Array]
    now: Mapping[str, Array]
    labels: tuple[str, ...]


Terms = tuple[list[Term], str]


def arithmetic(trace: Trace, index: int, quantity: str, unit: int, step: int) -> Arithmetic:
    """The arithmetic of one quantity of ``trace.layers[index]``, for one unit at one step.

    Raises:
        InputError: the layer has no such quantity or unit, or the trace no such step; the pointer names which.
    """
    place = trace.layers[index]
    cell = place.cell
    if quantity not in cell.sizes:
        known = ", ".join(names_for(cell.name))
        raise InputError(
            f"a quantity of this {cell.name.upper()} layer must be one of {known}, not {quantity[:40]!r}", ("quantity",)
        )
    check_index("unit", unit, cell.sizes[quantity])
    check_index("step", step, trace.steps)
    terms, activation = TERMS[cell.name](_moment(trace, place, step), quantity, unit)
    total = _sum(terms, quantity)
    value = float(place.quantities[quantity][step, unit])
    expected = float(ACTIVATIONS[activation].function(np.array(total)))
    changes = tuple(_changes(trace, place, quantity, unit, step, expected))
    if changes:
        expected = changes[-1].after
    return Arithmetic(tuple(terms), total, activation, value, value - expected, equation(cell, quantity), changes)


def _changes(trace: Trace, place: LayerTrace, quantity: str, unit: int, step: int, number: float) -> Iterator[Change]:
    for one in trace.interventions:
        here = (one.layer, one.direction, one.quantity) == (place.layer, place.direction, quantity)
        if here and one.on(unit) and one.at(step):
            after = float(one.apply(np.array(number)))
            yield Change(one.operation, one.value, number, after)
            number = after


def _sum(terms: list[Term], quantity: str) -> float:
    """The sum without rounding in between.

    Raises:
        NumericalError: it is infinite, as it can be where a gate is still 0 or 1.
    """
    try:
        total = math.fsum(term.product for term in terms)
    except (OverflowError, ValueError):
        total = math.inf
    if not math.isfinite(total):
        raise NumericalError(f"the sum inside the {quantity.replace('_', ' ')} must be finite to be shown")
    return total


def _moment(trace: Trace, place: LayerTrace, step: int) -> _Moment:
    earlier = step - 1 if place.direction == "forward" else step + 1
    inside = 0 <= earlier < trace.steps
    before = {
        name: place.quantities[name][earlier] if inside else place.initial_state[name]
        for name in place.cell.state_names
    }
    return _Moment(
        place.cell,
        trace.layer_input(place.layer, step).astype(np.float64),
        {name: array.astype(np.float64) for name, array in before.items()},
        {name: array[step].astype(np.float64) for name, array in place.quantities.items()},
        _input_labels(trace, place, step),
    )


def _input_labels(trace: Trace, place: LayerTrace, step: int) -> tuple[str, ...]:
    """What each number that a layer reads is called."""
    size = place.cell.input_size
    if place.layer == 0 and trace.network.columns:
        return trace.network.columns
    if place.layer == 0:
        stem = trace.encoded.labels[step] if trace.encoded.kind == "tokens" else "x"
        return tuple(f"{stem}[{d}]" for d in range(size))
    below = [layer for layer in trace.layers if layer.layer == place.layer - 1]
    return tuple(
        f"h[{unit}] of layer {layer.layer}" + (f", {layer.direction}" if len(below) > 1 else "")
        for layer in below
        for unit in range(layer.cell.output_size)
    )


def _products(source: str, labels: Any, values: Array, weights: Array, factor: Any = None) -> Iterator[Term]:
    factors = np.broadcast_to(1.0 if factor is None else factor, values.shape)
    for place, (label, value, weight, scale) in enumerate(
        zip(labels, values.tolist(), weights.astype(np.float64).tolist(), factors.tolist(), strict=True)
    ):
        yield Term(source, place, label, value, weight, scale)


def _of_gate(at: _Moment, column: int, factor: Any = None) -> list[Term]:
    """Input and hidden terms of one column of the kernels."""
    h = at.before["hidden_state"]
    names = (f"h[{unit}]" for unit in range(len(h)))
    return [
        *_products("input", at.labels, at.x, at.cell.kernel[:, column]),
        *_products("hidden", names, h, at.cell.recurrent_kernel[:, column], factor),
    ]


def _bias(label: str, weight: float, factor: float = 1.0) -> Term:
    return Term("bias", None, label, 1.0, float(weight), factor)


def _of_lstm(at: _Moment, quantity: str, unit: int) -> Terms:
    cell: LSTM = at.cell
    c_before, now = at.before["cell_state"], at.now
    shown = ACTIVATIONS[cell.output_activation].function
    if quantity == "cell_state":
        return [
            Term("kept", unit, f"c[{unit}] before", float(c_before[unit]), float(now["forget_gate"][unit])),
            Term("written", unit, f"g[{unit}]", float(now["candidate"][unit]), float(now["input_gate"][unit])),
        ], "linear"
    if quantity == "hidden_state" and cell.projection is None:
        told, name = shown(now["cell_state"]), f"{cell.output_activation}(c[{unit}])"
        return [Term("read out", unit, name, float(told[unit]), float(now["output_gate"][unit]))], "linear"
    if quantity == "hidden_state":
        assert cell.projection is not None  # the case before
        names = (f"o[{one}] {cell.output_activation}(c[{one}])" for one in range(cell.hidden_size))
        told = now["output_gate"] * shown(now["cell_state"])
        return list(_products("read out", names, told, cell.projection[:, unit])), "linear"
    if quantity == "forget_gate" and cell.coupled:
        return [_bias("1", 1.0), Term("coupled", unit, f"i[{unit}]", float(now["input_gate"][unit]), -1.0)], "linear"
    gate = cell.gates.index(quantity)
    column = gate * cell.hidden_size + unit
    terms = [*_of_gate(at, column), _bias("b", cell.bias[column])]
    if cell.peepholes is not None and quantity != "candidate":
        row = ("input_gate", "forget_gate", "output_gate").index(quantity)
        after = quantity == "output_gate"
        seen, label = (now["cell_state"], f"c[{unit}]") if after else (c_before, f"c[{unit}] before")
        terms.append(Term("peephole", unit, label, float(seen[unit]), float(cell.peepholes[row, unit])))
    return terms, cell.activation if quantity == "candidate" else cell.recurrent_activation


def _of_gru(at: _Moment, quantity: str, unit: int) -> Terms:
    cell: GRU = at.cell
    if quantity == "hidden_state":
        z = float(at.now["update_gate"][unit])
        return [
            Term("kept", unit, f"h[{unit}] before", float(at.before["hidden_state"][unit]), z),
            Term("written", unit, f"n[{unit}]", float(at.now["candidate"][unit]), 1 - z),
        ], "linear"
    column = cell.gates.index(quantity) * cell.hidden_size + unit
    factor: Any = None
    if quantity == "candidate":
        factor = float(at.now["reset_gate"][unit]) if cell.reset_after else at.now["reset_gate"]
    scale = factor if isinstance(factor, float) else 1.0
    terms = [
        *_of_gate(at, column, factor),
        _bias("b", cell.bias[column]),
        _bias("b of h", cell.recurrent_bias[column], scale),
    ]
    return terms, cell.activation if quantity == "candidate" else cell.recurrent_activation


def _of_rnn(at: _Moment, _: str, unit: int) -> Terms:
    cell: RNN = at.cell
    return [*_of_gate(at, unit), _bias("b", cell.bias[unit])], cell.activation


TERMS: Mapping[str, Callable[[_Moment, str, int], Terms]] = {"lstm": _of_lstm, "gru": _of_gru, "rnn": _of_rnn}
"""How each kind of cell's quantities are sums."""
