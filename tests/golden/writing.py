"""What both makers share: arrays of random numbers, the check of written-out steps, and the file."""

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import safetensors.numpy

FOLDER = Path(__file__).parent
PRECISIONS = {"float32": 1e-5, "float64": 1e-12}
"""Precisions, each with how far written-out steps may be from the framework's own layer."""


def random_array(rng: np.random.Generator, shape: tuple[int, ...], scale: float = 0.6) -> np.ndarray[Any, Any]:
    """Numbers in -scale .. scale, all different."""
    return rng.uniform(-scale, scale, shape)


def check(name: str, written_out: np.ndarray[Any, Any], own: np.ndarray[Any, Any], tolerance: float) -> None:
    """Stop unless the written-out steps give what the framework's own layer gives."""
    distance = float(np.abs(np.asarray(written_out) - np.asarray(own)).max())
    if not distance <= tolerance:
        raise SystemExit(f"{name}: the written-out steps are {distance} away from the framework's own layer")


def write(name: str, arrays: dict[str, np.ndarray[Any, Any]], description: dict[str, str]) -> None:
    """Write one golden file."""
    tensors = {key: np.ascontiguousarray(array) for key, array in sorted(arrays.items())}
    # One entry, because several come in any order.
    metadata = {"golden": json.dumps(description, sort_keys=True)}
    (FOLDER / f"{name}.safetensors").write_bytes(safetensors.numpy.save(tensors, metadata))
    sys.stdout.write(f"{name}: {len(tensors)} arrays\n")
