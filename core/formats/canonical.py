"""The canonical file: safetensors with the parameters by canonical name, and all the rest in its metadata.

``gatescope`` in the metadata is the JSON of `Network.configuration` with ``"version": 1``; the tensors are named as by
`Network.parameters`: ``embedding``, ``layers.0.forward.kernel``, ..., ``readout.kernel``, ``readout.bias``.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np
import safetensors.numpy

from ..activations import Array
from ..cells import CELLS, Cell
from ..errors import FormatError, ParameterError
from ..network import Embedding, Feedback, Layer, Network, Readout, Vocabulary
from .readers.gathering import is_finite
from .readers.safetensors import tensors_in

VERSION = 1
DIRECTIONS = ("forward", "backward")
DTYPES = {"F16": "float16", "BF16": "bfloat16", "BOOL": "bool", "I64": "int64", "I32": "int32", "I16": "int16"}
DTYPES |= {"I8": "int8", "U8": "uint8", "U16": "uint16", "U32": "uint32", "U64": "uint64"}


def to_bytes(network: Network) -> bytes:
    """The network as the bytes of a canonical file; the same network always gives the same bytes."""
    metadata = {"gatescope": json.dumps({"version": VERSION, **network.configuration()}, sort_keys=True)}
    return safetensors.numpy.save(
        {name: np.ascontiguousarray(array) for name, array in network.parameters().items()}, metadata
    )


def save_network(network: Network, path: str | Path) -> None:
    """Write the network to a canonical file."""
    Path(path).write_bytes(to_bytes(network))


def load_network(path: str | Path) -> Network:
    """Read a canonical file.

    Raises:
        FormatError: the file is not a canonical one.
        OSError: it cannot be read at all.
    """
    return from_bytes(Path(path).read_bytes())


def from_bytes(data: bytes) -> Network:
    """Read the bytes of a canonical file.

    Raises:
        FormatError: they are not a canonical file.
    """
    try:
        _, stored = tensors_in(memoryview(data))
    except FormatError as error:
        raise FormatError(
            f"a safetensors file was expected, but it cannot be read as one: {_short(error.message)}"
        ) from None
    configuration = _configuration(data)
    arrays = {}
    for tensor in stored:
        if tensor.dtype not in ("F32", "F64"):
            name = DTYPES.get(tensor.dtype, tensor.dtype)
            raise FormatError(f"tensors must be float32 or float64, but {_short(tensor.name)} is {name}")
        array = tensor.array()
        if not is_finite(array):
            raise FormatError(f"tensors must hold finite numbers, but {_short(tensor.name)} does not")
        arrays[tensor.name] = array.astype(array.dtype.newbyteorder("="), copy=False)
    try:
        network = _build(configuration, arrays)
    except ParameterError as error:
        raise FormatError(f"the file's tensors do not fit together: {_short(error)}") from None
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        reason = f"{type(error).__name__} {_short(error)}"
        raise FormatError(f"the file's description or tensors are incomplete: {reason}") from None
    if extra := sorted(set(arrays) - set(network.parameters())):
        raise FormatError(f"the file's description does not mention the tensor {_short(extra[0])}")
    return network


def _short(words: object) -> str:
    """Words that may come from the file, for a sentence: never long, and always text that can be sent."""
    text = str(words).encode("utf-8", "replace").decode()
    return text if len(text) <= 200 else text[:197] + "..."


def _configuration(data: bytes) -> dict[str, Any]:
    """The description in the header; the tensors have been read, so the header is known to be there and valid."""
    header = json.loads(data[8 : 8 + int.from_bytes(data[:8], "little")])
    text = (header.get("__metadata__") or {}).get("gatescope")
    if text is None:
        raise FormatError(
            "a network file must describe itself in its metadata under 'gatescope', but there is no such entry"
        )
    try:
        configuration = json.loads(text)
    except (ValueError, RecursionError):
        raise FormatError("the description in the metadata must be JSON, but it cannot be parsed") from None
    # True and 1.0 equal 1, but are no version.
    version = configuration.get("version") if isinstance(configuration, dict) else None
    if type(version) is not int or version != VERSION:
        raise FormatError(f"the description must have version {VERSION}")
    return dict(configuration)


def _build(configuration: dict[str, Any], arrays: dict[str, Array]) -> Network:
    def cell(index: int, direction: str, options: dict[str, Any]) -> Cell:
        options = dict(options)
        kind = CELLS[options.pop("cell")]
        prefix = f"layers.{index}.{direction}."
        return kind(
            **{name.removeprefix(prefix): array for name, array in arrays.items() if name.startswith(prefix)}, **options
        )

    layers = []
    for index, entry in enumerate(configuration["layers"]):
        cells = {direction: cell(index, direction, options) for direction, options in entry.items()}
        if strange := set(cells) - set(DIRECTIONS):
            raise ParameterError(f"directions of a layer are forward and backward, not {min(strange)!r}")
        layers.append(Layer(cells.get("forward"), cells.get("backward")))
    readout, vocabulary = configuration.get("readout"), configuration.get("vocabulary")
    feedback, columns = configuration.get("feedback"), configuration.get("columns")
    labels = readout.get("labels") if readout else None
    if isinstance(labels, str) or isinstance(columns, str):
        raise ParameterError("labels and columns must be lists, not one text", ("labels",))
    if vocabulary and isinstance(vocabulary["labels"], str):
        raise ParameterError("a vocabulary must have a list of labels, not one text", ("labels",))
    return Network(
        tuple(layers),
        Embedding(arrays["embedding"], configuration.get("padding")) if "embedding" in arrays else None,
        Readout(readout["kind"], arrays["readout.kernel"], arrays["readout.bias"], readout["predicts"], labels)
        if readout
        else None,
        Vocabulary(tuple(vocabulary["labels"]), vocabulary["unknown"]) if vocabulary else None,
        Feedback(feedback["first"], feedback["end"]) if feedback else None,
        columns,
    )
