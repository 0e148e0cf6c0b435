"""Vocabularies inside tokenizer files: Hugging Face's `tokenizer.json` and the JSON of Keras's older `Tokenizer`."""

import json
import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from ..errors import FormatError
from .tokens import Tokens, brief, by_id, in_order

PADDING = "<pad>"
AS_TEXT = "tokens are pieces of bytes in the file and shown as the text they stand for"


def is_hugging_face(content: Mapping[str, Any]) -> bool:
    """Whether a parsed JSON object is a `tokenizer.json`."""
    model = content.get("model")
    return isinstance(model, dict) and "vocab" in model


def hugging_face(content: Mapping[str, Any]) -> Tokens:
    """The tokens of a `tokenizer.json`: those of the model, then the added ones.

    Raises:
        FormatError: its parts are not what such files have.
    """
    model = content["model"]
    vocabulary = model["vocab"]
    if isinstance(vocabulary, dict):
        labels = by_id(vocabulary)
    elif isinstance(vocabulary, list):
        labels = in_order([entry[0] if isinstance(entry, list) and entry else entry for entry in vocabulary])
    else:
        raise FormatError(
            f"the vocab of a tokenizer.json must be an object or a list of tokens, not {brief(vocabulary)}"
        )
    added = content.get("added_tokens") or []
    if not isinstance(added, list):
        raise FormatError(f"the added_tokens of a tokenizer.json must be a list, not {brief(added)}")
    for entry in added:
        content_of, index = (entry.get("content"), entry.get("id")) if isinstance(entry, dict) else (None, None)
        if not isinstance(content_of, str) or type(index) is not int or index < 0:
            raise FormatError("every one of the added_tokens of a tokenizer.json must have content (text) and an id")
        labels[index] = content_of
    notes: tuple[str, ...] = ()
    if _names_byte_level(content):
        labels, notes = readable(labels, {entry["id"] for entry in added}), (AS_TEXT,)
    unknown, place = model.get("unk_token"), model.get("unk_id")
    if not isinstance(unknown, str) and type(place) is int:
        unknown = labels.get(place)
    return Tokens(labels, unknown if isinstance(unknown, str) else None, spacious=True, notes=notes)


def is_keras(content: Mapping[str, Any]) -> bool:
    """Whether a parsed JSON object is what `Tokenizer.to_json` of Keras 2 writes."""
    config = content.get("config")
    return isinstance(config, dict) and "word_index" in config


def keras(content: Mapping[str, Any], size: int | None) -> Tokens:
    """The words of Keras's older `Tokenizer`, which keeps id 0 for padding and reads only ids below ``num_words``.

    Raises:
        FormatError: its parts are not what such files have.
    """
    config = content["config"]
    words = config["word_index"]
    try:
        words = json.loads(words) if isinstance(words, str) else words
    except (ValueError, RecursionError):
        words = None
    if not isinstance(words, dict):
        raise FormatError("the word_index of a Keras tokenizer must be an object of words and ids, but it is not")
    labels = by_id(words)
    count, notes = config.get("num_words"), ["the file is a Keras tokenizer, where id 0 is padding"]
    if type(count) is int and len(labels) >= count > 0 and (size is None or count <= size):
        labels = {index: word for index, word in labels.items() if index < count}
        notes.append(f"the tokenizer reads the {count - 1} commonest words only, as its num_words says")
    if 0 not in labels and PADDING not in labels.values():
        labels[0] = PADDING
    unknown = config.get("oov_token")
    return Tokens(labels, unknown if isinstance(unknown, str) else None, spacious=True, notes=tuple(notes))


def _names_byte_level(content: Mapping[str, Any]) -> bool:
    return any(
        part.get("type") == "ByteLevel" for name in ("decoder", "pre_tokenizer") for part in _parts(content.get(name))
    )


def _parts(part: Any) -> Iterator[Mapping[str, Any]]:
    """A decoder or pre-tokenizer and, where it is a sequence, what it is made of."""
    if isinstance(part, dict):
        yield part
        for name in ("decoders", "pretokenizers"):
            inner = part.get(name)
            for entry in inner if isinstance(inner, list) else ():
                if isinstance(entry, dict):
                    yield entry


def _byte_alphabet() -> dict[str, int]:
    """The byte for each character of the alphabet in which byte-level tokens are written.

    Visible characters of Latin-1 stand for their own byte, those from U+0100 on for the other bytes in order.
    """
    own = [byte for byte in range(256) if 0x21 <= byte <= 0x7E or (byte >= 0xA1 and byte != 0xAD)]
    others = [byte for byte in range(256) if byte not in own]
    return {chr(byte): byte for byte in own} | {chr(0x100 + index): byte for index, byte in enumerate(others)}


BYTES = _byte_alphabet()


def is_byte_level(labels: Mapping[int, str]) -> bool:
    """Whether a plain list of tokens is written in the byte alphabet: all of its 256 characters are tokens."""
    return len(labels) >= len(BYTES) and set(BYTES) <= set(labels.values())


def readable(labels: Mapping[int, str], literal: Collection[int] = ()) -> dict[int, str]:
    """Byte-level tokens as the text they stand for; bytes that are only part of a character as ``<0xE2>``.

    A token stays as it is where its id is among the ``literal`` ones, where it is not written in the byte alphabet, and
    where another one has its text already.
    """
    shown = {
        index: label if index in literal or not all(character in BYTES for character in label) else _text(label)
        for index, label in labels.items()
    }
    taken = {label for index, label in shown.items() if label == labels[index]}
    for index, label in shown.items():
        if label != labels[index]:
            shown[index] = labels[index] if label in taken else label
            taken.add(shown[index])
    return shown


def _text(label: str) -> str:
    text = bytes(BYTES[character] for character in label).decode("utf-8", "surrogateescape")
    return re.sub("[\udc80-\udcff]", lambda found: f"<0x{ord(found[0]) - 0xDC00:02X}>", text)
