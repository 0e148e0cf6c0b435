"""Long short-term memory (Hochreiter and Schmidhuber 1997, with the forget gate of Gers et al. 2000).

Peepholes are those of Gers et al. 2002, the projection of Sak et al. 2014, coupled gates of Greff et al. 2017.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any, ClassVar

import numpy as np

from ..activations import ACTIVATIONS, Array
from ..errors import ParameterError
from .blocks import Block, Pool
from .cell import Alter, Cell, Poll, State, unaltered
from .products import in_pieces, multiply, outer_sum, total
from .through_time import Span, previous
from .working import Affine, Recurrence, Sums, Weights, aligned_empty


@dataclass(frozen=True, eq=False)
class LSTM(Cell):
    """Parameters with the columns i, f, g, o: ``kernel`` (D, 4H), ``recurrent_kernel`` (H, 4H), ``bias`` (4H,).

    With a ``projection`` (H, P) the hidden state is ``projection^T (o tanh(c))``, P numbers, and ``recurrent_kernel``
    (P, 4H). ``peepholes`` (3, H) are the weights by which i and f see c before the step, and o sees it after. With
    ``coupled`` gates f is 1 - i, and the columns of f are there but never read. ``recurrent_activation`` is that of the
    gates, ``activation`` the candidate's, ``output_activation`` what c goes through before the output gate.
    """

    name: ClassVar[str] = "lstm"
    gates: ClassVar[tuple[str, ...]] = ("input_gate", "forget_gate", "candidate", "output_gate")
    state_names: ClassVar[tuple[str, ...]] = ("hidden_state", "cell_state")

    bias: Array
    projection: Array | None = None
    peepholes: Array | None = None
    coupled: bool = False
    activation: str = "tanh"
    output_activation: str = "tanh"
    recurrent_activation: str = "sigmoid"

    def __post_init__(self) -> None:
        """Check every part, then whether the gates can be coupled."""
        super().__post_init__()
        if self.coupled and not ACTIVATIONS[self.recurrent_activation].mirrored:
            raise ParameterError(
                f"coupled gates need an activation with f(-x) = 1 - f(x), not {self.recurrent_activation}", ("coupled",)
            )

    @classmethod
    def expected_shapes(cls, input_size: int, hidden_size: int) -> dict[str, tuple[int, ...]]:
        """Shape of every parameter array for D inputs and H units."""
        columns = 4 * hidden_size
        return {"kernel": (input_size, columns), "recurrent_kernel": (hidden_size, columns), "bias": (columns,)}

    def shapes(self) -> dict[str, tuple[int, ...]]:
        """The shape that every parameter array of this cell must have."""
        units, shapes = self.hidden_size, self.expected_shapes(self.input_size, self.hidden_size)
        if self.projection is not None:
            projected = self.projection.shape[-1] if self.projection.ndim else 1
            shapes |= {"projection": (units, projected), "recurrent_kernel": (projected, 4 * units)}
        if self.peepholes is not None:
            shapes["peepholes"] = (3, units)
        return shapes

    def step(self, x: Array, state: State) -> dict[str, Array]:
        """One step by the textbook; see `Cell.step`."""
        return self._advance(x @ self.kernel, state)

    def _advance(self, projected: Array, state: State, alter: Alter = unaltered) -> dict[str, Array]:
        """The step once its input has met the kernel."""
        gate = ACTIVATIONS[self.recurrent_activation].function
        candidate, shown = ACTIVATIONS[self.activation].function, ACTIVATIONS[self.output_activation].function
        h, c = state["hidden_state"], state["cell_state"]
        i_pre, f_pre, g_pre, o_pre = np.split(projected + h @ self.recurrent_kernel + self.bias, 4, axis=-1)
        if self.peepholes is not None:
            i_pre, f_pre = i_pre + self.peepholes[0] * c, f_pre + self.peepholes[1] * c
        i = alter("input_gate", gate(i_pre))
        f = alter("forget_gate", 1 - i if self.coupled else gate(f_pre))
        g = alter("candidate", candidate(g_pre))
        c = alter("cell_state", f * c + i * g)
        if self.peepholes is not None:
            o_pre = o_pre + self.peepholes[2] * c
        o = alter("output_gate", gate(o_pre))
        h = o * shown(c)
        h = alter("hidden_state", h if self.projection is None else h @ self.projection)
        return {"input_gate": i, "forget_gate": f, "candidate": g, "output_gate": o, "cell_state": c, "hidden_state": h}

    @cached_property
    def _is_plain(self) -> bool:
        """Whether the fast path computes this cell: it knows the textbook's activations, and no peepholes."""
        activations = (self.recurrent_activation, self.activation, self.output_activation)
        return activations == ("sigmoid", "tanh", "tanh") and self.peepholes is None and not self.coupled

    @cached_property
    def _affine(self) -> Affine:
        """What stands inside the gates, with the columns -i, -f, -o, g: see `_Block`."""
        units = self.hidden_size
        pieces = ((0, 2 * units, -1), (3 * units, 4 * units, -1), (2 * units, 3 * units, 1))
        return Affine(self.recurrent_kernel, self.kernel, self.bias, pieces)

    @cached_property
    def _blocks(self) -> Pool["_Block"]:
        projection = None if self.projection is None else Weights(self.projection, ((0, self.output_size, 1),))
        return Pool(partial(_Block, self._affine, projection))

    def forward(self, inputs: Array, state: State, poll: Poll | None = None) -> dict[str, Array]:
        """The steps of a whole sequence; see `Cell.forward`."""
        if not self._is_plain:
            return self.run_by_steps(inputs, state, poll)
        return self._blocks.lend(inputs, lambda block: self._run(block, inputs, state, poll))

    def _run(self, block: "_Block", inputs: Array, state: State, poll: Poll | None) -> dict[str, Array]:
        units, dtype, steps, batch = self.hidden_size, self.dtype, len(inputs), inputs.shape[2:]
        i, f, o, g, c = gates_and_c = np.empty((5, steps, units, *batch), dtype)
        h = np.empty((steps, self.output_size, *batch), dtype)
        rows, whole, sums = block.rows, block.steps, block.sums
        hidden, weights, adds = sums.hidden, sums.weights, sums.adds
        both, written, kept, shown, one = block.both, block.written, block.kept, block.shown, block.one
        add, exp, tanh, divide, tell = np.add, np.exp, np.tanh, np.divide, block.tell

        rows[0, 4 * units :] = state["cell_state"]
        hidden[0] = state["hidden_state"]
        with np.errstate(all="ignore"):
            for start in range(0, steps, whole):
                if start:
                    rows[0, 4 * units :], hidden[0] = rows[whole, 4 * units :], hidden[whole]
                count = min(whole, steps - start)
                sums.read(inputs[start : start + count])
                for product, z, share, d_ifo, g_now, g_and_c, d_if, d_o, c_after, h_after in block.run(
                    start, count, poll
                ):
                    product(weights, z)
                    if adds:
                        add(z, share, z)
                    exp(d_ifo, d_ifo)
                    add(d_ifo, one, d_ifo)
                    tanh(g_now, g_now)
                    divide(g_and_c, d_if, both)
                    add(written, kept, c_after)
                    tanh(c_after, shown)
                    tell(shown, d_o, h_after)
                done = slice(start, start + count)
                np.reciprocal(block.d_ifo[:, :count], gates_and_c[:3, done])
                g[done] = rows[:count, 3 * units : 4 * units]
                c[done] = rows[1 : count + 1, 4 * units :]
                h[done] = hidden[1 : count + 1]
        return {"input_gate": i, "forget_gate": f, "candidate": g, "output_gate": o, "cell_state": c, "hidden_state": h}

    def _back(self, span: Span) -> dict[str, Array]:
        """Backpropagation through time; see `Cell.backward`."""
        i, f, g, o = (span.quantities[name] for name in self.gates)
        c, h_before, c_before = span.quantities["cell_state"], span.before["hidden_state"], span.before["cell_state"]
        steps, units, batch = len(c), self.hidden_size, c.shape[2:]
        output, project, see = ACTIVATIONS[self.output_activation], self.projection, self.peepholes
        d_gate, d_candidate = ACTIVATIONS[self.recurrent_activation].derivative, ACTIVATIONS[self.activation].derivative
        if see is not None:
            see = see.reshape(3, units, *(1,) * len(batch))

        # d_pre begins as the derivatives inside a step, for all steps at once: of c by i_pre, f_pre and g_pre, and of
        # o tanh(c) by o_pre.
        d_pre, shown = span.d_pre.reshape(steps, 4, units, *batch), output.function(c)
        np.multiply(g - c_before if self.coupled else g, d_gate(i), out=d_pre[:, 0])
        np.multiply(0 if self.coupled else c_before, d_gate(f), out=d_pre[:, 1])
        np.multiply(i, d_candidate(g), out=d_pre[:, 2])
        np.multiply(shown, d_gate(o), out=d_pre[:, 3])
        told_by_c = o * output.derivative(shown)

        recurrent_kernel = in_pieces(self.recurrent_kernel, batch)
        dh_next, dc_next = span.d_carried["hidden_state"], span.d_carried["cell_state"]
        for t in range(steps - 1, -1, -1):
            dh, dc = span.d_states["hidden_state"][t], span.d_states["cell_state"][t]
            np.add(span.d_hidden_state[t], dh_next, out=dh)
            d_told = dh if project is None else project @ dh
            d_pre[t, 3] *= d_told
            np.multiply(d_told, told_by_c[t], out=dc)
            dc += dc_next
            if see is not None:
                dc += see[2] * d_pre[t, 3]
            d_pre[t, :3] *= dc
            np.multiply(dc, f[t], out=dc_next)
            if see is not None:
                dc_next += see[0] * d_pre[t, 0] + see[1] * d_pre[t, 1]
            multiply(recurrent_kernel, span.d_pre[t], dh_next)

        # The rows [h | x | 1] have met [U; K; b]: one product gives the derivatives of all three.
        read = (h_before, span.inputs, np.ones_like(span.inputs[:, :1]))
        weights = outer_sum(read, (span.d_pre,))
        found = {"recurrent_kernel": weights[: self.output_size], "kernel": weights[self.output_size : -1]}
        found["bias"] = weights[-1]
        if project is not None:
            found["projection"] = outer_sum((o * shown,), (span.d_states["hidden_state"],))
        if see is not None:
            seen = zip((c_before, c_before, c), (0, 1, 3), strict=True)
            found["peepholes"] = np.stack([total(d_pre[:, gate] * states) for states, gate in seen])
        return found

    def pre_activations(self, inputs: Array, state: State, quantities: Mapping[str, Array]) -> dict[str, Array]:
        """What stood inside each activation; see `Cell.pre_activations`."""
        h_before = previous(state["hidden_state"], quantities["hidden_state"])
        pre = inputs @ self.kernel + h_before @ self.recurrent_kernel + self.bias
        i_pre, f_pre, g_pre, o_pre = np.split(pre, 4, axis=-1)
        if self.peepholes is not None:
            c = quantities["cell_state"]
            c_before = previous(state["cell_state"], c)
            i_pre, f_pre = i_pre + self.peepholes[0] * c_before, f_pre + self.peepholes[1] * c_before
            o_pre = o_pre + self.peepholes[2] * c
        if self.coupled:
            f_pre = -i_pre  # the gates are mirrored, so that this is what 1 - i comes from
        return dict(zip(self.gates, (i_pre, f_pre, g_pre, o_pre), strict=True))


class _Block(Block):
    """Each step works in one row ``[d_i | d_f | d_o | g | c before]`` where d = 1 + exp(-pre), so that a gate is 1 / d.

    The exponential and the additions serve three gates in one call each, and one division gives ``[g / d_i |
    c / d_f]``, what is written and what is kept.
    """

    def __init__(self, affine: Affine, projection: Weights | None, steps: int, batch: tuple[int, ...]) -> None:
        """``affine`` has the columns -i, -f, -o, g; ``projection`` is (H, R); ``batch`` is () or (B,)."""
        columns, dtype = affine.recurrent.shape[1], affine.recurrent.dtype
        units = columns // 4
        self.steps = steps
        self.sums = Sums(affine, steps, batch)
        self.rows = aligned_empty((steps + 1, 5 * units, *batch), dtype)
        self._output = np.empty((units, *batch), dtype)
        width = self._output.size
        self.both = np.empty(2 * width, dtype)
        self.written, self.kept, self.shown = self.both[:width], self.both[width:], np.empty(width, dtype)
        # Over a batch's many numbers one number goes twice as fast as an array; over few it takes longer to look at.
        self.one = np.ones(() if batch else 3 * width, dtype)
        self.d_ifo = self.rows[:-1, : 3 * units].reshape(steps, 3, units, *batch).swapaxes(0, 1)
        after, before = self.rows[1:].reshape(steps, -1), self.rows[:-1].reshape(steps, -1)
        self.tell: Callable[[Array, Array, Any], object] = np.divide
        told: list[Any] = [row.reshape(-1) for row in self.sums.hidden[1:]]
        if projection is not None:
            self.tell = self._tell_projected
            recurrence = Recurrence(projection, batch)
            (product,) = recurrence.products([self._output])
            told = [partial(product, recurrence.weights, h) for h in self.sums.hidden[1:]]
        views = list(
            zip(
                before[:, : 3 * width],
                before[:, 3 * width : 4 * width],
                before[:, 3 * width :],
                before[:, : 2 * width],
                before[:, 2 * width : 3 * width],
                after[:, 4 * width :],
                told,
                strict=True,
            )
        )
        plain, settling = self.sums.steps(self.rows[:-1, : 4 * units])
        self.views = [(*summand, *view) for summand, view in zip(plain, views, strict=True)]
        self.settling_views = [(*summand, *view) for summand, view in zip(settling, views, strict=True)]

    def has_tiny(self, step: int) -> bool:
        """See `Block.has_tiny`."""
        return self.sums.has_tiny(step)

    def _tell_projected(self, shown: Array, d_o: Array, project: Callable[[], object]) -> None:
        """``h = projection^T (shown / d_o)``; ``project`` knows its place."""
        np.divide(shown, d_o, self._output.reshape(-1))
        project()
