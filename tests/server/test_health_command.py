"""``gatescope health``: what it reads, what it says, and its exit status."""

import json
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from gatescope.core import LSTM, RNN, Layer, Network, save_network
from gatescope.core.health import KINDS
from gatescope.core.pretrained import load_pretrained
from gatescope.server.__main__ import main
from tests.server.support import networks


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    """A network whose unit 1 is dead, and whose forget gate is open for units 0 and 2."""
    bias = np.zeros(12)
    bias[[3, 5]], bias[10] = 9, -60
    network = Network((Layer(LSTM(np.full((2, 12), 0.2), np.zeros((3, 12)), bias)),))
    save_network(network, tmp_path / "broken.safetensors")
    (tmp_path / "rows.csv").write_text("0.5,1\n-1,0.25\n\n2,-2\n")
    return tmp_path


def run(folder: Path, *more: str) -> int:
    return main(["health", str(folder / "broken.safetensors"), "--inputs", str(folder / "rows.csv"), *more])


@pytest.mark.parametrize(
    ("fail_on", "status"),
    [("dead,", 1), ("dead", 1), ("stuck", 0), ("dead=0.34", 0), ("dead=0.33", 1), ("closed,open=0.6", 1), ("any", 1)],
)
def test_the_exit_status_is_what_was_asked_for(broken: Path, fail_on: str, status: int) -> None:
    assert run(broken, "--fail-on", fail_on) == status


def test_what_is_found_is_said_and_what_fails_is_marked(broken: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(broken, "--fail-on", "dead")
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "3 steps of 1 sequence."
    assert "FAIL Layer 0 (forward): unit 1 is dead: the hidden state stays at 0." in lines
    assert "     Layer 0 (forward): the forget gate of 2 units (0, 2) is always open." in lines


def test_json_has_every_figure(broken: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(broken, "--json", "--fail-on", "open")
    report = json.loads(capsys.readouterr().out)
    assert report["steps"] == 3
    assert report["layers"][0]["dead"] == [False, True, False]
    assert report["failing"] == ["Layer 0 (forward): the forget gate of 2 units (0, 2) is always open."]


@pytest.mark.parametrize(
    ("name", "content", "steps"),
    [
        ("lines.txt", "ab\n\nbab\n", 5),
        ("some.json", '["ab", {"tokens": [1, 2, 3]}]', 5),
        ("one.json", '{"text": "aba"}', 3),
        ("some.jsonl", '{"text": "ab"}\n"b"\n', 3),
    ],
)
def test_inputs_are_told_by_the_file_s_ending(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, content: str, steps: int
) -> None:
    save_network(networks()["letters"], tmp_path / "letters.safetensors")
    (tmp_path / name).write_text(content)
    assert main(["health", str(tmp_path / "letters.safetensors"), "--inputs", str(tmp_path / name)]) == 0
    assert capsys.readouterr().out.startswith(f"{steps} steps of ")


def test_numpy_s_files_are_read(broken: Path, capsys: pytest.CaptureFixture[str]) -> None:
    np.save(broken / "rows.npy", np.ones((4, 2)))
    assert main(["health", str(broken / "broken.safetensors"), "--inputs", str(broken / "rows.npy")]) == 0
    assert capsys.readouterr().out.startswith("4 steps of 1 sequence.")


def test_bundled_and_uploaded_networks_go_by_name_and_id(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    text = tmp_path / "text"
    text.write_text("(a[b]c)\n")
    assert main(["health", "brackets", "--inputs", str(text)]) == 0
    network = networks()["letters"]
    (tmp_path / "models").mkdir()
    save_network(network, tmp_path / "models" / f"{network.digest}.safetensors")
    assert main(["health", network.digest, "--inputs", str(text), "--data-dir", str(tmp_path)]) == 0
    assert "Layer 1" in capsys.readouterr().out
    monkeypatch.setenv("GATESCOPE_DATA_DIR", str(tmp_path))
    assert main(["health", network.digest, "--inputs", str(text)]) == 0
    numbers = networks()["numbers"]
    save_network(numbers, tmp_path / "models" / f"{numbers.digest}.safetensors")
    assert main(["health", numbers.digest, "--inputs", str(text), "--data-dir", str(tmp_path)]) == 2
    assert f"{text}: line 1 must hold numbers" in capsys.readouterr().err
    text.write_text("§")
    (tmp_path / "ids.jsonl").write_text('{"tokens": [1]}\n{"tokens": [999]}\n')
    assert main(["health", "brackets", "--inputs", str(tmp_path / "ids.jsonl")]) == 2
    assert "ids.jsonl, line 2: a token must be in 0 to " in capsys.readouterr().err


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("1,2\n3,x\n", "line 2 must hold numbers, not 'x'"),
        ("1,2,3\n", "must have 2 numbers|2 numbers"),
        ("", "rows.csv holds no sequence"),
    ],
)
def test_inputs_that_do_not_fit_are_said_in_a_sentence(
    broken: Path, capsys: pytest.CaptureFixture[str], content: str, message: str
) -> None:
    (broken / "rows.csv").write_text(content)
    assert run(broken) == 2
    error = capsys.readouterr().err
    assert error.startswith("gatescope health: ")
    assert re.search(message, error), error


def test_without_inputs_it_is_over_the_networks_own_examples(broken: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["health", "brackets"]) == 0
    examples = load_pretrained("brackets").card["example_inputs"]
    steps = sum(len(example["input"]["text"]) for example in examples)
    assert capsys.readouterr().out.startswith(f"{steps} steps of {len(examples)} sequences.\n")
    assert main(["health", str(broken / "broken.safetensors"), "--fail-on", "dead"]) == 1
    assert capsys.readouterr().out.startswith("48 steps of 1 sequence.\n")


def test_the_exit_status_is_that_of_the_process(broken: Path) -> None:
    command = [sys.executable, "-m", "gatescope.server", "health", str(broken / "broken.safetensors")]
    for more, status in (
        (["--inputs", str(broken / "rows.csv")], 0),
        (["--fail-on", "dead"], 1),
        (["--inputs", "x"], 2),
    ):
        done = subprocess.run([*command, *more], capture_output=True, text=True, check=False)
        assert done.returncode == status, done.stderr
        assert bool(done.stderr) == (status == 2)


def test_a_network_that_leaves_the_finite_numbers_is_said(broken: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cell = RNN(np.full((2, 1), 1e30, "f4"), np.full((1, 1), 1e30, "f4"), np.zeros(1, "f4"), activation="relu")
    save_network(Network((Layer(cell),)), broken / "broken.safetensors")
    assert run(broken) == 2
    assert "every state must stay finite" in capsys.readouterr().err


def test_a_model_that_is_not_there_is_said(broken: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["health", "nothing", "--inputs", str(broken / "rows.csv")]) == 2
    assert "one of python-code, brackets, sunspots, not 'nothing'" in capsys.readouterr().err
    assert main(["health", "brackets", "--inputs", str(broken / "none")]) == 2


@pytest.mark.parametrize("text", ["hope", "dead=2", "dead=x", "dead=-1"])
def test_what_to_fail_on_must_be_known(broken: Path, capsys: pytest.CaptureFixture[str], text: str) -> None:
    with pytest.raises(SystemExit) as caught:
        run(broken, "--fail-on", text)
    assert caught.value.code == 2
    assert "--fail-on" in capsys.readouterr().err


@pytest.mark.parametrize("text", ["", ","])
def test_to_fail_on_nothing_is_refused(broken: Path, capsys: pytest.CaptureFixture[str], text: str) -> None:
    with pytest.raises(SystemExit) as caught:
        run(broken, "--fail-on", text)
    assert caught.value.code == 2
    error = capsys.readouterr().err
    assert all(kind in error for kind in (*KINDS, "any"))
    assert error.endswith(", not nothing\n")
