"""What all cells have in common: checked frozen parameters, states, and the ways through a sequence and back.

Arrays of a sequence are feature-major with the batch, where there is one, as the last axis: ``(T, D)`` or ``(T, D,
B)``. Every gate of a step is then one contiguous block, and the same code serves one traced sequence and a training
batch.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from functools import cached_property, partial
from types import MappingProxyType
from typing import Any, ClassVar, Self

import numpy as np

from ..activations import ACTIVATIONS, Array
from ..errors import ParameterError
from .products import at_each_step
from .through_time import CellGradients, Span, blocks_from_the_end, previous

State = Mapping[str, Array]
Poll = Callable[[], None]
Alter = Callable[[str, Array], Array]
"""Takes a quantity's name and its numbers, (H,) or (B, H), right after they are computed; gives what is to follow."""

STEPS_BETWEEN_POLLS = 32


def unaltered(_: str, numbers: Array) -> Array:
    """What is computed, as it is."""
    return numbers


@dataclass(frozen=True, eq=False)
class Cell(ABC):
    """A recurrent cell as a value: parameters that are checked once and never change.

    ``kernel`` is (D, G H) and ``recurrent_kernel`` (H, G H) for G gates side by side.
    """

    name: ClassVar[str]
    gates: ClassVar[tuple[str, ...]]
    """The blocks of the kernels' columns, in order, by the name of the quantity they compute."""
    state_names: ClassVar[tuple[str, ...]]

    kernel: Array
    recurrent_kernel: Array

    def __post_init__(self) -> None:
        """Freeze the arrays and check that they fit together."""
        for entry in fields(self):
            value = getattr(self, entry.name)
            if isinstance(entry.default, bool) and not isinstance(value, bool):
                raise ParameterError(f"{self.name} {entry.name} must be true or false, not {value!r}", (entry.name,))
            if isinstance(entry.default, str) and (not isinstance(value, str) or value not in ACTIVATIONS):
                known = ", ".join(ACTIVATIONS)
                detail = f"{self.name} {entry.name} must be one of {known}, not {value!r:.40}"
                raise ParameterError(detail, (entry.name,))
        precision = None
        for name, value in self.arrays().items():
            array = frozen(self.name, name, value)
            precision = precision or array.dtype
            if array.dtype != precision:
                raise ParameterError(f"{self.name} {name} is {array.dtype} but the kernel is {precision}", (name,))
            object.__setattr__(self, name, array)
        gates = len(self.gates)
        for name, letter in (("recurrent_kernel", "H"), ("kernel", "D")):
            shape = getattr(self, name).shape
            if len(shape) != 2 or 0 in shape or shape[1] % gates:
                raise ParameterError(f"{self.name} {name} must be ({letter}, {gates}H), not {shape}", (name,))
        for name, shape in self.shapes().items():
            found = getattr(self, name).shape
            if found != shape:
                raise ParameterError(
                    f"{self.name} {name} must be {shape} for {self.hidden_size} units and {self.input_size} inputs, "
                    f"not {found}",
                    (name,),
                )

    def __reduce__(self) -> tuple[Any, ...]:
        """Copies and pickles are made from the parameters: working memory is full of views of itself and stays here."""
        return partial(type(self), **self.arrays(), **self.options()), ()

    @classmethod
    @abstractmethod
    def expected_shapes(cls, input_size: int, hidden_size: int) -> dict[str, tuple[int, ...]]:
        """Shape of every parameter array of the plain cell for D inputs and H units."""

    def shapes(self) -> dict[str, tuple[int, ...]]:
        """The shape that every parameter array of this cell must have."""
        return self.expected_shapes(self.input_size, self.hidden_size)

    @abstractmethod
    def step(self, x: Array, state: State) -> dict[str, Array]:
        """One step by the textbook.

        Args:
            x: input, (D,) or (B, D).
            state: ``state_names`` to (H,) or (B, H).

        Returns:
            Every quantity of the cell, (H,) or (B, H); the new state is among them.
        """

    @abstractmethod
    def _advance(self, projected: Array, state: State, alter: Alter = unaltered) -> dict[str, Array]:
        """The textbook step once its input has met the kernel, each quantity altered as soon as it is there."""

    @abstractmethod
    def forward(self, inputs: Array, state: State, poll: Poll | None = None) -> dict[str, Array]:
        """The steps of a whole sequence, fast; equal to ``step`` to within rounding.

        Args:
            inputs: (T, D) or (T, D, B).
            state: initial state, ``state_names`` to (H,) or (H, B).
            poll: called between blocks of steps; raises to stop.

        Returns:
            Every quantity in display order, (T, H) or (T, H, B).
        """

    def backward(
        self,
        inputs: Array,
        state: State,
        quantities: Mapping[str, Array],
        d_hidden_state: Array,
        *,
        inputs_too: bool = True,
        states_too: bool = True,
    ) -> CellGradients:
        """Derivatives of a loss through the whole sequence.

        Args:
            inputs: as given to ``forward``.
            state: as given to ``forward``.
            quantities: what ``forward`` returned.
            d_hidden_state: the loss's direct derivative with respect to each step's hidden state, (T, H) or (T, H, B),
                not counting what flows through later steps.
            inputs_too: whether ``d_inputs`` is wanted.
            states_too: whether ``d_states`` is wanted.
        """
        columns = self.kernel.shape[1]
        d_inputs = np.empty_like(inputs if inputs_too else inputs[:, :0])
        d_states = {name: np.empty_like(quantities[name]) for name in self.state_names if states_too}
        d_carried = {name: np.zeros_like(quantities[name][0]) for name in self.state_names}
        working: dict[str, Array] = {}
        parameters: dict[str, Array] = {}
        for at in blocks_from_the_end(len(inputs), columns * inputs[0, :1].size):
            count = at.stop - at.start
            if not working:
                shapes = {name: quantities[name].shape[1:] for name in self.state_names}
                shapes["d_pre"] = (columns, *inputs.shape[2:])
                working = {name: np.empty((count, *shape), self.dtype) for name, shape in shapes.items()}
            span = Span(
                inputs[at],
                {name: previous(state[name], quantities[name], at) for name in self.state_names},
                {name: array[at] for name, array in quantities.items()},
                d_hidden_state[at],
                working["d_pre"][:count],
                {name: d_states[name][at] if states_too else working[name][:count] for name in self.state_names},
                d_carried,
            )
            for name, part in self._back(span).items():
                parameters[name] = np.add(parameters[name], part, out=part) if name in parameters else part
            if inputs_too:
                at_each_step(self.kernel, span.d_pre, d_inputs[at])
        return CellGradients(parameters, d_inputs, d_carried, {f"d_{name}": array for name, array in d_states.items()})

    @abstractmethod
    def _back(self, span: Span) -> dict[str, Array]:
        """Backpropagation through the steps of ``span``: their share of each parameter's derivative, by its name."""

    @abstractmethod
    def pre_activations(self, inputs: Array, state: State, quantities: Mapping[str, Array]) -> dict[str, Array]:
        """What stood inside each activation, (T, H) by the gate's name, computed again from a finished (T, H) trace."""

    @cached_property
    def input_size(self) -> int:
        """D."""
        return int(self.kernel.shape[0])

    @cached_property
    def hidden_size(self) -> int:
        """H."""
        return int(self.recurrent_kernel.shape[1]) // len(self.gates)

    @cached_property
    def output_size(self) -> int:
        """Numbers of the hidden state: H, or fewer where the cell projects it."""
        return int(self.recurrent_kernel.shape[0])

    @cached_property
    def sizes(self) -> Mapping[str, int]:
        """How many numbers each quantity has at each step, by its name."""
        names = (*self.gates, *reversed(self.state_names))
        return MappingProxyType(dict.fromkeys(names, self.hidden_size) | {"hidden_state": self.output_size})

    @cached_property
    def dtype(self) -> np.dtype[Any]:
        """float32 or float64."""
        return self.kernel.dtype

    def arrays(self) -> dict[str, Array]:
        """The parameter arrays by field name; a part that the cell does not have is left out."""
        values = ((entry.name, getattr(self, entry.name)) for entry in fields(self))
        return {name: value for name, value in values if value is not None and not isinstance(value, (str, bool))}

    def options(self) -> dict[str, Any]:
        """What is not an array but changes the equations, by field name."""
        values = ((entry.name, getattr(self, entry.name)) for entry in fields(self))
        return {name: value for name, value in values if isinstance(value, (str, bool))}

    def settings(self) -> dict[str, Any]:
        """The options that differ from their defaults: a new option never changes what an old cell is."""
        defaults = {entry.name: entry.default for entry in fields(self)}
        return {name: value for name, value in self.options().items() if value != defaults[name]}

    def with_arrays(self, arrays: Mapping[str, Array]) -> Self:
        """The same cell with other parameter arrays."""
        return type(self)(**arrays, **self.options())

    def zero_state(self, batch: tuple[int, ...] = ()) -> dict[str, Array]:
        """The state of zeros, each (its size, *batch)."""
        return {name: np.zeros((self.sizes[name], *batch), self.dtype) for name in self.state_names}

    def run_by_steps(
        self,
        inputs: Array,
        state: State,
        poll: Poll | None = None,
        alter: Callable[[int, str, Array], Array] | None = None,
    ) -> dict[str, Array]:
        """`forward` as a loop over the textbook step, for cells without a fast path and for interventions.

        ``alter`` takes the step, a quantity's name and its numbers, (H,) or (B, H), and gives what all that follows
        sees in their place.
        """
        batch = inputs.shape[2:]
        rows = np.moveaxis(inputs, -1, 1) if batch else inputs
        state = {name: np.moveaxis(array, -1, 0) if batch else array for name, array in state.items()}
        trace = {name: np.empty((len(inputs), size, *batch), self.dtype) for name, size in self.sizes.items()}
        with np.errstate(over="ignore", invalid="ignore"):
            for start in range(0, len(inputs), STEPS_BETWEEN_POLLS):
                if poll is not None:
                    poll()
                for t, row in enumerate(rows[start : start + STEPS_BETWEEN_POLLS] @ self.kernel, start):
                    state = self._advance(row, state, partial(alter, t) if alter else unaltered)
                    for name, array in state.items():
                        trace[name][t] = array.T
        return trace


def frozen(owner: str, name: str, value: Any) -> Array:
    """The array as it can be kept for ever: float32 or float64, and never written to from outside.

    Memory that nobody can write to is used as it is, in whatever order it lies: the bytes of a file need no copy.

    Raises:
        ParameterError: it is not a rectangular array of float32 or float64.
    """
    try:
        array = np.asarray(value)
    except ValueError:
        raise ParameterError(f"{owner} {name} must be an array, but its rows differ in length", (name,)) from None
    if array.dtype not in (np.float32, np.float64):
        raise ParameterError(f"{owner} {name} must be float32 or float64, not {array.dtype}", (name,))
    if not (array.flags.c_contiguous or array.flags.f_contiguous) or not _is_immutable(array):
        array = np.array(array, order="C")
    array.flags.writeable = False
    return array


def _is_immutable(array: Array) -> bool:
    """Whether the memory can never change: it belongs to ``bytes``, or to a frozen array that nobody else can thaw."""
    if array.flags.writeable:
        return False
    owner: Any = array
    while isinstance(owner, np.ndarray) and owner.base is not None:
        owner = owner.base
        if isinstance(owner, memoryview):
            owner = owner.obj
        elif isinstance(owner, np.ndarray) and owner.flags.writeable:
            return False
    return isinstance(owner, bytes) or owner is array
