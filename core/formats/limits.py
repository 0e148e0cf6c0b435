"""How much a file may ask of the machine that reads it."""

from dataclasses import dataclass

MIB = 1024 * 1024


@dataclass(frozen=True)
class Limits:
    """Limits of one import. Sizes are looked at as declared, before anything is read or allocated.

    ``max_bytes`` is the file's own size, ``max_tensor_bytes`` that of all its tensors once unpacked and widened.
    ``seconds`` and ``memory_bytes`` bound the child process that parses HDF5 and ONNX.
    """

    max_bytes: int = 1024 * MIB
    max_tensor_bytes: int = 2048 * MIB
    max_tensors: int = 10_000
    seconds: float = 30.0
    memory_bytes: int = 4096 * MIB
