"""The names that pickles of weights use, and what stands for each: an allow-list, and nothing on it is imported."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ...errors import FormatError, UnsafeFile
from .gathering import short
from .pickles import Global, Inert
from .unknown import AS_STATE_DICT

READ = {"float16": "f2", "bfloat16": "u2", "float32": "f4", "float64": "f8"}
STORAGES = {
    "HalfStorage": "float16",
    "BFloat16Storage": "bfloat16",
    "FloatStorage": "float32",
    "DoubleStorage": "float64",
    "LongStorage": "int64",
    "IntStorage": "int32",
    "ShortStorage": "int16",
    "CharStorage": "int8",
    "ByteStorage": "uint8",
    "BoolStorage": "bool",
    "ComplexFloatStorage": "complex64",
    "ComplexDoubleStorage": "complex128",
    "QInt8Storage": "qint8",
    "QUInt8Storage": "quint8",
    "QInt32Storage": "qint32",
}
_DTYPE = re.compile(
    r"(b?float\d+(_e\d+m\d+(fn|fnuz)?)?|u?int\d+|bits\w+|complex\d+|bool|half|double|float|long|int|short|q\w*int\w+)"
)
_DICTS = {
    "collections.OrderedDict",
    "collections.defaultdict",
    "builtins.dict",
    "__builtin__.dict",
    "pytorch_lightning.utilities.parsing.AttributeDict",
    "lightning.fabric.utilities.data.AttributeDict",
    "lightning_fabric.utilities.data.AttributeDict",
}
_HARMLESS = re.compile(
    r"""collections\.(Counter|deque)
    | argparse\.Namespace | types\.SimpleNamespace | uuid\.UUID | decimal\.Decimal | fractions\.Fraction
    | pathlib\.(_local\.)?(Pure)?(Posix|Windows)?Path
    | datetime\.(datetime|date|time|timedelta|timezone)
    | (builtins|__builtin__)\.(set|frozenset|list|tuple|int|float|bool|str|bytes|bytearray|complex|slice|x?range|object)
    | _codecs\.encode
    | numpy\.(core|_core)\.multiarray\.(scalar|_reconstruct) | numpy\.(core|_core)\.numeric\._frombuffer
    | numpy\.(dtype|ndarray|bool_?|float\d+|u?int\d+|str_|bytes_) | numpy\.dtypes\.\w+DType
    | torch\.(Size|device|Tensor|strided|sparse_coo|contiguous_format|channels_last|preserve_format)
    | torch\.per_(tensor|channel)_\w+
    | torch\.torch_version\.TorchVersion | torch\.serialization\._get_layout
    | torch\.nn\.parameter\.(Parameter|Buffer) | torch\._tensor\.Tensor""",
    re.VERBOSE,
)
_NOT_DENSE = {
    "_rebuild_qtensor": "quantised",
    "_rebuild_sparse_tensor": "sparse",
    "_rebuild_sparse_csr_tensor": "sparse",
    "_rebuild_nested_tensor": "nested",
    "_rebuild_meta_tensor_no_storage": "a tensor without numbers",
}


@dataclass(frozen=True)
class Storage:
    """Numbers in an entry of the archive. ``count`` counts numbers, or bytes where the ``dtype`` is None."""

    key: str
    dtype: str | None
    count: int


@dataclass(frozen=True)
class Tensor:
    """A tensor as described: a strided view on a storage; offset and strides count numbers."""

    storage: Storage
    dtype: str
    offset: int = 0
    size: tuple[int, ...] = ()
    stride: tuple[int, ...] = ()

    def is_weight(self) -> bool:
        """Whether it holds floats, and more than a single number."""
        return self.dtype in READ and len(self.size) > 0


@dataclass(frozen=True)
class _StorageType:
    dtype: str | None


@dataclass(frozen=True)
class _DType:
    name: str


@dataclass(frozen=True)
class _Function:
    name: str


def resolve(wanted: Global, *, whole_module: bool) -> Any:
    """What stands for a name in the file.

    Raises:
        UnsafeFile: the name is not on the list.
    """
    full = f"{wanted.module}.{wanted.name}"
    if wanted.module == "torch" and wanted.name in STORAGES:
        return _StorageType(STORAGES[wanted.name])
    if full in ("torch.storage.UntypedStorage", "torch.UntypedStorage"):
        return _StorageType(None)
    if wanted.module == "torch" and _DTYPE.fullmatch(wanted.name):
        return _DType({"half": "float16", "double": "float64", "float": "float32"}.get(wanted.name, wanted.name))
    if full in _DICTS:
        return _Function("dict")
    if wanted.module in ("torch._utils", "torch._tensor") and (wanted.name in _REBUILD or wanted.name in _NOT_DENSE):
        return _Function(wanted.name)
    if _HARMLESS.fullmatch(full):
        return Inert(full)
    if whole_module:
        raise UnsafeFile(
            f"this file holds a whole pickled module, and only running its code ({short(full, 80)}) could read it; "
            f"{AS_STATE_DICT}"
        )
    raise UnsafeFile(
        f"this file asks for {short(full, 80)}, which weights do not need, and calling it could run anything; nothing "
        f"was run; {AS_STATE_DICT}"
    )


def call(function: Any, arguments: tuple[Any, ...]) -> Any:
    """The result of calling what `resolve` gave.

    Raises:
        UnsafeFile: it is nothing to be called.
        FormatError: the arguments are not those that PyTorch writes.
    """
    if isinstance(function, Inert):
        return function
    if not isinstance(function, _Function):
        raise UnsafeFile(f"the pickle in the file calls something that is no function; {AS_STATE_DICT}")
    if function.name == "dict":
        return _dict(arguments)
    if function.name in _NOT_DENSE:
        return Tensor(Storage("", None, 0), _NOT_DENSE[function.name])
    try:
        tensor = _REBUILD[function.name](*arguments)
    except (TypeError, ValueError, IndexError):
        tensor = None
    if not isinstance(tensor, Tensor | Inert):
        raise FormatError(f"the file describes a tensor otherwise than PyTorch does, in {function.name}")
    return tensor


def persistent(identity: Any) -> Storage:
    """The storage that a persistent id names: ("storage", type, key, device, count).

    Raises:
        FormatError: it is none.
    """
    if isinstance(identity, tuple) and len(identity) >= 5 and identity[0] == "storage":
        _, kind, key, _, count = identity[:5]
        if isinstance(kind, _StorageType) and isinstance(key, str) and type(count) is int and count >= 0:
            return Storage(key, kind.dtype, count)
    raise FormatError("the file names its storages otherwise than PyTorch does")


def _dict(arguments: tuple[Any, ...]) -> dict[Any, Any]:
    pairs = arguments[-1] if arguments else None
    if isinstance(pairs, list):
        return {pair[0]: pair[1] for pair in pairs if isinstance(pair, tuple | list) and len(pair) == 2
                and isinstance(pair[0], str | int)}  # fmt: skip
    return dict(pairs) if isinstance(pairs, dict) else {}


def _tensor(storage: Any, offset: Any, size: Any, stride: Any, *_: Any, dtype: str | None = None) -> Tensor | None:
    if not isinstance(storage, Storage) or not isinstance(size, tuple) or not isinstance(stride, tuple):
        return None
    numbers = (offset, *size, *stride)
    if len(size) != len(stride) or not all(type(number) is int and abs(number) < 1 << 62 for number in numbers):
        return None
    if (dtype := dtype or storage.dtype) is None:
        return None
    return Tensor(storage, dtype, offset, size, stride)


def _tensor_with_dtype(
    storage: Any, offset: Any, size: Any, stride: Any, _: Any, __: Any, dtype: Any, *___: Any
) -> Any:
    return _tensor(storage, offset, size, stride, dtype=dtype.name) if isinstance(dtype, _DType) else None


def _parameter(tensor: Any, *_: Any) -> Any:
    return tensor


def _from_type(function: Any, _: Any, arguments: Any, __: Any) -> Any:
    return call(function, arguments) if isinstance(function, _Function) and isinstance(arguments, tuple) else None


_REBUILD: dict[str, Callable[..., Any]] = {
    "_rebuild_tensor": _tensor,
    "_rebuild_tensor_v2": _tensor,
    "_rebuild_tensor_v3": _tensor_with_dtype,
    "_rebuild_parameter": _parameter,
    "_rebuild_parameter_with_state": _parameter,
    "_rebuild_from_type_v2": _from_type,
}
