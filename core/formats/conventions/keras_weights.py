"""Where Keras keeps a layer's weights: numbered (Keras 3) or named (Keras 2, legacy files, other containers)."""

import re
from collections.abc import Iterable, Mapping, Sequence

from ...activations import Array
from ...errors import FormatError
from .keras_config import Node
from .words import shown

NAMED = re.compile(r"(.*[./])?(kernel|recurrent_kernel|bias|embeddings)(?::0)?", re.DOTALL)
RECURRENT = ("kernel", "recurrent_kernel", "bias")
ROOTS = ("", "_layer_checkpoint_dependencies/")


class Places:
    """The tensors of a file by the folder that they lie in."""

    def __init__(self, names: Iterable[str]) -> None:
        """``names`` are the tensors' full names."""
        self._numbered: dict[str, dict[int, str]] = {}
        self._named: dict[str, dict[str, str]] = {}
        for name in names:
            if match := re.fullmatch(r"(.*)/vars/(\d{1,4})", name, re.DOTALL):
                self._numbered.setdefault(match[1], {})[int(match[2])] = name
            elif match := NAMED.fullmatch(name):
                self._named.setdefault((match[1] or "").rstrip("./"), {})[match[2]] = name

    def weights(
        self, node: Node, inside: Sequence[str], inner_names: Sequence[str], kinds: Sequence[str]
    ) -> dict[str, str]:
        """The tensors of a layer, or of one inside it, by kind.

        Args:
            node: the layer.
            inside: folders below the layer's own in Keras 3, such as ``("forward_layer", "cell")``.
            inner_names: names of layers below it in other files, such as ``("forward_lstm",)``.
            kinds: the variables in Keras's order.
        """
        for root in ROOTS:
            place = root + node.folder.removeprefix("layers/") if root else node.folder
            if found := self._numbered.get("/".join((place, *inside))):
                return {kind: found[index] for index, kind in enumerate(kinds) if index in found}
        folders = [folder for folder, there in self._named.items() if there.keys() & set(kinds)]
        wanted = (*node.names, *inner_names)
        fits = [folder for folder in folders if _runs_through(folder.split("/"), wanted)]
        if not fits:
            fits = [folder for folder in folders if _runs_through(folder.split("/"), (node.names[0], *wanted[-1:]))]
        if not fits:
            return {}
        return self._named[min(fits, key=len)]


def _runs_through(folders: Sequence[str], names: Sequence[str]) -> bool:
    """Whether the names stand among the folders in this order; names may hold slashes of their own."""
    rest = iter(folders)
    return all(piece in rest for name in names for piece in name.split("/"))


def recurrent_sizes(tensors: Mapping[str, Array], names: Mapping[str, str], where: str) -> tuple[int, int, int]:
    """D, H and the number of gates of a layer with kernel and recurrent kernel.

    Raises:
        FormatError: one of them is missing or of another shape.
    """
    for kind in ("kernel", "recurrent_kernel"):
        if kind not in names:
            raise FormatError(f"the {kind} of {shown(where)} is missing")
        if tensors[names[kind]].ndim != 2 or tensors[names[kind]].size == 0:
            raise FormatError(f"{shown(names[kind])} must be a matrix, not of shape {tensors[names[kind]].shape}")
    width, columns = tensors[names["kernel"]].shape
    hidden, recurrent_columns = tensors[names["recurrent_kernel"]].shape
    gates = columns // hidden
    if columns != recurrent_columns or gates not in (1, 3, 4) or gates * hidden != columns:
        raise FormatError(
            f"the kernels of {shown(where)} must have 4, 3 or 1 columns for each unit (LSTM, GRU, simple RNN), "
            f"not shapes {(width, columns)} and {(hidden, recurrent_columns)}"
        )
    if "bias" in names:
        shape = tensors[names["bias"]].shape
        if shape not in ((columns,), *([(2, columns)] if gates == 3 else [])):
            raise FormatError(f"{shown(names['bias'])} must hold {columns} numbers, not be of shape {shape}")
    return width, hidden, gates
