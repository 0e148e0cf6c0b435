"""The memory ledger: what of a state was written at which step, and has survived every forget gate since.

The cell state of an LSTM obeys ``c_t = f_t c_(t-1) + i_t g_t``, so that::

    c_t = (f_1 ... f_t) c_0 + sum over k <= t of (f_(k+1) ... f_t) i_k g_k

holds exactly: the state splits into its origins. A GRU's hidden state obeys the same with z in place of f and
``(1 - z) n`` in place of ``i g``. A simple RNN has no such path.

Products are taken step by step in float64, and nothing is ever divided by a small number. What a step wrote is the
state after it less what was kept of the state before it, as the trace has them: it differs from ``i g`` by that step's
own rounding, and makes the entries add up to the traced state. A state that an intervention set keeps nothing of what
it was; of one that it scaled, all that was kept is scaled.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from .activations import Array
from .errors import InputError
from .trace import LayerTrace, Trace

SPENT = 1e-250
"""What has shrunk below this counts as forgotten: smaller numbers soon are subnormal, which is many times slower."""
STEPS_BETWEEN_LOOKS = 16


@dataclass(frozen=True)
class Account:
    """Which quantity is kept, and by which gate: one row for each kind of cell that has a ledger."""

    state: str
    keep: str


ACCOUNTS: Mapping[str, Account] = {
    "lstm": Account("cell_state", "forget_gate"),
    "gru": Account("hidden_state", "update_gate"),
}


@dataclass(frozen=True, eq=False)
class Ledger:
    """Where the state of U units came from, seen from one step.

    ``steps`` (K,) are the steps read so far, the first one read in front: 0 .. t, or T-1 .. t for a layer that reads
    from the end. ``initial`` (U,) is what is left of the initial state, ``writes`` (K, U) what is left of each step's
    writing, ``total`` (U,) the traced state: ``initial + writes.sum(0) = total`` to within float64's rounding.
    """

    steps: Array
    initial: Array
    writes: Array
    total: Array


@dataclass(frozen=True, eq=False)
class Triangle:
    """The ledgers of one unit after every step, in the order of reading.

    ``steps`` (T,) are the steps as they were read. Row j is the ledger after the j-th of them: ``initial`` (T,),
    ``writes`` (T, T) with nothing above the diagonal, ``total`` (T,), all float64.
    """

    steps: Array
    initial: Array
    writes: Array
    total: Array


def account_of(place: LayerTrace) -> Account:
    """Which quantity the ledger of this layer splits, and by which gate.

    Raises:
        InputError: the cell has none.
    """
    try:
        return ACCOUNTS[place.cell.name]
    except KeyError:
        raise InputError(
            f"a memory ledger needs a cell whose state is kept by a gate, {' or '.join(map(str.upper, ACCOUNTS))}, "
            f"not a simple {place.cell.name.upper()}: that computes its whole state anew at every step",
            ("layer",),
        ) from None


def ledger(trace: Trace, index: int, step: int, unit: int | None = None) -> Ledger:
    """The ledger of one unit of ``trace.layers[index]``, or of all, as of ``step``, a row of the trace.

    Raises:
        InputError: the cell has no ledger, or the trace no such unit or step.
    """
    keep, state, initial, steps = _in_reading_order(trace, trace.layers[index], unit)
    check_index("step", step, len(steps))
    count = step + 1 if trace.layers[index].direction == "forward" else len(steps) - step
    written = _written(keep[:count], state[:count], initial)
    survived = np.empty((count + 1, len(initial)))
    survived[count] = 1
    for k in range(count - 1, -1, -1):
        np.multiply(survived[k + 1], keep[k], out=survived[k])
        if k % STEPS_BETWEEN_LOOKS == 0:
            _settle(survived[k])
    written *= survived[1:]
    return Ledger(steps[:count], survived[0] * initial, written, state[count - 1])


def triangle(trace: Trace, index: int, unit: int) -> Triangle:
    """The ledgers of one unit of ``trace.layers[index]`` after every step.

    Raises:
        InputError: the cell has no ledger, or no such unit.
    """
    keep, state, initial, steps = _in_reading_order(trace, trace.layers[index], unit)
    count, gates, written = len(steps), keep[:, 0], _written(keep, state, initial)[:, 0]
    writes, left = np.zeros((count, count)), np.empty(count)
    before, kept = np.empty(0), initial
    for j in range(count):
        row, kept = writes[j, :j], kept * gates[j]
        np.multiply(before, gates[j], out=row)
        if j % STEPS_BETWEEN_LOOKS == 0:
            _settle(row)
            _settle(kept)
        writes[j, j], left[j] = written[j], kept[0]
        before = writes[j, : j + 1]
    return Triangle(steps, left, writes, state[:, 0])


def check_index(name: str, value: int, size: int) -> None:
    """That a unit or step is there.

    Raises:
        InputError: it is not.
    """
    if not 0 <= value < size:
        known = f"one of 0 to {size - 1:,}" if size > 1 else "0"
        raise InputError(f"the {name} must be {known}, not {str(value)[:20]}", (name,))


def _in_reading_order(trace: Trace, place: LayerTrace, unit: int | None) -> tuple[Array, Array, Array, Array]:
    """What is kept and the state (T, U), initial state (U,), and the steps (T,), with the step read first in front."""
    account = account_of(place)
    if unit is not None:
        check_index("unit", unit, place.cell.hidden_size)
    units = slice(None) if unit is None else slice(unit, unit + 1)
    keep, state = (place.quantities[name][:, units].astype(np.float64) for name in (account.keep, account.state))
    for one in trace.interventions:
        here = (one.layer, one.direction, one.quantity) == (place.layer, place.direction, account.state)
        if here and one.operation != "add" and (unit is None or one.on(unit)):
            columns = list(one.units) if unit is None and one.units is not None else slice(None)
            keep[slice(*(one.steps or (None,))), columns] *= one.value if one.operation == "scale" else 0
    turn = slice(None, None, 1 if place.direction == "forward" else -1)
    initial = place.initial_state[account.state][units].astype(np.float64)
    return keep[turn], state[turn], initial, np.arange(len(state))[turn]


def _written(keep: Array, state: Array, initial: Array) -> Array:
    """What each step added, (K, U): the state after it less what was kept of the state before it."""
    written = state.copy()
    written[0] -= keep[0] * initial
    written[1:] -= keep[1:] * state[:-1]
    return written


def _settle(row: Array) -> None:
    """Take what is as good as nothing for nothing."""
    row[np.abs(row) < SPENT] = 0
