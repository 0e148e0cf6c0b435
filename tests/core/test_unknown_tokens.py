"""Token ids that stand for what a network does not know: what a text is encoded as can be handed in again."""

import numpy as np
import pytest

from gatescope.core import TokenOutOfRange, align, encode, trace
from gatescope.core.encoding import UNKNOWN_LABEL
from tests.core.networks import LABELS, random_network

LETTERS = random_network(tokens=True)
LETTERS_WITH_UNKNOWN = random_network(tokens=True, unknown=LABELS.index("?"))


def test_what_was_unknown_in_a_text_is_so_among_its_tokens() -> None:
    read = encode(LETTERS, text="axb")
    assert read.tokens is not None
    again = encode(LETTERS, tokens=read.tokens)
    assert (again.labels, again.unknown) == (("a", UNKNOWN_LABEL, "b"), read.unknown)
    one, other = (trace(LETTERS, encoded).layers[0].quantities["hidden_state"] for encoded in (read, again))
    np.testing.assert_array_equal(one, other)


def test_below_it_and_where_a_token_stands_for_it_ids_are_refused() -> None:
    with pytest.raises(TokenOutOfRange, match="0 to 6, or -1 for an unknown one, for this network, not -2") as raised:
        encode(LETTERS, tokens=[-1, -2])
    assert raised.value.pointer == ("tokens", 1)
    with pytest.raises(TokenOutOfRange, match="must be in 0 to 6 for this network, not -1"):
        encode(LETTERS_WITH_UNKNOWN, tokens=[-1])


def test_where_the_text_of_an_unknown_one_is_not_known_all_of_them_are_alike() -> None:
    text, ids = encode(LETTERS, text="axby"), encode(LETTERS, tokens=[0, -1, 2, -1])
    assert [align(text, ids, method).distance for method in ("index", "edit")] == [1, 1]
    assert align(text, encode(LETTERS, text="axbz"), "index").distance == 1
