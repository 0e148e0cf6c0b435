"""One quantity of a trace as a Plotly figure: units down, steps across, explicit colours, escaped labels.

Colours are sent as arrays because Plotly's Python and JavaScript mean different scales by the same name.
"""

from typing import Any

import numpy as np
import orjson

from gatescope.core.network import DirectionName
from gatescope.core.quantities import quantities_of
from gatescope.core.trace import Trace

from .errors import INVALID, Cause, Problem
from .quantities import PRE, chosen, find_layer, quantity_names

MOST_TICKS = 60
VISIBLE = {" ": "\N{OPEN BOX}", "\n": "\N{DOWNWARDS ARROW WITH CORNER LEFTWARDS}", "\t": "\N{RIGHTWARDS ARROW TO BAR}"}
ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "$": "&#36;", "%": "&#37;"}


def figure_json(trace: Trace, model_name: str, layer: int, direction: DirectionName, quantity: str) -> bytes:
    """The figure as the JSON that ``plotly.io.from_json`` reads.

    Raises:
        Problem: the trace has no such layer, direction or quantity.
        NumericalError: a pre-activation was asked for and is not finite.
    """
    import plotly.graph_objects as go  # takes a second, so only who asks for a figure waits for it

    index = find_layer(trace, layer, direction)
    place = trace.layers[index]
    if quantity not in quantity_names(place.cell):
        known = ", ".join(quantity_names(place.cell))
        raise _refused(
            f"A quantity of this {place.cell.name.upper()} layer must be one of {known}, not {quantity[:40]!r}.",
            "quantity",
        )
    values = dict(chosen(trace, index, (quantity,)))[quantity].T
    title = quantity.removesuffix(PRE).replace("_", " ") + (" before its activation" if quantity.endswith(PRE) else "")
    figure = go.Figure(
        go.Heatmap(
            **_colours(place.cell.name, quantity, values),
            colorbar={"title": {"text": title}},
            hovertemplate=f"step %{{x}}<br>unit %{{y}}<br>{title} %{{z:.6g}}<extra></extra>",
        )
    )
    where = f"layer {place.layer}, {place.direction}, {place.cell.name.upper()} with {place.cell.hidden_size} units"
    figure.update_layout(
        title={"text": f"{escape(model_name)}: {title}", "subtitle": {"text": where}},
        xaxis={"title": {"text": "step"}, **_step_ticks(trace.encoded.labels)},
        yaxis={"title": {"text": "unit"}, "autorange": "reversed"},
        template="plotly_white",
    )
    body = figure.to_plotly_json()
    # Plotly would write the array as base64, which a browser reads but a script gets back as a dictionary.
    body["data"][0]["z"] = np.ascontiguousarray(values)
    return orjson.dumps(body, option=orjson.OPT_SERIALIZE_NUMPY)


def escape(text: str) -> str:
    """Text as Plotly shows it literally: it would take some HTML, ``$`` as mathematics and ``%`` as a template."""
    return "".join(ENTITIES.get(character, character) for character in text)


def step_label(label: str) -> str:
    """A step's label with its white space made visible, escaped."""
    return escape("".join(VISIBLE.get(character, character) for character in label))


def _colours(cell: str, quantity: str, values: np.ndarray[Any, Any]) -> dict[str, Any]:
    """Gates on [0, 1] in cividis; everything signed about zero, from blue through white to red."""
    from plotly.colors import diverging, sequential

    bounds = {entry.name: entry.range for entry in quantities_of(cell)}.get(quantity)
    if bounds == (0.0, 1.0):
        return {"colorscale": _scale(sequential.Cividis), "zmin": 0, "zmax": 1}
    largest = bounds[1] if bounds else float(np.abs(values).max()) or 1.0
    return {"colorscale": _scale(diverging.RdBu_r), "zmin": -largest, "zmax": largest}


def _scale(colours: list[str]) -> list[list[Any]]:
    return [[index / (len(colours) - 1), colour] for index, colour in enumerate(colours)]


def _step_ticks(labels: tuple[str, ...]) -> dict[str, Any]:
    """Every step's label where they fit, else every few steps'; the number stays in front, as labels repeat."""
    stride = -(-len(labels) // MOST_TICKS)
    steps = range(0, len(labels), stride)
    return {"tickmode": "array", "tickvals": list(steps), "ticktext": [step_label(labels[step]) for step in steps]}


def _refused(detail: str, parameter: str) -> Problem:
    return Problem(INVALID, detail, (Cause(detail, ("query", parameter)),))
