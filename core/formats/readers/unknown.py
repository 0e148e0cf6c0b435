"""Files that people take for weight files, and what to do with them instead."""

import json

from ...errors import FormatError, UnknownFormat, UnsafeFile, Unsupported
from .archive import Archive
from .gathering import short

AS_STATE_DICT = (
    "save the weights alone, with torch.save(model.state_dict(), 'model.pt') or "
    "safetensors.torch.save_file(model.state_dict(), 'model.safetensors')"
)
READ_HERE = (
    ".safetensors, .npz, .pt and .pth (a state dict or a checkpoint with one), .keras, .weights.h5, .h5 and .onnx are "
    "read"
)
LEGACY_TORCH = b"\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19."
"""How the number begins that PyTorch put in front of its files before 1.6, behind the pickle protocol."""

_UNPACK = "this is {} archive; unpack it and choose the weight file inside"
_BY_BEGINNING = {
    b"\x93NUMPY": "this is a single .npy array; put a whole network together with numpy.savez('model.npz', name=array)",
    b"GGUF": "this is a GGUF file of a language model, which holds no recurrent network",
    b"\x1f\x8b": _UNPACK.format("a gzip"),
    b"\xfd7zXZ": _UNPACK.format("an xz"),
    b"BZh": _UNPACK.format("a bzip2"),
    b"\x28\xb5\x2f\xfd": _UNPACK.format("a zstd"),
    b"7z\xbc\xaf\x27\x1c": _UNPACK.format("a 7z"),
    b"Rar!": _UNPACK.format("a RAR"),
    b"version https://git-lfs": "this is a Git LFS pointer, not the file itself; fetch that with 'git lfs pull'",
    b"MATLAB 5.0": "this is a MATLAB file; save its arrays with numpy.savez('model.npz', name=array)",
    b"%PDF": "this is a PDF document",
    b"\x89PNG": "this is a picture",
}


def refuse(data: memoryview, name: str) -> FormatError:
    """The error for bytes that no reader knows, with a sentence on what they are where that can be told."""
    head = bytes(data[:4096])
    lower = name.lower()
    if not head:
        return UnknownFormat("the file is empty")
    if error := _pickle(head):
        return error
    for beginning, sentence in _BY_BEGINNING.items():
        if head.startswith(beginning):
            return UnknownFormat(f"{sentence}; {READ_HERE}")
    if head[257:262] == b"ustar":
        if bytes(data).find(b"storages", 0, 1 << 20) >= 0 and b"pickle" in bytes(data[: 1 << 20]):
            return Unsupported(f"this is a PyTorch file of the oldest kind, a tar archive; {AS_STATE_DICT}")
        return UnknownFormat(f"this is a tar archive; unpack it and choose the weight file inside; {READ_HERE}")
    if head[4:8] == b"TFL3":
        return UnknownFormat(
            f"this is a TensorFlow Lite model; save the Keras model it came from as .keras; {READ_HERE}"
        )
    if bytes(data[-8:]) == b"\x57\xfb\x80\x8b\x24\x75\x47\xdb" or ".data-0000" in lower or lower.endswith(".ckpt"):
        return UnknownFormat(f"this is a TensorFlow checkpoint; load it in Keras and save it as .keras; {READ_HERE}")
    if lower.endswith(".pb") or b"saved_model" in lower.encode():
        return UnknownFormat(f"this is a TensorFlow SavedModel; load it in Keras and save it as .keras; {READ_HERE}")
    if lower.endswith(".msgpack") or head[:1] in (b"\xde", b"\xdf"):
        return UnknownFormat(
            f"this is probably a MessagePack file of Flax; flatten the parameters and save them with "
            f"safetensors.flax.save_file; {READ_HERE}"
        )
    return UnknownFormat(f"{_text(head, lower)}; {READ_HERE}")


def refuse_zip(archive: Archive) -> FormatError:
    """The error for a zip file that is none of the kinds read."""
    names = list(archive.entries)
    if any(name.endswith("saved_model.pb") for name in names):
        return UnknownFormat(f"this is a TensorFlow SavedModel; load it in Keras and save it as .keras; {READ_HERE}")
    inside = f"holds {', '.join(short(name, 40) for name in names[:3])}" if names else "is empty"
    return UnknownFormat(
        f"this zip file {inside}{' and more' if len(names) > 3 else ''}, but no network that is read here; unpack it "
        f"and choose the weight file; {READ_HERE}"
    )


def _pickle(head: bytes) -> FormatError | None:
    """Bare pickles, which could run anything."""
    if LEGACY_TORCH in head[:20]:
        return Unsupported(f"this PyTorch file is of the form before version 1.6, a bare pickle; {AS_STATE_DICT}")
    joblib = b"joblib" in head or b"sklearn" in head
    if joblib or (head[:1] == b"\x80" and len(head) > 1 and head[1] in range(2, 6)):
        kind = "a joblib pickle" if joblib else "a bare pickle"
        return UnsafeFile(
            f"this is {kind}, and reading one can run any code in it; {AS_STATE_DICT}, or "
            f"numpy.savez('model.npz', name=array)"
        )
    return None


def _text(head: bytes, name: str) -> str:
    """What a file of text is, or that nothing is known."""
    try:
        text = head.decode("utf-8", "strict" if len(head) < 4096 else "ignore").lstrip("\ufeff \t\r\n")
    except UnicodeDecodeError:
        return "the beginning of the file is of no known format"
    if any(ord(letter) < 9 for letter in text):
        return "the beginning of the file is of no known format"
    if text[:1] == "<" and ("<html" in text.lower() or "<!doctype" in text.lower()):
        return "this is a web page, probably saved instead of the file it leads to; download the file itself"
    if "ir_version" in text[:200] or name.endswith((".onnxtxt", ".textproto", ".pbtxt")):
        return "this is a network of ONNX as text; save it in the binary form with onnx.save(model, 'model.onnx')"
    if text[:1] in "{[":
        return _json(text)
    return "this is a file of text, which holds no weights"


def _json(text: str) -> str:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        pass
    else:
        if '"class_name"' in text:
            return "this is the description of a Keras model without weights; save the whole with model.save('x.keras')"
    if "weight_map" in text:
        return "this is the index of weights in several files; save them as one"
    return "this is JSON, which holds no weights (a vocabulary is given beside the weight file)"
