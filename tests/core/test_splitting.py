"""Text as tokens of more than one character: each form of vocabulary by its own rule, and nothing of the text lost."""

import pickle
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gatescope.core import Embedding, EmptySequence, Layer, Network, Vocabulary, encode
from gatescope.core.encoding import HOW_IT_WAS_SPLIT
from gatescope.core.splitting import LongestMatch, Splitter
from tests.core.networks import normal, random_cell

FORMS: dict[str, tuple[str, ...]] = {
    "characters and specials": ("<unk>", "<eos>", "a", "b", " "),
    "words": ("<unk>", "the", "cat", "sat", ".", "don't", "u.s.", "café", "你好", "世界"),
    "words of two": ("<unk>", "the", "cat", "New York", "sat"),
    "words and line breaks": ("the", "cat", "sat", "\n", "<unk>"),
    "WordPiece": ("[UNK]", "[CLS]", "token", "##iza", "##tion", "##s", "the", ",", "t"),
    "continued": ("<unk>", "tok@@", "en@@", "iz@@", "er", "the", ".", "s"),
    "ended": ("<unk>", "low", "er</w>", "low</w>", "n", "e", "w</w>", "</w>"),
    "marked spaces": ("<unk>", "▁the", "▁c", "at", "▁", "s", "T"),
    "spaces inside": ("<unk>", "the", " cat", " sat", " ", "ca", "<0xE2>"),
    "short pieces": ("C", "Cl", "Br", "(", ")", "[nH]", "c", "=O"),
}

CASES: dict[str, tuple[str, str, list[str | None]]] = {
    "characters": ("characters and specials", "ab a", ["a", "b", " ", "a"]),
    "characters keep case": ("characters and specials", "aB<", ["a", None, None]),
    "special among characters": ("characters and specials", "a<eos>b", ["a", "<eos>", "b"]),
    "words": ("words", "the cat sat.", ["the", "cat", "sat", "."]),
    "words in lower case": ("words", "The CAT\tsat", ["the", "cat", "sat"]),
    "signs within words": ("words", "don't U.S. cat", ["don't", "u.s.", "cat"]),
    "words are whole": ("words", "cats the_ cat", [None, None, "cat"]),
    "unknown word": ("words", "the dog!", ["the", None, None]),
    "special among words": ("words", "the <unk> cat<unk>", ["the", "<unk>", "cat", "<unk>"]),
    "no spaces between words": ("words", "你好世界你", ["你好", "世界", None]),
    "accents": ("words", "café cafe", ["café", None]),
    "a token of two words": ("words of two", "the cat in New York", ["the", "cat", None, "New York"]),
    "line breaks that are tokens": ("words and line breaks", "the cat\nsat\n", ["the", "cat", "\n", "sat", "\n"]),
    "WordPiece": ("WordPiece", "Tokenization, the tokens", ["token", "##iza", "##tion", ",", "the", "token", "##s"]),
    "WordPiece unknown": ("WordPiece", "tokenizer the", [None, "the"]),
    "WordPiece special": ("WordPiece", "[CLS] the", ["[CLS]", "the"]),
    "continued": ("continued", "tokenizer the.", ["tok@@", "en@@", "iz@@", "er", "the", "."]),
    "continued unknown": ("continued", "tok the", [None, "the"]),
    "ended": ("ended", "lower low new", ["low", "er</w>", "low</w>", "n", "e", "w</w>"]),
    "ended unknown": ("ended", "lox low", [None, "low</w>"]),
    "marked spaces": ("marked spaces", "the cats", ["▁the", "▁c", "at", "s"]),
    "marked spaces unknown": ("marked spaces", "the  xat", ["▁the", "▁", None, "at"]),
    "spaces inside": ("spaces inside", "the cat  sat", ["the", " cat", " ", " sat"]),
    "spaces inside unknown": ("spaces inside", "the\ncax", ["the", "ca", None]),
    "short pieces": ("short pieces", "CCl(Br)[nH]x=O", ["C", "Cl", "(", "Br", ")", "[nH]", None, "=O"]),
}


@pytest.mark.parametrize("name", CASES)
def test_each_form_of_vocabulary_has_its_rule(name: str) -> None:
    form, text, expected = CASES[name]
    splitter = Splitter(FORMS[form])
    assert not splitter.by_character
    assert [found for _, found in splitter.split(text)[0]] == expected
    again = pickle.loads(pickle.dumps(splitter))  # noqa: S301  # our own
    assert again.split(text) == splitter.split(text)


@pytest.mark.parametrize("form", FORMS)
@settings(derandomize=True, deadline=None, max_examples=150, database=None)
@given(data=st.data())
def test_any_text_is_split_into_tokens_and_unknown_pieces(form: str, data: st.DataObject) -> None:
    """Tokens are of the vocabulary, no unknown piece is one or empty, and only white space and marks can vanish."""
    labels = FORMS[form]
    some = st.sampled_from([*labels, "#", "@@", "</w>", "▁", "<", "[", "İ", "x", "\n", "\x1c"])
    text = "".join(data.draw(st.lists(some | st.text(max_size=3), max_size=12)))
    pieces, _ = Splitter(labels).split(text)
    assert all(found is None or found in labels for _, found in pieces)
    assert all(piece for piece, _ in pieces)
    written = "".join(piece for piece, _ in pieces)
    for mark in ("##", "@@", "</w>", "▁"):
        written, text = written.replace(mark, ""), text.replace(mark, "")
    drop = "".join
    assert drop(written.split()).lower().replace("#", "") == drop(text.split()).lower().replace("#", "")


@settings(derandomize=True, deadline=None, max_examples=200, database=None)
@given(texts=st.lists(st.text("ab", max_size=5)), text=st.text("abc", min_size=1, max_size=12))
def test_the_longest_match_is_the_longest_of_all(texts: list[str], text: str) -> None:
    match = LongestMatch(texts)
    for start in range(len(text)):
        fitting = sorted({one for one in texts if one and text.startswith(one, start)}, key=len, reverse=True)
        assert list(match.at(text, start)) == fitting
    assert all(one < other for one, other in pairwise(match.texts))


def test_work_grows_with_the_text_and_not_with_its_square() -> None:
    """Every token is the beginning of the next one, and the text all but fits the longest."""
    splitter = Splitter([*("a" * count for count in range(1, 257)), " b"])
    pieces, _ = splitter.split("a" * 255 + "c" + "a" * 100_000)
    assert len(pieces) == 2 + -(-100_000 // 256)
    assert len(Splitter(("one", "two")).split("x" * 200_000)[0]) == 1
    assert len(Splitter(("tok@@", "en", "ization")).split("tok" * 50_000)[0]) == 1


def words(unknown: int | None = None) -> Network:
    labels = FORMS["words"]
    return Network((Layer(random_cell()),), Embedding(normal(len(labels), 3)), vocabulary=Vocabulary(labels, unknown))


def test_words_become_ids_with_what_was_done_said() -> None:
    encoded = encode(words(), text="The dog sat. Dog!")
    assert encoded.tokens is not None
    assert encoded.tokens.tolist() == [1, -1, 3, 4, -1, -1]
    assert encoded.labels == ("the", "dog", "sat", ".", "dog", "!")
    assert encoded.unknown == (1, 4, 5)
    assert encoded.notes == (
        HOW_IT_WAS_SPLIT,
        "the text was read in lower case, as every token of the vocabulary is",
        "3 pieces are not in this network's vocabulary and read as unknown: 'dog', '!'",
    )
    with_unknown = encode(words(0), text="the dog").tokens
    assert with_unknown is not None
    assert with_unknown.tolist() == [1, 0]


def test_words_that_white_space_parts_need_no_word_about_it() -> None:
    assert encode(words(), text="the sat\n.").notes == ()
    assert encode(words(), text="the sat.").notes == (HOW_IT_WAS_SPLIT,)


def test_an_unknown_word_without_an_end_is_shown_in_short() -> None:
    (label,) = encode(words(), text="x" * 100_000).labels
    assert label == "x" * 255 + "…"


def test_text_of_white_space_has_no_words() -> None:
    with pytest.raises(EmptySequence, match="only white space") as raised:
        encode(words(), text=" \n ")
    assert raised.value.pointer == ("text",)
