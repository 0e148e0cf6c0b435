"""``gatescope train``: what it takes, what it says, what it leaves behind, and its exit status."""

import errno
import os
import re
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

import pytest

from gatescope.core import encode, load_network, trace
from gatescope.core.tasks import TASKS
from gatescope.core.training import Plan, Run
from gatescope.core.training.plan import FIELDS
from gatescope.server import health_command, train_command
from gatescope.server.__main__ import main

QUICK = ("--steps", "6", "--hidden-size", "4", "--batch-size", "2", "--evaluate-every", "3")


def train(*arguments: str) -> int:
    return main(["train", *arguments])


def test_it_trains_what_the_plan_says_into_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "network.safetensors"
    assert train("recall", "--gap", "8", *QUICK, "--cell", "gru", "--seed", "3", "--out", str(out)) == 0
    given = {"steps": 6, "hidden_size": 4, "batch_size": 2, "cell": "gru", "seed": 3}
    run = Run.start(Plan.of({"task": "recall", "options": {"gap": 8}, **given}))
    while not run.finished:
        run.advance()
    network = load_network(out)
    assert network.digest == run.network.digest
    trace(network, encode(network, text="I live in Spain. Well. I speak"))
    lines = capsys.readouterr().out.splitlines()
    evaluated = [int(match[1]) for line in lines if (match := re.match(r"update (\d+): loss \d", line))]
    assert evaluated == [1, 3, 6]
    value = f"{run.evaluate().value:.4g}"
    assert re.fullmatch(
        rf"6 updates in \d+\.\d seconds: accuracy {value} \(share of answers that are right\) on held-out data, (no )?"
        r"better than the baseline 0\.125 \(chance: one of 8 languages\)\.",
        lines[-2],
    )
    assert lines[-1] == f"The network is in {out}."


@pytest.mark.parametrize(
    "given", [("--letters", "2", "--delay", "0"), ("--option", "letters=2", "--option", "delay=0")]
)
def test_options_of_the_task_are_flags_or_pairs(given: tuple[str, ...], tmp_path: Path) -> None:
    out = tmp_path / "network.safetensors"
    assert train("copy", *given, *QUICK, "--out", str(out)) == 0
    plan = Plan.of(
        {"task": "copy", "options": {"letters": 2, "delay": 0}, "steps": 6, "hidden_size": 4, "batch_size": 2}
    )
    run = Run.start(plan)
    while not run.finished:
        run.advance()
    assert load_network(out).digest == run.network.digest


def test_texts_and_numbers_come_from_files(tmp_path: Path) -> None:
    (tmp_path / "text.txt").write_text("über allem " * 40, "utf-8")
    (tmp_path / "numbers.csv").write_text("day,load\n" + "".join(f"{day},{day % 7}\n" for day in range(200)))
    assert train("text", "--text", f"@{tmp_path / 'text.txt'}", "--length", "10", *QUICK) == 0
    assert train("series", "--csv", f"@{tmp_path / 'numbers.csv'}", "--column", "load", "--length", "10", *QUICK) == 0
    assert train("series", "--values", ",".join(map(str, range(100))), "--length", "10", *QUICK) == 0


def test_null_is_none(capsys: pytest.CaptureFixture[str]) -> None:
    assert train("sine", *QUICK, "--clip-norm", "none", "--bidirectional") == 2
    assert "the task sine is about what comes next" in capsys.readouterr().err
    assert train("adding", "--length", "8", *QUICK, "--clip-norm", "none", "--bidirectional") == 0


WRONG = {
    "a size": (("copy", "--hidden-size", "0"), "hidden_size must be a whole number from 1 to 1,024, not 0."),
    "words for a size": (
        ("copy", "--hidden-size", "big"),
        "hidden_size must be a whole number from 1 to 1,024, not 'big'.",
    ),
    "an option": (
        ("copy", "--option", "colour=red"),
        "the task copy has no option 'colour'; there are: letters, delay,",
    ),
    "a pair": (("copy", "--option", "delay"), "must be NAME=VALUE, not 'delay'"),
    "a task": (("fly",), "invalid choice: 'fly'"),
    "no task": ((), "the following arguments are required: TASK"),
    "a short text": (("text", "--text", "short"), "the text must have at least 202 characters"),
    "a file that is not there": (("text", "--text", "@nowhere.txt"), "text must be text in a readable file: "),
    "a list": (("series", "--values", "1,2,x"), "values must be numbers separated by commas"),
    "a csv": (("series", "--csv", "a,b"), "the CSV must have a line of numbers below"),
    "a folder for a file": (("copy", "--out", "."), "--out must be a file, not the folder ."),
    "no file": (("copy", "--out", ""), "--out must be a file, not nothing."),
    "a folder": (("copy", "--out", "nowhere/network.safetensors"), "--out must be in a folder that is there"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_cannot_be_trained_is_said_in_a_sentence(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    arguments, words = WRONG[name]
    try:
        status: object = train(*arguments)
    except SystemExit as end:
        status = end.code
    assert status == 2
    said = capsys.readouterr().err
    assert words in said
    assert "Traceback" not in said


def test_a_folder_that_takes_no_file_is_said_before_anything_is_trained(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(**_: object) -> object:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(train_command, "TemporaryFile", refuse)
    assert train("copy", *QUICK, "--out", str(tmp_path / "a.safetensors")) == 2
    said = capsys.readouterr()
    assert "takes files" in said.err
    assert said.err.endswith(": Permission denied.\n")
    assert said.out == ""


@pytest.mark.parametrize("command", [health_command, train_command])
def test_ctrl_c_is_no_error(monkeypatch: pytest.MonkeyPatch, command: ModuleType) -> None:
    def interrupt(_: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(command, "main", interrupt)
    assert main([command.__name__.rpartition(".")[2].removesuffix("_command")]) == 130


INTERRUPTED_IN_AN_IMPORT = """
import os, signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored where tests run in the background
class Finder:
    def find_spec(self, name, *_):
        if name == "numpy":
            os.kill(os.getpid(), signal.SIGINT)
sys.meta_path.insert(0, Finder())
from gatescope.server.__main__ import main
sys.exit(main())
"""


@pytest.mark.skipif(os.name == "nt", reason="signals are sent as on Unix")
@pytest.mark.parametrize("arguments", [("train", "copy"), ("health", "brackets"), ("--no-browser", "--port", "0")])
def test_ctrl_c_while_a_command_is_imported_is_no_error(arguments: Sequence[str]) -> None:
    command = [sys.executable, "-c", INTERRUPTED_IN_AN_IMPORT, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "")


def test_a_run_that_diverges_says_so(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    wild = ("--cell", "rnn", "--activation", "relu", "--optimiser", "sgd", "--learning-rate", "100")
    out = tmp_path / "network.safetensors"
    assert train("adding", *wild, "--clip-norm", "none", "--out", str(out)) == 1
    assert "diverged at update" in capsys.readouterr().err
    assert not out.exists()


@pytest.mark.skipif(os.name == "nt", reason="signals are sent as on Unix")
def test_an_interrupted_run_keeps_its_last_network(tmp_path: Path) -> None:
    out = tmp_path / "network.safetensors"
    command = [sys.executable, "-m", "gatescope.server", "train", "recall", "--gap", "5", "--hidden-size", "4"]
    more = ["--steps", "1000000", "--evaluate-every", "5", "--out", str(out)]
    with subprocess.Popen([*command, *more], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(3)]
        process.send_signal(signal.SIGINT)
        lines += process.stdout.readlines()
    assert process.returncode == 130
    done = re.search(r"^([\d,]+) updates in .* on held-out data", lines[-2], re.MULTILINE)
    assert done is not None
    run = Run.start(Plan.of({"task": "recall", "options": {"gap": 5}, "hidden_size": 4, "steps": 1_000_000}))
    while run.update < int(done[1].replace(",", "")):
        run.advance()
    assert load_network(out).digest == run.network.digest


def test_every_task_has_help_and_no_option_has_the_name_of_a_field(capsys: pytest.CaptureFixture[str]) -> None:
    for name, task in TASKS.items():
        assert not {option.name for option in task.options} & {option.name for option in FIELDS}
        with pytest.raises(SystemExit) as end:
            train(name, "--help")
        assert end.value.code == 0
        said = capsys.readouterr().out
        for option in task.options:
            assert f"--{option.name.replace('_', '-')} " in said
