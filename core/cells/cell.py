"""What all cells have in common: checked frozen parameters, states, and sums over a sequence.

Arrays of a sequence are feature-major with the batch, where there is one, as the last axis: ``(T, D)`` or ``(T, D,
B)``. Every gate of a step is then one contiguous block, and the same code serves one traced sequence and a training
batch.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from functools import partial
from typing import Any, ClassVar, Self

import numpy as np

from ..activations import Array
from ..errors import ParameterError

State = Mapping[str, Array]
Poll = Callable[[], None]


@dataclass(frozen=True)
class CellGradients:
    """What ``backward`` returns.

    ``parameters`` is keyed like the cell's fields; ``d_inputs`` is (T, D[, B]); ``d_initial_state`` (H[, B]) by
    state name; ``d_states`` holds the total derivatives of the states at every step, future included:
    ``d_hidden_state`` (and ``d_cell_state``) (T, H[, B]).
    """

    parameters: dict[str, Array]
    d_inputs: Array
    d_initial_state: dict[str, Array]
    d_states: dict[str, Array]


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
        precision = None
        for name, value in self.arrays().items():
            try:
                array = np.ascontiguousarray(value)
            except ValueError:
                raise ParameterError(
                    f"{self.name} {name} must be an array, but its rows differ in length", (name,)
                ) from None
            if array.dtype not in (np.float32, np.float64):
                raise ParameterError(f"{self.name} {name} must be float32 or float64, not {array.dtype}", (name,))
            precision = precision or array.dtype
            if array.dtype != precision:
                raise ParameterError(f"{self.name} {name} is {array.dtype} but the kernel is {precision}", (name,))
            # Only what is frozen and owns its numbers cannot be changed from outside: a view's owner could write to it.
            if array.flags.writeable or not array.flags.owndata:
                array = array.copy()
            array.flags.writeable = False
            object.__setattr__(self, name, array)
        if self.recurrent_kernel.ndim != 2 or self.recurrent_kernel.shape[0] < 1:
            raise ParameterError(
                f"{self.name} recurrent_kernel must be (H, {len(self.gates)}H), not {self.recurrent_kernel.shape}",
                ("recurrent_kernel",),
            )
        if self.kernel.ndim != 2 or self.kernel.shape[0] < 1:
            raise ParameterError(
                f"{self.name} kernel must be (D, {len(self.gates)}H), not {self.kernel.shape}", ("kernel",)
            )
        for name, shape in self.expected_shapes(self.input_size, self.hidden_size).items():
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
        """Shape of every parameter array for D inputs and H units."""

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
    def forward(self, inputs: Array, state: State, poll: Poll | None = None) -> dict[str, Array]:
        """The steps of a whole sequence, fast; equal to ``step`` to within rounding.

        Args:
            inputs: (T, D) or (T, D, B).
            state: initial state, ``state_names`` to (H,) or (H, B).
            poll: called between blocks of steps; raises to stop.

        Returns:
            Every quantity in display order, (T, H) or (T, H, B).
        """

    @abstractmethod
    def backward(
        self, inputs: Array, state: State, quantities: Mapping[str, Array], d_hidden_state: Array
    ) -> CellGradients:
        """Derivatives of a loss through the whole sequence.

        Args:
            inputs: as given to ``forward``.
            state: as given to ``forward``.
            quantities: what ``forward`` returned.
            d_hidden_state: the loss's direct derivative with respect to each step's hidden state, (T, H) or (T, H, B),
                not counting what flows through later steps.
        """

    @abstractmethod
    def pre_activations(self, inputs: Array, state: State, quantities: Mapping[str, Array]) -> dict[str, Array]:
        """What stood inside each activation, (T, H) by the gate's name, computed again from a finished (T, H) trace."""

    @property
    def input_size(self) -> int:
        """D."""
        return int(self.kernel.shape[0])

    @property
    def hidden_size(self) -> int:
        """H."""
        return int(self.recurrent_kernel.shape[0])

    @property
    def dtype(self) -> np.dtype[Any]:
        """float32 or float64."""
        return self.kernel.dtype

    def arrays(self) -> dict[str, Array]:
        """The parameter arrays by field name."""
        return {f.name: value for f in fields(self) if not isinstance(value := getattr(self, f.name), (str, bool))}

    def options(self) -> dict[str, Any]:
        """What is not an array but changes the equations, by field name."""
        return {f.name: value for f in fields(self) if isinstance(value := getattr(self, f.name), (str, bool))}

    def with_arrays(self, arrays: Mapping[str, Array]) -> Self:
        """The same cell with other parameter arrays."""
        return type(self)(**arrays, **self.options())

    def zero_state(self, batch: tuple[int, ...] = ()) -> dict[str, Array]:
        """The state of zeros, each (H, *batch)."""
        return {name: np.zeros((self.hidden_size, *batch), self.dtype) for name in self.state_names}


def project_inputs(inputs: Array, kernel: Array, bias: Array, out: Array) -> None:
    """``out[t] = kernel^T inputs[t] + bias`` for (T, D[, B]) inputs, into (T, G H[, B])."""
    if inputs.ndim == 2:
        np.matmul(inputs, kernel, out=out)
        out += bias
    else:
        np.matmul(kernel.T, inputs, out=out)
        out += bias[:, None]


def previous(initial: Array, states: Array) -> Array:
    """The state before each step: (T, H[, B]) from the initial (H[, B]) and the states after each step."""
    return np.concatenate((initial[None], states[:-1]))


def outer_sum(left: Array, right: Array) -> Array:
    """Sum over steps and batch of ``left[t] right[t]^T``: (M, N) from (T, M[, B]) and (T, N[, B])."""
    if left.ndim == 2:
        return np.asarray(left.T @ right)
    return np.asarray(np.tensordot(left, right, axes=((0, 2), (0, 2))))


def total(array: Array) -> Array:
    """Sum over steps and batch: (M,) from (T, M[, B])."""
    return np.asarray(array.sum(axis=(0, 2) if array.ndim == 3 else 0))
