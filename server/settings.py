"""Every setting and limit in one table; the command line, ``GET /limits`` and the README are made from it."""

import argparse
import os
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from ipaddress import ip_address
from pathlib import Path
from typing import Any

MIB = 1024 * 1024
LAST_PORT = 65535
YES, NO = ("yes", "true", "on", "1"), ("no", "false", "off", "0", "")


@dataclass(frozen=True)
class Row:
    """What the table says about a setting beside its name and default. ``GET /limits`` lists the ``limit`` rows."""

    description: str
    unit: str = ""
    limit: bool = False
    minimum: float | None = None


def _setting(default: Any, description: str, **row: Any) -> Any:
    return field(default=default, metadata={"row": Row(description, **row)})


def _limit(default: Any, unit: str, description: str, minimum: float = 1) -> Any:
    return _setting(default, description, unit=unit, limit=True, minimum=minimum)


def available_cores() -> int:
    """Cores that this process may use; a container often has fewer than its machine."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def default_data_dir() -> Path:
    """Where this platform keeps an application's data."""
    if os.name == "nt":
        base = Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    elif os.uname().sysname == "Darwin":
        base = Path.home() / "Library" / "Application Support"
    else:
        base = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")
    return base / "gatescope"


@dataclass(frozen=True)
class Settings:
    """Values of all settings. Made by `from_arguments`, or directly in tests."""

    host: str = _setting(
        "127.0.0.1", "Address to listen on. Anything but this machine's own loopback requires a token."
    )
    port: int = _setting(8000, "Port to listen on; 0 takes any free one.", minimum=0)
    data_dir: str = _setting(
        "", "Folder for your own data; uploaded networks go into its `models`. Empty: the platform's usual place."
    )
    no_browser: bool = _setting(default=False, description="Do not open the page in a browser after the start.")
    token: str = _setting("", "Secret that every request must bring. Empty: none on loopback, a random one elsewhere.")
    allowed_hosts: str = _setting("", "Further host names under which the server may be asked, separated by commas.")

    max_body_bytes: int = _limit(8 * MIB, "bytes", "Largest request body that is JSON.")
    max_head_bytes: int = _limit(64 * 1024, "bytes", "Largest request line and headers together.", minimum=1024)
    max_steps: int = _limit(200_000, "steps", "Longest sequence that is traced.")
    max_trace_bytes: int = _limit(256 * MIB, "bytes", "Largest trace, as the arrays it keeps.")
    max_list_bytes: int = _limit(
        64 * MIB, "bytes", "Largest arrays sent as lists or as a figure; larger ones only as base64."
    )
    max_generated_steps: int = _limit(10_000, "steps", "Outputs that a network says by itself in one request.")
    max_interventions: int = _limit(1000, "interventions", "Interventions in one trace.")
    max_jacobian_operations: int = _limit(
        50_000_000_000, "multiplications", "Work for the norms of Jacobians of one gradient request."
    )
    max_sketch_units: int = _limit(512, "units", "Units of a network that a request describes instead of naming it.")
    max_sketch_inputs: int = _limit(512, "numbers", "Numbers that such a network reads at each step.")
    max_alignment_cells: int = _limit(
        25_000_000, "pairs of steps", "Pairs of steps weighed to align two sequences by edit distance, a byte each."
    )
    max_model_bytes: int = _limit(1024 * MIB, "bytes", "Largest network file that is read.")
    max_vocabulary_bytes: int = _limit(32 * MIB, "bytes", "Largest vocabulary file.")
    max_reference_bytes: int = _limit(64 * MIB, "bytes", "Largest file with a framework's own outputs.")
    max_inputs_bytes: int = _limit(
        32 * MIB, "bytes", "Largest file of sequences over which a network's health is looked at."
    )
    max_sequences: int = _limit(10_000, "sequences", "Sequences over which a network's health is looked at.")
    max_form_parts: int = _limit(8, "parts", "Parts of a multipart body.")
    max_form_field_bytes: int = _limit(64 * 1024, "bytes", "Largest multipart field that is not a file.")
    max_part_head_bytes: int = _limit(8 * 1024, "bytes", "Largest headers of one part of a multipart body.", 256)
    max_stored_bytes: int = _limit(16 * 1024 * MIB, "bytes", "Disk space for all networks of your own together.")
    max_uploads: int = _limit(16, "uploads", "Uploads received at the same time; beyond them the answer is 503.")
    importers: int = _limit(2, "threads", "Uploaded files that are read as networks at the same time.")
    import_deadline_seconds: float = _limit(
        120.0, "seconds", "Time to read an uploaded file as a network, waiting included; then 504.", 0.01
    )
    model_cache_bytes: int = _limit(
        2048 * MIB, "bytes", "Memory for networks of your own between requests; the oldest go first.", 0
    )
    trace_cache_bytes: int = _limit(
        512 * MIB, "bytes", "Memory for traces that can be asked for again; the oldest go first.", 0
    )
    max_trainings_running: int = _limit(3, "trainings", "Trainings that run at the same time, each in its own process.")
    max_trainings_queued: int = _limit(
        16, "trainings", "Trainings that may wait for their turn; beyond them the answer is 503.", 0
    )
    max_trainings_kept: int = _limit(200, "trainings", "Trainings that are kept, ended ones included.")
    max_trainings_bytes: int = _limit(4096 * MIB, "bytes", "Disk space of all trainings, beyond which none is begun.")
    max_training_bytes: int = _limit(
        256 * MIB, "bytes", "Disk space for one training's checkpoints; of large networks fewer are kept."
    )
    max_training_memory_bytes: int = _limit(4096 * MIB, "bytes", "Memory of a training's process.", 1024 * MIB)
    training_niceness: int = _limit(
        10, "steps", "How far a training's process stands behind others for the processor, up to 19.", 0
    )
    max_training_updates: int = _limit(1_000_000, "updates", "Updates of one training.")
    max_training_parameters: int = _limit(10_000_000, "parameters", "Parameters of a network that is trained.")
    max_event_streams: int = _limit(
        100, "streams", "Streams of events that are followed at the same time; beyond them the answer is 503."
    )
    heartbeat_seconds: float = _limit(15.0, "seconds", "Longest silence in a stream of events.", 0.05)
    workers: int = _limit(available_cores(), "threads", "Computations that run at the same time.")
    queue_length: int = _limit(64, "requests", "Computations that may wait; beyond them the answer is 503.", 0)
    retry_after_seconds: int = _limit(1, "seconds", "What a 503 answer suggests to wait.")
    deadline_seconds: float = _limit(30.0, "seconds", "Time a computation may take, waiting included; then 504.", 0.01)
    max_connections: int = _limit(200, "connections", "Open connections; beyond them the answer is 503.")
    head_timeout_seconds: float = _limit(
        10.0, "seconds", "Time a client has to send the request line and headers.", 0.1
    )
    body_timeout_seconds: float = _limit(60.0, "seconds", "Time a client has to send the request body, at first.", 0.1)
    min_body_rate: int = _limit(
        32 * 1024, "bytes", "Bytes of a body for which a client gets a second more, so that long uploads can end."
    )
    send_timeout_seconds: float = _limit(30.0, "seconds", "Time a client may take no byte of its answer.", 0.1)
    keep_alive_seconds: int = _limit(15, "seconds", "Time an idle connection is kept.")

    def __post_init__(self) -> None:
        """Check what must hold between the start and the first request."""
        if not re.fullmatch(r"[A-Za-z0-9._~-]*", self.token):
            raise ValueError("a token must consist of letters, digits and . _ ~ -")
        if self.port > LAST_PORT:
            raise ValueError(f"a port must be at most {LAST_PORT}, not {self.port}")

    @property
    def models_dir(self) -> Path:
        """Folder of the user's own networks."""
        return self.data_path / "models"

    @property
    def data_path(self) -> Path:
        """Folder of all that outlives the server."""
        return Path(self.data_dir).expanduser() if self.data_dir else default_data_dir()

    @property
    def on_loopback(self) -> bool:
        """Whether only this machine can reach the server."""
        if self.host == "localhost":
            return True
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return False

    def limits(self) -> dict[str, int | float]:
        """Every limit by name, as ``GET /limits`` sends them."""
        return {name: getattr(self, name) for name, row, _ in table() if row.limit}

    @classmethod
    def from_arguments(
        cls, arguments: Sequence[str] | None = None, environment: Mapping[str, str] = os.environ
    ) -> "Settings":
        """Settings from the command line, else from ``GATESCOPE_*``, else the defaults.

        Raises:
            SystemExit: a value cannot be understood (one sentence on standard error), or only help was asked for.
        """
        parser = _parser()
        given = vars(parser.parse_args(arguments))
        if given.pop("print_settings_table"):
            sys.stdout.write(markdown_table())
            parser.exit()
        values: dict[str, Any] = {}
        for name, row, default in table():
            text = given[name] if given[name] is not None else environment.get(variable(name))
            if text is None:
                continue
            try:
                values[name] = _read(text, row, default)
            except ValueError as error:
                source = flag(name) if given[name] is not None else variable(name)
                parser.error(f"{source} must be {error}, not {text!r}")
        try:
            return cls(**values)
        except ValueError as error:
            parser.error(str(error))


def table() -> list[tuple[str, Row, Any]]:
    """Name, description row and default of every setting, in order."""
    return [(entry.name, entry.metadata["row"], entry.default) for entry in fields(Settings)]


def flag(name: str) -> str:
    """The command line's spelling of a setting."""
    return "--" + name.replace("_", "-")


def variable(name: str) -> str:
    """The environment's spelling of a setting."""
    return f"GATESCOPE_{name.upper()}"


def markdown_table() -> str:
    """The table as the README prints it."""
    lines = ["| Option | Environment | Default | Meaning |", "| --- | --- | --- | --- |"]
    for name, row, default in table():
        shown = "one a core" if name == "workers" else f"`{default}`" if default not in ("", False) else ""
        unit = f" {row.unit}" if row.unit and shown.startswith("`") else ""
        lines.append(f"| `{flag(name)}` | `{variable(name)}` | {shown}{unit} | {row.description} |")
    return "\n".join(lines) + "\n"


def _parser() -> argparse.ArgumentParser:
    from gatescope import __version__

    parser = argparse.ArgumentParser(
        prog="gatescope",
        description="See inside recurrent networks: every gate and state at every step, in the browser and over REST.",
        epilog="Every option can also be given in the environment, as GATESCOPE_PORT=8123 for --port 8123. "
        "'gatescope health' looks at a network's gates instead, 'gatescope train' trains one; each has its own --help.",
    )
    parser.add_argument("--version", action="version", version=f"gatescope {__version__}")
    parser.add_argument(
        "--print-settings-table", action="store_true", help="print all settings as a Markdown table and stop"
    )
    groups = {False: parser.add_argument_group("server"), True: parser.add_argument_group("limits")}
    for name, row, default in table():
        shown = f" [{default}{' ' if row.unit else ''}{row.unit}]" if default not in ("", False) else ""
        options: dict[str, Any] = {"help": (row.description + shown).replace("%", "%%"), "default": None}
        options |= {"action": "store_const", "const": "yes"} if isinstance(default, bool) else {"metavar": "VALUE"}
        groups[row.limit].add_argument(flag(name), **options)
    return parser


def _read(text: str, row: Row, default: Any) -> Any:
    """The text as a value of the default's type.

    Raises:
        ValueError: says what was expected.
    """
    if isinstance(default, bool):
        if text.lower() not in YES + NO:
            raise ValueError("yes or no")
        return text.lower() in YES
    if isinstance(default, str):
        return text
    kind = "a whole number" if isinstance(default, int) else "a number"
    expected = kind if row.minimum is None else f"{kind} of at least {row.minimum:g}"
    try:
        value = type(default)(text)
    except (ValueError, OverflowError):
        raise ValueError(expected) from None
    if not -1e18 < value < 1e18 or (row.minimum is not None and value < row.minimum):
        raise ValueError(expected)
    return value
