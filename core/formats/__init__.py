"""Weight files: from bytes of any format to a `Network`, and from a network to the canonical file."""

from .canonical import from_bytes, save_network, to_bytes
from .imported import Choice, Imported
from .importing import import_network, load_network
from .limits import Limits
from .options import Options

__all__ = [
    "Choice",
    "Imported",
    "Limits",
    "Options",
    "from_bytes",
    "import_network",
    "load_network",
    "save_network",
    "to_bytes",
]
