"""What a user can hand over, right and wrong: every refusal is a sentence with a pointer to its cause."""

import warnings
from collections import deque
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gatescope.core import (
    CoreError,
    Embedding,
    EmptySequence,
    Encoded,
    InputError,
    Layer,
    Network,
    NotFinite,
    PaddingToken,
    RaggedRows,
    TokenOutOfRange,
    Vocabulary,
    WrongKind,
    WrongWidth,
    encode,
    trace,
)
from tests.core.networks import LABELS, normal, random_cell, random_network

WIDE = random_network(dtype="float32")  # rows of 3
NARROW = Network((Layer(random_cell(input_size=1, dtype="float32")),))  # rows of 1
DOUBLE = random_network(dtype="float64")
LETTERS = random_network(tokens=True)
LETTERS_WITH_UNKNOWN = random_network(tokens=True, unknown=LABELS.index("?"))
IDS = Network((Layer(random_cell()),), Embedding(normal(7, 3)))
PADDED = Network(IDS.layers, Embedding(normal(7, 3), padding=2))
PADDED_LETTERS = Network(
    LETTERS.layers, Embedding(LETTERS.parameters()["embedding"], padding=3), LETTERS.readout, Vocabulary(LABELS, 3)
)
ROW = [1, 2, 3]
NAN, INFINITY = float("nan"), float("inf")


class Odd:
    """Something that is no number, with a name and no more."""


Case = tuple[Network, dict[str, Any], type[CoreError], tuple[str | int, ...], str]


def refused(network: Network, given: dict[str, Any]) -> CoreError:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(CoreError) as raised:
            encode(network, **given)
    return raised.value


CASES: dict[str, Case] = {
    "nothing": (WIDE, {}, InputError, (), "exactly one of text, tokens and values, not none of them"),
    "two": (WIDE, {"text": "a", "values": [ROW]}, InputError, (), "not text and values"),
    "three": (WIDE, {"text": "", "tokens": [], "values": []}, InputError, (), "not text and tokens and values"),
    # Another kind than the network reads.
    "text for numbers": (WIDE, {"text": "a"}, WrongKind, ("text",), "reads rows of 3 numbers as values, not text"),
    "text for one number": (NARROW, {"text": "a"}, WrongKind, ("text",), "reads rows of 1 number as values"),
    "tokens for numbers": (WIDE, {"tokens": [1]}, WrongKind, ("tokens",), "not tokens"),
    "text without vocabulary": (IDS, {"text": "a"}, WrongKind, ("text",), "no vocabulary, so it reads token ids"),
    "values for text": (LETTERS, {"values": [ROW]}, WrongKind, ("values",), "reads text or tokens, not values"),
    "values for tokens": (IDS, {"values": [ROW]}, WrongKind, ("values",), "reads tokens, not values"),
    # Text.
    "empty text": (LETTERS, {"text": ""}, EmptySequence, ("text",), "at least one character"),
    "text that is bytes": (LETTERS, {"text": b"ab"}, InputError, ("text",), "must be a string, not a bytes"),
    "text that is a list": (LETTERS, {"text": ["a"]}, InputError, ("text",), "must be a string, not a list"),
    "text that is a number": (LETTERS, {"text": 3}, InputError, ("text",), "must be a string, not 3"),
    "half a character": (
        LETTERS,
        {"text": "a\ud800b"},
        InputError,
        ("text",),
        r"character 1 is half of one, '\\ud800'",
    ),
    # Tokens.
    "no token": (IDS, {"tokens": []}, EmptySequence, ("tokens",), "at least one token"),
    "no token in an array": (IDS, {"tokens": np.zeros(0, int)}, EmptySequence, ("tokens",), "at least one token"),
    "token too large": (IDS, {"tokens": [0, 7]}, TokenOutOfRange, ("tokens", 1), "in 0 to 6 for this network, not 7"),
    "token below 0": (IDS, {"tokens": [-1]}, TokenOutOfRange, ("tokens", 0), "not -1"),
    "huge token": (IDS, {"tokens": [10**5000]}, TokenOutOfRange, ("tokens", 0), "more than 20 digits"),
    "padding": (PADDED, {"tokens": [0, 1, 2, 2]}, PaddingToken, ("tokens", 2), "token 2 is padding.*step 2"),
    "padding in a text": (PADDED_LETTERS, {"text": "ab a"}, PaddingToken, ("text",), "token 3 is padding.*step 2"),
    "padding for what is unknown": (PADDED_LETTERS, {"text": "aX"}, PaddingToken, ("text",), "step 1"),
    "token of 64 bits": (
        IDS,
        {"tokens": np.array([2**63], "u8")},
        TokenOutOfRange,
        ("tokens", 0),
        "9223372036854775808",
    ),
    "token true": (IDS, {"tokens": [1, True]}, InputError, ("tokens", 1), "whole number, not True"),
    "token NumPy true": (IDS, {"tokens": np.array([True])}, InputError, ("tokens", 0), "whole number, not True"),
    "token fraction": (IDS, {"tokens": [1.5]}, InputError, ("tokens", 0), "whole number, not 1.5"),
    "token whole float": (IDS, {"tokens": [1.0]}, InputError, ("tokens", 0), "whole number, not 1.0"),
    "token NaN": (IDS, {"tokens": [NAN]}, InputError, ("tokens", 0), "whole number, not nan"),
    "token NumPy float": (IDS, {"tokens": np.array([1.0])}, InputError, ("tokens", 0), "whole number, not 1.0"),
    "token text": (IDS, {"tokens": ["1"]}, InputError, ("tokens", 0), "whole number, not '1'"),
    "token None": (IDS, {"tokens": [None]}, InputError, ("tokens", 0), "whole number, not None"),
    "nested tokens": (IDS, {"tokens": [[1]]}, InputError, ("tokens", 0), "whole number, not a list"),
    "token that is a span of time": (IDS, {"tokens": np.ones(2, "m8[s]")}, InputError, ("tokens", 0), "a timedelta"),
    "table of tokens": (IDS, {"tokens": np.array([[1, 2]])}, InputError, ("tokens", 0), "whole number, not a ndarray"),
    "tokens that are text": (IDS, {"tokens": "12"}, InputError, ("tokens",), "a list of whole numbers, not '12'"),
    "tokens that are bytes": (IDS, {"tokens": b"\0\1"}, InputError, ("tokens",), "not a bytes"),
    "tokens that are a number": (IDS, {"tokens": 3}, InputError, ("tokens",), "not 3"),
    "tokens that are a set": (IDS, {"tokens": {1, 2}}, InputError, ("tokens",), "not a set"),
    "tokens by name": (IDS, {"tokens": {0: 1}}, InputError, ("tokens",), "not a dict"),
    "tokens that are one array": (IDS, {"tokens": np.array(3)}, InputError, ("tokens",), "not a ndarray"),
    # Values: the list.
    "no row": (WIDE, {"values": []}, EmptySequence, ("values",), "at least one row"),
    "no row in an array": (WIDE, {"values": np.zeros((0, 3))}, EmptySequence, ("values",), "at least one row"),
    "no row for one number": (NARROW, {"values": ()}, EmptySequence, ("values",), "at least one row"),
    "values that are a number": (WIDE, {"values": 1.5}, InputError, ("values",), "rows of 3 numbers, not 1.5"),
    "values that are text": (WIDE, {"values": "[[1,2,3]]"}, InputError, ("values",), "must be a list of rows"),
    "values that are long text": (WIDE, {"values": "x" * 99}, InputError, ("values",), r"not 'x{37}\.\.\.'"),
    "values that are true": (NARROW, {"values": True}, InputError, ("values",), "not True"),
    "values by name": (WIDE, {"values": {"0": ROW}}, InputError, ("values",), "not a dict"),
    "values that are a set": (NARROW, {"values": {1.0}}, InputError, ("values",), "not a set"),
    "values without dimension": (WIDE, {"values": np.array(1.0)}, InputError, ("values",), "not a ndarray"),
    "an odd object": (WIDE, {"values": Odd()}, InputError, ("values",), "not a Odd"),
    # Values: the rows.
    "a flat list": (WIDE, {"values": ROW}, WrongWidth, ("values",), "rows of 3 numbers; a flat list"),
    "rows too short": (WIDE, {"values": [[1, 2], [3, 4]]}, WrongWidth, ("values", 0), "rows of 2 came"),
    "rows too long": (NARROW, {"values": [[1, 2]]}, WrongWidth, ("values", 0), "rows of 1 number; rows of 2 came"),
    "empty rows": (WIDE, {"values": [[], []]}, WrongWidth, ("values", 0), "rows of 0 came"),
    "empty rows in an array": (WIDE, {"values": np.zeros((2, 0))}, WrongWidth, ("values", 0), "rows of 0 came"),
    "ragged": (WIDE, {"values": [ROW, ROW, [1]]}, RaggedRows, ("values", 2), "row 2 has 1 numbers, those before it 3"),
    "ragged and long": (WIDE, {"values": [ROW, [*ROW, 4]]}, RaggedRows, ("values", 1), "row 1 has 4"),
    "ragged for one number": (NARROW, {"values": [[1], [2, 3]]}, RaggedRows, ("values", 1), "row 1 has 2"),
    "a number among rows": (WIDE, {"values": [ROW, 5]}, InputError, ("values", 1), "list of 3 numbers, not 5"),
    "a row among numbers": (NARROW, {"values": [1, [2]]}, InputError, ("values", 1), "numbers, not a list"),
    "a text among rows": (WIDE, {"values": [ROW, "abc"]}, InputError, ("values", 1), "not 'abc'"),
    "None among rows": (WIDE, {"values": [None, ROW]}, InputError, ("values", 0), "not None"),
    "nested too deep": (WIDE, {"values": [[ROW]]}, InputError, ("values", 0, 0), "numbers, not a list"),
    "nested arrays": (WIDE, {"values": np.zeros((2, 3, 1))}, InputError, ("values", 0, 0), "numbers, not a ndarray"),
    # Values: the numbers.
    "NaN": (WIDE, {"values": [ROW, [1, NAN, 3]]}, NotFinite, ("values", 1, 1), "finite; nan is not a finite number"),
    "infinity": (WIDE, {"values": [[1, 2, INFINITY]]}, NotFinite, ("values", 0, 2), "inf is not a finite"),
    "minus infinity": (NARROW, {"values": [1, -INFINITY]}, NotFinite, ("values", 1), "-inf is not a finite"),
    "1e39 in float32": (
        WIDE,
        {"values": [[1, 1e39, 3]]},
        NotFinite,
        ("values", 0, 1),
        "1e.39 is too large for float32",
    ),
    "a whole number too large for float32": (NARROW, {"values": [10**39]}, NotFinite, ("values", 0), "too large for"),
    "a whole number too large for any": (
        DOUBLE,
        {"values": [[1, 2, 10**400]]},
        NotFinite,
        ("values", 0, 2),
        "hundreds",
    ),
    "one with 5000 digits": (DOUBLE, {"values": [[1, 2, -(10**5000)]]}, NotFinite, ("values", 0, 2), "hundreds"),
    "one that rounds to infinity": (DOUBLE, {"values": [[1, 2, 2**1024 - 1]]}, NotFinite, ("values", 0, 2), "finite"),
    "true": (WIDE, {"values": [[1, True, 3]]}, InputError, ("values", 0, 1), "numbers, not True"),
    "true in a flat list": (NARROW, {"values": [1, False]}, InputError, ("values", 1), "numbers, not False"),
    "only true": (NARROW, {"values": [True, True]}, InputError, ("values", 0), "numbers, not True"),
    "NumPy true": (WIDE, {"values": [[1, 2, np.True_]]}, InputError, ("values", 0, 2), "numbers, not True"),
    "text in a row": (WIDE, {"values": [[1, "2", 3]]}, InputError, ("values", 0, 1), "numbers, not '2'"),
    "only texts": (NARROW, {"values": ["1", "2"]}, InputError, ("values", 0), "not '1'"),
    "None": (NARROW, {"values": [None]}, InputError, ("values", 0), "not None"),
    "complex": (WIDE, {"values": [[1, 2, 3j]]}, InputError, ("values", 0, 2), "numbers, not 3j"),
    "an object in a row": (WIDE, {"values": [[1, 2, Odd()]]}, InputError, ("values", 0, 2), "not a Odd"),
    "an object by name": (NARROW, {"values": [{}]}, InputError, ("values", 0), "not a dict"),
    # Arrays of types that hold no numbers.
    "bool array": (WIDE, {"values": np.ones((2, 3), bool)}, InputError, ("values", 0, 0), "numbers, not True"),
    "complex array": (WIDE, {"values": np.ones((2, 3), complex)}, InputError, ("values", 0, 0), r"not \(1\+0j\)"),
    "text array": (WIDE, {"values": np.full((2, 3), "1")}, InputError, ("values", 0, 0), "not '1'"),
    "date array": (WIDE, {"values": np.zeros((2, 3), "M8[s]")}, InputError, ("values", 0, 0), "numbers, not a"),
    "span array": (WIDE, {"values": np.zeros((2, 3), "m8[s]")}, InputError, ("values", 0, 0), "numbers, not a"),
    "structured array": (WIDE, {"values": np.zeros((2, 3), "f4,f4")}, InputError, ("values", 0, 0), "numbers, not a"),
    "object array": (WIDE, {"values": np.array([[1, 2, None]])}, InputError, ("values", 0, 2), "numbers, not None"),
    "bytes array": (NARROW, {"values": np.array([b"1"])}, InputError, ("values", 0), "numbers, not a bytes"),
    "large float64 array": (WIDE, {"values": np.full((1, 3), 1e300)}, NotFinite, ("values", 0, 0), "too large"),
    "infinite float16 array": (NARROW, {"values": np.full((2, 1), np.inf, "f2")}, NotFinite, ("values", 0, 0), "inf"),
    "long double array": (
        DOUBLE,
        {"values": np.array([ROW], np.longdouble) * np.longdouble("1e300") ** 2},
        NotFinite,
        ("values", 0, 0),
        "finite",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_what_does_not_fit_is_refused_in_a_sentence_with_its_place(name: str) -> None:
    network, given, kind, pointer, words = CASES[name]
    error = refused(network, given)
    assert type(error) is kind
    assert error.pointer == pointer
    assert error.args == (error.message,)
    with pytest.raises(kind, match=words):
        raise error
    assert len(error.message) < 200
    assert "\n" not in error.message


SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 9),
    st.integers(),
    st.floats(),
    st.text(max_size=3),
    st.binary(max_size=3),
    st.complex_numbers(),
    st.sampled_from(
        [
            np.float16(2),
            np.int8(3),
            np.bool_(1),
            np.str_("a"),
            10**400,
            np.datetime64("2001-01-01"),
            np.timedelta64(1, "s"),
        ]
    ),
)
ANYTHING = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=3).map(tuple)
        | st.lists(inner, max_size=3).map(deque)
        | st.dictionaries(st.integers(0, 2), inner, max_size=2)
        | st.sets(st.integers(0, 3), max_size=3)
    ),
    max_leaves=12,
)


@pytest.mark.parametrize("name", ["text", "tokens", "values"])
@pytest.mark.parametrize(
    "network", [WIDE, NARROW, LETTERS, LETTERS_WITH_UNKNOWN, IDS], ids=["wide", "narrow", "letters", "unknown", "ids"]
)
@settings(derandomize=True, deadline=None, max_examples=60, database=None)
@given(value=ANYTHING)
def test_anything_at_all_is_encoded_or_refused(network: Network, name: str, value: Any) -> None:
    """Never another exception, and never a warning."""
    try:
        steps = encode(network, **{name: value}).steps
    except CoreError as error:
        pointed = error.pointer[:1]
    else:
        assert steps == len(value)
        return
    assert pointed == (() if value is None else (name,))


GOOD_ROWS: dict[str, Any] = {
    "lists": [[1, 2.5, 3], [4, 5, 6]],
    "tuples": ((1, 2.5, 3), (4, 5, 6)),
    "rows that are arrays": [np.array([1, 2.5, 3]), np.array([4, 5, 6])],
    "NumPy numbers": [[np.float16(1), np.float64(2.5), np.int8(3)], [4, 5, 6]],
    "float16": np.array([[1, 2.5, 3], [4, 5, 6]], "f2"),
    "big-endian": np.array([[1, 2.5, 3], [4, 5, 6]], ">f8"),
    "transposed": np.array([[1, 4], [2.5, 5], [3, 6]]).T,
    "objects": np.array([[1, 2.5, 3], [4, 5, 6]], object),
    "long double": np.array([[1, 2.5, 3], [4, 5, 6]], np.longdouble),
}


@pytest.mark.parametrize("name", GOOD_ROWS)
def test_numbers_of_every_form_become_the_networks_precision(name: str) -> None:
    encoded = encode(WIDE, values=GOOD_ROWS[name])
    assert encoded.kind == "values"
    assert encoded.values is not None
    assert encoded.values.dtype == np.float32
    assert encoded.values.flags.c_contiguous
    np.testing.assert_array_equal(encoded.values, [[1, 2.5, 3], [4, 5, 6]])
    assert encoded.labels == ("1", "2")
    assert (encoded.tokens, encoded.unknown, encoded.notes) == (None, (), ())


@pytest.mark.parametrize("dtype", ["i1", "u1", "i4", "u8", "f2", "f8"])
def test_arrays_of_numbers_of_any_size_are_read(dtype: str) -> None:
    encoded = encode(NARROW, values=np.array([1, 2, 100], dtype))
    assert encoded.values is not None
    np.testing.assert_array_equal(encoded.values, [[1], [2], [100]])


@pytest.mark.parametrize("flat", [[0.5, -1, 1234567.0], (0.5, -1, 1234567.0), np.array([0.5, -1, 1234567.0])])
def test_one_number_a_step_may_come_as_a_flat_list(flat: Any) -> None:
    encoded = encode(NARROW, values=flat)
    assert encoded.values is not None
    np.testing.assert_array_equal(encoded.values, [[0.5], [-1], [1234567]])
    assert encoded.labels == ("0.5", "-1", "1.235e+06")
    np.testing.assert_array_equal(encode(NARROW, values=[[0.5], [-1], [1234567.0]]).values, encoded.values)


def test_what_is_encoded_does_not_share_memory_with_what_came() -> None:
    came = np.ones((2, 3), np.float32)
    encoded = encode(WIDE, values=came)
    came[:] = 9
    np.testing.assert_array_equal(encoded.values, 1)


def test_text_becomes_ids_with_a_label_for_each_step() -> None:
    assert_tokens(encode(LETTERS, text="cab é\n"), [2, 0, 1, 3, 4, 5], tuple("cab é\n"))


@pytest.mark.parametrize(("network", "stand_in"), [(LETTERS, -1), (LETTERS_WITH_UNKNOWN, LABELS.index("?"))])
def test_characters_outside_the_vocabulary_are_noted_and_read_as_unknown(network: Network, stand_in: int) -> None:
    encoded = encode(network, text="axb😀x")
    assert_tokens(encoded, [0, stand_in, 1, stand_in, stand_in], tuple("axb😀x"))
    assert encoded.unknown == (1, 3, 4)
    assert encoded.notes == ("3 characters are not in this network's vocabulary and read as unknown: 'x', '😀'",)
    assert encode(network, text="ax").notes == (
        "1 character is not in this network's vocabulary and read as unknown: 'x'",
    )
    assert encode(network, text="123456789").notes[0].endswith("'1', '2', '3', '4', '5', ...")
    assert len(trace(network, encoded).layers[0].quantities["hidden_state"]) == 5


def test_the_unknown_token_itself_is_known() -> None:
    encoded = encode(LETTERS_WITH_UNKNOWN, text="?")
    assert (encoded.unknown, encoded.notes) == ((), ())


@pytest.mark.parametrize("tokens", [[6, 0, 5], (6, 0, 5), np.array([6, 0, 5], "u1"), range(6, 3, -1), deque([6, 0, 5])])
def test_tokens_of_every_form_are_read(tokens: Any) -> None:
    ids = [int(token) for token in tokens]
    assert_tokens(encode(IDS, tokens=tokens), ids, tuple(map(str, ids)))
    assert_tokens(encode(LETTERS, tokens=tokens), ids, tuple(LABELS[token] for token in ids))


def assert_tokens(encoded: Encoded, ids: list[int], labels: tuple[str, ...]) -> None:
    assert encoded.kind == "tokens"
    assert encoded.values is None
    assert encoded.tokens is not None
    assert encoded.tokens.dtype == np.int64
    assert encoded.tokens.tolist() == ids
    assert encoded.labels == labels
    assert encoded.steps == len(ids)
