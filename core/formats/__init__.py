"""Weight files: one module a format, each between bytes and a `Network`."""

from .canonical import from_bytes, load_network, save_network, to_bytes

__all__ = ["from_bytes", "load_network", "save_network", "to_bytes"]
