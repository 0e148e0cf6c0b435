"""A plain mapping of names to arrays, as a notebook holds it: ``module.state_dict()``, parameters of Flax, NumPy."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from ...activations import Array
from ...errors import FormatError
from ..checkpoint import Checkpoint
from ..limits import Limits
from .gathering import Gathering, short

DEEPEST = 64


def read_mapping(mapping: Mapping[str, Any], limits: Limits | None = None) -> Checkpoint:
    """The mapping's arrays, copied; nested mappings are flattened, their names joined with ".".

    PyTorch's tensors and whatever ``numpy.asarray`` takes are understood; no framework is imported for it.

    Raises:
        FormatError: a name is no text, or a value is no array of finite numbers, or there is none.
    """
    gathering = Gathering("mapping", limits or Limits())
    for name, value in _flat(mapping, "", 0):
        array = _array(name, value)
        if array.dtype.kind == "f" and array.dtype.itemsize in (2, 4, 8):
            gathering.declare(name, array.shape, array.dtype.name)
            gathering.add(name, np.array(array))
        else:
            gathering.leave_out(name, str(array.dtype))
    return gathering.checkpoint()


def _flat(mapping: Mapping[str, Any], prefix: str, depth: int) -> Iterator[tuple[str, Any]]:
    if depth > DEEPEST:
        raise FormatError(f"a mapping may be nested {DEEPEST} levels deep, but {short(prefix)} goes deeper")
    for name, value in mapping.items():
        # Lists of layers become mappings with numbers for names in some frameworks.
        if not isinstance(name, str | int):
            raise FormatError(f"names of tensors must be text, not {short(repr(name))}", (short(prefix),))
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{name}.", depth + 1)
        else:
            yield f"{prefix}{name}", value


def _array(name: str, value: Any) -> Array:
    """The value as an array of NumPy's own types."""
    try:
        if hasattr(value, "detach") and hasattr(value, "cpu"):
            tensor = value.detach().cpu()
            return np.asarray((tensor.float() if "bfloat16" in str(tensor.dtype) else tensor).numpy())
        array = np.asarray(value)
        # Narrow floats that NumPy lacks come as types of their own package, which also knows how to widen them.
        return array.astype(np.float32) if array.dtype.name == "bfloat16" else array
    except (TypeError, ValueError, RuntimeError, AttributeError) as error:
        raise FormatError(
            f"{short(name)} must be an array, but it cannot be made one: {short(error)}", (name,)
        ) from None
