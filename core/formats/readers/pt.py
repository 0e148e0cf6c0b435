"""PyTorch's .pt and .pth since version 1.6: a zip of a pickle and raw storages. See `pickles` for why it is safe."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...activations import Array
from ...errors import FileTooLarge, FormatError, Unsupported
from ..checkpoint import Checkpoint
from ..limits import MIB, Limits
from .archive import Archive
from .gathering import Gathering, short, size_in_words
from .pickles import Inert, interpret
from .torch_names import READ, Storage, Tensor, call, persistent, resolve
from .unknown import AS_STATE_DICT

LONGEST_PICKLE = 32 * MIB
DEEPEST = 64


@dataclass(frozen=True)
class _Found:
    """A tensor somewhere in a checkpoint; ``path`` is the keys that lead to it."""

    path: tuple[str, ...]
    tensor: Tensor


def recognise(archive: Archive) -> bool:
    """Whether the archive is one that PyTorch wrote: a state dict, a checkpoint, or TorchScript."""
    return any(entry.rpartition("/")[2] == "data.pkl" for entry in archive.entries) or _is_export(archive)


def read_pt(archive: Archive, limits: Limits) -> Checkpoint:
    """The tensors of a state dict, or of a checkpoint that holds one at any depth.

    What holds all tensors ("state_dict", say) is not part of their names; a note says where they were. States of
    optimizers are left out, and so are single numbers.

    Raises:
        UnsafeFile: the file holds objects that only running code could make.
        Unsupported: it is a program of TorchScript or torch.export.
        FormatError: it is damaged, or a leaf of it.
    """
    root = _root(archive)
    if archive.entries[f"{root}data.pkl"].size > LONGEST_PICKLE:
        raise FileTooLarge(f"the description in a PyTorch file may take {size_in_words(LONGEST_PICKLE)}")
    program = bytes(archive.read(f"{root}data.pkl"))
    whole = b"_modules" in program and b"_parameters" in program
    content = interpret(program, lambda name: resolve(name, whole_module=whole), call, persistent)
    order = ">" if _text(archive, f"{root}byteorder") == "big" else "<"
    walk = _Walk(4 * limits.max_tensors + 100_000)
    found = list(walk.tensors(content, (), 0))
    wrapper = _common([each.path[:-1] for each in found if each.tensor.is_weight()])
    gathering = Gathering("pt", limits)
    for each in found:
        name = ".".join(each.path[len(wrapper) :] if each.path[: len(wrapper)] == wrapper else each.path)
        tensor = each.tensor
        if not tensor.is_weight():
            gathering.leave_out(name, "a single number" if tensor.dtype in READ else tensor.dtype)
            continue
        gathering.declare(name, tensor.size, tensor.dtype)
        gathering.add(name, _array(name, tensor, archive, root, order), bfloat16=tensor.dtype == "bfloat16")
    return gathering.checkpoint(notes=_notes(wrapper, walk.optimizers))


def _notes(wrapper: tuple[str, ...], optimizers: list[str]) -> tuple[str, ...]:
    found = (f"The weights were found in the checkpoint under {short('.'.join(wrapper), 80)!r}.",) if wrapper else ()
    names = ", ".join(repr(short(name, 60)) for name in optimizers[:3])
    return (*found, f"The optimizer's state under {names} was left out.") if optimizers else found


def _root(archive: Archive) -> str:
    """The folder inside the archive, named as PyTorch pleases, with a slash if there is one."""
    if _is_export(archive):
        raise Unsupported(f"this is a program of torch.export or torch.package, not weights; {AS_STATE_DICT}")
    folders = [entry.removesuffix("data.pkl") for entry in archive.entries if entry.rpartition("/")[2] == "data.pkl"]
    if len(folders) != 1:
        raise FormatError(f"a PyTorch file must hold one data.pkl, but this one holds {len(folders)}")
    root = folders[0]
    if f"{root}constants.pkl" in archive.entries or any(entry.startswith(f"{root}code/") for entry in archive.entries):
        raise Unsupported(f"this is a TorchScript archive, a program rather than weights; {AS_STATE_DICT}")
    return root


def _is_export(archive: Archive) -> bool:
    last = {entry.rpartition("/")[2] for entry in archive.entries}
    return bool(last & {"archive_format", "serialized_exported_program.json", "extern_modules"})


def _text(archive: Archive, name: str) -> str:
    return bytes(archive.read(name)[:100]).decode("ascii", "replace") if name in archive.entries else ""


class _Walk:
    """A walk through nested dicts and lists, with an end even where they contain themselves."""

    def __init__(self, steps: int) -> None:
        self._steps = steps
        self.optimizers: list[str] = []

    def tensors(self, value: Any, path: tuple[str, ...], depth: int) -> Iterator[_Found]:
        self._steps -= 1
        if self._steps < 0 or depth > DEEPEST:
            raise FormatError(
                f"a checkpoint may be nested {DEEPEST} levels deep and hold so many values, but this one goes beyond"
            )
        if isinstance(value, Tensor):
            yield _Found(path or ("tensor",), value)
        elif isinstance(value, dict):
            if {"state", "param_groups"} <= value.keys():
                self.optimizers.append(".".join(path))
                return
            for key, inner in value.items():
                yield from self.tensors(inner, (*path, str(key)), depth + 1)
        elif isinstance(value, Inert) and value.what.endswith(("_reconstruct", "_frombuffer")):
            yield _Found(path or ("array",), Tensor(Storage("", None, 0), "a NumPy array", size=(1,)))
        elif isinstance(value, list | tuple):
            for index, inner in enumerate(value):
                yield from self.tensors(inner, (*path, str(index)), depth + 1)


def _common(paths: list[tuple[str, ...]]) -> tuple[str, ...]:
    """The longest path that all begin with."""
    if not paths:
        return ()
    low, high = min(paths), max(paths)
    length = 0
    while length < min(len(low), len(high)) and low[length] == high[length]:
        length += 1
    return low[:length]


def _array(name: str, tensor: Tensor, archive: Archive, root: str, order: str) -> Array:
    """A view of the tensor on its storage, its strides and offset kept."""
    storage: Storage = tensor.storage
    entry = f"{root}data/{storage.key}"
    if entry not in archive.entries:
        raise FormatError(f"the numbers of {short(name)} are missing in the file: there is no {short(entry)}", (name,))
    dtype = np.dtype(order + READ[tensor.dtype])
    unit = 1 if storage.dtype is None else dtype.itemsize
    if archive.entries[entry].size != storage.count * unit:
        raise FormatError(
            f"the storage of {short(name)} should hold {short(storage.count)} numbers of {dtype.itemsize} bytes, but "
            f"has {archive.entries[entry].size:,} bytes",
            (name,),
        )
    content = archive.read(entry)
    # The last number that the strides reach must lie in the storage; NumPy itself looks only at arrays without 0 sizes.
    last = tensor.offset + sum((size - 1) * stride for size, stride in zip(tensor.size, tensor.stride, strict=True))
    if 0 in tensor.size:
        return np.zeros(tensor.size, dtype)
    if min((tensor.offset, *tensor.stride)) < 0 or (last + 1) * dtype.itemsize > len(content):
        raise FormatError(f"{short(name)} of shape {short(tensor.size)} reaches beyond its storage", (name,))
    strides = [
        stride * dtype.itemsize if size > 1 else 0 for size, stride in zip(tensor.size, tensor.stride, strict=True)
    ]
    return np.ndarray(tensor.size, dtype, content, tensor.offset * dtype.itemsize, strides)
