"""Lines to paste into one's own program that write a reference file: here only, for the page and the README to show."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Snippet:
    """``code`` runs as it stands where ``names``, each described, are the user's own; it writes `reference.npz`."""

    framework: str
    names: dict[str, str]
    code: str

    def to_json(self) -> dict[str, object]:
        """As the API sends it."""
        return {"framework": self.framework, "names": self.names, "code": self.code}


SNIPPETS: dict[str, Snippet] = {
    "torch": Snippet(
        "PyTorch",
        {
            "rnn": "the torch.nn.LSTM, GRU or RNN",
            "x": "one sequence that it reads, (T, D)",
            "given": "what the whole network reads: x itself, or the (T,) token ids where an embedding makes x of them",
        },
        """\
import numpy, torch

with torch.no_grad():
    state, arrays = None, {"input": given, "output": rnn.eval()(x)[0]}
    states = [] if rnn.bidirectional else [state := rnn(row[None], state)[1] for row in x]
for name, rows in zip(("hidden_state", "cell_state"), zip(*(s if type(s) is tuple else (s,) for s in states))):
    arrays[name] = torch.stack(rows)
numpy.savez("reference.npz", **{name: array.detach().cpu() for name, array in arrays.items()})
""",
    ),
    "keras": Snippet(
        "Keras 3",
        {
            "model": "the keras.Model",
            "x": "one sequence that it reads, (1, T, D) numbers or (1, T) token ids",
        },
        """\
import keras, numpy

layers = [one for one in model.layers if isinstance(one, (keras.layers.RNN, keras.layers.Bidirectional))]
outputs = keras.Model(model.inputs, {f"output.{k}": one.output for k, one in enumerate(layers)})([x], training=False)
arrays = {name: keras.ops.convert_to_numpy(array) for name, array in {"input": x, **outputs}.items()}
numpy.savez("reference.npz", **arrays)
""",
    ),
}
