"""Importing as a whole: every kind of source, options and their effect, vocabularies, notes."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors.numpy

from gatescope.core import (
    ChoiceNeeded,
    FormatError,
    Network,
    OptionError,
    Options,
    UnknownFormat,
    Vocabulary,
    encode,
    import_network,
    load_network,
    trace,
)
from gatescope.core.formats import to_bytes

from .weights import linear, numbers, said, table, torch_module


def language_model() -> dict[str, Any]:
    return table("embedding", 4, 3) | torch_module() | linear("decoder", 4, 5)


def test_bytes_a_path_and_a_mapping_give_the_same_network(tmp_path: Path) -> None:
    source = torch_module(layers=2, both=True)
    file = tmp_path / "weights.safetensors"
    file.write_bytes(safetensors.numpy.save(source))
    np.savez(tmp_path / "weights.npz", allow_pickle=False, **source)
    digests = {
        import_network(source).network.digest,
        import_network(file).network.digest,
        import_network(str(file)).network.digest,
        import_network(file.read_bytes()).network.digest,
        import_network(tmp_path / "weights.npz").network.digest,
        load_network(file).digest,
    }
    assert len(digests) == 1
    with pytest.raises(OSError, match="missing"):
        import_network(tmp_path / "missing.safetensors")
    with pytest.raises(UnknownFormat):
        import_network(b"not a weight file")


class Tensor:
    """What a tensor of PyTorch offers to those who do not import it."""

    def __init__(self, array: Any, dtype: str = "torch.float64") -> None:
        self.array, self.dtype = array, dtype

    def detach(self) -> "Tensor":
        return self

    def cpu(self) -> "Tensor":
        return self

    def float(self) -> "Tensor":
        return Tensor(self.array.astype(np.float32))

    def numpy(self) -> Any:
        assert "bfloat16" not in self.dtype, "NumPy has no bfloat16"
        return self.array


class Module:
    """A module by its one method that counts."""

    def state_dict(self) -> dict[str, Tensor]:
        return {name: Tensor(array) for name, array in torch_module().items()}


def test_a_state_dict_of_tensors_is_handed_over_directly() -> None:
    plain = import_network(torch_module()).network
    assert import_network(Module().state_dict()).network.digest == plain.digest
    module: Any = Module()
    assert import_network(module).network.digest == plain.digest
    half = {name: Tensor(array, "torch.bfloat16") for name, array in torch_module().items()}
    assert import_network(half).network.dtype == np.float32


def test_the_readme_example_with_a_real_torch() -> None:
    """With PyTorch where it is installed, else with a stand-in that gives tensors the same way."""
    try:
        import torch
    except ImportError:
        module, inputs, expected = Module(), numbers(5, 7, 3), None
    else:
        module = torch.nn.LSTM(3, 5, dtype=torch.float64)
        inputs = numbers(5, 7, 3)
        with torch.no_grad():
            expected = module(torch.tensor(inputs))[0].numpy()
    network = load_network(module.state_dict())
    result = trace(network, encode(network, values=inputs))
    hidden = result.layers[0].quantities["hidden_state"]
    assert hidden.shape == (7, 5)
    if expected is not None:
        assert np.abs(hidden - expected).max() < 1e-12


def test_what_is_handed_over_may_change_afterwards() -> None:
    source = torch_module()
    network = import_network(source).network
    before = network.digest
    for array in source.values():
        array[:] = 0
    assert Network(network.layers).digest == before


def test_a_canonical_file_is_itself() -> None:
    network = import_network(language_model(), vocabulary=["a", "b", "c", "d"]).network
    again = import_network(to_bytes(network))
    assert again.network.digest == network.digest
    assert again.format == "gatescope"
    with pytest.raises(OptionError, match="the option gate_order has no effect on this file") as error:
        import_network(to_bytes(network), options={"gate_order": "iofc"})
    assert error.value.pointer == ("options", "gate_order")
    other = import_network(to_bytes(network), vocabulary=["w", "x", "y", "z"]).network
    assert other.vocabulary == Vocabulary(("w", "x", "y", "z"))


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"gates": "ifgo"}, "there is no option 'gates'; options are module, cell"),
        ({"cell": None}, "the option cell must be lstm, gru or rnn, not null"),
        ({"cell": "LSTM"}, "the option cell must be lstm, gru or rnn, not 'LSTM'"),
        ({"convention": "caffe"}, "torch, keras, onnx, flax or gatescope"),
        ({"gate_order": "ifg"}, "each of the letters"),
        ({"gate_order": "ifgg"}, "each of the letters"),
        ({"gate_order": ["i", "f", "g", "o"]}, "each of the letters"),
        ({"reset_after": 1}, "true or false, not 1"),
        ({"activation": "gelu"}, "the option activation must be"),
        ({"activation": ["tanh"]}, "the option activation must be"),
        ({"module": []}, "a name or a list of names"),
        ({"module": ["a", 2]}, "a name or a list of names"),
        ({"embedding": 3}, "a name or null"),
        ({"readout": ""}, "a name or null"),
        ({"readout_kind": True}, "softmax or linear"),
        ({"predicts": "previous"}, "next_input or null"),
        ({"unknown": 0}, "a label or null"),
    ],
)
def test_options_that_are_none_are_refused(options: dict[str, Any], words: str) -> None:
    with pytest.raises(OptionError, match=words) as error:
        import_network(torch_module(), options=options)
    assert error.value.pointer == ("options", next(iter(options)))
    with pytest.raises(OptionError, match=words):
        Options.from_json(options)


@pytest.mark.parametrize("value", [None, [], "ifgo", 3])
def test_options_must_be_an_object(value: Any) -> None:
    with pytest.raises(OptionError, match="options must be an object"):
        Options.from_json(value)


@pytest.mark.parametrize(
    "options", [{"reset_after": True}, {"readout_kind": "softmax"}, {"predicts": None}, {"unknown": "x"}]
)
def test_an_option_without_effect_is_said(options: dict[str, Any]) -> None:
    with pytest.raises(OptionError, match=f"the option {next(iter(options))} has no effect on this file") as error:
        import_network(torch_module(), options=options)
    assert error.value.pointer == ("options", *options)


def test_options_that_confirm_are_welcome() -> None:
    given = Options(module="rnn", cell="lstm", convention="torch", gate_order="ifco", embedding=None, readout=None)
    assert import_network(torch_module(), options=given).network.digest == import_network(torch_module()).network.digest


def test_a_vocabulary_in_any_form() -> None:
    source, labels = language_model(), ["a", "b", "<unk>", "d"]
    from_file = import_network(source, vocabulary=b'["a", "b", "<unk>", "d"]')
    assert from_file.network.vocabulary == Vocabulary(tuple(labels), 2)
    assert import_network(source, vocabulary=labels).network.vocabulary == Vocabulary(tuple(labels))
    own = Vocabulary(tuple(labels), 1)
    assert import_network(source, vocabulary=own).network.vocabulary == own
    told = import_network(source, vocabulary=labels, options={"unknown": "d"}).network.vocabulary
    assert told == Vocabulary(tuple(labels), 3)
    for given in (labels, own, b'["a", "b", "c", "d"]'):
        with pytest.raises(OptionError, match="unknown") as error:
            import_network(source, vocabulary=given, options={"unknown": "e"})
        assert error.value.pointer == ("options", "unknown")
    assert said(import_network(source), "no vocabulary", "ids")


def test_a_vocabulary_that_does_not_fit() -> None:
    with pytest.raises(FormatError, match="no embedding") as error:
        import_network(torch_module(), vocabulary=["a"])
    assert error.value.pointer == ("vocabulary",)
    for given in (["a"], b'["a"]', ["a", "a", "b", "c"], Vocabulary(("a",))):
        with pytest.raises(FormatError):
            import_network(language_model(), vocabulary=given)


def test_mixed_precisions_become_the_widest_that_is_used() -> None:
    source = torch_module(dtype="float32") | linear("fc", 2, 5)
    imported = import_network(source)
    assert imported.network.dtype == np.float64
    assert said(imported, "mixes precisions", "float64")
    beside = import_network(torch_module(dtype="float32") | {"buffer": numbers(1, 7)})
    assert beside.network.dtype == np.float32
    assert not said(beside, "mixes")


def test_tensors_that_safetensors_shares_are_found_again() -> None:
    shared = numbers(1, 9, 5)
    source = {"emb.weight": shared} | torch_module(width=5) | {"fc.bias": numbers(2, 9)}
    imported = import_network(safetensors.numpy.save(source, {"fc.weight": "emb.weight"}))
    assert said(imported, "'fc.weight' shares the numbers of 'emb.weight'")
    assert imported.network.embedding is not None
    assert imported.network.readout is not None
    assert np.array_equal(imported.network.readout.kernel, shared.T)


def test_a_file_without_a_recurrent_layer_says_what_it_holds() -> None:
    with pytest.raises(FormatError, match=r"no recurrent layer was found among the file's 2 tensors: 'fc\.weight'"):
        import_network(linear("fc", 2, 5))


def test_every_note_is_a_sentence() -> None:
    imported = import_network(language_model() | {"steps": np.array([3])})
    assert len(imported.notes) > 5
    for note in imported.notes:
        assert note[0] == note[0].upper()
        assert note.endswith(".")
    assert len(set(imported.notes)) == len(imported.notes)


def test_a_choice_speaks_json() -> None:
    with pytest.raises(ChoiceNeeded) as error:
        import_network(torch_module(prefix="a.") | torch_module(prefix="b."))
    assert error.value.choices[0].to_json() == {
        "option": "module",
        "values": [
            {"value": "a", "label": "a: LSTM, 1 layer, 3 -> 5"},
            {"value": "b", "label": "b: LSTM, 1 layer, 3 -> 5"},
        ],
        "chosen": None,
        "sentence": "the file holds 2 recurrent modules",
    }


def test_hostile_names_make_short_sentences() -> None:
    name = "x" * 900
    source = {f"{name}.{key}": array for key, array in torch_module(prefix="").items()}
    source |= {f"{name}\n{index}": numbers(index, 2) for index in range(50)}
    for note in import_network(source).notes:
        assert len(note) < 1000
        assert "\n" not in note


def test_who_wants_no_readout_may_have_said_before_what_it_means() -> None:
    state = {
        "rnn.weight_ih_l0": np.ones((16, 3), "f4"),
        "rnn.weight_hh_l0": np.ones((16, 4), "f4"),
        "fc.weight": np.ones((3, 4), "f4"),
    }
    options = {"readout_kind": "linear", "predicts": None}
    assert import_network(state, options=options).network.readout is not None
    assert import_network(state, options={**options, "readout": None}).network.readout is None
