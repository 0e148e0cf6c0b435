"""From a `Checkpoint` to recurrent modules in the canonical layout: one module a framework."""

from collections.abc import Callable, Iterable

from ...errors import ChoiceNeeded, FormatError, OptionError
from ..checkpoint import Checkpoint
from ..imported import Choice
from ..options import UNSET
from . import canonical, flax, keras, onnx, plain, torch
from .answers import Answers
from .found import Finding
from .words import listed

__all__ = ["CONVENTIONS", "find"]

CONVENTIONS: dict[str, Callable[[Checkpoint, Answers], Finding | None]] = {
    "gatescope": lambda checkpoint, _: canonical.find(checkpoint.tensors),
    "torch": lambda checkpoint, _: torch.find(checkpoint.tensors),
    "keras": keras.find,
    "onnx": onnx.find,
    "flax": lambda checkpoint, _: flax.find(checkpoint.tensors),
}
"""Each by its name as an option: what it finds in a file, None or no parts where it finds nothing."""


def find(checkpoint: Checkpoint, answers: Answers) -> Finding:
    """The recurrent modules of a file, by the convention that it follows or that the user names.

    Raises:
        ChoiceNeeded: the names follow more than one convention.
        OptionError: the convention that the user names does not fit.
        FormatError: no recurrent module was found, or one that is incomplete.
        Unsupported: what was found asks for something that is not computed here.
    """
    named = answers("convention")
    if named is not UNSET:
        finding = CONVENTIONS[named](checkpoint, answers)
        if finding is None or not finding.parts:
            finding = plain.find(checkpoint, named, answers)
        if finding is None:
            raise OptionError(
                f"no recurrent layer by the convention {named} is in this file", ("options", "convention")
            )
        return finding
    structure = checkpoint.structure or {}
    candidates: Iterable[str] = CONVENTIONS
    if "nodes" in structure:
        candidates = ("onnx",)
    elif structure.get("config"):
        candidates = ("keras",)
    elif any(map(canonical.NAME.fullmatch, checkpoint.tensors)):
        candidates = ("gatescope",)
    findings = {
        name: finding
        for name in candidates
        for convention in (CONVENTIONS[name],)
        if (finding := convention(checkpoint, answers)) is not None and finding.parts
    }
    if len(findings) > 1:
        sentence = f"the names in this file follow more than one convention: {', '.join(findings)}"
        values = tuple(
            (name, f"{name}: {listed(part.name for part in found.parts)}") for name, found in findings.items()
        )
        raise ChoiceNeeded(
            f"{sentence}; say which with the option convention",
            ("options", "convention"),
            (Choice("convention", values, None, sentence),),
        )
    if not findings:
        layouts = [name for name in plain.GATE_AXIS if plain.find(checkpoint, name, answers)]
        if layouts:
            sentence = "the names in this file follow no framework, but some shapes are those of a recurrent layer"
            raise ChoiceNeeded(
                f"{sentence}: {listed(checkpoint.tensors, 6)}; say how they lie with the option convention",
                ("options", "convention"),
                (Choice("convention", tuple((name, plain.WORDS[name]) for name in layouts), None, sentence),),
            )
        raise FormatError(
            f"no recurrent layer was found among the file's {len(checkpoint.tensors)} tensors: "
            f"{listed(checkpoint.tensors, 6)}"
        )
    return next(iter(findings.values()))
