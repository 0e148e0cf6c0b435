"""Keras's description of a model as a plain graph of layers: nested models opened, order and inputs resolved."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ...errors import FormatError, Unsupported
from .words import plain, shown

MODELS = ("Sequential", "Functional", "Model")
DEEPEST = 32


@dataclass(eq=False)
class Node:
    """One layer: its class, name and settings, where its weights lie, and the layers whose outputs it reads.

    ``folder`` is where Keras 3 keeps the weights, ``names`` the names from the outermost model's layer to this one.
    ``inputs`` has the layer whose output is the first argument first, then those that hand in states.
    """

    kind: str
    name: str
    config: Mapping[str, Any]
    folder: str
    names: tuple[str, ...]
    inputs: list["Node"] = field(default_factory=list)
    readers: list["Node"] = field(default_factory=list)


def graph(config: Any) -> list[Node]:
    """Every layer of a model in the order of its description, nested models opened.

    Raises:
        FormatError: the description is not one of a model that lists its layers.
        Unsupported: a recurrent layer is called more than once.
    """
    nodes: list[Node] = []
    _open(config, "", (), [], nodes, 0)
    for node in nodes:
        for one in node.inputs:
            one.readers.append(node)
    return nodes


def is_listed(config: Any) -> bool:
    """Whether the description lists the model's layers, as it does not for models of the user's own class."""
    inner = config.get("config") if isinstance(config, Mapping) else None
    if isinstance(inner, list):
        return True
    return isinstance(inner, Mapping) and isinstance(inner.get("layers"), list)


def snake_case(name: str) -> str:
    """A class's name as Keras 3 names the folder of its weights: SimpleRNN -> simple_rnn."""
    name = re.sub(r"\W+", "", name)
    name = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", name).lower()


def _open(
    config: Any, folder: str, names: tuple[str, ...], feeds: list[Node], nodes: list[Node], depth: int
) -> Node | None:
    """Add a model's layers to ``nodes``; ``feeds`` are what comes in from outside. Gives the layer that comes out."""
    if depth > DEEPEST:
        raise FormatError(f"models may be nested {DEEPEST} levels deep, but this one goes deeper")
    kind, inner = config.get("class_name"), config.get("config")
    layers = inner if isinstance(inner, list) else inner.get("layers") if isinstance(inner, Mapping) else None
    if not isinstance(layers, list):
        raise FormatError(f"the description of the model must list its layers, but that of {shown(kind)} does not")
    used: dict[str, int] = {}
    outputs: dict[str, Node] = {}
    waiting = list(feeds)
    last = waiting[0] if waiting else None
    for entry in layers:
        if not isinstance(entry, Mapping) or not isinstance(entry.get("config"), Mapping | list):
            raise FormatError(f"each layer must be described by an object, not {shown(entry)}")
        layer_kind = plain(entry.get("class_name"))[:200]
        settings = entry["config"] if isinstance(entry["config"], Mapping) else {}
        name = plain(entry.get("name") or settings.get("name") or layer_kind)
        short = snake_case(layer_kind)
        number = used[short] = used.get(short, -1) + 1
        place = f"{folder}layers/{short}" + (f"_{number}" if number else "")
        if kind == "Sequential" or isinstance(inner, list):
            sources = [last] if last else []
        else:
            sources = [outputs[source] for source in _sources(entry, name) if source in outputs]
        if layer_kind == "InputLayer" and waiting:
            # The inputs of a nested model are what comes in from outside, in order.
            last = waiting.pop(0)
        elif layer_kind in MODELS:
            last = _open(entry, f"{place}/", (*names, name), sources, nodes, depth + 1)
        else:
            last = Node(layer_kind, name, settings, place, (*names, name), sources)
            nodes.append(last)
        if last is not None:
            outputs[name] = last
    if isinstance(inner, Mapping) and (listed := list(_histories(inner.get("output_layers")))):
        return outputs.get(listed[0], last)
    return last


def _sources(entry: Mapping[str, Any], name: str) -> list[str]:
    """Names of the layers that a layer of a functional model reads, arguments before keywords."""
    calls = entry.get("inbound_nodes")
    if not isinstance(calls, list) or not calls:
        return []
    if len(calls) > 1 and entry.get("class_name") not in ("Dropout", "Activation"):
        raise Unsupported(
            f"the layer {shown(name)} is called {len(calls)} times in this model, which is not understood here"
        )
    return list(dict.fromkeys(_histories(calls[0])))


def _histories(value: Any, depth: int = 0) -> Iterator[str]:
    """Names of layers in a description of tensors, as Keras 3 and Keras 2 write it."""
    if depth > DEEPEST:
        return
    if isinstance(value, Mapping):
        history = value.get("keras_history")
        if isinstance(history, list) and history:
            yield str(history[0])
            return
        for one in value.values():
            yield from _histories(one, depth + 1)
    elif isinstance(value, list):
        if len(value) in (3, 4) and isinstance(value[0], str) and all(type(one) is int for one in value[1:3]):
            yield value[0]
            value = value[3:]
        for one in value:
            yield from _histories(one, depth + 1)
