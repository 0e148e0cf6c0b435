"""What a run leaves on the disk: events that are whole and in order, few checkpoints, short curves."""

import os
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gatescope.core.training import Plan, Run
from gatescope.server.store.history import History
from gatescope.server.store.trainings import Training, TrainingFolder
from gatescope.server.training.events import Event, EventLog, EventReader, read_all, rewind
from gatescope.server.training.files import RunFiles
from gatescope.server.training.pacing import MOST_CHECKPOINTS, ProgressPace, Thinned, spacing, superfluous
from gatescope.server.training.recording import Recording
from tests.server.runs import SHORT, made_by_hand


def write(path: Path, *updates: int) -> EventLog:
    log = EventLog(path)
    for update in updates:
        log.append("progress", update=update)
    return log


def updates_in(path: Path) -> list[tuple[int, int]]:
    return [(event.id, event.data["update"]) for event in read_all(path)]


def test_events_are_numbered_from_one(tmp_path: Path) -> None:
    write(tmp_path / "events", 10, 20).close()
    write(tmp_path / "events", 30).close()
    assert updates_in(tmp_path / "events") == [(1, 10), (2, 20), (3, 30)]


@pytest.mark.parametrize("torn", [b"{", b'{"id":3,"event":"progress","data":{"update":30}}', b"\x00" * 30])
def test_a_torn_last_line_is_cut_off(tmp_path: Path, torn: bytes) -> None:
    path = tmp_path / "events"
    write(path, 10, 20).close()
    with path.open("ab") as file:
        file.write(torn)
    assert updates_in(path) == [(1, 10), (2, 20)]
    write(path, 40).close()
    assert updates_in(path) == [(1, 10), (2, 20), (3, 40)]
    assert path.read_bytes().count(b"\n") == len(path.read_bytes().splitlines()) == 3


def test_a_line_that_nobody_can_read_is_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "events"
    write(path, 10).close()
    with path.open("ab") as file:
        file.write(b'not JSON\n["not", "an", "event"]\n')
        file.write(
            b'{"id":"2","event":"progress","data":{}}\n{"id":2,"event":[],"data":{}}\n{"id":2,"event":"x","data":1}\n'
        )
    write(path, 20).close()
    assert updates_in(path) == [(1, 10), (2, 20)]


def test_an_event_that_the_disk_does_not_take_leaves_no_half(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "events"
    log = write(path, 10)

    class Full:
        def write(self, content: bytes) -> int:
            if len(content) < 20:
                raise OSError(28, "No space left on device")
            return os.write(fd, content[:20])

        def fileno(self) -> int:
            return fd

    with path.open("ab", buffering=0) as file:
        fd = file.fileno()
        with log._file:
            monkeypatch.setattr(log, "_file", Full())
        with pytest.raises(OSError, match="No space"):
            log.append("progress", update=20, loss="long enough for several writes of twenty bytes")
    assert updates_in(path) == [(1, 10)]


def test_ids_grow_also_where_events_are_taken_back(tmp_path: Path) -> None:
    path = tmp_path / "events"
    reader = EventReader(path)
    write(path, 10, 20, 30).close()
    assert len(reader.read()) == 3
    rewind(path, lambda event: event.data["update"] <= 10, "state", state="running", update=10)
    assert reader.is_rewound()
    write(path, 20).close()
    assert updates_in(path) == [(1, 10), (4, 10), (5, 20)]
    assert [event.id for event in reader.read()] == [4, 5]
    assert reader.read() == []


def test_a_reader_begins_after_what_was_seen(tmp_path: Path) -> None:
    path = tmp_path / "events"
    log = write(path, *range(50))
    reader = EventReader(path, last=48)
    assert [event.id for event in reader.read()] == [49, 50]
    log.append("end", update=50)
    assert [event.kind for event in reader.read()] == ["end"]
    log.close()


def test_numbers_that_are_not_finite_are_sent_as_null() -> None:
    line = Event(1, "progress", {"gradient_norm": float("inf"), "loss": float("nan")}).line()
    assert b'"gradient_norm":null,"loss":null' in line


@settings(deadline=None, derandomize=True, max_examples=40)
@given(every=st.integers(1, 1000), most=st.integers(2, MOST_CHECKPOINTS), ends=st.lists(st.integers(1, 50), max_size=8))
def test_few_checkpoints_remain_evenly_spread_with_first_and_last(every: int, most: int, ends: list[int]) -> None:
    """``ends`` are where the run was paused besides, in hundredths of the distance to the next."""
    kept, update = [0], 0
    for step in range(1, 300):
        update = step * every
        also = [update - every * end // 100 for end in ends if step == end]
        for one in sorted({*also, *([update] if update % spacing(update, every, most) == 0 else [])} - set(kept)):
            kept.append(one)
            for gone in superfluous(kept, every, most):
                kept.remove(gone)
            assert len(kept) <= max(most, 2) + 1
            assert kept[0] == 0
            assert kept[-1] == one
    between = kept[1:-1]
    assert not between or {b - a for a, b in pairwise(between)} <= {spacing(kept[-1], every, most)}


def test_a_long_run_reports_often_at_first_and_seldom_later() -> None:
    pace = ProgressPace()
    times = [0.01 * step for step in range(100_000) if pace.is_due(0.01 * step)]
    assert len(times) < 4000
    assert sum(time < 10 for time in times) > 90
    assert all(later - earlier >= 0.0999 for earlier, later in pairwise(times))


@settings(deadline=None, derandomize=True, max_examples=60)
@given(count=st.integers(0, 3000), most=st.integers(4, 100))
def test_a_thinned_series_is_short_even_and_has_its_ends(count: int, most: int) -> None:
    series = Thinned[int](most)
    for entry in range(count):
        series.add(entry)
    entries = series.entries()
    assert len(entries) <= most
    assert entries == sorted(set(entries))
    assert entries[:1] == list(range(count))[:1]
    assert entries[-1:] == list(range(count))[-1:]
    gaps = {later - earlier for earlier, later in pairwise(entries[:-1])}
    assert len(gaps) <= 1


def test_a_resumed_run_takes_back_what_came_after_its_checkpoint(tmp_path: Path) -> None:
    training = made_by_hand(tmp_path, "running", updates=7)
    log = EventLog(training.files.events)
    log.append("progress", update=9, loss=1.0, seconds=9.0, evaluation=None)
    log.close()
    history = training.history()
    assert (history.update, history.checkpoints) == (9, [0, 5, 7])
    run = Run.from_checkpoint(training.files.checkpoint(7).read_bytes())
    recording = Recording(training.files, run, 2**20, lambda: None)
    history = training.history()
    assert (history.state, history.update, history.checkpoints) == ("running", 7, [0, 5, 7])
    assert max(training.to_json(whole=True)["history"]["update"]) == 7
    assert history.seconds < 9
    recording.close()


def test_the_whole_story_is_the_same_read_at_once_or_as_it_comes(tmp_path: Path) -> None:
    training = made_by_hand(tmp_path, "stopped", updates=12)
    again = TrainingFolder(tmp_path / "trainings").get(training.id)
    assert again.to_json(whole=True) == training.to_json(whole=True)
    story = History()
    for event in read_all(training.files.events):
        story.add(event)
    assert story.state == "stopped"


def test_large_checkpoints_are_fewer(tmp_path: Path) -> None:
    run = Run.start(Plan.of(SHORT | {"checkpoint_every": 1}))
    training = TrainingFolder(tmp_path).create(run.plan.as_json(), "large")
    recording = Recording(training.files, run, 5 * len(run.checkpoint()), lambda: None)
    while not run.finished:
        recording.after(run.advance())
        assert len(training.files.checkpoints()) <= 6
    recording.keep()
    recording.close()
    assert training.files.checkpoints() == [0, 16, 32, 40]


def test_a_slow_update_is_given_up_for_the_state_before_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gatescope.server.training.recording.SNAPSHOT_SECONDS", 0.0)
    monkeypatch.setattr("gatescope.server.training.recording.SNAPSHOT_SHARE", 0)
    run = Run.start(Plan.of(SHORT | {"checkpoint_every": 1000}))
    training = TrainingFolder(tmp_path).create(run.plan.as_json(), "slow")
    recording = Recording(training.files, run, 2**20, lambda: None)
    for _ in range(4):
        recording.after(run.advance())
    run.advance()
    recording.save_what_there_is()
    recording.close()
    assert training.files.checkpoints() == [0, 4]


def test_what_a_crash_left_is_swept_up(tmp_path: Path) -> None:
    folder = TrainingFolder(tmp_path)
    kept = folder.create({"task": "adding", "steps": 1}, "kept")
    (tmp_path / ".gone-0123456789ab").mkdir()
    (tmp_path / ".gone-0123456789ab" / "plan.json").touch()
    young, old = tmp_path / ".new-0123456789ab", tmp_path / ".new-ba9876543210"
    young.mkdir()
    old.mkdir()
    os.utime(old, (0, 0))
    folder.sweep()
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([young.name, kept.id])


@pytest.mark.parametrize(
    "name", ["../trainings", "0123456789AB", "0123456789ab/..", "", ".", "0123456789abc", "٠" * 12]
)
def test_only_ids_name_runs(tmp_path: Path, name: str) -> None:
    assert TrainingFolder(tmp_path).find(name) is None


def test_folders_that_are_no_runs_are_passed_over(tmp_path: Path) -> None:
    (tmp_path / "bbbbbbbbbbbb").mkdir()
    (tmp_path / "aaaaaaaaaaaa").touch()
    assert TrainingFolder(tmp_path).all() == []


DAMAGED = {
    "not JSON": b"{",
    "a list": b"[]",
    "nothing": b"",
    "no plan": b"{}",
    "other types": b'{"name": 1, "created": 2, "plan": 3}',
    "no task": b'{"name": "a", "created": "b", "plan": {"task": null, "steps": "many"}}',
    "no file": None,
}


@pytest.mark.parametrize("name", DAMAGED)
@pytest.mark.parametrize("whole", [True, False])
def test_a_run_with_a_damaged_plan_is_listed_with_what_is_wrong(tmp_path: Path, name: str, whole: bool) -> None:
    before = TrainingFolder(tmp_path / "trainings")
    training = made_by_hand(tmp_path, "interrupted")
    known = before.get(training.id)
    training.append("end", state="interrupted", update=3, error="It was interrupted.")
    content, plan = DAMAGED[name], training.files.plan.read_bytes()
    training.files.plan.unlink()
    if content is not None:
        training.files.plan.write_bytes(content)
    (found,) = TrainingFolder(tmp_path / "trainings").all()
    told = found.to_json(whole=whole)
    assert told["error"].startswith("It was interrupted. Its plan.json cannot be read, ")
    assert (told["id"], told["name"], told["task"], told["steps"]) == (training.id, training.id, "unknown", 0)
    assert (told["state"], told["update"], told["checkpoints"]) == ("interrupted", 3, [0, 3])
    assert told["created"].startswith("20")
    assert known.to_json(whole=whole)["plan"]["task"] == SHORT["task"], "what was read before is still known"
    training.files.plan.write_bytes(plan)
    assert found.to_json(whole=whole) == known.to_json(whole=whole), "it is read again once it can be"


def test_odd_entries_of_a_run_hide_no_others(tmp_path: Path) -> None:
    training = made_by_hand(tmp_path, "interrupted")
    training.append("end", state="failed", update=3, error=5)
    training.files.plan.write_bytes(b"{")
    os.utime(training.files.folder, (1e12, 1e12))
    (found,) = TrainingFolder(tmp_path / "trainings").all()
    assert found.to_json(whole=False)["error"].startswith("5 Its plan.json")


def test_a_run_that_cannot_be_looked_at_is_listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    training = made_by_hand(tmp_path, "interrupted")

    def refused(path: Path, **_: object) -> object:
        raise PermissionError(path)

    monkeypatch.setattr(Path, "stat", refused)
    assert training.files.exists


def test_checkpoints_are_told_by_their_names(tmp_path: Path) -> None:
    for name in ("checkpoint-0", "checkpoint-10", "checkpoint-010", "checkpoint--1", "checkpoint-x", "checkpoint-9"):
        (tmp_path / f"{name}.safetensors").touch()
    assert RunFiles(tmp_path).checkpoints() == [0, 9, 10]


def test_only_one_holds_a_run(tmp_path: Path) -> None:
    first: Training = made_by_hand(tmp_path, "paused")
    lock = first.files.hold()
    assert lock is not None
    assert first.files.hold() is None
    lock.close()
    again = first.files.hold()
    assert again is not None
    again.close()
