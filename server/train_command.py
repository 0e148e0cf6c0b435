"""The command ``gatescope train``: train a network for a task, with a progress bar, into a file."""

import argparse
import json
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryFile
from types import FrameType
from typing import Any

from tqdm import tqdm

from gatescope.core.errors import CoreError, Diverged
from gatescope.core.formats import save_network
from gatescope.core.tasks import TASKS, Option
from gatescope.core.training import Metrics, Plan, Report, Run
from gatescope.core.training.plan import FIELDS, defaults_of

TRAINED, DIVERGED, UNREADABLE, STOPPED = 0, 1, 2, 130
LONGEST_SHOWN = 40
OF_A_SERVER = ("report_every", "checkpoint_every")
"""Fields of a plan that make no difference here."""


def main(arguments: Sequence[str]) -> int:
    """Train; 1 if the run diverges, 2 if the plan cannot be carried out, 130 after Ctrl+C."""
    given = vars(_parser().parse_args(arguments))
    task, out = TASKS[given.pop("task")], given.pop("out")
    try:
        pairs = dict(given.pop("option") or [])
        options = {option.name: given.pop(option.name) for option in task.options if option.name in given}
        for name, text in pairs.items():
            options[name] = _read(next((option for option in task.options if option.name == name), None), text)
        if out is not None:
            _check_out(out)
        return _train(Run.start(Plan.of({"task": task.name, "options": options, **given})), out)
    except Diverged as error:
        sys.stderr.write(f"gatescope train: {error}.\n")
        return DIVERGED
    except (CoreError, OSError, argparse.ArgumentTypeError) as error:
        sys.stderr.write(f"gatescope train: {error}.\n")
        return UNREADABLE


def _check_out(out: str) -> None:
    """Refuse, before anything is trained, a file that could not be written after it.

    Raises:
        OSError: its folder is not there or takes no file, or it is a folder itself.
    """
    path = Path(out).absolute()
    if not path.parent.is_dir():
        raise FileNotFoundError(f"--out must be in a folder that is there, not {out}")
    if not out or path.is_dir():
        raise IsADirectoryError(f"--out must be a file, not {f'the folder {out}' if out else 'nothing'}")
    try:
        with TemporaryFile(dir=path.parent):
            pass
    except OSError as error:
        raise OSError(f"--out must be in a folder that takes files, not {out}: {error.strerror}") from None


def _train(run: Run, out: str | None) -> int:
    began = time.monotonic()
    with _interrupted() as interrupted, tqdm(total=run.plan.steps, unit="update", disable=None) as bar:
        while not run.finished and not interrupted():
            report = run.advance()
            _show(bar, report)
    metrics = run.evaluate()
    seconds = time.monotonic() - began
    done = f"{run.update:,} update{'s' * (run.update != 1)} in {seconds:.1f} seconds"
    sys.stdout.write(f"{done}: {_sentence(metrics)}.\n")
    if out is not None:
        save_network(run.network, out)
        sys.stdout.write(f"The network is in {out}.\n")
    return TRAINED if run.finished else STOPPED


def _show(bar: Any, report: Report) -> None:
    """On the bar, or where there is none, a line for each evaluation."""
    bar.update()
    found = report.evaluation
    if bar.disable and found is not None:
        sys.stdout.write(
            f"update {report.update:,}: loss {report.loss:.4f}, gradient norm {report.gradient_norm:.3f}, held out: "
            f"{found['measure']} {found['value']:.4g} (baseline {found['baseline']:.4g})\n"
        )
        sys.stdout.flush()
    if found is not None:
        bar.set_description_str(f"{found['measure']} {found['value']:.4g} (baseline {found['baseline']:.4g})")
    if report.update % 10 == 0:
        bar.set_postfix_str(f"loss {report.loss:.4f}", refresh=False)


def _sentence(metrics: Metrics) -> str:
    verdict = "better" if metrics.beats_baseline else "no better"
    unit = "" if metrics.unit in metrics.measure else f" ({metrics.unit})"
    return (
        f"{metrics.measure} {metrics.value:.4g}{unit} on held-out data, {verdict} than the baseline "
        f"{metrics.baseline:.4g} ({metrics.baseline_name})"
    )


@contextmanager
def _interrupted() -> Iterator[Callable[[], bool]]:
    """Whether Ctrl+C was pressed: the update that is being made is then made to its end; pressed again, it is cut."""
    pressed: list[bool] = []

    def press(_number: int, _frame: FrameType | None) -> None:
        if pressed:
            raise KeyboardInterrupt
        pressed.append(True)

    before = signal.signal(signal.SIGINT, press)
    try:
        yield lambda: bool(pressed)
    finally:
        signal.signal(signal.SIGINT, before)


def _read(option: Option | None, text: str) -> Any:
    """The text of an option as the value that `Option.read` checks; what cannot be one stays a text."""
    if option is None:
        return text
    if text.startswith("@") and option.kind in ("text", "numbers"):
        try:
            text = Path(text[1:]).read_text("utf-8-sig")
        except (OSError, ValueError) as error:
            raise argparse.ArgumentTypeError(f"{option.name} must be text in a readable file: {error}") from None
    if option.optional and text.lower() in ("none", "null"):
        return None
    if option.kind in ("integer", "number", "boolean"):
        try:
            return json.loads(text)
        except ValueError:
            return text
    if option.kind == "numbers":
        try:
            return [float(number) for number in text.replace(",", " ").split()]
        except ValueError as error:
            raise argparse.ArgumentTypeError(f"{option.name} must be numbers separated by commas; {error}") from None
    return text


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise argparse.ArgumentTypeError(f"must be NAME=VALUE, not {text[:LONGEST_SHOWN]!r}")
    return name, value


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="gatescope train",
        description="Train a network for a task, from a seed: the same command gives the same network.",
        epilog="'gatescope train TASK --help' lists a task's options and its defaults.",
    )
    tasks = parser.add_subparsers(dest="task", required=True, metavar="TASK", title="tasks")
    for task in TASKS.values():
        one = tasks.add_parser(
            task.name,
            help=f"{task.title[0].lower()}{task.title[1:]}".replace("%", "%%"),
            description=f"{task.description} {task.measured}",
            argument_default=argparse.SUPPRESS,
            allow_abbrev=False,
        )
        own, plan = one.add_argument_group("the task's options"), one.add_argument_group("network and training")
        one.add_argument("--out", default=None, metavar="FILE", help="write the network to this .safetensors file")
        one.add_argument(
            "--option",
            action="append",
            default=None,
            type=_pair,
            metavar="NAME=VALUE",
            help="one of the task's options",
        )
        for option in task.options:
            _add(own, option, option.default)
        for option in FIELDS:
            if option.name not in OF_A_SERVER:
                _add(plan, option, defaults_of(task)[option.name])
    return parser


def _add(group: Any, option: Option, default: Any) -> None:
    shown = str(default).replace("\n", " ")
    shown = shown if len(shown) <= LONGEST_SHOWN else shown[: LONGEST_SHOWN - 3] + "..."
    from_file = "; @FILE reads it from a file" if option.kind in ("text", "numbers") else ""
    words = f"{option.description.rstrip('.')}{from_file} [{shown}]".replace("%", "%%")
    flag = "--" + option.name.replace("_", "-")
    if option.kind == "boolean":
        group.add_argument(flag, action=argparse.BooleanOptionalAction, dest=option.name, help=words)
    else:
        choices = "{" + ",".join(option.choices) + "}" if option.choices else "VALUE"
        group.add_argument(flag, dest=option.name, metavar=choices, help=words, type=partial(_read, option))
