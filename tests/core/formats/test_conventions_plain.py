"""Arrays under names of nobody: whose layout they have is asked, then they are read by shapes and order."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from gatescope.core.errors import ChoiceNeeded, FormatError, OptionError
from gatescope.core.formats.importing import import_network

RNG = np.random.default_rng(0)


def columns(gates: int, width: int = 3, units: int = 5) -> list[np.ndarray[Any, Any]]:
    """Kernel, recurrent kernel and bias with the gates along the columns."""
    return [RNG.random((rows, gates * units)) for rows in (width, units)] + [RNG.random(gates * units)]


def cell(arrays: Mapping[str, Any], **options: Any) -> Any:
    network = import_network(arrays, options=options).network
    assert len(network.layers) == 1
    return network.layers[0].forward


def test_the_layout_is_asked() -> None:
    w, u, b = columns(4)
    with pytest.raises(ChoiceNeeded, match="'W', 'U', 'b'") as caught:
        import_network({"W": w, "U": u, "b": b})
    (choice,) = caught.value.choices
    assert choice.option == "convention"
    assert [value for value, _ in choice.values] == ["keras"]
    with pytest.raises(ChoiceNeeded) as caught:
        import_network({"W": w.T, "U": u.T})
    assert [value for value, _ in caught.value.choices[0].values] == ["torch"]


@pytest.mark.parametrize("names", [("W", "U", "b"), ("a", "b", "c")])
def test_columns_and_rows(names: tuple[str, ...]) -> None:
    w, u, b = columns(4)
    found = cell(dict(zip(names, (w, u, b), strict=True)), convention="keras")
    assert (found.kernel == w).all()
    assert (found.recurrent_kernel == u).all()
    assert (found.bias == b).all()
    turned = cell(dict(zip(names, (w.T, u.T, b), strict=True)), convention="torch")
    assert (turned.kernel == w).all()
    assert (turned.recurrent_kernel == u).all()
    assert (turned.bias == b).all()


def test_the_order_of_names_does_not_matter_where_shapes_tell() -> None:
    w, u, b = columns(4)
    found = cell({"U": u, "W": w, "b": b}, convention="keras")
    assert (found.kernel == w).all()
    assert (found.recurrent_kernel == u).all()


def test_an_order_of_gates_of_its_own() -> None:
    w, u, b = columns(4)
    found = cell({"W": w, "U": u, "b": b}, convention="keras", gate_order="fiog")
    f, i, o, g = np.split(w, 4, axis=1)
    assert (found.kernel == np.concatenate((i, f, g, o), axis=1)).all()


def test_both_biases_of_a_gru() -> None:
    w, u, _ = columns(3)
    biases = RNG.random((2, 15))
    found = cell({"W": w, "U": u, "b": biases}, convention="keras", gate_order="rzn")
    assert (found.bias == biases[0]).all()
    assert (found.recurrent_bias == biases[1]).all()
    assert found.reset_after
    assert not cell({"W": w, "U": u, "b": biases[0]}, convention="keras").reset_after


def test_layers_stand_one_upon_the_other() -> None:
    arrays = [*columns(4), *columns(3, 5, 2)]
    found = import_network({f"arr_{k}": one for k, one in enumerate(arrays)}, options={"convention": "keras"})
    assert [layer.forward.name for layer in found.network.layers if layer.forward] == ["lstm", "gru"]
    assert any("arr_5" in note for note in found.notes)


def test_one_gate_is_only_taken_for_a_layer_where_the_user_says_so() -> None:
    w, u, b = columns(1)
    with pytest.raises(FormatError, match="no recurrent layer"):
        import_network({"W": w, "U": u, "b": b})
    found = cell({"W": w, "U": u, "b": b}, convention="keras", cell="rnn")
    assert (found.recurrent_kernel == u).all()


def test_arrays_that_fit_nothing() -> None:
    w, u, _ = columns(4)
    with pytest.raises(OptionError, match="convention torch"):
        import_network({"W": w, "U": u}, options={"convention": "torch"})
    for arrays in ({"W": w}, {"a": np.ones(20), "b": np.ones(20)}, {"W": w, "x": np.ones((4, 20, 2))}):
        with pytest.raises(FormatError, match="no recurrent layer"):
            import_network(arrays)
