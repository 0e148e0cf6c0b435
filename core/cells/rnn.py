"""Simple recurrent network (Elman 1990): one layer of units that see the input and their own last output."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from typing import ClassVar

import numpy as np

from ..activations import ACTIVATIONS, Array
from .cell import Alter, Cell, CellGradients, Poll, State, outer_sum, previous, total, unaltered
from .working import Affine, Pool, Sums


@dataclass(frozen=True, eq=False)
class RNN(Cell):
    """Parameters ``kernel`` (D, H), ``recurrent_kernel`` (H, H), ``bias`` (H,); ``activation`` mostly tanh or relu."""

    name: ClassVar[str] = "rnn"
    gates: ClassVar[tuple[str, ...]] = ("hidden_state",)
    state_names: ClassVar[tuple[str, ...]] = ("hidden_state",)

    bias: Array
    activation: str = "tanh"

    @classmethod
    def expected_shapes(cls, input_size: int, hidden_size: int) -> dict[str, tuple[int, ...]]:
        """Shape of every parameter array for D inputs and H units."""
        return {
            "kernel": (input_size, hidden_size),
            "recurrent_kernel": (hidden_size, hidden_size),
            "bias": (hidden_size,),
        }

    def step(self, x: Array, state: State) -> dict[str, Array]:
        """One step by the textbook; see `Cell.step`."""
        return self._advance(x @ self.kernel, state)

    def _advance(self, projected: Array, state: State, alter: Alter = unaltered) -> dict[str, Array]:
        """The step once its input has met the kernel."""
        activate = ACTIVATIONS[self.activation].function
        h = activate(projected + state["hidden_state"] @ self.recurrent_kernel + self.bias)
        return {"hidden_state": alter("hidden_state", h)}

    @cached_property
    def _blocks(self) -> Pool["_Block"]:
        affine = Affine(self.recurrent_kernel, self.kernel, self.bias, ((0, self.hidden_size, 1),))
        return Pool(partial(_Block, affine))

    def forward(self, inputs: Array, state: State, poll: Poll | None = None) -> dict[str, Array]:
        """The steps of a whole sequence; see `Cell.forward`."""
        if self.activation not in ("tanh", "relu"):
            return self.run_by_steps(inputs, state, poll)
        with self._blocks.borrow(inputs) as block:
            return self._run(block, inputs, state, poll)

    def _run(self, block: "_Block", inputs: Array, state: State, poll: Poll | None) -> dict[str, Array]:
        steps, whole = len(inputs), block.steps
        h = np.empty((steps, self.hidden_size, *inputs.shape[2:]), self.dtype)
        hidden, views, zero = block.sums.hidden, block.views, block.zero
        hidden[0] = state["hidden_state"]
        tanh, maximum, is_tanh = np.tanh, np.maximum, self.activation == "tanh"
        with np.errstate(over="ignore", invalid="ignore"):
            for start in range(0, steps, whole):
                if poll is not None:
                    poll()
                if start:
                    views = block.settling_views if block.sums.carry() else block.views
                count = min(whole, steps - start)
                block.sums.read(inputs[start : start + count])
                for sum_up, h_after in views[:count]:
                    sum_up()
                    if is_tanh:
                        tanh(h_after, h_after)
                    else:
                        maximum(h_after, zero, out=h_after)
                h[start : start + count] = hidden[1 : count + 1]
        return {"hidden_state": h}

    def backward(
        self, inputs: Array, state: State, quantities: Mapping[str, Array], d_hidden_state: Array
    ) -> CellGradients:
        """Backpropagation through time; see `Cell.backward`."""
        h = quantities["hidden_state"]
        h_by_pre = ACTIVATIONS[self.activation].derivative(h)
        d_h = np.array(d_hidden_state, dtype=self.dtype)
        d_pre = np.empty_like(d_h)
        dh_next = np.zeros_like(d_h[0])
        for t in range(len(d_h) - 1, -1, -1):
            d_h[t] += dh_next
            np.multiply(d_h[t], h_by_pre[t], out=d_pre[t])
            np.dot(self.recurrent_kernel, d_pre[t], out=dh_next)
        return CellGradients(
            {
                "kernel": outer_sum(inputs, d_pre),
                "recurrent_kernel": outer_sum(previous(state["hidden_state"], h), d_pre),
                "bias": total(d_pre),
            },
            np.matmul(self.kernel, d_pre) if d_pre.ndim == 3 else d_pre @ self.kernel.T,
            {"hidden_state": dh_next},
            {"d_hidden_state": d_h},
        )

    def pre_activations(self, inputs: Array, state: State, quantities: Mapping[str, Array]) -> dict[str, Array]:
        """What stood inside the activation; see `Cell.pre_activations`."""
        h_before = previous(state["hidden_state"], quantities["hidden_state"])
        return {"hidden_state": inputs @ self.kernel + h_before @ self.recurrent_kernel + self.bias}


class _Block:
    """Working memory of `RNN.forward` for some steps, with each step's views of it made once."""

    def __init__(self, affine: Affine, steps: int, batch: tuple[int, ...]) -> None:
        """``batch`` is () or (B,)."""
        self.steps = steps
        self.sums = Sums(affine, steps, batch)
        after = self.sums.hidden[1:]
        self.zero = np.zeros(after.shape[1:], after.dtype)
        plain, settling = self.sums.sums(after)
        self.views, self.settling_views = (list(zip(sums, after, strict=True)) for sums in (plain, settling))
