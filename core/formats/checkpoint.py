"""What a reader finds in a file before anybody has understood it: tensors by name, and the structure if any."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..activations import Array


@dataclass(frozen=True, eq=False)
class Checkpoint:
    """The content of a weight file.

    ``format`` is the reader's name, such as "safetensors". ``tensors`` holds float32 and float64 arrays, read-only, in
    the file's order and under the file's own names; narrower floats have been widened to float32, integers and
    booleans left out with a note. ``structure`` is what the file says about the layers, as JSON values, None where it
    holds nothing but names; ``metadata`` what it says about itself. ``notes`` are sentences for the user.

    The structure of "keras", "weights.h5" and "h5" has ``config`` (None where the file has none), ``keras_version``,
    ``layers``: the groups that hold datasets, or could, each with its tensors' names in order; and ``names``: what
    Keras called the object of a group. In "h5" the groups are the layers, in the model's order.

    That of "onnx" has ``nodes`` (each with ``op``, ``name``, ``domain``, ``inputs``, ``outputs``, ``attributes``),
    ``inputs``, ``outputs``, ``shapes`` of both, ``opset`` versions by domain, ``functions``, and ``integers``: small
    integer tensors by name, as ``shape`` and ``values``. An attribute that is a tensor stands as ``{"tensor": name}``,
    a graph as ``{"graph": {...}}`` with the ``prefix`` that its tensors' names carry.
    """

    format: str
    tensors: Mapping[str, Array]
    structure: Mapping[str, Any] | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
