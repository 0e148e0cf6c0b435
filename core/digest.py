"""Content addresses of arrays: the same numbers have the same digest on any machine, in whatever order they lie.

An array's digest is a tree: SHA-256 over its type, shape, and the digests of its chunks, whole rows of about
`CHUNK_BYTES` as little-endian numbers in C order. Chunks are hashed by several threads, and one that lies transposed is
put in order while it is in the cache: addressing 100 MB of weights takes little more than reading them.
"""

import hashlib
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np

from .activations import Array
from .tiles import copy_by_tiles

CHUNK_BYTES = 1024 * 1024
THREADS = 4
WORTH_THREADS = 8 * CHUNK_BYTES


def digest_of(description: str, arrays: Mapping[str, Array]) -> str:
    """Hexadecimal SHA-256 of a text and named arrays (N, ...)."""
    chunks = [(array, rows) for _, array in sorted(arrays.items()) for rows in _chunks(array)]
    if sum(array.nbytes for array in arrays.values()) < WORTH_THREADS:
        leaves: Iterable[bytes] = [_leaf(*chunk) for chunk in chunks]
    else:
        with ThreadPoolExecutor(THREADS) as pool:
            leaves = list(pool.map(lambda chunk: _leaf(*chunk), chunks))
    digest, remaining = hashlib.sha256(description.encode()), iter(leaves)
    for name, array in sorted(arrays.items()):
        digest.update(f"{name} {array.dtype.newbyteorder('<').str} {array.shape}".encode())
        for _ in _chunks(array):
            digest.update(next(remaining))
    return digest.hexdigest()


def portable_bytes(array: Array) -> memoryview:
    """The array's numbers as they are digested: little-endian and in C order on any machine."""
    return np.ascontiguousarray(array, array.dtype.newbyteorder("<")).data


def _chunks(array: Array) -> list[slice]:
    row = array.nbytes // len(array) if len(array) else 0
    count = max(1, CHUNK_BYTES // max(row, 1))
    return [slice(start, start + count) for start in range(0, len(array), count)]


def _leaf(array: Array, rows: slice) -> bytes:
    chunk: Array = array[rows]
    if chunk.ndim == 2 and not chunk.flags.c_contiguous:
        ordered: np.ndarray[Any, Any] = np.empty(chunk.shape, chunk.dtype)
        copy_by_tiles(chunk, ordered)
        chunk = ordered
    return hashlib.sha256(portable_bytes(chunk)).digest()
