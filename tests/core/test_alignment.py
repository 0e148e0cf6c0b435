"""Alignments: complete, in order, of least distance, and the same one every time."""

import numpy as np
import pytest

from gatescope.core import Alignment, Layer, Network, WrongKind, align, encode
from gatescope.core.alignment import by_edit, by_index, symbols, table_cells
from tests.core.networks import normal, random_cell, random_network

WORDS = [
    ("kitten", "sitting"),
    ("abcabba", "cbabac"),
    ("aab", "ab"),
    ("ab", "aab"),
    ("pbb", "b"),
    ("abc", "abc"),
    ("abc", "xyz"),
    ("a", "zzzza"),
    ("the cat sat on the mat", "the fat cat sat on a mat"),
]


def numbers(text: str) -> np.ndarray:
    return np.array([ord(letter) for letter in text], np.int64)


def slow_alignment(one: np.ndarray, other: np.ndarray) -> tuple[int, list[tuple[int | None, int | None]]]:
    """Wagner and Fischer's table entry by entry, from the ends, and the first of the best ways through it."""
    last, last_other = len(one), len(other)
    cost = [[0] * (last_other + 1) for _ in range(last + 1)]
    for i in range(last, -1, -1):
        for j in range(last_other, -1, -1):
            ways = []
            if i < last and j < last_other:
                ways.append(cost[i + 1][j + 1] + int(one[i] != other[j]))
            if i < last:
                ways.append(cost[i + 1][j] + 1)
            if j < last_other:
                ways.append(cost[i][j + 1] + 1)
            cost[i][j] = min(ways, default=0)
    pairs: list[tuple[int | None, int | None]] = []
    i = j = 0
    while i < last or j < last_other:
        if i < last and j < last_other and cost[i][j] == cost[i + 1][j + 1] + int(one[i] != other[j]):
            pairs.append((i, j))
            i, j = i + 1, j + 1
        elif i < last and cost[i][j] == cost[i + 1][j] + 1:
            pairs.append((i, None))
            i += 1
        else:
            pairs.append((None, j))
            j += 1
    return cost[0][0], pairs


def check_is_an_alignment(found: Alignment, one: np.ndarray, other: np.ndarray) -> None:
    """Both sequences are there, completely and in order, and the distance is that of the pairs."""
    assert [here for here, _ in found.pairs if here is not None] == list(range(len(one)))
    assert [there for _, there in found.pairs if there is not None] == list(range(len(other)))
    assert (None, None) not in found.pairs
    unlike = sum(here is None or there is None or one[here] != other[there] for here, there in found.pairs)
    assert found.distance == unlike
    here, there = found.rows
    assert [found.pairs[column] for column in found.matched] == list(zip(here.tolist(), there.tolist(), strict=True))
    assert len(here) == sum(None not in pair for pair in found.pairs) > 0


@pytest.mark.parametrize(("first", "second"), WORDS)
def test_words_are_aligned_as_the_textbook_does(first: str, second: str) -> None:
    one, other = numbers(first), numbers(second)
    found = by_edit(one, other)
    check_is_an_alignment(found, one, other)
    assert (found.distance, list(found.pairs)) == slow_alignment(one, other)


@pytest.mark.parametrize("letters", [2, 3, 20])
def test_random_sequences_are_aligned_as_the_textbook_does(letters: int) -> None:
    random = np.random.default_rng(letters)
    for _ in range(60):
        one, other = (random.integers(0, letters, random.integers(1, 25)) for _ in range(2))
        found = by_edit(one, other)
        check_is_an_alignment(found, one, other)
        assert (found.distance, list(found.pairs)) == slow_alignment(one, other)
        turned = by_edit(other, one)
        assert turned.distance == found.distance <= by_index(one, other).distance


def test_what_two_sequences_begin_with_is_paired_and_costs_nothing() -> None:
    random = np.random.default_rng(0)
    for _ in range(40):
        shared = random.integers(0, 3, random.integers(1, 20))
        one, other = (np.concatenate([shared, random.integers(0, 3, random.integers(0, 9))]) for _ in range(2))
        assert by_edit(one, other).pairs[: len(shared)] == tuple((step, step) for step in range(len(shared)))
        assert table_cells(one, other) <= (len(one) - len(shared) + 1) * (len(other) - len(shared) + 1)
    same = np.arange(1_000_000)
    assert table_cells(same, same) == 1
    assert by_edit(same[:5000], same[:5000]).distance == 0


def test_by_index_the_longer_one_stands_alone_at_the_end() -> None:
    one, other = numbers("abcd"), numbers("abx")
    found = by_index(one, other)
    check_is_an_alignment(found, one, other)
    assert found.pairs == ((0, 0), (1, 1), (2, 2), (3, None))
    assert found.distance == 2
    assert by_index(other, one).pairs == ((0, 0), (1, 1), (2, 2), (None, 3))


def test_a_long_alignment_is_right_too() -> None:
    """Two thousand steps, of which a known few were changed: no alignment can need more."""
    random = np.random.default_rng(1)
    one = random.integers(0, 50, 2000)
    other = np.delete(one, [100, 900, 901])
    other = np.insert(other, 1500, [7, 7])
    other[1700] += 50
    found = by_edit(one, other)
    check_is_an_alignment(found, one, other)
    assert found.distance <= 6


def test_tokens_are_alike_by_their_text_in_other_vocabularies_too() -> None:
    network = random_network("lstm", tokens=True)
    labels = network.vocabulary.labels if network.vocabulary else ()
    one, other = (encode(network, tokens=tokens) for tokens in ([0, 1, 2, 3], [0, 2, 3]))
    assert one.labels == (labels[0], labels[1], labels[2], labels[3])
    assert align(one, other, "edit").pairs == ((0, 0), (1, None), (2, 1), (3, 2))
    assert align(one, other, "index").distance == 3


def test_rows_of_numbers_are_alike_when_all_their_numbers_are() -> None:
    fine, coarse = (random_network("gru", dtype=dtype) for dtype in ("float64", "float32"))
    rows = normal(6, 3, seed=1)
    shorter = np.delete(rows, 2, axis=0)
    one, other = encode(fine, values=rows), encode(coarse, values=shorter)
    assert align(one, other, "edit").pairs == ((0, 0), (1, 1), (2, None), (3, 2), (4, 3), (5, 4))
    first, second = symbols(encode(fine, values=rows), encode(fine, values=-rows))
    assert not set(first) & set(second)
    zero, minus = symbols(encode(fine, values=[[0.0] * 3]), encode(fine, values=[[-0.0] * 3]))
    assert zero[0] == minus[0]


def test_rows_of_other_widths_are_never_alike() -> None:
    one, other = (Network((Layer(random_cell("rnn", width)),)) for width in (3, 2))
    found = align(encode(one, values=normal(4, 3, seed=1)), encode(other, values=normal(5, 2, seed=1)), "edit")
    assert found.distance == 5


def test_text_is_not_aligned_with_numbers() -> None:
    text, values = random_network("lstm", tokens=True), random_network("lstm")
    with pytest.raises(WrongKind, match="of one kind to be aligned: tokens, not values"):
        align(encode(text, tokens=[0]), encode(values, values=normal(1, 3, seed=0)), "index")
