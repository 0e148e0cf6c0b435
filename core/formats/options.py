"""What the user says about a file that the file does not say, or says otherwise."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any

from ..activations import ACTIVATIONS as BY_NAME
from ..cells import CELLS
from ..errors import OptionError

UNSET: Any = type("Unset", (), {"__repr__": lambda _: "UNSET", "__bool__": lambda _: False})()
"""Not given. None is an answer of its own: ``"embedding": null`` means that there is none."""

CONVENTIONS = ("torch", "keras", "onnx", "flax", "gatescope")
"""Whose names and layouts can be read."""


@dataclass(frozen=True)
class Options:
    """Every field may be left out; what is given overrides what the file suggests.

    ``module``: which recurrent module, by name; a list of names stacks them in that order.
    ``cell``: "lstm", "gru" or "rnn": only such modules are looked at.
    ``convention``: whose names and layouts the tensors follow, one of `CONVENTIONS`.
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
            raise OptionError(f"options must be an object, not {_brief(value)}")
        for name, answer in value.items():
            if name not in RULES:
                raise OptionError(f"there is no option {_brief(name)}; options are {', '.join(RULES)}", (str(name),))
            wanted, fits = RULES[name]
            if not fits(answer):
                raise OptionError(f"the option {name} must be {wanted}, not {_brief(answer)}", (name,))
        return cls(**value)

    def given(self) -> dict[str, Any]:
        """The options that were given, by name."""
        return {entry.name: value for entry in fields(self) if (value := getattr(self, entry.name)) is not UNSET}


def _brief(value: Any) -> str:
    if value is None or value is True or value is False:
        return json.dumps(value)
    text = repr(value).encode("utf-8", "replace").decode()
    return text if len(text) <= 80 else text[:77] + "..."


def _text(value: Any) -> bool:
    return type(value) is str and value != ""


def _is_module(value: Any) -> bool:
    return _text(value) or (type(value) is list and value != [] and all(map(_text, value)))


def _is_order(value: Any) -> bool:
    return type(value) is str and "".join(sorted(value)) in ("fgio", "cfio", "nrz", "hrz")


def _one_of(*names: Any) -> tuple[str, Callable[[Any], bool]]:
    shown = ["null" if name is None else str(name) for name in names]
    return f"{', '.join(shown[:-1])} or {shown[-1]}", lambda value: any(
        value is name or (type(value) is str and value == name) for name in names
    )


ACTIVATIONS: tuple[str, ...] = tuple(BY_NAME)

_NAME = ("a name or null for none", lambda value: value is None or _text(value))

RULES: dict[str, tuple[str, Callable[[Any], bool]]] = {
    "module": ("a name or a list of names", _is_module),
    "cell": _one_of(*CELLS),
    "convention": _one_of(*CONVENTIONS),
    "gate_order": ("each of the letters i, f, g, o (LSTM) or r, z, n (GRU) once", _is_order),
    "reset_after": ("true or false", lambda value: type(value) is bool),
    "activation": _one_of(*ACTIVATIONS),
    "recurrent_activation": _one_of(*ACTIVATIONS),
    "embedding": _NAME,
    "readout": _NAME,
    "readout_kind": _one_of("softmax", "linear"),
    "predicts": _one_of("next_input", None),
    "unknown": ("a label or null for none", lambda value: value is None or type(value) is str),
}
"""What each option may be: in words, and as a test."""
