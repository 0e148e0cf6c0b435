"""One table: the command line, the environment, the limits and the README's table agree with it."""

from dataclasses import fields
from pathlib import Path

import pytest

from gatescope.server.settings import Settings, flag, markdown_table, table, variable


def test_defaults_are_the_tables() -> None:
    assert Settings.from_arguments([], {}) == Settings()


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("port", "8123", 8123),
        ("host", "0.0.0.0", "0.0.0.0"),  # only read, nothing is bound
        ("data_dir", "/somewhere", "/somewhere"),
        ("max_steps", "12", 12),
        ("deadline_seconds", "0.5", 0.5),
        ("token", "abc.DEF_1-~", "abc.DEF_1-~"),
    ],
)
def test_flag_and_environment_give_the_same(name: str, text: str, value: object) -> None:
    by_flag = Settings.from_arguments([flag(name), text], {})
    by_variable = Settings.from_arguments([], {variable(name): text})
    assert by_flag == by_variable
    assert getattr(by_flag, name) == value


def test_the_flag_goes_before_the_environment() -> None:
    assert Settings.from_arguments(["--port", "1"], {"GATESCOPE_PORT": "2"}).port == 1


@pytest.mark.parametrize(("text", "value"), [("1", True), ("YES", True), ("off", False), ("", False)])
def test_yes_and_no_in_the_environment(text: str, value: bool) -> None:
    assert Settings.from_arguments([], {"GATESCOPE_NO_BROWSER": text}).no_browser is value
    assert Settings.from_arguments(["--no-browser"], {"GATESCOPE_NO_BROWSER": text}).no_browser is True


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--port", "eighty"], "--port must be a whole number of at least 0, not 'eighty'"),
        (["--port", "-1"], "--port must be a whole number of at least 0, not '-1'"),
        (["--max-steps", "1e3"], "--max-steps must be a whole number of at least 1, not '1e3'"),
        (["--deadline-seconds", "nan"], "--deadline-seconds must be a number of at least 0.01, not 'nan'"),
        (["--deadline-seconds", "inf"], "--deadline-seconds must be a number of at least 0.01, not 'inf'"),
        (["--port", "65536"], "a port must be at most 65535, not 65536"),
        (["--token", "two words"], "a token must consist of letters, digits and . _ ~ -"),
        (["--nonsense"], "unrecognized arguments: --nonsense"),
    ],
)
def test_what_cannot_be_understood_is_one_sentence(
    arguments: list[str], expected: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stop:
        Settings.from_arguments(arguments, {})
    assert stop.value.code == 2
    assert expected in capsys.readouterr().err


def test_the_environment_is_named_when_it_is_wrong(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        Settings.from_arguments([], {"GATESCOPE_NO_BROWSER": "perhaps"})
    assert "GATESCOPE_NO_BROWSER must be yes or no, not 'perhaps'" in capsys.readouterr().err


def test_help_and_the_printed_table_name_every_setting(capsys: pytest.CaptureFixture[str]) -> None:
    text = ""
    for argument in ("--help", "--print-settings-table"):
        with pytest.raises(SystemExit) as stop:
            Settings.from_arguments([argument], {})
        assert not stop.value.code
        text = capsys.readouterr().out
        for name, row, _ in table():
            assert flag(name) in text
            assert row.description.split()[0] in text
    assert text == markdown_table()


def test_every_field_has_a_row_and_every_limit_is_listed() -> None:
    settings = Settings()
    assert [name for name, _, _ in table()] == [field.name for field in fields(Settings)]
    server = {"host", "port", "data_dir", "no_browser", "token", "allowed_hosts"}
    assert set(settings.limits()) == {field.name for field in fields(Settings)} - server


@pytest.mark.parametrize(
    ("host", "loopback"),
    [
        ("127.0.0.1", True),
        ("127.8.8.8", True),
        ("::1", True),
        ("localhost", True),
        ("0.0.0.0", False),
        ("example.org", False),
    ],
)
def test_loopback(host: str, loopback: bool) -> None:
    assert Settings(host=host).on_loopback is loopback


def test_the_data_folder_is_the_platforms_unless_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert Settings(data_dir=str(tmp_path)).models_dir == tmp_path / "models"
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    monkeypatch.delenv("LOCALAPPDATA", raising=False)
    own = Settings().models_dir
    assert own.is_relative_to(tmp_path)
    assert own.parts[-2:] == ("gatescope", "models")
