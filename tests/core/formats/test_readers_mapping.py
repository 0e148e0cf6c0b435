"""Mappings as notebooks hold them."""

import json
from typing import Any

import numpy as np
import pytest

from gatescope.core.errors import FileTooLarge, FormatError
from gatescope.core.formats.limits import Limits
from gatescope.core.formats.readers import read_mapping


class Tensor:
    """A tensor as PyTorch's behave, as far as they are asked here."""

    def __init__(self, values: Any, dtype: str = "torch.float32") -> None:
        self.values, self.dtype = np.asarray(values, "float32"), dtype

    def detach(self) -> "Tensor":
        return self

    def cpu(self) -> "Tensor":
        return self

    def float(self) -> "Tensor":
        return Tensor(self.values)

    def numpy(self) -> Any:
        if self.dtype == "torch.bfloat16":
            raise TypeError("Got unsupported ScalarType BFloat16")
        return self.values

    def __array__(self, *_: Any, **__: Any) -> Any:
        raise RuntimeError("Can't call numpy() on Tensor that requires grad.")


def test_nested_mappings_are_flattened() -> None:
    found = read_mapping({"params": {"cell": {"kernel": np.ones((2, 3))}, "layers": {0: [1.0, 2.0]}}})
    assert found.format == "mapping"
    assert {name: array.shape for name, array in found.tensors.items()} == {
        "params.cell.kernel": (2, 3),
        "params.layers.0": (2,),
    }


def test_tensors_with_gradients_and_bfloat16_are_taken() -> None:
    found = read_mapping({"a": Tensor([1, 2]), "b": Tensor([3], "torch.bfloat16")})
    assert [array.tolist() for array in found.tensors.values()] == [[1, 2], [3]]


def test_bfloat16_of_another_package_is_widened() -> None:
    ml_dtypes = pytest.importorskip("ml_dtypes")
    found = read_mapping({"a": np.array([1.5, -2], ml_dtypes.bfloat16), "h": np.array([0.5], "float16")})
    assert found.tensors["a"].dtype == found.tensors["h"].dtype == np.float32
    assert found.tensors["a"].tolist() == [1.5, -2]


def test_later_changes_of_an_array_change_nothing() -> None:
    array = np.ones(3)
    found = read_mapping({"a": array})
    array[0] = 5
    assert found.tensors["a"].tolist() == [1, 1, 1]
    assert not found.tensors["a"].flags.writeable


def test_integers_are_left_out_and_named() -> None:
    found = read_mapping({"a": np.ones(2), "steps": np.ones(2, int)})
    assert list(found.tensors) == ["a"]
    assert "steps (int64)" in found.notes[0]


@pytest.mark.parametrize(
    ("mapping", "words"),
    [
        ({}, "no floating-point tensors"),
        ({"n": np.ones(2, int)}, "no floating-point tensors.*n "),
        ({("a", "b"): np.ones(2)}, "names of tensors must be text"),
        ({"a": [[1.0], [1.0, 2.0]]}, "a must be an array"),
        ({"a": np.array([np.nan])}, "finite numbers, but a holds"),
        ({"a": {"b": np.ones(1)}, "a.b": np.ones(1)}, "twice"),
        ({"\ud800": np.ones(1)}, "valid Unicode"),
    ],
)
def test_what_is_no_network_is_refused(mapping: Any, words: str) -> None:
    with pytest.raises(FormatError, match=words) as caught:
        read_mapping(mapping)
    assert json.dumps(caught.value.message).encode()


def test_a_mapping_that_holds_itself_ends() -> None:
    mapping: dict[str, Any] = {}
    mapping["a"] = mapping
    with pytest.raises(FormatError, match="levels deep"):
        read_mapping(mapping)


def test_limits_hold_for_mappings() -> None:
    with pytest.raises(FileTooLarge, match="declares more: a is"):
        read_mapping({"a": np.ones(100)}, Limits(max_tensor_bytes=100))
