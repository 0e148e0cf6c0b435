"""Gate health as JSON bytes: of a trace, and of a model over many sequences, of which one at a time is in memory."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import orjson

from gatescope.core.encoding import encode
from gatescope.core.errors import Cancelled, CoreError
from gatescope.core.health import HealthMeter, health
from gatescope.core.network import Network
from gatescope.core.sequences import Bounds, SequenceEntry, read_sequences
from gatescope.core.trace import Trace, trace

from .admission import Stop
from .errors import INVALID, TOO_LARGE, Cause, Problem, located
from .inside import FLOAT64, check_arrays
from .multipart import Field, Form
from .reading import parse
from .schemas_health import HealthRequest
from .services import Services
from .settings import Settings
from .tracing import check_size

FIGURES_A_UNIT = 7
FIELDS = ("text", "tokens", "values")


def health_fields(settings: Settings) -> dict[str, Field]:
    """The parts of ``POST /models/{id}/health`` as a form."""
    return {"inputs": Field(settings.max_inputs_bytes, file=True, required=True)}


def trace_health(settings: Settings, traced: Trace, stop: Stop) -> bytes:
    """Figures of every gate and unit over a trace, and what deserves a look.

    Raises:
        Problem: the figures pass a limit.
    """
    _check_figures(settings, traced.network, "layer")
    return orjson.dumps(health([traced], stop.poll).to_json())


def examples_health(services: Services, model_id: str, stop: Stop) -> bytes:
    """The same of a model over its own examples.

    Raises:
        Problem: the model is unknown, or a limit would be passed.
        CoreError: the network does not stay within the finite numbers.
    """
    examples = orjson.loads(services.models.details(model_id))["example_inputs"]
    entries = (SequenceEntry(f"the example {example['name']!r}", example["input"]) for example in examples)
    return _over(services, model_id, entries, stop)


def posted_health(services: Services, model_id: str, body: bytes, stop: Stop) -> bytes:
    """The same over the sequences of a JSON body.

    Raises:
        Problem: the body is no such request, the model is unknown, or a limit would be passed.
        CoreError: a sequence does not fit the model; its pointer leads into the request body.
    """
    given = parse(body, HealthRequest).inputs
    if given is None:
        return examples_health(services, model_id, stop)
    contents = ({name: value for name in FIELDS if (value := getattr(one, name)) is not None} for one in given)
    return _over(services, model_id, (SequenceEntry("", content) for content in contents), stop)


def uploaded_health(services: Services, model_id: str, form: Form, stop: Stop) -> bytes:
    """The same over the sequences of a file.

    Raises:
        Problem: the model is unknown, or a limit would be passed.
        CoreError: the file is no file of sequences, or one does not fit the model; its pointer leads into the form.
    """
    part = form.parts["inputs"]
    network = services.models.get(model_id).network
    bounds = Bounds(network.input_size, services.settings.max_steps, stop.poll)
    return _over(services, model_id, read_sequences(part.content(), part.filename, network.input_kind, bounds), stop)


def _over(services: Services, model_id: str, entries: Iterable[SequenceEntry], stop: Stop) -> bytes:
    network, settings = services.models.get(model_id).network, services.settings
    _check_figures(settings, network, "inputs")
    meter, count = HealthMeter(network), 0
    for index, entry in enumerate(_located(entries)):
        count = index + 1
        if count > settings.max_sequences:
            detail = f"Health is that of at most {settings.max_sequences:,} sequences, but more came."
            raise Problem(TOO_LARGE, detail, (Cause(detail, ("inputs", index)),))
        check_size(settings, network, entry.steps, "base64", None, ("inputs", index))
        with _of_entry(entry.place, index):
            meter.update(trace(network, encode(network, **entry.content), poll=stop.poll), stop.poll)
    if not count:
        detail = "inputs must have at least one sequence, and has none"
        raise Problem(INVALID, detail, (Cause(detail, ("inputs",)),))
    return orjson.dumps(meter.compute().to_json())


def _check_figures(settings: Settings, network: Network, parameter: str) -> None:
    numbers = sum(size for place in network.directions for size in place.cell.sizes.values())
    check_arrays(settings, numbers * FIGURES_A_UNIT * FLOAT64, "list", parameter)


def _located(entries: Iterable[SequenceEntry]) -> Iterator[SequenceEntry]:
    """The same; where a file cannot be read on, the error points to it."""
    with located("inputs"):
        yield from entries


@contextmanager
def _of_entry(place: str, index: int) -> Iterator[None]:
    """Say and point to the sequence that an error is about."""
    try:
        yield
    except Cancelled:
        raise
    except CoreError as error:
        error.pointer = ("inputs", index, *error.pointer)
        error.message = f"{place}: {error.message}" if place else error.message
        raise
