"""Simple recurrent network (Elman 1990): one layer of units that see the input and their own last output."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from typing import ClassVar

import numpy as np

from ..activations import ACTIVATIONS, Array
from .blocks import Block, Pool
from .cell import Alter, Cell, Poll, State, unaltered
from .products import in_pieces, multiply, outer_sum
from .through_time import Span, previous
from .working import Affine, Sums


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
        return self._blocks.lend(inputs, lambda block: self._run(block, inputs, state, poll))

    def _run(self, block: "_Block", inputs: Array, state: State, poll: Poll | None) -> dict[str, Array]:
        steps, whole = len(inputs), block.steps
        h = np.empty((steps, self.hidden_size, *inputs.shape[2:]), self.dtype)
        sums, zero = block.sums, block.zero
        hidden, weights, adds = sums.hidden, sums.weights, sums.adds
        hidden[0] = state["hidden_state"]
        add, tanh, maximum, is_tanh = np.add, np.tanh, np.maximum, self.activation == "tanh"
        with np.errstate(all="ignore"):
            for start in range(0, steps, whole):
                if start:
                    hidden[0] = hidden[whole]
                count = min(whole, steps - start)
                sums.read(inputs[start : start + count])
                for product, h_after, share in block.run(start, count, poll):
                    product(weights, h_after)
                    if adds:
                        add(h_after, share, h_after)
                    if is_tanh:
                        tanh(h_after, h_after)
                    else:
                        maximum(h_after, zero, out=h_after)
                h[start : start + count] = hidden[1 : count + 1]
        return {"hidden_state": h}

    def _back(self, span: Span) -> dict[str, Array]:
        """Backpropagation through time; see `Cell.backward`."""
        h = span.quantities["hidden_state"]
        span.d_pre[:] = ACTIVATIONS[self.activation].derivative(h)
        recurrent_kernel = in_pieces(self.recurrent_kernel, h.shape[2:])
        dh_next = span.d_carried["hidden_state"]
        for t in range(len(h) - 1, -1, -1):
            dh = span.d_states["hidden_state"][t]
            np.add(span.d_hidden_state[t], dh_next, out=dh)
            span.d_pre[t] *= dh
            multiply(recurrent_kernel, span.d_pre[t], dh_next)
        weights = outer_sum((span.before["hidden_state"], span.inputs, np.ones_like(h[:, :1])), (span.d_pre,))
        units = self.hidden_size
        return {"recurrent_kernel": weights[:units], "kernel": weights[units:-1], "bias": weights[-1]}

    def pre_activations(self, inputs: Array, state: State, quantities: Mapping[str, Array]) -> dict[str, Array]:
        """What stood inside the activation; see `Cell.pre_activations`."""
        h_before = previous(state["hidden_state"], quantities["hidden_state"])
        return {"hidden_state": inputs @ self.kernel + h_before @ self.recurrent_kernel + self.bias}


class _Block(Block):
    """The sums of a step are made where its h is to stand."""

    def __init__(self, affine: Affine, steps: int, batch: tuple[int, ...]) -> None:
        """``batch`` is () or (B,)."""
        self.steps = steps
        self.sums = Sums(affine, steps, batch)
        after = self.sums.hidden[1:]
        self.zero = np.zeros(after.shape[1:], after.dtype)
        self.views, self.settling_views = self.sums.steps(after)

    def has_tiny(self, step: int) -> bool:
        """See `Block.has_tiny`."""
        return self.sums.has_tiny(step)
