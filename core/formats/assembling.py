"""Which module, which embedding, which readout: what a convention found becomes one network."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np

from ..errors import ChoiceNeeded, CoreError, FormatError, OptionError, ParameterError
from ..network import Embedding, Network, Readout
from .checkpoint import Checkpoint
from .conventions import find
from .conventions.answers import Answers
from .conventions.found import Around, Finding, Linear, Part, Table
from .conventions.weights import Weights
from .conventions.words import CELL_WORDS, joined, listed, shown
from .imported import Choice, Imported
from .options import UNSET

OF_THE_WEIGHTS = ("gate_order", "reset_after", "activation", "recurrent_activation")
"""Options that say how the weights are to be read."""
MISUNDERSTOOD = (TypeError, KeyError, AttributeError, IndexError, ValueError, OverflowError, RecursionError)
"""What reading a description that is not of the expected form ends in."""
MOST_VALUES = 64
"""Modules or layers that a choice lists."""


@dataclass
class _Said:
    """Sentences and choices as they gather."""

    notes: list[str] = field(default_factory=list)
    choices: list[Choice] = field(default_factory=list)


def assemble(checkpoint: Checkpoint, answers: Answers) -> Imported:
    """The network that a file holds.

    Raises:
        ChoiceNeeded, OptionError, Unsupported, FormatError: as `importing.import_network` says.
    """
    try:
        return _assemble(checkpoint, answers)
    except CoreError:
        raise
    except MISUNDERSTOOD as error:
        if checkpoint.structure is None:
            raise
        # A description can be of any form whatever; what no check has named is caught here.
        raise FormatError(
            f"the file's own description of its layers is not of the form that was expected ({type(error).__name__})"
        ) from error


def _assemble(checkpoint: Checkpoint, answers: Answers) -> Imported:
    finding = find(checkpoint, answers)
    said = _Said()
    parts = _choose(finding, answers, said)
    around = finding.around(parts)
    table = _table(around, parts[0], answers, said)
    linear = _linear(around, parts[-1], answers, said)
    needed = [name for part in parts for name in part.tensors]
    needed += [table.tensor] if table else []
    needed += [name for name in (linear.tensor, linear.bias) if name] if linear else []
    weights = Weights(finding.tensors or checkpoint.tensors, needed)
    founds = [part.build(answers, weights) for part in parts]
    for found in founds:
        said.notes += found.notes
        said.choices += found.assumptions
    layers = tuple(layer for found in founds for layer in found.layers)
    can_step = all(layer.backward is None for layer in layers)
    try:
        network = Network(
            layers,
            _embedding(table, weights),
            _readout(linear, table, can_step, parts[0].input_size, answers, weights, said),
        )
    except ParameterError as error:
        raise FormatError(f"the parts of this file do not fit together: {error.message}") from None
    if weights.mixed:
        said.notes.append(f"the file mixes precisions; all is computed in {weights.dtype}, the widest of them")
    if told := [f"{name} {value!r}" for name, value in answers.given().items() if name in OF_THE_WEIGHTS]:
        said.notes.append(f"as the options say: {', '.join(told)}")
    rest = [name for name in checkpoint.tensors if name not in weights.taken]
    if rest and finding.lists_leftovers:
        verb = "is" if len(rest) == 1 else "are"
        said.notes.append(f"{listed(rest)} {verb} not part of the network")
    names = tuple(f"found {shown(part.name)}: {part.description}" for part in parts)
    notes = (*checkpoint.notes, *names, finding.reads, *said.notes, *finding.notes, *around.notes)
    choices = {choice.option: choice for choice in reversed(said.choices)}
    return Imported(network, checkpoint.format, notes, tuple(reversed(choices.values())))


def _choose(finding: Finding, answers: Answers, said: _Said) -> list[Part]:
    parts = list(finding.parts)
    cell = answers("cell")
    if cell is not UNSET:
        parts = [part for part in parts if part.cell == cell]
        if not parts:
            there = joined(sorted({CELL_WORDS[part.cell] for part in finding.parts}))
            raise OptionError(f"no {CELL_WORDS[cell]} is in this file, only {there}", ("options", "cell"))
    given = answers("module")
    if given is UNSET and len(parts) == 1:
        return parts
    if given is UNSET and finding.stack and len(parts) == len(finding.parts):
        given = list(finding.stack)
        said.notes.append(f"going by their sizes, the layers stand one upon the other: {', '.join(given)}")
    choice = _choice_of_module(parts, given)
    if given is UNSET:
        raise ChoiceNeeded(
            f"the file holds {len(parts)} recurrent modules, {listed((part.name for part in parts), 8)}; "
            "say which with the option module",
            ("options", "module"),
            (choice,),
        )
    by_name = {part.name: part for part in parts}
    chosen = []
    for name in [given] if isinstance(given, str) else given:
        if name not in by_name:
            raise OptionError(
                f"the module must be one of {listed(by_name, 8)}, not {shown(name)}", ("options", "module")
            )
        chosen.append(by_name[name])
    for below, above in pairwise(chosen):
        if above.input_size != below.output_size:
            raise OptionError(
                f"{shown(above.name)} reads {above.input_size} numbers and cannot stand upon {shown(below.name)}, "
                f"which gives {below.output_size}",
                ("options", "module"),
            )
    if len(parts) > 1:
        said.choices.append(choice)
    return chosen


def _choice_of_module(parts: Sequence[Part], chosen: Any) -> Choice:
    values: list[tuple[Any, str]] = [(part.name, f"{part.name}: {part.description}") for part in parts[:MOST_VALUES]]
    chains = all(
        above.input_size == below.output_size for below, above in pairwise(parts)
    )  # fmt: skip
    if chains and 1 < len(parts) <= MOST_VALUES:
        names = [part.name for part in parts]
        values.append((names, f"one upon the other: {', '.join(names)}"))
    if isinstance(chosen, list) and all(chosen != value for value, _ in values):
        values.append((chosen, f"one upon the other: {', '.join(chosen)}"))
    return Choice(
        "module", tuple(values), None if chosen is UNSET else chosen, f"the file holds {len(parts)} recurrent modules"
    )


def _table(around: Around, part: Part, answers: Answers, said: _Said) -> Table | None:
    if not around.tables and not answers.gives("embedding"):
        return None
    given = answers("embedding")
    table = around.table if given is UNSET else _named("embedding", given, around.tables, part)
    if around.tables:
        values = [(one.name, f"{one.name}, {one.shape[0]} tokens") for one in around.tables[:MOST_VALUES]]
        none = (None, f"none: rows of {part.input_size} numbers come in")
        sentence = "by its shape, this table may turn tokens into the network's input"
        said.choices.append(Choice("embedding", (*values, none), table and table.name, sentence))
    if table is None:
        said.notes.append(f"no embedding: the network reads rows of {part.input_size} numbers")
    else:
        tokens, width = table.shape
        said.notes.append(f"embedding {shown(table.name)}: {tokens} tokens, {width} numbers each")
        if table.padding is not None:
            said.notes.append(f"token {table.padding} is padding, which the framework leaves out")
        others = [one.name for one in around.tables if one != table]
        if others and given is UNSET:
            said.notes.append(f"by its shape the embedding could also be {listed(others)}")
    return table


def _linear(around: Around, part: Part, answers: Answers, said: _Said) -> Linear | None:
    if not around.linears and not answers.gives("readout"):
        return None
    given = answers("readout")
    linear = around.linear if given is UNSET else _named("readout", given, around.linears, part)
    values = [(one.name, f"{one.name}, {one.inputs} -> {one.outputs}") for one in around.linears[:MOST_VALUES]]
    if values:
        sentence = "by its shape, this layer may read the recurrent module's output"
        said.choices.append(Choice("readout", (*values, (None, "none")), linear and linear.name, sentence))
    if linear is not None:
        biases = "" if linear.bias else ", without bias"
        said.notes.append(f"readout {shown(linear.name)}: {linear.inputs} -> {linear.outputs}{biases}")
        others = [one.name for one in around.linears if one != linear]
        if others and given is UNSET:
            said.notes.append(f"by its shape the readout could also be {listed(others)}")
    return linear


def _named(option: str, given: str | None, candidates: Sequence[Any], part: Part) -> Any:
    """The candidate with this name, of the layer or of the tensor."""
    if given is None:
        return None
    for one in candidates:
        if given in (one.name, one.tensor):
            return one
    size = part.input_size if option == "embedding" else part.output_size
    wanted = f"rows of {size} numbers" if option == "embedding" else f"{size} inputs"
    fits = f"; {listed(one.name for one in candidates)} would fit" if candidates else ", and none is in this file"
    raise OptionError(f"the {option} must have {wanted}, which {shown(given)} has not{fits}", ("options", option))


def _embedding(table: Table | None, weights: Weights) -> Embedding | None:
    if table is None:
        return None
    more = {} if table.padding is None else {"padding": table.padding}
    return Embedding(weights(table.tensor), **more)


def _readout(
    linear: Linear | None, table: Table | None, can_step: bool, inputs: int, answers: Answers, weights: Weights,
    said: _Said,
) -> Readout | None:  # fmt: skip
    if linear is None:
        if answers("readout") is None:  # who wants none has perhaps said before what it means
            answers("readout_kind")
            answers("predicts")
        return None
    kernel = weights(linear.tensor)
    bias = weights(linear.bias) if linear.bias else np.zeros(linear.outputs, weights.dtype)
    same = linear.outputs == (table.shape[0] if table else inputs)
    kind = linear.kind or ("softmax" if table and same else "linear")
    if linear.kind is None:
        sentence = "the file does not say whether the readout's numbers go through a softmax"
        values = (("softmax", "probabilities"), ("linear", "numbers as they are"))
        said.choices.append(Choice("readout_kind", values, answers("readout_kind", kind), sentence))
        if not answers.gives("readout_kind"):
            one = "one output for each token"
            because = f"it has {one}" if kind == "softmax" else f"it has not {one}" if table else "numbers come in"
            said.notes.append(f"the readout is taken as {kind}, because {because}; the file does not say it")
    kind = answers("readout_kind", kind)
    predicts = "next_input" if kind == "softmax" and table and same and can_step else None
    if same:
        sentence = "the file does not say whether an output is about the next input"
        meanings = (("next_input", "the next input"), (None, "something else"))
        said.choices.append(Choice("predicts", meanings, answers("predicts", predicts), sentence))
        if not answers.gives("predicts") and predicts:
            said.notes.append("the readout is taken to predict the next token; the file does not say it")
    elif answers("predicts") == "next_input":
        raise OptionError(
            f"the readout cannot predict the next input: it has {linear.outputs} outputs, the input "
            f"{table.shape[0] if table else inputs}",
            ("options", "predicts"),
        )
    return Readout(kind, kernel.T if linear.transposed else kernel, bias, answers("predicts", predicts))
