"""Backpropagation through time of a finished trace, with everything that is met on the way kept."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ..activations import Array
from ..cells.cell import Poll
from ..errors import NumericalError
from ..network import DirectionName, Network
from ..threads import threads_for
from ..trace import LayerTrace, Trace
from .jacobians import jacobian_norms
from .pullbacks import States
from .run import Run
from .targets import Seed, StateTarget, Target, seed_of
from .walk import Way


@dataclass(frozen=True, eq=False)
class LayerGradients:
    """One direction of one layer; row t of every array is about step t. All in float64.

    Attributes:
        d_hidden_state: (T, H), the target's total derivative by the hidden state after step t, all later steps and
            layers included.
        d_cell_state: (T, H), that by the cell state, what it does to the hidden state of its own step included. None
            for cells without.
        d_input: (T, D), that by what the layer read at step t, through all of the layer's directions; in layer 0 of a
            network of tokens, by the embedded token.
        d_initial_state: (H,) by state name.
        focus: the step that ``carry_path`` and the norms are about: the target's, or the last one read that the loss
            looks at.
        carry_path: (T, H), of what a unit kept at step t the share that no gate has taken by the focus: the product of
            the forget gates, or a GRU's update gates, of all steps after t. 1 at the focus, 0 after it; None for a
            simple RNN.
        jacobian_norm: (T,), the spectral norm of the derivative of all hidden units at the focus by all hidden units
            at step t, other states at step t held fixed. None where it was not asked for.
        jacobian_cell_norm: (T,), that of all cell states by all cell states, what they do to the hidden state
            included: what is to be held against the carry path. None for cells without.
    """

    layer: int
    direction: DirectionName
    d_hidden_state: Array
    d_cell_state: Array | None
    d_input: Array
    d_initial_state: dict[str, Array]
    focus: int
    carry_path: Array | None
    jacobian_norm: Array | None
    jacobian_cell_norm: Array | None

    @property
    def norms(self) -> dict[str, Array]:
        """Euclidean norm of each step's derivatives, (T,) by the name of what they are taken by."""
        found = {"hidden_state": self.d_hidden_state, "cell_state": self.d_cell_state, "input": self.d_input}
        return {name: _row_norms(array) for name, array in found.items() if array is not None}


@dataclass(frozen=True, eq=False)
class Gradients:
    """The target's value, and its derivatives in each of the trace's layers, in their order.

    Layers that the target does not depend on have zeros, and neither carry path nor norms.
    """

    target: Target
    value: float
    layers: tuple[LayerGradients, ...]


def gradients(trace: Trace, target: Target, *, jacobian: bool = True, poll: Poll | None = None) -> Gradients:
    """How the target depends on every state and input of the trace.

    Everything is worked out in float64 from the trace's own numbers, so that what is left after hundreds of steps is
    seen however little it is. Interventions are part of what is differentiated: nothing flows through what was set.

    Args:
        trace: a finished trace.
        target: a state at a step, or a loss.
        jacobian: whether to work out the norms of Jacobians, see `jacobian_operations`.
        poll: called every few dozen steps; whatever it raises stops the computation.

    Raises:
        InputError: the trace has nothing like the target; the pointer has the name of the target's field.
        NumericalError: a derivative left the range of float64; says where.
    """
    with threads_for(trace.network.narrowest), np.errstate(over="ignore", invalid="ignore"):
        seed = seed_of(trace, target)
        if not np.isfinite(seed.value):
            raise NumericalError("every target must be a finite number, but this loss left the range of float64")
        found = dict(_from_the_top(trace, target, seed, jacobian, poll))
    return Gradients(target, seed.value, tuple(found[index] for index in range(len(trace.layers))))


def _row_norms(rows: Array) -> Array:
    """(T,) of (T, N). What vanishes or explodes lies far outside of what can be squared."""
    largest = np.abs(rows).max(axis=1)
    scale = np.where(largest > 0, largest, 1.0)
    with np.errstate(over="ignore"):
        norms = np.linalg.norm(rows / scale[:, None], axis=1) * scale
    return np.asarray(np.minimum(norms, np.finfo(np.float64).max))


def jacobian_operations(network: Network, steps: int) -> int:
    """About how many multiplications the norms of Jacobians take, known before any of it is computed."""
    total = 0
    for place in network.directions:
        cell = place.cell
        sizes = [cell.sizes[name] for name in cell.state_names]
        total += steps * (cell.recurrent_kernel.size * sum(sizes) + sum(3 * size**3 for size in sizes))
    return total


def _from_the_top(
    trace: Trace, target: Target, seed: Seed, jacobian: bool, poll: Poll | None
) -> Iterator[tuple[int, LayerGradients]]:
    """Layer by layer from above, each with its index; what a layer read is what those below it hand on."""
    direct = dict(seed.states)
    for layer in range(len(trace.network.layers) - 1, -1, -1):
        indices = [index for index, place in enumerate(trace.layers) if place.layer == layer]
        ways = {index: Way(Run(trace, trace.layers[index])) for index in indices}
        d_input = np.zeros((trace.steps, trace.network.layers[layer].input_size))
        passed = {index: _pass_back(ways[index], index, direct, d_input, poll) for index in indices}
        for index, (states, initial) in passed.items():
            place, run = trace.layers[index], ways[index].run
            focus = seed.steps[1] if place.direction == "forward" else seed.steps[0]
            carry, norms = None, dict[str, Array]()
            if _depends_on(target, place):
                carry = _carry_path(ways[index], run.position(focus))
                norms = jacobian_norms(ways[index], run.position(focus), poll) if jacobian else {}
            norms = {name: np.ascontiguousarray(run.turned(array)) for name, array in norms.items()}
            _check_finite(place, {**states, "input": d_input, **norms})
            yield (
                index,
                LayerGradients(
                    place.layer,
                    place.direction,
                    states["hidden_state"],
                    states.get("cell_state"),
                    d_input,
                    initial,
                    focus,
                    carry,
                    norms.get("hidden_state"),
                    norms.get("cell_state"),
                ),
            )
        below = [index for index, place in enumerate(trace.layers) if place.layer == layer - 1]
        offset = 0
        for index in below:
            size = trace.layers[index].cell.output_size
            handed = d_input[:, offset : offset + size]
            direct[index, "hidden_state"] = direct.get((index, "hidden_state"), 0) + handed
            offset += size


def _pass_back(
    way: Way, index: int, direct: dict[tuple[int, str], Array], d_input: Array, poll: Poll | None
) -> tuple[States, States]:
    """Derivatives by the states of one direction, (T, H) and the initial ones; adds to ``d_input`` what it read."""
    run, cell = way.run, way.run.cell
    zeros = {name: np.zeros((run.trace.steps, cell.sizes[name])) for name in cell.state_names}
    found = {name: direct.get((index, name), array) for name, array in zeros.items()}
    turned = {name: run.turned(array) for name, array in found.items()}
    d_read = run.turned(d_input)
    touched = [np.flatnonzero(array.any(axis=1)) for array in turned.values()]
    last = max((int(rows[-1]) for rows in touched if len(rows)), default=-1)
    initial = {name: np.zeros(cell.sizes[name]) for name in cell.state_names}

    def at(position: int) -> States:
        return {name: array[position][:, None] for name, array in turned.items()}

    if last >= 0:
        for position, back in way.walk(last, at(last), at, poll):
            for name, array in turned.items():
                array[position] = back.after[name][:, 0]
            d_read[position] += way.pullback.kernel @ back.d_pre[:, 0]
            if position == 0:
                initial = {name: array[:, 0] for name, array in back.before.items()}
    return found, initial


def _depends_on(target: Target, place: LayerTrace) -> bool:
    if not isinstance(target, StateTarget) or place.layer < target.layer:
        return True
    return (place.layer, place.direction) == (target.layer, target.direction)


def _carry_path(way: Way, focus: int) -> Array | None:
    """(T, H) in the trace's order: the product of what each step after t keeps, up to the focus."""
    kept = way.kept()
    if kept is None:
        return None
    carry = np.zeros(kept.shape)
    carry[focus] = 1
    carry[:focus] = np.cumprod(kept[focus:0:-1], axis=0)[::-1]
    return way.run.turned(carry)


def _check_finite(place: LayerTrace, arrays: dict[str, Array]) -> None:
    for name, array in arrays.items():
        finite = np.isfinite(array) if array.ndim == 1 else np.isfinite(array).all(axis=1)
        if not finite.all():
            rows = np.flatnonzero(~finite)
            step = int(rows[-1] if place.direction == "forward" else rows[0])
            raise NumericalError(
                f"every derivative must stay finite, but that by the {name.replace('_', ' ')} of layer {place.layer} "
                f"({place.direction}) left the range of float64 going back at step {step}"
            )
