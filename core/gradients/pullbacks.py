"""Derivatives through one step, from the states after it to those before it and to what it read, for each cell.

Everything a step's derivative needs beside the weights is a factor for each unit, which is worked out for many steps at
once. Going back a step is then a few products by those factors and one by the recurrent weights, for B targets side by
side: arrays are (H, B), a column for each target.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any, ClassVar, NamedTuple

import numpy as np

from ..activations import ACTIVATIONS, Array
from ..cells import GRU, LSTM, RNN
from .run import Part, Run, as_float64

States = dict[str, Array]


class Back(NamedTuple):
    """One step back: derivatives by the states after the step, by those before it, and by what the kernel gave."""

    after: States
    before: States
    d_pre: Array


class Pullback(ABC):
    """The way back through the steps of one run."""

    cell: ClassVar[str]

    def __init__(self, run: Run) -> None:
        cell: Any = run.cell
        self.kernel = as_float64(cell.kernel)
        self.recurrent_kernel = as_float64(cell.recurrent_kernel)

    @abstractmethod
    def factors(self, part: Part) -> list[tuple[Array, ...]]:
        """What each step's derivative is made of, (H, 1) each."""

    @abstractmethod
    def back(self, d: States, factors: tuple[Array, ...]) -> Back:
        """One step back from the derivatives ``d`` by the states after it, not counting one state through another."""

    @abstractmethod
    def kept(self, part: Part) -> Array | None:
        """(N, H): by what each step multiplies the state it keeps, None for a cell that keeps nothing as it is."""


def _by_step(*arrays: Array) -> list[tuple[Array, ...]]:
    return list(zip(*(array[:, :, None] for array in arrays), strict=True))


def _derivatives(part: Part, activation: str) -> Callable[[str], Array]:
    """For a quantity's name: its derivative by what stood inside its activation, and what interventions made of it."""
    derivative = ACTIVATIONS[activation].derivative
    return lambda name: derivative(part.computed[name]) * part.gain(name)


class LSTMPullback(Pullback):
    """h = o tanh(c), projected; c = f c_before + i g."""

    cell = LSTM.name

    def __init__(self, run: Run) -> None:
        super().__init__(run)
        cell: Any = run.cell
        self.projection = None if cell.projection is None else as_float64(cell.projection)
        self.see = None if cell.peepholes is None else as_float64(cell.peepholes)[:, :, None]
        self.coupled = cell.coupled
        self.names = (cell.recurrent_activation, cell.activation, cell.output_activation)

    def factors(self, part: Part) -> list[tuple[Array, ...]]:
        """Of h by h told, o's sum and c; of c by the sums of i, f and g, and by c before; in this order."""
        gate, candidate = (_derivatives(part, name) for name in self.names[:2])
        output = ACTIVATIONS[self.names[2]]
        i, f, g, o, c = (part.quantities[name] for name in (*LSTM.gates, "cell_state"))
        c_before, shown = part.before["cell_state"], output.function(c)
        told = part.gains.get("hidden_state", np.ones((len(c), 1)))
        by_i, by_f = g, c_before * gate("forget_gate")
        if self.coupled:
            by_i, by_f = g - c_before * part.gain("forget_gate"), np.zeros_like(f)
        remains = part.gain("cell_state")
        return _by_step(
            told,
            shown * gate("output_gate"),
            o * output.derivative(shown),
            by_i * gate("input_gate") * remains,
            by_f * remains,
            i * candidate("candidate") * remains,
            f * remains,
        )

    def back(self, d: States, factors: tuple[Array, ...]) -> Back:
        """One step back; see `Pullback.back`."""
        told, told_by_o, told_by_c, c_by_i, c_by_f, c_by_g, c_by_c = factors
        d_h = d["hidden_state"]
        d_told = d_h if told.size == 1 else d_h * told
        if self.projection is not None:
            d_told = self.projection @ d_told
        d_c = d_told * told_by_c
        d_c += d["cell_state"]
        d_pre = np.empty((4 * len(d_c), d_c.shape[1]))
        d_i, d_f, d_g, d_o = d_pre.reshape(4, *d_c.shape)
        np.multiply(d_told, told_by_o, d_o)
        if self.see is not None:
            d_c += self.see[2] * d_o
        np.multiply(d_c, c_by_i, d_i)
        np.multiply(d_c, c_by_f, d_f)
        np.multiply(d_c, c_by_g, d_g)
        d_c_before = d_c * c_by_c
        if self.see is not None:
            d_c_before += self.see[0] * d_i + self.see[1] * d_f
        before = {"hidden_state": self.recurrent_kernel @ d_pre, "cell_state": d_c_before}
        return Back({"hidden_state": d_h, "cell_state": d_c}, before, d_pre)

    def kept(self, part: Part) -> Array:
        """The forget gate, and 0 where the cell state was set."""
        return part.quantities["forget_gate"] * part.gain("cell_state")


class GRUPullback(Pullback):
    """h = (1 - z) n + z h_before."""

    cell = GRU.name

    def __init__(self, run: Run) -> None:
        super().__init__(run)
        cell: Any = run.cell
        units = cell.hidden_size
        self.u_rz, self.u_n = self.recurrent_kernel[:, : 2 * units], self.recurrent_kernel[:, 2 * units :]
        self.inner_bias = as_float64(cell.recurrent_bias)[2 * units :]
        self.reset_after = cell.reset_after
        self.names = (cell.recurrent_activation, cell.activation)

    def factors(self, part: Part) -> list[tuple[Array, ...]]:
        """Of h by the sums of z and n; of what the reset gate scales by r's sum; r, and z; in this order."""
        gate, candidate = (_derivatives(part, name) for name in self.names)
        r, z, n = (part.quantities[name] for name in GRU.gates)
        h_before, remains = part.before["hidden_state"], part.gain("hidden_state")
        scaled = h_before @ self.u_n + self.inner_bias if self.reset_after else h_before
        return _by_step(
            (h_before - n) * gate("update_gate") * remains,
            (1 - z) * candidate("candidate") * remains,
            scaled * gate("reset_gate"),
            r,
            z * remains,
        )

    def back(self, d: States, factors: tuple[Array, ...]) -> Back:
        """One step back; see `Pullback.back`."""
        h_by_z, h_by_n, reset_by_r, r, h_by_h = factors
        d_h = d["hidden_state"]
        d_z, d_n, d_before = d_h * h_by_z, d_h * h_by_n, d_h * h_by_h
        if self.reset_after:
            d_r = d_n * reset_by_r
            d_before += self.recurrent_kernel @ np.concatenate((d_r, d_z, d_n * r))
        else:
            d_reset = self.u_n @ d_n
            d_r = d_reset * reset_by_r
            d_before += d_reset * r + self.u_rz @ np.concatenate((d_r, d_z))
        return Back({"hidden_state": d_h}, {"hidden_state": d_before}, np.concatenate((d_r, d_z, d_n)))

    def kept(self, part: Part) -> Array:
        """The update gate, and 0 where the hidden state was set."""
        return part.quantities["update_gate"] * part.gain("hidden_state")


class RNNPullback(Pullback):
    """h = tanh(W x + U h_before + b)."""

    cell = RNN.name

    def __init__(self, run: Run) -> None:
        super().__init__(run)
        cell: Any = run.cell
        self.activation = cell.activation

    def factors(self, part: Part) -> list[tuple[Array, ...]]:
        """Of h by its sum."""
        return _by_step(_derivatives(part, self.activation)("hidden_state"))

    def back(self, d: States, factors: tuple[Array, ...]) -> Back:
        """One step back; see `Pullback.back`."""
        d_pre = d["hidden_state"] * factors[0]
        return Back(d, {"hidden_state": self.recurrent_kernel @ d_pre}, d_pre)

    def kept(self, part: Part) -> None:
        """Nothing is kept as it is."""


PULLBACKS: dict[str, type[Pullback]] = {kind.cell: kind for kind in (LSTMPullback, GRUPullback, RNNPullback)}
"""The way back through each kind of cell, by its name."""
