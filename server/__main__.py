"""The command ``gatescope``: start the server, or another command. What takes long to import comes with the command."""

import os
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from importlib import import_module

COMMANDS = {"health": "health_command", "train": "train_command"}
SERVE = "serve_command"
INTERRUPTED = 130
"""Exit status after Ctrl+C, as shells have it."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command that is named first, one of `COMMANDS`, or serve; its exit status.

    Ctrl+C ends it without a traceback, also while it is still being imported.
    """
    arguments = sys.argv[1:] if arguments is None else arguments
    named = bool(arguments) and arguments[0] in COMMANDS
    try:
        command = _imported(COMMANDS[arguments[0]] if named else SERVE)
        return command(arguments[named:])
    except KeyboardInterrupt:
        return INTERRUPTED


def _imported(name: str) -> Callable[[Sequence[str]], int]:
    """What a module of this package runs. Nothing is begun yet: Ctrl+C ends the process on the spot.

    As an exception it could come out of an import as another one, or be printed and forgotten.
    """
    before = signal.getsignal(signal.SIGINT)
    # Only the main thread may; and not where whoever started this wants no interrupts, or other ones.
    ends = before is signal.default_int_handler and threading.current_thread() is threading.main_thread()
    if ends:
        signal.signal(signal.SIGINT, lambda *_: os._exit(INTERRUPTED))
    try:
        command: Callable[[Sequence[str]], int] = import_module(f".{name}", __package__).main
    finally:
        if ends:
            signal.signal(signal.SIGINT, before)
    return command


if __name__ == "__main__":
    sys.exit(main())
