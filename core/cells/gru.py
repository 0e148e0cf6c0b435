"""Gated recurrent unit (Cho et al. 2014), with the reset gate before or after the recurrent product.

The update gate follows PyTorch, Keras and ONNX: z keeps the old state, 1 - z takes the candidate.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from typing import ClassVar

import numpy as np

from ..activations import ACTIVATIONS, Array
from .blocks import Block, Pool
from .cell import Alter, Cell, Poll, State, unaltered
from .products import in_pieces, multiply, outer_sum, project_inputs
from .through_time import Span, previous
from .working import Recurrence, Weights, aligned_empty


@dataclass(frozen=True, eq=False)
class GRU(Cell):
    """Parameters with the columns r, z, n.

    ``kernel`` (D, 3H), ``recurrent_kernel`` (H, 3H), ``bias`` and ``recurrent_bias`` (3H,).
    With ``reset_after`` the reset gate scales the recurrent product and its bias, r (U h + b_h), as in PyTorch and
    Keras; without, it scales the state before the product, U (r h) + b_h, as in the paper. ``recurrent_activation`` is
    that of the gates, ``activation`` the candidate's.
    """

    name: ClassVar[str] = "gru"
    gates: ClassVar[tuple[str, ...]] = ("reset_gate", "update_gate", "candidate")
    state_names: ClassVar[tuple[str, ...]] = ("hidden_state",)

    bias: Array
    recurrent_bias: Array
    reset_after: bool = True
    activation: str = "tanh"
    recurrent_activation: str = "sigmoid"

    @classmethod
    def expected_shapes(cls, input_size: int, hidden_size: int) -> dict[str, tuple[int, ...]]:
        """Shape of every parameter array for D inputs and H units."""
        columns = 3 * hidden_size
        return {
            "kernel": (input_size, columns),
            "recurrent_kernel": (hidden_size, columns),
            "bias": (columns,),
            "recurrent_bias": (columns,),
        }

    def step(self, x: Array, state: State) -> dict[str, Array]:
        """One step by the textbook; see `Cell.step`."""
        return self._advance(x @ self.kernel, state)

    def _advance(self, projected: Array, state: State, alter: Alter = unaltered) -> dict[str, Array]:
        """The step once its input has met the kernel."""
        gate, candidate = ACTIVATIONS[self.recurrent_activation].function, ACTIVATIONS[self.activation].function
        h = state["hidden_state"]
        x_r, x_z, x_n = np.split(projected + self.bias, 3, axis=-1)
        u_r, u_z, u_n = np.split(self.recurrent_kernel, 3, axis=-1)
        b_r, b_z, b_n = np.split(self.recurrent_bias, 3)
        r = alter("reset_gate", gate(x_r + h @ u_r + b_r))
        z = alter("update_gate", gate(x_z + h @ u_z + b_z))
        inside = r * (h @ u_n + b_n) if self.reset_after else (r * h) @ u_n + b_n
        n = alter("candidate", candidate(x_n + inside))
        h = alter("hidden_state", (1 - z) * n + z * h)
        return {"reset_gate": r, "update_gate": z, "candidate": n, "hidden_state": h}

    @cached_property
    def _blocks(self) -> Pool["_Block"]:
        units = self.hidden_size
        gates, candidate = (0, 2 * units, -1), (2 * units, 3 * units, 1)
        # With the reset before the product, the product for n has to wait for r.
        if self.reset_after:
            return Pool(partial(_Block, Weights(self.recurrent_kernel, (gates, candidate)), None))
        waiting = Weights(self.recurrent_kernel, (candidate,))
        return Pool(partial(_Block, Weights(self.recurrent_kernel, (gates,)), waiting))

    @cached_property
    def _biases(self) -> tuple[Array, Array]:
        """What stands outside the reset product, (3H,) for r, z, n, and inside it, (H,)."""
        units = self.hidden_size
        outside, inside = self.bias.copy(), self.recurrent_bias[2 * units :].copy()
        outside[: 2 * units] += self.recurrent_bias[: 2 * units]
        if not self.reset_after:
            # Nothing stands between the two biases of n, so they are one.
            outside[2 * units :] += inside
            inside[:] = 0
        return outside, inside

    def forward(self, inputs: Array, state: State, poll: Poll | None = None) -> dict[str, Array]:
        """The steps of a whole sequence; see `Cell.forward`."""
        if (self.recurrent_activation, self.activation) != ("sigmoid", "tanh"):
            return self.run_by_steps(inputs, state, poll)
        return self._blocks.lend(inputs, lambda block: self._run(block, inputs, state, poll))

    def _run(self, block: "_Block", inputs: Array, state: State, poll: Poll | None) -> dict[str, Array]:
        units = self.hidden_size
        outside, inside = self._biases
        names = ("reset_gate", "update_gate", "candidate", "hidden_state")
        shape = (len(inputs), units, *inputs.shape[2:])
        r, z, n, h = trace = [np.empty(shape, self.dtype) for _ in names]
        denominators, states, plain, projected = block.denominators, block.states, block.plain, block.projected
        both, kept, written, one, inner = block.both, block.kept, block.written, block.one, block.inner.reshape(-1)

        states[0, :units] = state["hidden_state"]
        projected[:, 2 * units : 3 * units] = inside.reshape(-1, *(1,) * (inputs.ndim - 2))
        weights, reset_after = block.recurrence.weights, self.reset_after
        add, exp, tanh, divide, negative = np.add, np.exp, np.tanh, np.divide, np.negative
        with np.errstate(all="ignore"):
            for start in range(0, len(inputs), block.steps):
                if start:
                    states[0, :units] = states[-1, :units]
                count = min(block.steps, len(inputs) - start)
                project_inputs(inputs[start : start + count], self.kernel, outside, plain[:count])
                np.negative(plain[:count, : 2 * units], out=projected[:count, : 2 * units])
                projected[:count, 3 * units :] = plain[:count, 2 * units :]
                for (
                    product, product_of_reset, z_out, pre, p, rz_pre, z_pre, n_inside, p_n,
                    d_all, d_rz, d_k, d_r, d_zk, h_and_n, h_before, n_out, h_after,
                ) in block.run(start, count, poll):  # fmt: skip
                    product(weights, z_out)
                    add(pre, p, pre)
                    exp(rz_pre, d_rz)
                    negative(z_pre, d_k)
                    exp(d_k, d_k)
                    add(d_all, one, d_all)
                    if reset_after:
                        divide(n_inside, d_r, inner)
                    else:
                        divide(h_before, d_r, block.reset_h)
                        product_of_reset()
                    add(inner, p_n, inner)
                    tanh(inner, n_out)
                    divide(h_and_n, d_zk, both)
                    add(kept, written, h_after)
                done = slice(start, start + count)
                np.reciprocal(denominators[:count, :units], out=r[done])
                np.reciprocal(denominators[:count, units : 2 * units], out=z[done])
                n[done] = states[:count, units:]
                h[done] = states[1 : count + 1, :units]
        return dict(zip(names, trace, strict=True))

    def _back(self, span: Span) -> dict[str, Array]:
        """Backpropagation through time; see `Cell.backward`."""
        r, z, n = (span.quantities[name] for name in self.gates)
        h_before = span.before["hidden_state"]
        steps, units, batch = len(r), self.hidden_size, r.shape[2:]
        u_rz, u_n = (in_pieces(part, batch) for part in np.split(self.recurrent_kernel, [2 * units], axis=1))
        d_gate, d_candidate = ACTIVATIONS[self.recurrent_activation].derivative, ACTIVATIONS[self.activation].derivative

        # d_pre begins as the derivatives inside a step, for all steps at once: of what is reset by r_pre, of h by z_pre
        # and n_pre.
        d_pre, d_rz_pre = span.d_pre.reshape(steps, 3, units, *batch), span.d_pre[:, : 2 * units]
        reset = self._candidate_recurrent_part(h_before) if self.reset_after else h_before
        np.multiply(reset, d_gate(r), out=d_pre[:, 0])
        np.multiply(h_before - n, d_gate(z), out=d_pre[:, 1])
        np.multiply(1 - z, d_candidate(n), out=d_pre[:, 2])

        d_inside = np.empty_like(r)
        dh_next, part = span.d_carried["hidden_state"], np.empty_like(r[0])
        for t in range(steps - 1, -1, -1):
            dh, (d_r_pre, d_z_pre, d_n_pre) = span.d_states["hidden_state"][t], d_pre[t]
            np.add(span.d_hidden_state[t], dh_next, out=dh)
            d_n_pre *= dh
            d_z_pre *= dh
            if self.reset_after:
                d_r_pre *= d_n_pre
                np.multiply(d_n_pre, r[t], out=d_inside[t])
                multiply(u_n, d_inside[t], dh_next)
            else:
                multiply(u_n, d_n_pre, part)
                d_r_pre *= part
                np.multiply(part, r[t], out=dh_next)
            multiply(u_rz, d_rz_pre[t], part)
            dh_next += part
            np.multiply(dh, z[t], out=part)
            dh_next += part

        one = np.ones_like(r[:, :1])
        by_inputs = outer_sum((span.inputs, one), (span.d_pre,))
        if self.reset_after:
            by_state = outer_sum((h_before, one), (d_rz_pre, d_inside))
        else:
            by_reset_state = outer_sum((r * h_before, one), (span.d_pre[:, 2 * units :],))
            by_state = np.concatenate((outer_sum((h_before, one), (d_rz_pre,)), by_reset_state), axis=1)
        return {
            "kernel": by_inputs[:-1],
            "recurrent_kernel": by_state[:-1],
            "bias": by_inputs[-1],
            "recurrent_bias": by_state[-1],
        }

    def _candidate_recurrent_part(self, h_before: Array) -> Array:
        """U_n h + b_hn for every step, (T, H[, B]): what the reset gate scales when it stands after the product."""
        u_n, b_hn = self.recurrent_kernel[:, 2 * self.hidden_size :], self.recurrent_bias[2 * self.hidden_size :]
        part = np.empty_like(h_before)
        project_inputs(h_before, u_n, b_hn, part)
        return part

    def pre_activations(self, inputs: Array, state: State, quantities: Mapping[str, Array]) -> dict[str, Array]:
        """What stood inside each activation; see `Cell.pre_activations`."""
        h_before = previous(state["hidden_state"], quantities["hidden_state"])
        x_r, x_z, x_n = np.split(inputs @ self.kernel + self.bias, 3, axis=-1)
        u_r, u_z, u_n = np.split(self.recurrent_kernel, 3, axis=-1)
        b_r, b_z, b_n = np.split(self.recurrent_bias, 3)
        r = quantities["reset_gate"]
        inside = r * self._candidate_recurrent_part(h_before) if self.reset_after else (r * h_before) @ u_n + b_n
        return {
            "reset_gate": x_r + h_before @ u_r + b_r,
            "update_gate": x_z + h_before @ u_z + b_z,
            "candidate": x_n + inside,
        }


class _Block(Block):
    """A step works in one row ``[d_r | d_z | d_k]`` where d = 1 + exp(-pre), so that a gate is 1 / d.

    d_k stands for 1 - z = 1 / (1 + exp(z_pre)). One division of ``[h before | n]`` by ``[d_z | d_k]`` gives what is
    kept and what is written.
    """

    def __init__(self, recurrent: Weights, waiting: Weights | None, steps: int, batch: tuple[int, ...]) -> None:
        """``recurrent`` has the columns -r, -z, n, (H, 3H); where n has to wait for r, its columns are ``waiting``.

        ``batch`` is () or (B,).
        """
        (units, split), dtype = recurrent.shape, recurrent.dtype
        self.steps = steps
        self.recurrence = Recurrence(recurrent, batch)
        self.denominators = aligned_empty((steps, 3 * units, *batch), dtype)
        self.states = aligned_empty((steps + 1, 2 * units, *batch), dtype)
        self.plain = aligned_empty((steps, 3 * units, *batch), dtype)
        self.projected = aligned_empty((steps, 4 * units, *batch), dtype)
        self.inner, reset_h = (np.empty((units, *batch), dtype) for _ in range(2))
        width = reset_h.size
        self.reset_h = reset_h.reshape(-1)
        self.both = np.empty(2 * width, dtype)
        self.kept, self.written = self.both[:width], self.both[width:]
        self.one = np.ones(() if batch else 3 * width, dtype)
        products = aligned_empty((steps, split, *batch), dtype)
        product, d = products.reshape(steps, -1), self.denominators.reshape(steps, -1)
        p, state = self.projected.reshape(steps, -1), self.states.reshape(steps + 1, -1)
        views = list(
            zip(
                products,
                product,
                p[:, : product.shape[1]],
                product[:, : 2 * width],
                product[:, width : 2 * width],
                product[:, 2 * width :],
                p[:, 3 * width :],
                d,
                d[:, : 2 * width],
                d[:, 2 * width :],
                d[:, :width],
                d[:, width:],
                state[:-1],
                state[:-1, :width],
                state[:-1, width:],
                state[1:, :width],
                strict=True,
            )
        )
        before = self.states[:-1, :units]
        plain, settling = self.recurrence.products(before), self.recurrence.settling_products(before)
        of_reset = settling_of_reset = None
        if waiting is not None:
            second = Recurrence(waiting, batch)
            of_reset, settling_of_reset = (
                partial(by, second.weights, self.inner)
                for (by,) in (second.products([reset_h]), second.settling_products([reset_h]))
            )
        self.views = [(by, of_reset, *view) for by, view in zip(plain, views, strict=True)]
        self.settling_views = [(by, settling_of_reset, *view) for by, view in zip(settling, views, strict=True)]

    def has_tiny(self, step: int) -> bool:
        """See `Block.has_tiny`."""
        return self.recurrence.has_tiny(self.states[step, : self.states.shape[1] // 2])
