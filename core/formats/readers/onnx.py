"""ONNX files from outside: told by the fields of the message they are, and handed to a child process for parsing."""

from ..checkpoint import Checkpoint
from ..isolation import parse_apart
from ..limits import Limits

MODEL_FIELDS = {1, 2, 3, 4, 5, 6, 7, 8, 14, 20, 25, 26}
GRAPH = 7


def recognise(data: memoryview) -> bool:
    """Whether the bytes are fields of an ONNX model from beginning to end, its graph among them.

    One that ends too early, behind its graph's beginning, is recognised too: the parser can say what is wrong with it.
    """
    position, seen = 0, set()
    while position < len(data):
        key, position = _varint(data, position)
        field, wire = key >> 3, key & 7
        if field not in MODEL_FIELDS or wire not in (0, 2) or (field in (1, 5)) != (wire == 0):
            return False
        seen.add(field)
        size, position = _varint(data, position)
        if position < 0:
            break
        position += size if wire == 2 else 0
    return GRAPH in seen and (1 in seen or 8 in seen)


def _varint(data: memoryview, position: int) -> tuple[int, int]:
    """A number of seven bits a byte and the position behind it, negative where there is none."""
    value = 0
    for index, byte in enumerate(data[position : position + 10]):
        value |= (byte & 127) << 7 * index
        if byte < 128:
            return value, position + index + 1
    return -1, -1


def read_onnx(data: memoryview, limits: Limits) -> Checkpoint:
    """The tensors of an ONNX file, and its graph as structure.

    Raises:
        FormatError: see `parse_apart`.
    """
    return parse_apart("ONNX", "onnx", data, limits)
