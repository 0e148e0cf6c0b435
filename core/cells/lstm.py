"""Long short-term memory (Hochreiter and Schmidhuber 1997, with the forget gate of Gers et al. 2000)."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from typing import ClassVar

import numpy as np

from ..activations import Array, d_sigmoid, d_tanh, sigmoid, tanh
from .cell import Cell, CellGradients, Poll, State, outer_sum, previous, project_inputs, total
from .working import Pool, Recurrence, aligned_empty, rows_of


@dataclass(frozen=True, eq=False)
class LSTM(Cell):
    """Parameters with the columns i, f, g, o: ``kernel`` (D, 4H), ``recurrent_kernel`` (H, 4H), ``bias`` (4H,)."""

    name: ClassVar[str] = "lstm"
    gates: ClassVar[tuple[str, ...]] = ("input_gate", "forget_gate", "candidate", "output_gate")
    state_names: ClassVar[tuple[str, ...]] = ("hidden_state", "cell_state")

    bias: Array

    @classmethod
    def expected_shapes(cls, input_size: int, hidden_size: int) -> dict[str, tuple[int, ...]]:
        """Shape of every parameter array for D inputs and H units."""
        columns = 4 * hidden_size
        return {"kernel": (input_size, columns), "recurrent_kernel": (hidden_size, columns), "bias": (columns,)}

    def step(self, x: Array, state: State) -> dict[str, Array]:
        """One step by the textbook; see `Cell.step`."""
        h, c = state["hidden_state"], state["cell_state"]
        i_pre, f_pre, g_pre, o_pre = np.split(x @ self.kernel + h @ self.recurrent_kernel + self.bias, 4, axis=-1)
        i = sigmoid(i_pre)
        f = sigmoid(f_pre)
        g = tanh(g_pre)
        o = sigmoid(o_pre)
        c = f * c + i * g
        h = o * tanh(c)
        return {"input_gate": i, "forget_gate": f, "candidate": g, "output_gate": o, "cell_state": c, "hidden_state": h}

    @cached_property
    def _working(self) -> tuple[Array, Array, Array]:
        """Kernel, recurrent kernel and bias with the columns -i, -f, -o, g: see `forward`."""
        units = self.hidden_size

        def arrange(array: Array) -> Array:
            i, f, g, o = (array[..., k * units : (k + 1) * units] for k in range(4))
            return np.concatenate((-i, -f, -o, g), axis=-1)

        return arrange(self.kernel), arrange(self.recurrent_kernel), arrange(self.bias)

    @cached_property
    def _blocks(self) -> Pool["_Block"]:
        return Pool(partial(_Block, self._working[1]), self.hidden_size, self.dtype)

    def forward(self, inputs: Array, state: State, poll: Poll | None = None) -> dict[str, Array]:
        """The steps of a whole sequence; see `Cell.forward`."""
        with self._blocks.borrow(inputs) as block:
            return self._run(block, inputs, state, poll)

    def _run(self, block: "_Block", inputs: Array, state: State, poll: Poll | None) -> dict[str, Array]:
        units = self.hidden_size
        kernel, _, bias = self._working
        names = ("input_gate", "forget_gate", "candidate", "output_gate", "cell_state", "hidden_state")
        shape = (len(inputs), units, *inputs.shape[2:])
        i, f, g, o, c, h = trace = [np.empty(shape, self.dtype) for _ in names]
        rows, hidden, projected, recurrence = block.rows, block.hidden, block.projected, block.recurrence
        settled, both, written, kept, shown, one = (
            block.settled, block.both, block.written, block.kept, block.shown, block.one
        )  # fmt: skip

        rows[0, 4 * units :] = state["cell_state"]
        hidden[0] = state["hidden_state"]
        guarded = False
        add, exp, tanh, divide = np.add, np.exp, np.tanh, np.divide
        with np.errstate(over="ignore", invalid="ignore"):
            for start in range(0, len(inputs), len(projected)):
                count = min(len(projected), len(inputs) - start)
                if poll is not None:
                    poll()
                project_inputs(inputs[start : start + count], kernel, bias, projected[:count])
                views = block.views[:count]
                for h_before, z, product, pre, p, d_ifo, z_g, g_and_c, d_if, d_o, c_after, h_after in views:
                    if guarded:
                        recurrence.settle(h_before, settled)
                        recurrence.products([settled], [z])[0]()
                    else:
                        product()
                    add(pre, p, pre)
                    exp(d_ifo, d_ifo)
                    tanh(z_g, z_g)
                    add(d_ifo, one, d_ifo)
                    divide(g_and_c, d_if, both)
                    add(written, kept, c_after)
                    tanh(c_after, shown)
                    divide(shown, d_o, h_after)
                done = slice(start, start + count)
                np.reciprocal(rows[:count, :units], out=i[done])
                np.reciprocal(rows[:count, units : 2 * units], out=f[done])
                np.reciprocal(rows[:count, 2 * units : 3 * units], out=o[done])
                g[done] = rows[:count, 3 * units : 4 * units]
                c[done] = rows[1 : count + 1, 4 * units :]
                h[done] = hidden[1 : count + 1]
                rows[0, 4 * units :] = rows[count, 4 * units :]
                hidden[0] = hidden[count]
                guarded = recurrence.has_tiny(hidden[0])
        return dict(zip(names, trace, strict=True))

    def backward(
        self, inputs: Array, state: State, quantities: Mapping[str, Array], d_hidden_state: Array
    ) -> CellGradients:
        """Backpropagation through time; see `Cell.backward`."""
        i, f, g, o = (quantities[name] for name in self.gates)
        c = quantities["cell_state"]
        h_before = previous(state["hidden_state"], quantities["hidden_state"])
        c_before = previous(state["cell_state"], c)
        tanh_c = np.tanh(c)

        # Derivatives of one step, for all steps at once: of h by o_pre and c, and of c by i_pre, f_pre and g_pre.
        h_by_o_pre = tanh_c * d_sigmoid(o)
        h_by_c = o * d_tanh(tanh_c)
        c_by_pre = np.stack((g * d_sigmoid(i), c_before * d_sigmoid(f), i * d_tanh(g)), axis=1)

        steps, units, batch = inputs.shape[0], self.hidden_size, inputs.shape[2:]
        d_pre = np.empty((steps, 4, units, *batch), self.dtype)
        d_h = np.array(d_hidden_state, dtype=self.dtype)
        d_c = np.empty_like(d_h)
        dh_next, dc_next = np.zeros((units, *batch), self.dtype), np.zeros((units, *batch), self.dtype)
        for t in range(steps - 1, -1, -1):
            dh, dc = d_h[t], d_c[t]
            dh += dh_next
            np.multiply(dh, h_by_c[t], out=dc)
            dc += dc_next
            np.multiply(dc, c_by_pre[t], out=d_pre[t, :3])
            np.multiply(dh, h_by_o_pre[t], out=d_pre[t, 3])
            np.multiply(dc, f[t], out=dc_next)
            np.dot(self.recurrent_kernel, d_pre[t].reshape(4 * units, *batch), out=dh_next)

        flat = d_pre.reshape(steps, 4 * units, *batch)
        return CellGradients(
            {"kernel": outer_sum(inputs, flat), "recurrent_kernel": outer_sum(h_before, flat), "bias": total(flat)},
            np.matmul(self.kernel, flat) if batch else flat @ self.kernel.T,
            {"hidden_state": dh_next, "cell_state": dc_next},
            {"d_hidden_state": d_h, "d_cell_state": d_c},
        )

    def pre_activations(self, inputs: Array, state: State, quantities: Mapping[str, Array]) -> dict[str, Array]:
        """What stood inside each activation; see `Cell.pre_activations`."""
        h_before = previous(state["hidden_state"], quantities["hidden_state"])
        pre = inputs @ self.kernel + h_before @ self.recurrent_kernel + self.bias
        return dict(zip(self.gates, np.split(pre, 4, axis=-1), strict=True))


class _Block:
    """Working memory of `LSTM.forward` for some steps, with each step's views of it made once.

    A step works in one row ``[d_i | d_f | d_o | g | c before]`` where d = 1 + exp(-pre), so that a gate is 1 / d: the
    exponential and the additions serve three gates in one call each, and one division gives ``[g / d_i | c / d_f]``,
    what is written and what is kept.
    """

    def __init__(self, recurrent_kernel: Array, steps: int, batch: tuple[int, ...]) -> None:
        """``recurrent_kernel`` (H, 4H) with the columns -i, -f, -o, g; ``batch`` is () or (B,)."""
        units, dtype = len(recurrent_kernel), recurrent_kernel.dtype
        self.recurrence = Recurrence(recurrent_kernel, bool(batch))
        self.rows = aligned_empty((steps + 1, 5 * units, *batch), dtype)
        self.hidden = aligned_empty((steps + 1, units, *batch), dtype)
        self.projected = aligned_empty((steps, 4 * units, *batch), dtype)
        self.settled = np.empty((units, *batch), dtype)
        width = self.settled.size
        self.both = np.empty(2 * width, dtype)
        self.written, self.kept, self.shown = self.both[:width], self.both[width:], np.empty(width, dtype)
        self.one = np.ones(3 * width, dtype)
        rows, before = self.rows.reshape(steps + 1, -1), self.rows[:-1].reshape(steps, -1)
        self.views = list(
            zip(
                self.hidden[:-1],
                self.rows[:-1, : 4 * units],
                self.recurrence.products(self.hidden[:-1], self.rows[:-1, : 4 * units]),
                before[:, : 4 * width],
                rows_of(self.projected),
                before[:, : 3 * width],
                before[:, 3 * width : 4 * width],
                before[:, 3 * width :],
                before[:, : 2 * width],
                before[:, 2 * width : 3 * width],
                rows[1:, 4 * width :],
                rows_of(self.hidden[1:]),
                strict=True,
            )
        )
