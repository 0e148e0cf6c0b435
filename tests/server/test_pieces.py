import json

import numpy as np
import pytest

from gatescope.server import pieces
from gatescope.server.schemas import Encoding
from tests.server.support import decode


def joined(content: pieces.Pieces) -> object:
    return json.loads(b"".join(content))


def test_objects_and_lists_nest() -> None:
    inner = pieces.members({"a": pieces.value('quote " and é'), "b": pieces.items([])})
    assert joined(pieces.items([inner, pieces.members({}), pieces.value(None)])) == [
        {"a": 'quote " and é', "b": []},
        {},
        None,
    ]


@pytest.mark.parametrize("dtype", ["<f4", ">f4", "<f8", ">f8"])
@pytest.mark.parametrize("encoding", ["list", "base64"])
def test_arrays_give_back_the_same_floats(encoding: Encoding, dtype: str) -> None:
    rng = np.random.default_rng(1)
    exponents = rng.uniform(-37, 37, (50, 7))
    array = (rng.choice([-1, 1], (50, 7)) * 10**exponents).astype(dtype)
    array[0] = [0, -0.0, np.finfo(dtype).max, np.finfo(dtype).tiny, np.finfo(dtype).smallest_subnormal, 1 / 3, 0.1]
    received = decode(joined(pieces.array(array, encoding)))
    assert np.array_equal(received.astype(array.dtype), array)
    assert np.array_equal(np.signbit(received), np.signbit(array))


def test_a_view_is_sent_in_its_own_order() -> None:
    array = np.arange(24, dtype=np.float32).reshape(4, 6)[::-1, ::2].T
    assert np.array_equal(decode(joined(pieces.array(array, "base64"))), array)
