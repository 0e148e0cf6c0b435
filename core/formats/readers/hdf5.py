"""HDF5 as Keras writes it, parsed in a child process only: every dataset's declaration is checked before it is read."""

import io
import json
import math
from collections.abc import Iterator
from typing import Any

import h5py
import numpy as np

from ...activations import Array
from ...errors import FileTooLarge, FormatError, UnsafeFile, Unsupported
from ..checkpoint import Checkpoint
from ..limits import MIB, Limits
from .gathering import Gathering, short, size_in_words

DEEPEST = 64
LONGEST_TEXT = 16 * MIB
WORST_RATIO = 100
SMALL = 16 * MIB
FILTERS = {
    h5py.h5z.FILTER_DEFLATE,
    h5py.h5z.FILTER_SHUFFLE,
    h5py.h5z.FILTER_FLETCHER32,
    h5py.h5z.FILTER_LZF,
}
"""Those built into h5py; any other would be a plugin, which is code."""


def parse_hdf5(data: bytes, limits: Limits) -> Checkpoint:
    """The datasets of an HDF5 file by path, and its structure as `Checkpoint` tells it.

    Raises:
        UnsafeFile: it reaches for other files.
        FormatError: it is damaged, or a leaf of it.
    """
    with h5py.File(io.BytesIO(data), "r") as file:
        return _Parsing(file, len(data), limits).checkpoint()


class _Parsing:
    def __init__(self, file: Any, size: int, limits: Limits) -> None:
        self._file = file
        self._size = size
        self._limits = limits
        self._left = 8 * limits.max_tensors + 1000
        self._groups: set[Any] = set()
        self._taken = 0
        self._soft: list[str] = []
        self._guessed: list[str] = []
        self._datasets: dict[str, Any] = {}
        self._names: dict[str, str] = {}

    def checkpoint(self) -> Checkpoint:
        weights = next((path for path in ("model_weights", "") if self._has_layers(path)), None)
        config = _text(self._file, "model_config")
        legacy = weights is not None or config is not None
        gathering = Gathering("h5" if legacy else "weights.h5", self._limits)
        for path, dataset in self._walk(self._file, "", 0):
            self._check(path, dataset)
            self._datasets[path] = dataset
        layers = self._legacy_layers(weights or "") if weights is not None else self._groups_of_variables()
        if not legacy and not any(path.endswith("vars") for path in layers):
            gathering = Gathering("h5", self._limits)
        for path, dataset in self._datasets.items():
            self._gather(gathering, path, dataset)
        structure = {
            "config": _json(config) if config is not None else None,
            "keras_version": _text(self._file, "keras_version") or self._version(weights),
            "layers": layers,
            "names": self._names,
        }
        return gathering.checkpoint(structure, notes=self._notes())

    def _notes(self) -> tuple[str, ...]:
        notes = []
        if self._soft:
            notes.append(f"Soft links in the file were not followed: {', '.join(self._soft[:3])}.")
        if self._guessed:
            taken = ", ".join(short(name, 60) for name in self._guessed[:3])
            notes.append(f"Two-byte values without a type were taken as bfloat16: {taken}.")
        return tuple(notes)

    def _walk(self, group: Any, path: str, depth: int) -> Iterator[tuple[str, Any]]:
        """Every dataset below a group, links to other files refused and circles walked once."""
        address = h5py.h5o.get_info(group.id).addr
        if depth > DEEPEST:
            raise FormatError(f"groups in an HDF5 file may be nested {DEEPEST} deep, but {short(path)} goes deeper")
        if address in self._groups:
            return
        self._groups.add(address)
        for raw in group.id:
            self._left -= 1
            if self._left < 0:
                raise FileTooLarge("an HDF5 file may not hold so many groups and datasets")
            name = raw.decode("utf-8", "replace")
            where = f"{path}/{name}" if path else name
            kind = group.id.links.get_info(raw).type
            if kind == h5py.h5l.TYPE_SOFT:
                self._soft.append(short(where, 60))
                continue
            if kind != h5py.h5l.TYPE_HARD:
                raise UnsafeFile(f"links to other files are not followed, but {short(where)} is one")
            found = group[raw]
            if isinstance(found, h5py.Dataset):
                yield where, found
            elif isinstance(found, h5py.Group):
                if (shown := _text(found, "name")) is not None:
                    self._names[where] = shown
                yield from self._walk(found, where, depth + 1)

    def _check(self, path: str, dataset: Any) -> None:
        """Refuse what reaches outside the file, needs code, or declares more than the file can hold."""
        plan = dataset.id.get_create_plist()
        layout = plan.get_layout()
        if layout == h5py.h5d.VIRTUAL or (layout == h5py.h5d.CONTIGUOUS and plan.get_external_count() > 0):
            raise UnsafeFile(f"numbers in other files are not read, but those of {short(path)} lie in one")
        for index in range(plan.get_nfilters()):
            if (filtering := plan.get_filter(index))[0] not in FILTERS:
                raise Unsupported(
                    f"{short(path)} is packed with the HDF5 filter {filtering[0]}, which needs a plugin; save it "
                    f"without compression or with gzip"
                )
        shape = dataset.id.shape
        if shape is None:
            return
        declared = math.prod(shape) * dataset.id.get_type().get_size()
        stored = dataset.id.get_storage_size()
        packed = plan.get_nfilters() > 0
        if declared > self._limits.max_tensor_bytes:
            most = size_in_words(self._limits.max_tensor_bytes)
            raise FileTooLarge(f"{short(path)} declares {size_in_words(declared)}, but tensors may take {most}")
        if stored > self._size or (not packed and stored < declared):
            raise FormatError(
                f"{short(path)} declares {size_in_words(declared)}, but the file holds {size_in_words(stored)} of it"
            )
        self._taken += declared
        if self._taken > max(SMALL, WORST_RATIO * self._size):
            raise FileTooLarge(
                f"the file of {size_in_words(self._size)} would unpack to more than {WORST_RATIO} times its size"
            )
        if layout == h5py.h5d.CHUNKED:
            chunk = math.prod(plan.get_chunk()) * dataset.id.get_type().get_size()
            if chunk > max(MIB, 4 * declared):
                raise FileTooLarge(f"{short(path)} is cut into pieces of {size_in_words(chunk)}, more than all of it")

    def _gather(self, gathering: Gathering, path: str, dataset: Any) -> None:
        kind = dataset.id.get_type()
        if dataset.id.shape is None:
            gathering.leave_out(path, "empty")
        elif kind.get_class() == h5py.h5t.FLOAT and kind.get_size() in (2, 4, 8) and _is_ieee(kind):
            size = kind.get_size()
            gathering.declare(path, dataset.shape, {2: "float16", 4: "float32", 8: "float64"}[size])
            gathering.add(path, _read(dataset, np.dtype(f"f{size}")))
        elif kind.get_class() == h5py.h5t.OPAQUE and kind.get_size() == 2:
            if _text(dataset, "dtype") != "bfloat16":
                self._guessed.append(path)
            gathering.declare(path, dataset.shape, "bfloat16")
            gathering.add(path, _read(dataset, np.dtype("V2")).view("<u2"), bfloat16=True)
        else:
            gathering.leave_out(path, _class_name(kind))

    def _has_layers(self, path: str) -> bool:
        group = self._group(path)
        return group is not None and ("layer_names" in group.attrs or "layer_names0" in group.attrs)

    def _group(self, path: str) -> Any:
        """A group by path, each step a hard link; None where there is none."""
        group = self._file
        for name in filter(None, path.split("/")):
            raw = name.encode("utf-8", "replace")
            if not group.id.links.exists(raw) or group.id.links.get_info(raw).type != h5py.h5l.TYPE_HARD:
                return None
            group = group[raw]
            if not isinstance(group, h5py.Group):
                return None
        return group

    def _version(self, weights: str | None) -> str | None:
        group = self._group(weights) if weights else None
        return _text(group, "keras_version") if group is not None else None

    def _legacy_layers(self, weights: str) -> dict[str, list[str]]:
        """Layers and their weights in the order that the attributes give."""
        layers: dict[str, list[str]] = {}
        names = _texts(self._group(weights), "layer_names")
        for name in [*names, *(["top_level_model_weights"] if "top_level_model_weights" not in names else [])]:
            path = f"{weights}/{name}" if weights else name
            if (group := self._group(path)) is not None:
                inside = [f"{path}/{weight}" for weight in _texts(group, "weight_names")]
                layers[path] = [full for full in inside if full in self._datasets]
        return layers

    def _groups_of_variables(self) -> dict[str, list[str]]:
        """The groups that hold datasets, or are named as if they did; numbers in their names count as numbers."""
        layers: dict[str, list[str]] = {path: [] for path in self._names}
        for path in self._datasets:
            layers.setdefault(path.rpartition("/")[0], []).append(path)
        for paths in layers.values():
            paths.sort(key=lambda path: _number_first(path.rpartition("/")[2]))
        return layers


def _number_first(name: str) -> tuple[int, int, str]:
    return (0, int(name), "") if name.isascii() and name.isdigit() and len(name) < 10 else (1, 0, name)


def _is_ieee(kind: Any) -> bool:
    """Whether a float type is NumPy's of that size: other divisions of the bits exist."""
    dtype = np.dtype(f"f{kind.get_size()}")
    plain = h5py.h5t.py_create(dtype)
    return bool(kind.get_fields() == plain.get_fields() and kind.get_ebias() == plain.get_ebias())


def _read(dataset: Any, dtype: np.dtype[Any]) -> Array:
    array = np.empty(dataset.shape, dtype)
    if array.size:
        dataset.read_direct(array)
    return array


def _class_name(kind: Any) -> str:
    names = {h5py.h5t.INTEGER: "integers", h5py.h5t.STRING: "text", h5py.h5t.REFERENCE: "references"}
    names |= {h5py.h5t.COMPOUND: "records", h5py.h5t.VLEN: "lists", h5py.h5t.ENUM: "booleans", h5py.h5t.FLOAT: "floats"}
    return names.get(kind.get_class(), "unknown")


def _text(holder: Any, name: str) -> str | None:
    """An attribute that is one text, None where there is none."""
    values = _attribute(holder, name)
    return values[0] if values is not None and len(values) == 1 else None


def _texts(holder: Any, name: str) -> list[str]:
    """An attribute that is a list of texts; long lists are cut into several attributes, numbered from 0."""
    found: list[str] = _attribute(holder, name) or []
    part = 0
    while (more := _attribute(holder, f"{name}{part}")) is not None:
        found += more
        part += 1
    return found


def _attribute(holder: Any, name: str) -> list[str] | None:
    """The texts in an attribute, None where it is missing or anything else; its size is looked at first."""
    if name not in holder.attrs:
        return None
    identifier = holder.attrs.get_id(name)
    shape = identifier.shape
    if shape is None or math.prod(shape) == 0:
        return []
    if identifier.get_type().get_class() != h5py.h5t.STRING or len(shape) > 1:
        return None
    if identifier.get_storage_size() > LONGEST_TEXT or math.prod(shape) > 1_000_000:
        raise FileTooLarge(f"the attribute {name} is too long")
    value = holder.attrs[name]
    values = value.tolist() if isinstance(value, np.ndarray) else [value]
    texts = [
        text.decode("utf-8", "replace") if isinstance(text, bytes) else str(text).encode("utf-8", "replace").decode()
        for text in values
    ]
    if sum(map(len, texts)) > LONGEST_TEXT:
        raise FileTooLarge(f"the attribute {name} is too long")
    return texts


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise FormatError("the file's model_config must be JSON, but it cannot be parsed") from None
