"""Vocabulary files: a JSON list, a JSON object, one token a line, or a tokenizer's own file, told by content."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from ..errors import FileTooLarge, FormatError, OptionError, ParameterError, UnknownFormat
from ..network import LONGEST_LABEL, Vocabulary
from .limits import MIB
from .options import UNSET
from .tokenizer_files import AS_TEXT, hugging_face, is_byte_level, is_hugging_face, is_keras, keras, readable
from .tokens import Tokens, brief, by_id, in_order

MOST_BYTES = 32 * MIB
USUAL_NAMES = (
    "<unk>", "<UNK>", "[UNK]", "[unk]", "<|unk|>", "<unknown>", "<UNKNOWN>", "[UNKNOWN]", "<oov>", "<OOV>", "[OOV]",
    "__unk__", "__UNK__", "UNK",
)  # fmt: skip
"""Texts by which an unknown token is recognised, the first one that is there."""
SPACES = " \t\r\n"


def read_vocabulary(data: bytes, size: int | None, unknown: Any = UNSET) -> tuple[Vocabulary, tuple[str, ...]]:
    """Read a vocabulary file.

    A JSON list has the tokens in the order of their ids; a JSON object has ids by token, or tokens by id; a text file
    has one token a line, where an empty line in between is the empty token. `tokenizer.json` and the JSON of Keras's
    older `Tokenizer` are understood too. Ids without a token, between others, get a text such as ``<7>`` and a note.

    Args:
        data: the file's bytes, UTF-8.
        size: rows of the embedding, which the tokens must fill; None where that is not known.
        unknown: the text of the token that stands for unknown ones, None for none; left out, it is recognised.

    Returns:
        The vocabulary, and what was understood, one sentence each.

    Raises:
        FormatError: the file is no vocabulary or does not fit the embedding.
        FileTooLarge: it has more than `MOST_BYTES`.
        UnknownFormat: it is not text in UTF-8.
        OptionError: ``unknown`` is not among the tokens.
    """
    tokens = _parse(_decode(data), size)
    labels, notes = _filled(tokens, size)
    label, said = _unknown(tokens, labels, unknown)
    try:
        vocabulary = Vocabulary(tuple(labels), None if label is None else labels.index(label))
    except ParameterError as error:
        raise FormatError(f"the vocabulary cannot be used: {error.message}") from None
    return vocabulary, (*tokens.notes, *notes, *said)


def _decode(data: bytes) -> str:
    if len(data) > MOST_BYTES:
        raise FileTooLarge(f"a vocabulary file must have at most {MOST_BYTES // MIB} MiB, not {len(data) / MIB:,.1f}")
    try:
        text = bytes(data).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnknownFormat(f"a vocabulary must be text in UTF-8, but byte {error.start} of the file is none") from None
    if "\0" in text:
        raise UnknownFormat(f"a vocabulary must be text, but character {text.index(chr(0))} of the file is a zero byte")
    if not text.strip(SPACES) and not text.strip("\r\n"):
        raise FormatError("a vocabulary must have at least one token, but the file is empty")
    return text


def _parse(text: str, size: int | None) -> Tokens:
    """What the text says. A file that begins like JSON may still be lines: many begin with ``[PAD]``."""
    if not text.lstrip(SPACES).startswith(("[", "{")):
        return _lines(text, size)
    try:
        content = json.loads(text, object_pairs_hook=_object)
    except RecursionError:
        raise FormatError("a vocabulary must be a list or an object, but the JSON is nested too deeply") from None
    except ValueError as error:
        lines = _lines(text, size)
        if len(lines.labels) == size or (size is None and '"' not in text.lstrip(SPACES).split("\n")[0]):
            return lines
        wanted = "" if size is None else f" where the embedding has {size} rows"
        raise FormatError(
            f"the vocabulary begins like JSON but cannot be parsed ({_reason(error)}), "
            f"and read as one token a line it has {len(lines.labels)}{wanted}"
        ) from None
    if isinstance(content, list):
        return _plain(in_order(content))
    if is_hugging_face(content):
        return hugging_face(content)
    if is_keras(content):
        return keras(content, size)
    if content and all(isinstance(value, str) for value in content.values()):
        return _plain(by_id({content[key]: _id(key) for key in _all_different(content)}))
    return _plain(by_id(content))


class _Twice(ValueError):
    """A key that stands twice in an object."""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                raise _Twice(f"the key {brief(key)} is there twice")
            seen.add(key)
    return result


def _reason(error: ValueError) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"{error.msg} in line {error.lineno}, column {error.colno}"
    return str(error) if isinstance(error, _Twice) else "a number has too many digits"


def _all_different(content: Mapping[str, str]) -> Mapping[str, str]:
    """An object id -> token as it is, where every token is there once."""
    seen: dict[str, str] = {}
    for key, token in content.items():
        if token in seen:
            raise FormatError(
                f"every token must be there once, but ids {seen[token]} and {key} are both {brief(token)}"
            )
        seen[token] = key
    return content


def _id(key: str) -> int:
    if not key.isascii() or not key.isdigit() or len(key) > 18:
        raise FormatError(
            f"a vocabulary must give an id for each token, or a token for each id, but {brief(key)} is neither"
        )
    return int(key)


def _plain(labels: dict[int, str]) -> Tokens:
    if is_byte_level(labels):
        return Tokens(readable(labels), notes=(AS_TEXT,))
    return Tokens(labels)


def _lines(text: str, size: int | None) -> Tokens:
    lines = text.split("\n")
    if not lines[-1]:
        lines.pop()
    if all(line.endswith("\r") for line in lines[:-1]) and (len(lines) > 1 or text.endswith("\r\n")):
        lines = [line.removesuffix("\r") for line in lines]
    pairs = [index for index in range(len(lines) - 1) if not lines[index] and not lines[index + 1]]
    if len(pairs) == 1 and len(lines) - 1 == size:
        lines[pairs[0] : pairs[0] + 2] = ["\n"]
        return Tokens(in_order(lines), notes=(f"the two empty lines are token {pairs[0]}, the line break",))
    return _plain(in_order(lines))


def _filled(tokens: Tokens, size: int | None) -> tuple[list[str], tuple[str, ...]]:
    """A label for each id, and notes about those that the file leaves out."""
    given = tokens.labels
    if not given:
        raise FormatError("a vocabulary must have at least one token, but there is none in the file")
    count = max(given) + 1
    if size is None and count > 2 * len(given) + 1:
        raise FormatError(
            f"the ids of a vocabulary must follow one another, but {len(given)} tokens have ids up to "
            f"{brief(count - 1)}"
        )
    if size is not None and (count > size or (count < size and not tokens.spacious)):
        has = f"{count} tokens" if len(given) == count else f"{len(given)} tokens with ids up to {brief(count - 1)}"
        rows = "1 row" if size == 1 else f"{size} rows"
        raise FormatError(f"the vocabulary must have a token for each row of the embedding: it has {has}, not {rows}")
    total = count if size is None else size
    _check(given)
    taken = set(given.values())
    labels, missing = [], []
    for index in range(total):
        label = given.get(index)
        if label is None:
            label = f"<{index}>"
            while label in taken:
                label = f"<{label}>"
            missing.append(index)
        labels.append(label)
    return labels, _about(missing, len(given), total)


def _check(given: Mapping[int, str]) -> None:
    seen: dict[str, int] = {}
    for index, label in given.items():
        if len(label) > LONGEST_LABEL:
            raise FormatError(
                f"a token must have at most {LONGEST_LABEL} characters, but token {index} has {len(label):,}"
            )
        if any("\ud800" <= character <= "\udfff" for character in label):
            raise FormatError(f"a token must be Unicode text, but token {index} has half a character, {label[:40]!a}")
        if label in seen:
            what = brief(label) if label else "empty"
            raise FormatError(f"every token must be there once, but tokens {seen[label]} and {index} are both {what}")
        seen[label] = index


def _about(missing: list[int], given: int, total: int) -> tuple[str, ...]:
    if not missing:
        return ()
    if len(missing) == 1:
        return (f"id {missing[0]} has no token in the vocabulary and is shown as <{missing[0]}>",)
    joined = ", " if len(missing) == 2 else " to "
    shown = f"<{missing[0]}>{joined}<{missing[-1]}>"
    return (f"{len(missing)} of {total} ids have no token among the vocabulary's {given} and are shown as {shown}",)


def _unknown(tokens: Tokens, labels: list[str], unknown: Any) -> tuple[str | None, tuple[str, ...]]:
    """The label that stands for unknown tokens, and how it was found."""
    if unknown is None:
        return None, ()
    there: Callable[[str], bool] = set(labels).__contains__
    if unknown is not UNSET:
        if not isinstance(unknown, str):
            raise OptionError(f"unknown must be a token's text or null, not {brief(unknown)}", ("unknown",))
        if not there(unknown):
            raise OptionError(f"unknown must be a token of the vocabulary, but {brief(unknown)} is none", ("unknown",))
        return unknown, ()
    if tokens.unknown is not None and there(tokens.unknown):
        return tokens.unknown, (f"unknown tokens are read as {tokens.unknown!r}, as the vocabulary file says",)
    found = next(filter(there, USUAL_NAMES), None)
    return found, (() if found is None else (f"unknown tokens are read as {found!r}, going by its name",))
