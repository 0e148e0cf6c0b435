"""What the user says about a file that the file does not say, or says otherwise."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from ..errors import OptionError

UNSET: Any = type("Unset", (), {"__repr__": lambda _: "UNSET", "__bool__": lambda _: False})()
"""Not given. None is an answer of its own: ``"embedding": null`` means that there is none."""


@dataclass(frozen=True)
class Options:
    """Every field may be left out; what is given overrides what the file suggests.

    ``module``: which recurrent module, by name; a list of names stacks them in that order.
    ``cell``: "lstm", "gru" or "rnn", where shapes or names leave it open.
    ``convention``: whose names and layouts the tensors follow: "torch", "keras", "onnx", "flax".
    ``gate_order``: the order of the gates in the file, as letters: "ifgo" (LSTM; c may stand for g), "rzn" (GRU; h may
    stand for n).
    ``reset_after``: a GRU's reset gate stands after the recurrent product (true) or before it (false).
    ``activation``, ``recurrent_activation``: names of `gatescope.core.activations.ACTIVATIONS`.
    ``embedding``, ``readout``: names of the tensors or layers to use, None for none.
    ``readout_kind``: "softmax" or "linear". ``predicts``: "next_input" or None.
    ``unknown``: the label of the vocabulary that stands for unknown tokens, None for none.
    """

    module: str | list[str] = UNSET
    cell: str = UNSET
    convention: str = UNSET
    gate_order: str = UNSET
    reset_after: bool = UNSET
    activation: str = UNSET
    recurrent_activation: str = UNSET
    embedding: str | None = UNSET
    readout: str | None = UNSET
    readout_kind: str = UNSET
    predicts: str | None = UNSET
    unknown: str | None = UNSET

    @classmethod
    def from_json(cls, value: Any) -> "Options":
        """Options from a parsed JSON object.

        Raises:
            OptionError: it is not an object, or has a field that is not an option or not of an option's type.
        """
        if not isinstance(value, Mapping):
            raise OptionError(f"options must be an object, not a {type(value).__name__}")
        names = [entry.name for entry in fields(cls)]
        for name in value:
            if name not in names:
                raise OptionError(
                    f"there is no option {str(name)[:64]!r}; options are {', '.join(names)}", (str(name),)
                )
        return cls(**value)

    def given(self) -> dict[str, Any]:
        """The options that were given, by name."""
        return {entry.name: value for entry in fields(self) if (value := getattr(self, entry.name)) is not UNSET}
