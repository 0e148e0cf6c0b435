"""Run a network over a sequence and keep everything."""

import hashlib
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from traceback import clear_frames

import numpy as np

from .activations import Array
from .cells import Cell
from .cells.cell import Poll
from .digest import portable_bytes
from .encoding import Encoded, check_padding
from .errors import (
    CannotStep,
    InputError,
    NumericalError,
    TokenOutOfRange,
    WrongKind,
    WrongWidth,
)
from .interventions import (
    Intervention,
    check_interventions,
    interventions_text,
    plan,
    pointer_to_cause,
    run_cell,
)
from .network import Direction, DirectionName, Network
from .quantities import names_for
from .states import InitialState, check_state
from .threads import threads_for


@dataclass(frozen=True, eq=False)
class LayerTrace:
    """One direction of one layer.

    Row t of each (T, H) quantity is the value after reading input t, also where the cell reads from the end.
    """

    layer: int
    direction: DirectionName
    cell: Cell
    initial_state: dict[str, Array]
    quantities: dict[str, Array]


@dataclass(frozen=True, eq=False)
class Trace:
    """Everything a network did on a sequence.

    A trace is a pure function of network, input, initial state and interventions; ``id`` is a digest of these.
    ``outputs`` is (T, O): probabilities with a softmax readout, values with a linear one, None without a readout.
    """

    network: Network
    encoded: Encoded
    layers: tuple[LayerTrace, ...]
    outputs: Array | None
    interventions: tuple[Intervention, ...] = ()

    @cached_property
    def id(self) -> str:
        """Digest of network, input, initial state and interventions: the same on any machine."""
        states = [layer.initial_state for layer in self.layers]
        return _digest(self.network, self.encoded, states, self.interventions)

    @property
    def steps(self) -> int:
        """T."""
        return self.encoded.steps

    @property
    def nbytes(self) -> int:
        """Size of the kept arrays."""
        arrays = [array for layer in self.layers for array in layer.quantities.values()]
        return sum(array.nbytes for array in arrays) + (self.outputs.nbytes if self.outputs is not None else 0)

    def layer_inputs(self, layer: int) -> Array:
        """What a layer read at each step, (T, D)."""
        if layer == 0:
            return _network_inputs(self.network, self.encoded)
        return _side_by_side([below.quantities["hidden_state"] for below in self.layers if below.layer == layer - 1])

    def layer_input(self, layer: int, step: int) -> Array:
        """What a layer read at one step, (D,)."""
        if layer > 0:
            hidden = [below.quantities["hidden_state"] for below in self.layers if below.layer == layer - 1]
            return np.concatenate([array[step] for array in hidden])
        sequence = self.encoded.values if self.encoded.tokens is None else self.encoded.tokens
        assert sequence is not None  # an Encoded has one of the two
        embedding = self.network.embedding
        row = sequence[step : step + 1]
        return np.array((embedding(row) if embedding else row)[0])

    def pre_activations(self, index: int) -> dict[str, Array]:
        """What stood inside each activation of ``layers[index]``, (T, H) by the gate's name, computed again.

        Raises:
            NumericalError: a pre-activation is infinite, as it can be where its gate is still 0 or 1.
        """
        place = self.layers[index]
        inputs = self.layer_inputs(place.layer)
        turn = slice(None, None, 1 if place.direction == "forward" else -1)
        turned = {name: array[turn] for name, array in place.quantities.items()}
        with np.errstate(over="ignore", invalid="ignore"):
            pre = place.cell.pre_activations(inputs[turn], place.initial_state, turned)
        for name, array in pre.items():
            if not np.isfinite(array).all():
                raise NumericalError(
                    f"every pre-activation must be finite to be shown, but that of the {name.replace('_', ' ')} of "
                    f"layer {place.layer} ({place.direction}) left the range of {array.dtype}"
                )
        return {name: np.ascontiguousarray(array[turn]) for name, array in pre.items()}


@dataclass(frozen=True, eq=False)
class Step:
    """One step: each direction's quantities (H,), the new state, and the readout's output (O,)."""

    quantities: tuple[tuple[Direction, dict[str, Array]], ...]
    state: tuple[dict[str, Array], ...]
    output: Array | None


@dataclass(frozen=True, eq=False)
class TopPredictions:
    """The most likely outputs of each step, most likely first: ``tokens`` and ``probabilities`` are (T, count)."""

    tokens: Array
    probabilities: Array


def trace(
    network: Network,
    encoded: Encoded,
    initial_state: InitialState | None = None,
    *,
    interventions: Iterable[Intervention] = (),
    poll: Poll | None = None,
) -> Trace:
    """Run ``network`` over ``encoded`` and keep every quantity of every step.

    Args:
        network: the network.
        encoded: a sequence that fits it, from `encode`.
        initial_state: one mapping of state names to H numbers for each entry of ``network.directions``; None for zeros.
        interventions: what is done, in this order, to quantities right after they are computed.
        poll: called every few dozen steps; whatever it raises stops the run.

    Raises:
        InputError: the sequence was encoded for another network, or an intervention does not fit.
        StateMismatch: the initial state has another form than the network's.
        NotFinite: the initial state or an intervention has a number that is not finite in the network's precision.
        NumericalError: a number left the finite range; says where, and its pointer leads to the intervention to blame.
    """
    state = check_state(network, initial_state)
    checked = check_interventions(network, encoded.steps, interventions)

    def run(changes: tuple[Intervention, ...]) -> Trace:
        layers = tuple(_run_layers(network, encoded, state, changes, poll))
        last = [place.quantities["hidden_state"] for place in layers if place.layer == len(network.layers) - 1]
        return Trace(network, encoded, layers, _outputs(network, _side_by_side(last)), changes)

    def fails(changes: tuple[Intervention, ...]) -> bool:
        try:
            run(changes)
        except NumericalError:
            return True
        return False

    with threads_for(network.narrowest):
        try:
            return run(checked)
        except NumericalError as error:
            clear_frames(error.__traceback__)  # or all that was computed stays while the cause is looked for
            error.pointer = pointer_to_cause(checked, fails)
            raise


def _run_layers(
    network: Network,
    encoded: Encoded,
    state: Sequence[dict[str, Array]],
    interventions: Sequence[Intervention],
    poll: Poll | None,
) -> Iterator[LayerTrace]:
    inputs = _network_inputs(network, encoded)
    hidden: list[Array] = []
    for index, (place, initial) in enumerate(zip(network.directions, state, strict=True)):
        if index and place.layer != network.directions[index - 1].layer:
            inputs, hidden = _side_by_side(hidden), []
        changes = plan(place, encoded.steps, interventions)
        if place.direction == "forward":
            quantities = run_cell(place.cell, inputs, initial, changes, poll)
        else:
            turned = run_cell(place.cell, np.ascontiguousarray(inputs[::-1]), initial, changes, poll)
            quantities = {name: np.ascontiguousarray(array[::-1]) for name, array in turned.items()}
        _check_finite(place, quantities, tuple(quantities) if changes else place.cell.state_names)
        hidden.append(quantities["hidden_state"])
        yield LayerTrace(place.layer, place.direction, place.cell, initial, quantities)


def _network_inputs(network: Network, encoded: Encoded) -> Array:
    """What the first layer reads, (T, D)."""
    if encoded.kind != network.input_kind:
        raise WrongKind(
            f"this network reads {network.input_kind}, but the sequence was encoded as {encoded.kind} for another"
        )
    if network.embedding:
        assert encoded.tokens is not None  # that is what its kind says
        if encoded.tokens.max() >= network.input_size:
            raise TokenOutOfRange(
                f"this network has {network.input_size} tokens, but the sequence was encoded for another with more"
            )
        check_padding(network, encoded.tokens, "tokens")
        return network.embedding(encoded.tokens)
    assert encoded.values is not None  # that is what its kind says
    if encoded.values.shape[1] != network.input_size or encoded.values.dtype != network.dtype:
        raise WrongWidth(
            f"this network reads {network.input_size} numbers a step in {network.dtype}, but the sequence was encoded "
            f"for another with {encoded.values.shape[1]} in {encoded.values.dtype}"
        )
    return encoded.values


def _side_by_side(hidden: Sequence[Array]) -> Array:
    return hidden[0] if len(hidden) == 1 else np.concatenate(hidden, axis=1)


def _check_finite(place: Direction, quantities: Mapping[str, Array], names: Iterable[str]) -> None:
    """Check these quantities.

    Where nothing was changed the states are enough: no gate leaves the finite numbers before a state has, and a NaN
    stays in the state.
    """
    for name in names:
        # The quickest look, which never warns; the sum of squares may also be too large where no number is.
        if math.isfinite(np.vdot(quantities[name], quantities[name])):
            continue
        finite = np.isfinite(quantities[name])
        if not finite.all():
            rows = np.flatnonzero(~finite.all(axis=1))
            step = int(rows[0] if place.direction == "forward" else rows[-1])
            raise NumericalError(
                f"every state must stay finite, but the {name.replace('_', ' ')} of layer {place.layer} "
                f"({place.direction}) left the range of {quantities[name].dtype} at step {step}"
            )


def _outputs(network: Network, hidden: Array) -> Array | None:
    """The readout's outputs, (T, O), of the last layer's (T, H)."""
    if network.readout is None:
        return None
    with np.errstate(over="ignore", invalid="ignore"):
        outputs = network.readout(hidden)
    finite = np.isfinite(outputs).all(axis=1)
    if not finite.all():
        raise NumericalError(
            f"every output must stay finite, but the readout left the range of {outputs.dtype} "
            f"at step {int(np.argmin(finite))}"
        )
    return outputs


def step(network: Network, encoded: Encoded, state: InitialState | None = None) -> Step:
    """One textbook step with the state handed in and out; ``encoded`` has one step.

    Raises:
        CannotStep: the network reads the sequence from the end as well.
        InputError: the sequence does not have exactly one step.
        StateMismatch: the state has another form than the network's.
        NumericalError: a number left the finite range.
    """
    if not network.can_step:
        raise CannotStep(
            "a network with a backward layer cannot be stepped: that layer starts from the end of the sequence"
        )
    if encoded.steps != 1:
        raise InputError(f"one step at a time reads a sequence of one step, not of {encoded.steps}")
    x = _network_inputs(network, encoded)[0]
    quantities = []
    for place, before in zip(network.directions, check_state(network, state), strict=True):
        with np.errstate(over="ignore", invalid="ignore"):
            values = place.cell.step(x, before)
        values = {name: values[name] for name in names_for(place.cell.name)}
        _check_finite(place, {name: values[name][None] for name in place.cell.state_names}, place.cell.state_names)
        quantities.append((place, values))
        x = values["hidden_state"]
    states = tuple({name: values[name] for name in place.cell.state_names} for place, values in quantities)
    outputs = _outputs(network, x[None])
    return Step(tuple(quantities), states, None if outputs is None else outputs[0])


def top_predictions(outputs: Array, count: int = 5) -> TopPredictions:
    """The ``count`` most likely outputs of each row of (T, O) probabilities."""
    count = min(count, outputs.shape[1])
    tokens = np.argpartition(outputs, -count, axis=1)[:, -count:]
    probabilities = np.take_along_axis(outputs, tokens, axis=1)
    order = np.lexsort((tokens, -probabilities), axis=1)
    return TopPredictions(np.take_along_axis(tokens, order, axis=1), np.take_along_axis(probabilities, order, axis=1))


def trace_id(
    network: Network,
    encoded: Encoded,
    initial_state: InitialState | None = None,
    interventions: Iterable[Intervention] = (),
) -> str:
    """The id that ``trace`` will give, without running the network."""
    checked = check_interventions(network, encoded.steps, interventions)
    return _digest(network, encoded, check_state(network, initial_state), checked)


def _digest(
    network: Network,
    encoded: Encoded,
    state: Sequence[Mapping[str, Array]],
    interventions: Sequence[Intervention],
) -> str:
    digest = hashlib.sha256(network.digest.encode())
    sequence = encoded.values if encoded.tokens is None else encoded.tokens
    assert sequence is not None  # an Encoded has one of the two
    digest.update(f"{encoded.kind} {sequence.shape}".encode())
    digest.update(portable_bytes(sequence))
    digest.update("\0".join(encoded.labels).encode())
    for entry in state:
        for name, array in sorted(entry.items()):
            digest.update(name.encode())
            digest.update(portable_bytes(array))
    digest.update(interventions_text(interventions).encode())
    return digest.hexdigest()[:32]


def trace_bytes(network: Network, steps: int) -> int:
    """Bytes that a trace of ``steps`` steps will keep, known before anything is allocated."""
    quantities = sum(sum(place.cell.sizes.values()) for place in network.directions)
    return steps * (quantities + (network.output_size or 0)) * network.dtype.itemsize
