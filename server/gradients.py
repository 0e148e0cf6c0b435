"""Gradients through time as JSON bytes; what they will take is looked at first."""

from typing import Any

from gatescope.core.gradients import (
    LayerGradients,
    LossTarget,
    StateTarget,
    Target,
    gradients,
    jacobian_operations,
)
from gatescope.core.network import Network

from .admission import Stop
from .errors import TOO_LARGE, Cause, Problem, located
from .inside import check_arrays
from .pieces import Pieces, array, items, members, value
from .reading import parse
from .representation import input_json
from .schemas import Encoding
from .schemas_gradients import GradientRequest, GradientTarget
from .services import Services
from .settings import Settings
from .sketching import model_of
from .store.traces import KeptTrace
from .tracing import check_size, length_of, run_model

FLOAT64 = 8


def make_gradients(services: Services, body: bytes, stop: Stop) -> tuple[KeptTrace, bytes]:
    """The trace that a request body is about, and its gradients as the API sends them.

    Raises:
        Problem: the body is no such request, the model is unknown, or a limit would be passed.
        CoreError: input, state or target do not fit the network, or a derivative left the finite numbers.
    """
    request = parse(body, GradientRequest)
    model, settings = model_of(services, request), services.settings
    steps = length_of(request.input)
    check_size(settings, model.network, steps, "base64", ())
    _check_work(settings, model.network, steps, request)
    kept = run_model(services, model, request, None, body, stop)
    with located("target"):
        found = gradients(kept.trace, _target(request.target), jacobian=request.jacobian, poll=stop.poll)
    cells = [place.cell for place in kept.trace.layers]
    layers = (
        _layer(layer, {"cell": cell.name, "hidden_size": cell.hidden_size}, request.encoding)
        for layer, cell in zip(found.layers, cells, strict=True)
    )
    pieces = members(
        {
            "trace": value(kept.id),
            "model": value(kept.model_id),
            "steps": value(kept.trace.steps),
            "input": input_json(kept),
            "value": value(found.value),
            "layers": items(layers),
        }
    )
    return kept, b"".join(pieces)


def _target(asked: GradientTarget) -> Target:
    if asked.kind == "loss":
        return LossTarget(asked.step, asked.token, asked.value)
    return StateTarget(asked.kind, asked.layer, asked.direction, asked.step, asked.unit)


def _layer(layer: LayerGradients, cell: dict[str, Any], encoding: Encoding) -> Pieces:
    def optional(content: Any) -> Pieces:
        return value(None) if content is None else array(content, encoding)

    norms = layer.norms
    return members(
        {
            "layer": value(layer.layer),
            "direction": value(layer.direction),
            **{name: value(content) for name, content in cell.items()},
            "d_hidden_state": array(layer.d_hidden_state, encoding),
            "d_cell_state": optional(layer.d_cell_state),
            "d_input": array(layer.d_input, encoding),
            "d_initial_state": value(layer.d_initial_state),
            **{f"d_{name}_norm": value(norms.get(name)) for name in ("hidden_state", "cell_state", "input")},
            "focus": value(layer.focus),
            "carry_path": optional(layer.carry_path),
            "jacobian_norm": value(layer.jacobian_norm),
            "jacobian_cell_norm": value(layer.jacobian_cell_norm),
        }
    )


def _check_work(settings: Settings, network: Network, steps: int, request: GradientRequest) -> None:
    """Refuse what would pass a limit, before the network runs.

    Raises:
        Problem: the arrays would be too large, or the Jacobians take too long.
    """
    cells = [place.cell for place in network.directions]
    rows = sum(
        sum(cell.sizes[name] for name in cell.state_names) + cell.input_size + cell.hidden_size for cell in cells
    )
    check_arrays(settings, steps * rows * FLOAT64, request.encoding, "input", place=())
    operations, most = jacobian_operations(network, steps), settings.max_jacobian_operations
    if request.jacobian and operations > most:
        detail = (
            f"The norms of Jacobians must take at most {most:,} multiplications, and those of {steps:,} steps through "
            f"this network take about {operations:,}; send a shorter sequence, or false for jacobian."
        )
        raise Problem(TOO_LARGE, detail, (Cause(detail, ("jacobian",)),))
