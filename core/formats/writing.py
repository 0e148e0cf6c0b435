"""The canonical file in pieces, so that a large network is written without a second copy of it in memory."""

import json
from collections.abc import Iterator

import numpy as np

from ..network import Network
from .canonical import VERSION

PIECE_BYTES = 4 * 1024 * 1024
DTYPES = {"float32": "F32", "float64": "F64"}


def canonical_size(network: Network) -> int:
    """Bytes that `canonical_pieces` will give."""
    return len(_header(network)) + sum(array.nbytes for array in network.parameters().values())


def canonical_pieces(network: Network) -> Iterator[bytes]:
    """The bytes of `canonical.to_bytes`, a few megabytes at a time."""
    yield _header(network)
    for _, array in sorted(network.parameters().items()):
        rows = array.reshape(-1, 1) if array.ndim == 1 else array
        step = max(1, PIECE_BYTES // (rows.shape[1] * rows.itemsize))
        for start in range(0, len(rows), step):
            yield np.ascontiguousarray(rows[start : start + step], rows.dtype.newbyteorder("<")).tobytes()


def _header(network: Network) -> bytes:
    configuration = {"version": VERSION, **network.configuration()}
    header: dict[str, object] = {"__metadata__": {"gatescope": json.dumps(configuration, sort_keys=True)}}
    end = 0
    for name, array in sorted(network.parameters().items()):
        begin, end = end, end + array.nbytes
        header[name] = {"dtype": DTYPES[array.dtype.name], "shape": list(array.shape), "data_offsets": [begin, end]}
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    return len(text).to_bytes(8, "little") + text
