"""Inside a step, as JSON bytes: arithmetic, memory ledger and difference; sizes are looked at first."""

from dataclasses import asdict
from typing import Any

import orjson

from gatescope.core.alignment import METHODS, Alignment, Method, symbols, table_cells
from gatescope.core.arithmetic import arithmetic
from gatescope.core.difference import Difference, check_comparable, difference, movers, sentence
from gatescope.core.ledger import Ledger, Triangle, account_of, ledger, triangle
from gatescope.core.network import DirectionName
from gatescope.core.quantities import names_for
from gatescope.core.trace import Trace

from .errors import INVALID, TOO_LARGE, Cause, Pointer, Problem, located
from .pieces import array, items, members, value
from .quantities import find_layer
from .schemas import Encoding
from .settings import Settings
from .store.traces import KeptTrace
from .tracing import check_size

FLOAT64 = 8
NUMBERS_A_TERM = 4


def arithmetic_json(
    settings: Settings, trace: Trace, layer: int, direction: DirectionName, quantity: str, unit: int, step: int
) -> bytes:
    """Every term of one number.

    Raises:
        Problem: the trace has no such layer, or the terms pass a limit.
        InputError: the layer has no such quantity or unit, or the trace no such step.
    """
    index = find_layer(trace, layer, direction)
    cell = trace.layers[index].cell
    terms = cell.input_size + cell.hidden_size + cell.output_size
    check_arrays(settings, terms * NUMBERS_A_TERM * FLOAT64, "list", "quantity")
    with located("query"):
        found = arithmetic(trace, index, quantity, unit, step)
    where = {"layer": layer, "direction": direction, "quantity": quantity, "unit": unit, "step": step}
    terms_json = [{**asdict(term), "product": term.product} for term in found.terms]
    return orjson.dumps({**where, **asdict(found), "terms": terms_json})


def ledger_json(
    settings: Settings,
    trace: Trace,
    layer: int,
    direction: DirectionName,
    unit: int | None,
    step: int | None,
    encoding: Encoding,
) -> bytes:
    """What was written when and is still there: of one unit at one step, of all at one step, of one at every step.

    Raises:
        Problem: neither unit nor step is given, the trace has no such layer, or the ledger passes a limit.
        InputError: the cell has no ledger, or the trace no such unit or step.
    """
    index = find_layer(trace, layer, direction)
    with located("query"):
        account = account_of(trace.layers[index])
        found = _ledger(settings, trace, index, unit, step, encoding)
    numbers: dict[str, Any] = {"initial": found.initial, "writes": found.writes, "total": found.total}
    if unit is not None and step is not None:
        numbers = {"initial": found.initial[0], "writes": found.writes[:, 0], "total": found.total[0]}
    where = {"layer": layer, "direction": direction, "unit": unit, "step": step}
    return b"".join(
        members(
            {
                **{name: value(content) for name, content in where.items()},
                "quantity": value(account.state),
                "kept_by": value(account.keep),
                "steps": value(found.steps.tolist()),
                **{
                    name: array(content, encoding) if content.ndim else value(float(content))
                    for name, content in numbers.items()
                },
            }
        )
    )


def difference_json(
    settings: Settings,
    kept: KeptTrace,
    baseline: KeptTrace,
    encoding: Encoding,
    names: tuple[str, ...] | None,
    method: Method | None,
) -> bytes:
    """One trace less another, array by array, over all steps or those that an alignment pairs.

    Raises:
        Problem: the arrays or the alignment pass a limit.
        InputError: the traces differ in layers or, without an alignment, in steps.
    """
    trace = kept.trace
    check_size(settings, trace.network, trace.steps, encoding, names, "encoding")
    with located("query"):
        check_comparable(trace, baseline.trace, method is not None)
        aligned = None if method is None else _aligned(settings, trace, baseline.trace, method)
        found = difference(trace, baseline.trace, aligned)
    readout = trace.network.readout
    softmax = readout is not None and readout.kind == "softmax"
    layers = (
        members(
            {
                "layer": value(place.layer),
                "direction": value(place.direction),
                "cell": value(place.cell.name),
                "hidden_size": value(place.cell.hidden_size),
                "quantities": members(
                    {
                        name: array(changes[name], encoding)
                        for name in names_for(place.cell.name)
                        if names is None or name in names
                    }
                ),
            }
        )
        for place, changes in zip(trace.layers, found.layers, strict=True)
    )
    outputs = found.outputs
    return b"".join(
        members(
            {
                "trace": value(kept.id),
                "baseline": value(baseline.id),
                "steps": value(trace.steps if aligned is None else len(aligned.matched)),
                "alignment": value(None if aligned is None else _alignment(aligned)),
                "layers": items(layers),
                "outputs": value(None) if outputs is None or softmax else array(outputs, encoding),
                "predictions": value(_moved(trace, baseline.trace, found, aligned) if softmax else None),
                "largest": value(vars(found.largest[0])),
                "by_quantity": value([vars(one) for one in found.largest]),
                "ranked": value([vars(one) for one in found.ranked(names or None)]),
                "sentence": value(sentence(found.largest[0])),
            }
        )
    )


def _aligned(settings: Settings, trace: Trace, baseline: Trace, method: Method) -> Alignment:
    one, other = symbols(trace.encoded, baseline.encoded)
    if method == "edit" and (cells := table_cells(one, other)) > settings.max_alignment_cells:
        detail = (
            f"An alignment by edit distance may weigh at most {settings.max_alignment_cells:,} pairs of steps, not "
            f"{cells:,}; by index any two sequences can be aligned."
        )
        raise Problem(TOO_LARGE, detail, (Cause(detail, ("query", "align")),))
    return METHODS[method](one, other)


def _alignment(aligned: Alignment) -> dict[str, object]:
    return {
        "method": aligned.method,
        "pairs": aligned.pairs,
        "matched": aligned.matched,
        "distance": aligned.distance,
    }


def _moved(
    trace: Trace, baseline: Trace, found: Difference, aligned: Alignment | None
) -> list[list[dict[str, object]]] | None:
    """The outputs whose probability changed most at each step that is compared."""
    if found.outputs is None or trace.outputs is None or baseline.outputs is None:
        return None
    labels = trace.network.output_labels or tuple(map(str, range(trace.outputs.shape[1])))
    rows, other_rows = (slice(None), slice(None)) if aligned is None else aligned.rows
    return [
        [
            {
                "label": labels[token],
                "token": token,
                "probability": float(here[token]),
                "baseline": float(there[token]),
                "difference": float(change[token]),
            }
            for token in tokens
        ]
        for tokens, here, there, change in zip(
            movers(found.outputs).tolist(),
            trace.outputs[rows],
            baseline.outputs[other_rows],
            found.outputs,
            strict=True,
        )
    ]


def _ledger(
    settings: Settings, trace: Trace, index: int, unit: int | None, step: int | None, encoding: Encoding
) -> Ledger | Triangle:
    if step is not None:
        units = trace.layers[index].cell.hidden_size if unit is None else 1
        check_arrays(settings, trace.steps * units * FLOAT64, encoding, "step")
        return ledger(trace, index, step, unit)
    if unit is not None:
        check_arrays(settings, trace.steps * trace.steps * FLOAT64, encoding, "unit")
        return triangle(trace, index, unit)
    detail = "A ledger is that of a unit, of a step, or of a unit at a step: give unit, step or both."
    raise Problem(INVALID, detail, (Cause(detail, ("query", "unit")),))


def check_arrays(
    settings: Settings, size: int, encoding: Encoding, parameter: str, place: Pointer = ("query",)
) -> None:
    """Refuse an answer whose arrays would pass a limit, before they are made.

    ``parameter`` of the query, or a field at another ``place`` of the request, is what asked for them.

    Raises:
        Problem: says the limit and what was asked.
    """
    if size > settings.max_trace_bytes:
        detail = f"The arrays of an answer must take at most {settings.max_trace_bytes:,} bytes, not {size:,}."
    elif encoding == "list" and size > settings.max_list_bytes:
        most = settings.max_list_bytes
        detail = f"Lists hold at most {most:,} bytes of arrays, not {size:,}; an answer in base64 can hold more."
    else:
        return
    raise Problem(TOO_LARGE, detail, (Cause(detail, (*place, parameter)),))
