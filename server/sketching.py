"""The network that a request is about: a model that is kept, or a sketch that is made for it."""

from gatescope.core.sketches import drawn, written

from .errors import TOO_LARGE, Cause, Problem, located
from .schemas_traces import NetworkRequest, Sketch
from .services import Services
from .settings import Settings
from .store.description import Model

DIGITS = 16
"""Hexadecimal digits of its digest by which a sketch is known."""


def model_of(services: Services, request: NetworkRequest) -> Model:
    """The model that is named, or one made of the sketch.

    Raises:
        Problem: there is no such model, or the sketch passes a limit.
        ParameterError: the sketch is of no cell that can be; its pointer leads into the request body.
    """
    if request.sketch is None:
        return services.models.get(request.model or "", "model")
    return _sketched(services.settings, request.sketch)


def _sketched(settings: Settings, sketch: Sketch) -> Model:
    with located("sketch"):
        if sketch.parameters is None:
            _check_size(settings, sketch.hidden_size, sketch.input_size, "hidden_size", "input_size")
            network = drawn(
                sketch.cell,
                sketch.input_size,
                sketch.hidden_size,
                seed=sketch.seed,
                forget_bias=sketch.forget_bias,
                weight_scale=sketch.weight_scale,
                dtype=sketch.dtype,
                **sketch.options(),
            )
        else:
            network = written(sketch.cell, sketch.parameters, dtype=sketch.dtype, **sketch.options())
    cell = network.directions[0].cell
    _check_size(settings, cell.hidden_size, cell.input_size, "parameters", "parameters")
    article, plural = "a" if cell.name == "gru" else "an", "s" * (cell.hidden_size > 1)
    title = f"Sketch of {article} {cell.name.upper()}, {cell.hidden_size:,} unit{plural}"
    return Model(f"sketch:{network.digest[:DIGITS]}", title, network)


def _check_size(settings: Settings, units: int, inputs: int, units_field: str, inputs_field: str) -> None:
    for size, most, noun, field in (
        (units, settings.max_sketch_units, "units", units_field),
        (inputs, settings.max_sketch_inputs, "inputs", inputs_field),
    ):
        if size > most:
            detail = f"A sketch must have at most {most:,} {noun}, not {size:,}; larger networks can be uploaded."
            raise Problem(TOO_LARGE, detail, (Cause(detail, ("sketch", field)),))
