"""What the routes work with, made once by `app`."""

from dataclasses import dataclass

from .admission import Admission
from .settings import Settings
from .store.models import ModelStore
from .store.traces import TraceCache
from .streams import Streams
from .training.supervisor import Supervisor
from .uploads import Uploads


@dataclass(frozen=True)
class Services:
    """Everything that lives as long as the server."""

    settings: Settings
    models: ModelStore
    traces: TraceCache
    admission: Admission
    imports: Admission
    uploads: Uploads
    trainings: Supervisor
    streams: Streams
