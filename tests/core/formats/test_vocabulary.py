"""Vocabulary files of every form that users have, and what is said where one does not fit."""

import json
import random
from dataclasses import replace
from typing import Any

import pytest

from gatescope.core import FileTooLarge, FormatError, OptionError, UnknownFormat, encode
from gatescope.core.formats import vocabulary
from gatescope.core.formats.options import UNSET
from gatescope.core.formats.tokenizer_files import BYTES, readable
from gatescope.core.formats.vocabulary import USUAL_NAMES, read_vocabulary
from gatescope.core.network import LONGEST_LABEL
from tests.core.networks import random_network

WORDS = ["<pad>", "<unk>", "the", "cat"]
BY_BERTS = ("unknown tokens are read as '[UNK]', going by its name",)
LINE_BREAK = ("the two empty lines are token 1, the line break",)
BY_NAME = ("unknown tokens are read as '<unk>', going by its name",)


def without(index: int) -> tuple[str, ...]:
    return (f"id {index} has no token in the vocabulary and is shown as <{index}>",)


def in_bytes(text: str) -> str:
    """The text in the alphabet of byte-level tokens."""
    characters = {byte: character for character, byte in BYTES.items()}
    return "".join(characters[byte] for byte in text.encode())


def tokenizer(model: dict[str, Any], *added: tuple[int, str], **parts: Any) -> dict[str, Any]:
    entries = [{"id": index, "content": content, "special": True} for index, content in added]
    return {"version": "1.0", "added_tokens": entries, "model": model, **parts}


def keras_tokenizer(words: dict[str, int], **config: Any) -> dict[str, Any]:
    return {"class_name": "Tokenizer", "config": {"word_index": json.dumps(words), **config}}


READ: dict[str, tuple[Any, list[str], int | None, tuple[str, ...]]] = {
    # name: (content, labels, unknown, notes); text and bytes as they are, anything else as JSON
    "JSON list": (WORDS, WORDS, 1, BY_NAME),
    "JSON list without unknown": (["a", "b"], ["a", "b"], None, ()),
    "Keras's get_vocabulary": (["", "[UNK]", "the"], ["", "[UNK]", "the"], 1, BY_BERTS),
    "JSON object": ({"the": 2, "<pad>": 0, "cat": 3, "<unk>": 1}, WORDS, 1, BY_NAME),
    "JSON object of texts by id": ({"0": "a", "2": "c", "1": "b"}, ["a", "b", "c"], None, ()),
    "ids from 1": ({"a": 1, "b": 2}, ["<0>", "a", "b"], None, without(0)),
    "a gap": (
        {"a": 0, "b": 3},
        ["a", "<1>", "<2>", "b"],
        None,
        ("2 of 4 ids have no token among the vocabulary's 2 and are shown as <1>, <2>",),
    ),
    "a gap whose name is taken": ({"a": 0, "<1>": 2}, ["a", "<<1>>", "<1>"], None, without(1)),
    "lines": (b"<pad>\n<unk>\nthe\ncat", WORDS, 1, BY_NAME),
    "trailing line break": (b"<pad>\n<unk>\nthe\ncat\n", WORDS, 1, BY_NAME),
    "CRLF": (b"<pad>\r\n<unk>\r\nthe\r\ncat\r\n", WORDS, 1, BY_NAME),
    "CRLF without an end": (b"<pad>\r\n<unk>\r\nthe\r\ncat", WORDS, 1, BY_NAME),
    "byte order mark": (b"\xef\xbb\xbf<pad>\n<unk>\nthe\ncat\n", WORDS, 1, BY_NAME),
    "byte order mark, JSON": (b"\xef\xbb\xbf" + json.dumps(WORDS).encode(), WORDS, 1, BY_NAME),
    "lines of white space": ("a\n \n\t\n\u2028\nb\x0bc\n", ["a", " ", "\t", "\u2028", "b\x0bc"], None, ()),
    "a carriage return is a token": (b"a\n\r\nb\n", ["a", "\r", "b"], None, ()),
    "an empty line": (b"\na\nb\n", ["", "a", "b"], None, ()),
    "a line break is a token": (b"a\n\n\nb\n", ["a", "\n", "b"], None, LINE_BREAK),
    "lines like JSON": (b"[PAD]\n[UNK]\nthe\n", ["[PAD]", "[UNK]", "the"], 1, BY_BERTS),
    "lines of signs": (b"[\n]\n{\n}\n", ["[", "]", "{", "}"], None, ()),
    "numbers a line": (b"1\n2\n30\n", ["1", "2", "30"], None, ()),
    "not ASCII": ("é\n日本\n😀\n".encode(), ["é", "日本", "😀"], None, ()),
    "WordPiece": (
        tokenizer({"type": "WordPiece", "unk_token": "[UNK]", "vocab": {"[UNK]": 0, "a": 1, "##b": 2}}, (3, "[CLS]")),
        ["[UNK]", "a", "##b", "[CLS]"],
        0,
        ("unknown tokens are read as '[UNK]', as the vocabulary file says",),
    ),
    "Unigram": (
        tokenizer({"type": "Unigram", "unk_id": 1, "vocab": [["</s>", 0.0], ["what", -1.5], ["▁a", -2]]}),
        ["</s>", "what", "▁a"],
        1,
        ("unknown tokens are read as 'what', as the vocabulary file says",),
    ),
    "byte level": (
        tokenizer(
            {"type": "BPE", "unk_token": None, "vocab": {"a": 0, "Ġthe": 1, "Ċ": 2, in_bytes("é"): 3, "â": 4, "Ġ": 5}},
            (6, "Ġ literal"), (7, " "),
            decoder={"type": "Sequence", "decoders": [{"type": "ByteLevel"}]},
        ),
        ["a", " the", "\n", "é", "<0xE2>", "Ġ", "Ġ literal", " "],
        None,
        ("tokens are pieces of bytes in the file and shown as the text they stand for",),
    ),
    "an added token replaces": (
        tokenizer({"vocab": {"a": 0, "b": 1}}, (1, "<eos>"), (0, "a")), ["a", "<eos>"], None, (),
    ),
    "Keras tokenizer": (
        keras_tokenizer({"<OOV>": 1, "the": 2, "cat": 3}, oov_token="<OOV>", num_words=None),
        ["<pad>", "<OOV>", "the", "cat"],
        1,
        ("the file is a Keras tokenizer, where id 0 is padding",
         "unknown tokens are read as '<OOV>', as the vocabulary file says"),
    ),
    "Keras tokenizer of the commonest words": (
        keras_tokenizer({"the": 1, "cat": 2, "sat": 3}, num_words=3),
        ["<pad>", "the", "cat"],
        None,
        (
            "the file is a Keras tokenizer, where id 0 is padding",
            "the tokenizer reads the 2 commonest words only, as its num_words says",
        ),
    ),
}  # fmt: skip


def as_bytes(content: Any) -> bytes:
    if isinstance(content, (bytes, str)):
        return content if isinstance(content, bytes) else content.encode()
    return json.dumps(content).encode()


@pytest.mark.parametrize("name", READ)
def test_every_form_is_read(name: str) -> None:
    content, labels, unknown, notes = READ[name]
    read, said = read_vocabulary(as_bytes(content), len(labels))
    assert list(read.labels) == labels
    assert read.unknown == unknown
    assert said == notes
    if "two empty lines" not in str(notes):  # which are a guess that needs the embedding's size
        assert read_vocabulary(as_bytes(content), None)[0].labels == read.labels


def test_a_plain_vocabulary_in_the_byte_alphabet_is_recognised_by_its_bytes() -> None:
    """As in a `vocab.json` of GPT-2, whose first tokens are the 256 bytes."""
    tokens = [*BYTES, in_bytes(" the"), in_bytes("日本"), "<|endoftext|>"]
    read, notes = read_vocabulary(
        json.dumps({token: index for index, token in enumerate(tokens)}).encode(), len(tokens)
    )
    assert read.labels[256:] == (" the", "日本", "<|endoftext|>")
    assert read.ids["\n"] == tokens.index("Ċ")
    assert read.ids["<0xFF>"] == tokens.index("ÿ")
    assert "shown as the text they stand for" in notes[0]
    fewer = [token for token in tokens if token != "Ā"]
    assert read_vocabulary(json.dumps(fewer).encode(), len(fewer))[0].labels == tuple(fewer)


def test_every_byte_has_its_character() -> None:
    assert sorted(BYTES.values()) == list(range(256))
    assert (BYTES["Ġ"], BYTES["Ċ"], BYTES["a"], BYTES["é"]) == (0x20, 0x0A, 0x61, 0xE9)
    assert readable({0: "Ã©", 1: "Ã", 2: "日"}) == {0: "é", 1: "<0xC3>", 2: "日"}


def test_embeddings_with_more_rows_than_a_tokenizer_has_tokens() -> None:
    content = as_bytes(tokenizer({"vocab": {"a": 0, "b": 1}}))
    read, notes = read_vocabulary(content, 5)
    assert read.labels == ("a", "b", "<2>", "<3>", "<4>")
    assert notes == ("3 of 5 ids have no token among the vocabulary's 2 and are shown as <2> to <4>",)
    assert read_vocabulary(as_bytes(keras_tokenizer({"a": 1})), 3)[0].labels == ("<pad>", "a", "<2>")


@pytest.mark.parametrize("name", USUAL_NAMES)
def test_the_usual_names_of_unknown_tokens(name: str) -> None:
    assert read_vocabulary(as_bytes(["a", name, "b"]), 3)[0].unknown == 1


def test_the_unknown_token_can_be_told() -> None:
    data = as_bytes(WORDS)
    assert read_vocabulary(data, 4, "the")[0].unknown == 2
    assert read_vocabulary(data, 4, None)[0].unknown is None
    assert read_vocabulary(data, 4, UNSET)[0].unknown == 1
    assert read_vocabulary(data, 4, None)[1] == ()
    for unknown, words in (("dog", "'dog' is none"), (1, "not 1"), (["the"], "not a list"), ("\ud800", "is none")):
        with pytest.raises(OptionError, match=words) as raised:
            read_vocabulary(data, 4, unknown)
        assert raised.value.pointer == ("unknown",)
        raised.value.message.encode()


LONG = "x" * (LONGEST_LABEL + 1)
REFUSED: dict[str, tuple[Any, int | None, type[FormatError], str]] = {
    "nothing": (b"", 3, FormatError, "the file is empty"),
    "a line break": (b"\r\n\n", 3, FormatError, "the file is empty"),
    "an empty list": ([], None, FormatError, "at least one token"),
    "an empty object": ({}, 3, FormatError, "at least one token"),
    "not UTF-8": (b"abc\xff", 3, UnknownFormat, "byte 3 of the file"),
    "UTF-16": ("a\nb\n".encode("utf-16"), 2, UnknownFormat, "UTF-8"),
    "zero bytes": (b"a\n\0\nb", 3, UnknownFormat, "character 2 of the file is a zero byte"),
    "too few": (WORDS, 5, FormatError, "it has 4 tokens, not 5 rows"),
    "too many": (WORDS, 3, FormatError, "it has 4 tokens, not 3 rows"),
    "one row": (WORDS, 1, FormatError, "it has 4 tokens, not 1 row$"),
    "too few lines": (b"a\nb\n", 5, FormatError, "2 tokens, not 5 rows"),
    "object too small": ({"a": 0, "b": 1}, 5, FormatError, "2 tokens, not 5 rows"),
    "ids beyond": ({"a": 0, "b": 7}, 5, FormatError, "2 tokens with ids up to 7, not 5 rows"),
    "ids far beyond": ({"a": 0, "b": 10**12}, None, FormatError, "must follow one another"),
    "enormous id": ({"a": 10**30}, 5, FormatError, "more than 20 digits"),
    "tokenizer too large": (tokenizer({"vocab": {"a": 0, "b": 9}}), 5, FormatError, "up to 9, not 5 rows"),
    "one id twice": ({"a": 0, "b": 0}, 2, FormatError, "'a' and 'b' both have 0"),
    "one token twice": (["a", "b", "a"], 3, FormatError, "tokens 0 and 2 are both 'a'"),
    "one token twice by id": ({"0": "a", "1": "a"}, 2, FormatError, "ids 0 and 1 are both 'a'"),
    "one id written twice": ({"0": "a", "00": "b"}, 2, FormatError, "both have 0"),
    "two empty lines": (b"a\n\nb\n\n\n", 5, FormatError, "both empty"),
    "one key twice": (b'{"a": 0, "a": 1}', 2, FormatError, "the key 'a' is there twice"),
    "negative id": ({"a": -1}, 1, FormatError, "of 'a' is -1"),
    "id of a fraction": ({"a": 0.5}, 1, FormatError, "is 0.5"),
    "id true": ({"a": True}, 1, FormatError, "is true"),
    "id null": ({"a": None}, 1, FormatError, "is null"),
    "id a list": ({"a": []}, 1, FormatError, "is a list"),
    "neither ids nor texts": ({"a": "b"}, 1, FormatError, "'a' is neither"),
    "numbers": ([1, 2], 2, FormatError, "entry 0 is 1"),
    "lists": ([["a"]], 1, FormatError, "entry 0 is a list"),
    "a long token": (["a", LONG], 2, FormatError, "token 1 has 257"),
    "half a character": (b'["a", "\\ud800"]', 2, FormatError, "token 1 has half a character"),
    "broken JSON": (b'["a", "b"', 2, FormatError, "cannot be parsed .Expecting ',' delimiter in line 1, column 10"),
    "broken JSON without size": (b'{"a": 0', None, FormatError, "read as one token a line it has 1$"),
    "deep JSON": (b"[" * 100_000, 2, FormatError, "nested too deeply"),
    "number without end": (b"[" + b"1" * 5000 + b"]", 1, FormatError, "entry 0|one token|too many digits|at most 256"),
    "vocab of a text": ({"model": {"vocab": "abc"}}, 2, FormatError, "not 'abc'"),
    "added tokens of a text": ({"model": {"vocab": {"a": 0}}, "added_tokens": "x"}, 1, FormatError, "must be a list"),
    "added token without id": (
        {"model": {"vocab": {"a": 0}}, "added_tokens": [{"content": "b"}]}, 1, FormatError, "and an id",
    ),
    "Keras words broken": ({"config": {"word_index": "{"}}, 2, FormatError, "word_index"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_vocabulary_or_does_not_fit_is_refused_in_a_sentence(name: str) -> None:
    content, size, kind, words = REFUSED[name]
    with pytest.raises(kind, match=words) as raised:
        read_vocabulary(as_bytes(content), size)
    assert len(raised.value.message) < 300
    raised.value.message.encode()


def test_a_file_beyond_the_limit_is_not_even_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vocabulary, "MOST_BYTES", 10)
    with pytest.raises(FileTooLarge, match="MiB"):
        read_vocabulary(b"\xff" * 11, None)


@pytest.mark.parametrize("name", ["JSON list", "JSON object", "CRLF", "byte level", "Unigram", "Keras tokenizer"])
def test_any_mutation_is_read_or_refused(name: str) -> None:
    content, labels, _, _ = READ[name]
    good, chance = as_bytes(content), random.Random(3)
    refused = []
    for turn in range(400):
        data = bytearray(good)
        for _ in range(chance.randint(1, 5)):
            data[chance.randrange(len(data))] = chance.choice(b'\0\r\n\t "[]{},:\\-0129aeu\xff\xc3\xa9')
        if chance.random() < 0.2:
            del data[chance.randrange(len(data)) :]
        try:
            read, notes = read_vocabulary(bytes(data), len(labels) if turn % 2 else None)
        except FormatError as error:
            refused.append(error.message)
        else:
            assert len(read.labels) == len(labels) or turn % 2 == 0
            json.dumps([*read.labels, *notes]).encode()
    assert len(refused) > 20
    assert all(10 < len(message.encode()) < 400 for message in refused)


def test_a_vocabulary_that_was_read_reads_text() -> None:
    network = random_network(tokens=True)
    read, _ = read_vocabulary(b"<unk>\nthe\ncat\nsat\n.\n,\n!\n", network.input_size)
    encoded = encode(replace(network, vocabulary=read), text="The cat ran!")
    assert encoded.tokens is not None
    assert encoded.tokens.tolist() == [1, 2, 0, 6]
