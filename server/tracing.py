"""From a checked request to a trace that can be kept: every limit is looked at before anything is allocated."""

from collections.abc import Sequence

from gatescope.core.encoding import Encoded, encode
from gatescope.core.interventions import Intervention, check_interventions
from gatescope.core.network import Network
from gatescope.core.states import check_state
from gatescope.core.trace import Step, step, trace, trace_bytes, trace_id

from .admission import Stop
from .errors import INVALID, TOO_LARGE, Cause, Pointer, Problem, located
from .quantities import check_quantities, input_bytes, sent_bytes
from .reading import parse
from .rows_as_sent import rows_as_sent
from .schemas import Encoding, SequenceInput, StateEntry, StepRequest
from .schemas_traces import SequenceRequest, TraceRequest
from .services import Services
from .settings import Settings
from .sketching import model_of
from .store.description import Model
from .store.traces import KeptTrace


def make_trace(services: Services, body: bytes, stop: Stop) -> KeptTrace:
    """The trace that a request body asks for, computed unless it is still kept.

    Raises:
        Problem: the body is no such request, the model is unknown, or a limit would be passed.
        CoreError: there is no such sketch, or the input or state does not fit; its pointer leads into the request body.
    """
    request = parse(body, TraceRequest)
    model = model_of(services, request)
    names = None if request.quantities is None else check_quantities(model.network, request.quantities, "quantities")
    check_size(services.settings, model.network, length_of(request.input), request.encoding, names)
    return run_model(services, model, request, names, body, stop)


def run_model(
    services: Services,
    model: Model,
    request: SequenceRequest,
    names: tuple[str, ...] | None,
    body: bytes,
    stop: Stop,
) -> KeptTrace:
    """The trace of a model over the sequence of a request whose size has been checked; see `make_trace`."""
    network = model.network
    encoded = encode_input(network, request.input)
    with located("initial_state"):
        state = check_state(network, state_arrays(request.initial_state))
    with located("interventions"):
        changes = check_interventions(network, encoded.steps, _interventions(services.settings, request))
    identifier = trace_id(network, encoded, state, changes)
    known = services.traces.find(identifier)
    traced = known.trace if known else trace(network, encoded, state, interventions=changes, poll=stop.poll)
    rows = rows_as_sent(body, request.input.values)
    return KeptTrace(identifier, traced, model.id, model.title, request.encoding, names, rows)


def make_step(services: Services, request: StepRequest) -> tuple[Network, Step]:
    """The step that was asked for, and the network that made it.

    Raises:
        Problem: the model is unknown, or the input has more than one step.
        CoreError: the input or state does not fit the model; its pointer leads into the request body.
    """
    network = services.models.get(request.model, "model").network
    encoded = encode_input(network, request.input)
    if encoded.steps > 1:
        detail = f"A step reads one input, not {encoded.steps:,}; POST /api/v1/traces takes a whole sequence."
        raise Problem(INVALID, detail, (Cause(detail, ("input",)),))
    with located("state"):
        state = check_state(network, state_arrays(request.state))
    return network, step(network, encoded, state)


def check_size(
    settings: Settings,
    network: Network,
    steps: int,
    encoding: Encoding,
    names: tuple[str, ...] | None,
    field: str | Pointer = "input",
) -> None:
    """Refuse what would pass a limit; ``field`` of the request, or a path into it, is where the steps came from.

    Raises:
        Problem: too many steps, too large a trace, or too large a list; says the limit and what was asked.
    """
    sent = sent_bytes(network, steps, names)
    size = max(sent, trace_bytes(network, steps), input_bytes(network, steps))
    if steps > settings.max_steps:
        detail = f"A sequence must have at most {settings.max_steps:,} steps, not {steps:,}."
    elif size > settings.max_trace_bytes:
        most = settings.max_trace_bytes
        detail = f"A trace must take at most {most:,} bytes; {steps:,} steps through this model take {size:,}."
    elif encoding == "list" and sent > settings.max_list_bytes:
        most = settings.max_list_bytes
        detail = (
            f"Lists and figures hold at most {most:,} bytes of arrays, not {sent:,}; a trace in base64 can hold more."
        )
    else:
        return
    raise Problem(TOO_LARGE, detail, (Cause(detail, (field,) if isinstance(field, str) else field),))


def length_of(sequence: SequenceInput) -> int:
    """How many steps were sent: of text, one for each character."""
    given = (sequence.text, sequence.tokens, sequence.values)
    return next(len(value) for value in given if value is not None)


def encode_input(network: Network, sequence: SequenceInput) -> Encoded:
    """What a network reads of a sequence; pointers of errors lead into the request body."""
    with located("input"):
        return encode(network, text=sequence.text, tokens=sequence.tokens, values=sequence.values)


def _interventions(settings: Settings, request: SequenceRequest) -> list[Intervention]:
    count, most = len(request.interventions), settings.max_interventions
    if count > most:
        detail = f"A trace can have at most {most:,} interventions, not {count:,}."
        raise Problem(TOO_LARGE, detail, (Cause(detail, ("interventions",)),))
    return [Intervention(**dict(one)) for one in request.interventions]


def state_arrays(state: Sequence[StateEntry] | None) -> list[dict[str, object]] | None:
    """A state as the core takes it."""
    return None if state is None else [dict(entry.arrays()) for entry in state]
