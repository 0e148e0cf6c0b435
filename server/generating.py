"""From a checked request to what a network says by itself; the trace of it is kept like any other."""

import orjson

from gatescope.core.generation import Generated, generate
from gatescope.core.states import check_state

from .admission import Stop
from .errors import TOO_LARGE, Cause, Problem, located
from .quantities import check_quantities
from .reading import parse
from .schemas_learning import GenerationRequest
from .services import Services
from .store.traces import KeptTrace
from .tracing import check_size, encode_input, length_of, state_arrays


def make_generation(services: Services, body: bytes, stop: Stop) -> tuple[KeptTrace, bytes]:
    """The trace of what the network read, and what it said, as the API sends it.

    Raises:
        Problem: the body is no such request, the model is unknown, or a limit would be passed.
        CoreError: the model cannot go on by itself, or something does not fit it; the pointer leads into the request.
    """
    request = parse(body, GenerationRequest)
    model = services.models.get(request.model, "model")
    network, settings = model.network, services.settings
    names = None if request.quantities is None else check_quantities(network, request.quantities, "quantities")
    if request.steps > settings.max_generated_steps:
        detail = f"A network can say at most {settings.max_generated_steps:,} outputs, not {request.steps:,}."
        raise Problem(TOO_LARGE, detail, (Cause(detail, ("steps",)),))
    steps = length_of(request.input) + max(request.steps, 0)
    check_size(settings, network, steps, request.encoding, names)
    prompt = encode_input(network, request.input)
    with located("initial_state"):
        state = check_state(network, state_arrays(request.initial_state))
    made = generate(
        network, prompt, request.steps, request.temperature, request.seed, initial_state=state, poll=stop.poll
    )
    kept = KeptTrace(made.trace.id, made.trace, model.id, model.title, request.encoding, names)
    return kept, generation_json(made, kept)


def generation_json(made: Generated, kept: KeptTrace) -> bytes:
    """What was said, as the API sends it."""
    body = {
        "trace": kept.id,
        "model": kept.model_id,
        "prompt_steps": made.prompt_steps,
        "steps": len(made.labels),
        "tokens": made.tokens,
        "values": made.values,
        "labels": made.labels,
        "ended": made.ended,
    }
    return orjson.dumps(body, option=orjson.OPT_SERIALIZE_NUMPY)
