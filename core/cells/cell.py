"""What all cells have in common: checked frozen parameters, states, and the block in which ``forward`` works.

Arrays of a sequence are feature-major with the batch, where there is one, as the last axis: ``(T, D)`` or ``(T, D,
B)``. Every gate of a step is then one contiguous block, and the same code serves one traced sequence and a training
batch.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, fields
from typing import Any, ClassVar, Generic, Self, TypeVar

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
            if array is value and array.flags.writeable:
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
            d_hidden_state: the loss's direct derivative with respect to each step's hidden state, (T, H) or (T, H,
            B), not counting
                what flows through later steps.
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

    @property
    def parameter_count(self) -> int:
        """How many numbers the parameters hold."""
        return sum(array.size for array in self.arrays().values())

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


Block = TypeVar("Block")


class Pool(Generic[Block]):
    """Working blocks that wait for the next run, so that a short sequence does not pay for making one.

    Threads may share a cell: each run borrows a block of its own, and taking from and adding to a list is atomic.
    """

    def __init__(self) -> None:
        """An empty pool."""
        self._waiting: list[Block] = []

    @contextmanager
    def borrow(self, make: Callable[[], Block]) -> Iterator[Block]:
        """A waiting block, or a new one."""
        try:
            block = self._waiting.pop()
        except IndexError:
            block = make()
        yield block
        self._waiting.append(block)


def block_steps(units: int, dtype: np.dtype[Any]) -> int:
    """Steps that `Cell.forward` takes in one working block, so that the block stays in the processor's cache."""
    return 64 if units * dtype.itemsize <= 256 else 32


def rows_of(array: Array) -> list[Array]:
    """Each (N[, B]) row of a (steps, N[, B]) array as one contiguous run of numbers."""
    return list(array.reshape(len(array), -1))


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


class Recurrence:
    """``z = U^T h`` for one working block, in the memory layout that is fastest and safe from subnormal numbers.

    The operands of ``np.dot(a, b, out)`` are prepared once for each row of the block. A state that decays towards zero
    reaches numbers so small that the processor handles them in slow microcode: a product took sixty times as long.
    When the last step of a block ``has_tiny`` numbers, the next block's products must see ``settle(h)``: the state
    rounded to a multiple of about 1e-31 (1e-285 in float64). The recorded state keeps its value.
    """

    def __init__(self, recurrent_kernel: Array, batched: bool) -> None:
        """``recurrent_kernel`` is (H, G H)."""
        single = recurrent_kernel.dtype == np.float32
        # Measured: row times matrix is the faster product in float32 and for few units, matrix times column elsewhere.
        self._by_row = not batched and (single or recurrent_kernel.shape[0] < 32)
        self._weights = recurrent_kernel if self._by_row else np.ascontiguousarray(recurrent_kernel.T)
        self._tiny = recurrent_kernel.dtype.type(2.0 ** (-80 if single else -900))

    def operands(self, h: Array) -> tuple[Array, Array]:
        """The two factors for ``np.dot(a, b, out)`` with the hidden state in ``h``, (H[, B])."""
        return (h, self._weights) if self._by_row else (self._weights, h)

    def has_tiny(self, h: Array) -> bool:
        """Whether some number in ``h`` is on its way to the subnormal ones."""
        size = np.abs(h)
        return bool(((size < self._tiny) & (size > 0)).any())

    def settle(self, h: Array, out: Array) -> None:
        """Write ``h`` without subnormal numbers into ``out``."""
        np.add(h, self._tiny, out)
        np.subtract(out, self._tiny, out)
