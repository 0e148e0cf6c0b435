"""A run in the middle, as the bytes of a safetensors file.

Tensors: ``parameters/<name>``, ``optimiser/<slot>/<name>``, ``states/<index>/<name>``. ``gatescope-run``
in the metadata is the JSON of the version, the plan and the numbers of updates.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import safetensors
import safetensors.numpy

from ..activations import Array
from ..errors import FormatError
from .optimiser import Memory
from .plan import Plan

VERSION = 1
KEY = "gatescope-run"


@dataclass(frozen=True, eq=False)
class Checkpoint:
    """All that decides how a run goes on."""

    plan: Plan
    update: int
    parameters: Mapping[str, Array]
    memory: Memory
    states: Sequence[dict[str, Array]] | None

    def to_bytes(self) -> bytes:
        """As a file; the same run gives the same bytes."""
        tensors = {f"parameters/{name}": array for name, array in self.parameters.items()}
        for slot, arrays in self.memory.slots.items():
            tensors |= {f"optimiser/{slot}/{name}": array for name, array in arrays.items()}
        for index, state in enumerate(self.states or ()):
            tensors |= {f"states/{index}/{name}": array for name, array in state.items()}
        head = {
            "version": VERSION,
            "plan": self.plan.as_json(),
            "update": self.update,
            "optimiser_updates": self.memory.updates,
        }
        metadata = {KEY: json.dumps(head, sort_keys=True, allow_nan=False)}
        return safetensors.numpy.save({name: np.ascontiguousarray(array) for name, array in tensors.items()}, metadata)

    @classmethod
    def from_bytes(cls, data: bytes) -> "Checkpoint":
        """Read a file.

        Raises:
            FormatError: it is no checkpoint of this version.
        """
        try:
            tensors = safetensors.numpy.load(data)
            size = int.from_bytes(data[:8], "little")
            head: dict[str, Any] = json.loads(json.loads(data[8 : 8 + size])["__metadata__"][KEY])
            version = head["version"]
            if version == VERSION:
                return cls._of(head, tensors)
        except (safetensors.SafetensorError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise FormatError(f"a training run's checkpoint was expected; these bytes are none: {error}") from None
        raise FormatError(f"a checkpoint must have version {VERSION}, not {version!r}")

    @classmethod
    def _of(cls, head: dict[str, Any], tensors: Mapping[str, Array]) -> "Checkpoint":
        plan, update, updates = Plan.of(head["plan"]), head["update"], head["optimiser_updates"]
        if not all(type(count) is int and 0 <= count <= plan.steps for count in (update, updates)):
            raise FormatError(f"a checkpoint must come after one of {plan.steps} updates, not after {update!r}")
        found: dict[str, dict[str, dict[str, Array]]] = {"optimiser": {}, "states": {}}
        parameters = {}
        for name, array in tensors.items():
            kind, _, rest = name.partition("/")
            if kind == "parameters":
                parameters[rest] = array
            else:
                group, _, inner = rest.partition("/")
                found[kind].setdefault(group, {})[inner] = array
        states = [state for _, state in sorted(found["states"].items(), key=lambda entry: int(entry[0]))]
        return cls(plan, update, parameters, Memory(updates, found["optimiser"]), states or None)
