"""From an uploaded reference to what came of comparing it with a model."""

from typing import Any

from gatescope.core.references import read_reference
from gatescope.core.verification import verify

from .admission import Stop
from .errors import located
from .importing import limits_of
from .multipart import Field, Form
from .services import Services
from .settings import Settings
from .tracing import check_size


def reference_fields(settings: Settings) -> dict[str, Field]:
    """The parts of ``POST /models/{id}/verification``."""
    return {"reference": Field(settings.max_reference_bytes, file=True, required=True)}


def make_verification(services: Services, model_id: str, form: Form, stop: Stop) -> dict[str, Any]:
    """What came of comparing, as the API sends it.

    Raises:
        Problem: the model is unknown, or a limit would be passed.
        CoreError: the file is no reference, or does not fit the model; its pointer leads into the form.
    """
    network = services.models.get(model_id).network
    with located("reference"):
        reference = read_reference(form.parts["reference"].content(), limits_of(services.settings))
        width = 1 if network.input_kind == "tokens" else network.input_size
        steps = reference.input.size // width
        check_size(services.settings, network, steps, "base64", None, "reference")
        orders = [choice["chosen"] for choice in services.models.choices(model_id) if choice["option"] == "gate_order"]
        gate_order = orders[0] if orders and isinstance(orders[0], str) else None
        return verify(network, reference, gate_order=gate_order, poll=stop.poll).to_json()
