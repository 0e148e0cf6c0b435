"""What the makers of `formats` share: the folder, its manifest, and an expectation beside each network."""

import json
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import safetensors.numpy

from .formats_reference import Array, Place, softmax, top, trace
from .writing import check, random_array

FOLDER = Path(__file__).parent / "formats"
MANIFEST = FOLDER / "manifest.json"
TOLERANCES = {"float16": 1e-5, "bfloat16": 1e-5, "float32": 1e-5, "float64": 1e-12}
"""How far a framework's own layer may be from the reference, by the precision of the file."""


@dataclass
class Folder:
    """The files of one maker, and the lines about them in the manifest."""

    maker: str
    framework: str
    cases: list[dict[str, Any]] = field(default_factory=list)

    def path(self, name: str) -> Path:
        """Where a file goes."""
        return FOLDER / name

    def accepted(self, file: str, expected: str, **more: Any) -> None:
        """A file that must be read as the network of an expectation.

        ``options`` are passed to the import; ``choices`` names options that must be offered; ``notes`` are words that
        must be among the notes.
        """
        self.cases.append({"file": file, "expected": expected, **more})

    def refused(self, file: str, error: str, word: str, **more: Any) -> None:
        """A file that must be refused with this class of error and this word in its sentence."""
        self.cases.append({"file": file, "refused": {"error": error, "word": word}, **more})

    def close(self) -> None:
        """Put the lines into the manifest, in place of this maker's former ones."""
        manifest = json.loads(MANIFEST.read_text()) if MANIFEST.exists() else {}
        files = {case["file"] for case in self.cases}
        for case in self.cases:
            if not self.path(case["file"]).exists():
                raise SystemExit(f"{case['file']} is in the manifest but was not written")
        for case in manifest.get(self.maker, {}).get("cases", []):
            if case["file"] not in files:
                self.path(case["file"]).unlink(missing_ok=True)
        manifest[self.maker] = {"framework": self.framework, "cases": self.cases}
        used = {case.get("expected") for entry in manifest.values() for case in entry["cases"]}
        for path in (FOLDER / "expected").iterdir():
            if path.stem not in used:
                path.unlink()
        lines = (
            f"{json.dumps(maker)}: {{\n"
            f' "framework": {json.dumps(entry["framework"])},\n'
            ' "cases": [\n' + ",\n".join(f"  {json.dumps(case)}" for case in entry["cases"]) + "\n ]\n}"
            for maker, entry in sorted(manifest.items())
        )
        MANIFEST.write_text("{\n" + ",\n".join(lines) + "\n}\n")
        sys.stdout.write(f"{self.maker}: {len(self.cases)} lines\n")


@dataclass(frozen=True)
class Head:
    """A readout in the reference: ``kernel`` (H, O), ``bias`` (O,), and whether probabilities come out."""

    kernel: Array
    bias: Array
    softmax: bool = False

    def __call__(self, hidden: Array) -> Array:
        """(T, O) from (T, H)."""
        scores = hidden @ np.asarray(self.kernel, np.float64) + np.asarray(self.bias, np.float64)
        return softmax(scores) if self.softmax else scores


def expect(
    name: str, precision: str, places: Iterable[Place], inputs: Array, own: Mapping[str, Array],
    *, embedding: Array | None = None, head: Head | None = None,
) -> None:  # fmt: skip
    """Compute a network's trace by the reference, hold it against the framework's own numbers, and write it.

    ``inputs`` is (T, D), or (T,) token ids with an ``embedding`` (V, D). ``own`` has what the framework gave, all of it
    held against the reference: ``top`` (T, H), ``outputs`` (T, O), and ``{layer}/{direction}/{quantity}`` (T, H).
    """
    places, tolerance = list(places), TOLERANCES[precision]
    found = trace(places, inputs if embedding is None else np.asarray(embedding, np.float64)[inputs])
    outputs = None if head is None else head(top(found))
    flat = {f"{place}/{key}": array for place, quantities in found.items() for key, array in quantities.items()}
    known = flat | {"top": top(found)} | ({} if outputs is None else {"outputs": outputs})
    if not own:
        raise SystemExit(f"{name}: the framework's own numbers are missing")
    for key, array in own.items():
        if array.shape != known[key].shape:
            raise SystemExit(f"{name} {key}: the framework gives shape {array.shape}, the reference {known[key].shape}")
        check(f"{name} {key}", known[key], array, tolerance)
    kept = np.float64 if precision == "float64" else np.float32
    arrays = {f"quantities/{key}": array.astype(kept) for key, array in flat.items()}
    arrays["inputs"] = np.asarray(inputs) if embedding is not None else np.asarray(inputs, kept)
    for place in places:
        for state, array in place.state.items():
            arrays[f"initial/{place.layer}/{place.direction}/{state}"] = np.asarray(array, kept)
    if outputs is not None:
        arrays["outputs"] = outputs.astype(kept)
    ordered = {key: np.ascontiguousarray(array) for key, array in sorted(arrays.items())}
    (FOLDER / "expected").mkdir(parents=True, exist_ok=True)
    (FOLDER / "expected" / f"{name}.safetensors").write_bytes(safetensors.numpy.save(ordered))


def random_inputs(rng: np.random.Generator, steps: int, width: int, precision: str) -> Array:
    """A sequence (T, D) in the precision that the network will have."""
    return random_array(rng, (steps, width), 1.5).astype(network_precision(precision))


def network_precision(precision: str) -> str:
    """Half precisions are widened when they are read."""
    return "float64" if precision == "float64" else "float32"
