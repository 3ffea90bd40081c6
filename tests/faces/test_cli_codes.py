"""What every command has in common: exit codes, messages, help."""

from __future__ import annotations

import subprocess
import sys

import pytest
from cli_runner import DISCLAIMER, exoheart

from exoheart.errors import SolveError

COMMANDS = (
    *("plan", "simulate", "check", "new", "schema"),
    *("parameters", "qualify", "calibrate", "review"),
    *("evidence", "product", "export", "cite"),
)


def test_the_help_names_every_command_and_only_those():
    result = exoheart("--help")
    assert result.code == 0
    listed = result.out.split("Commands")[1]
    named = {line[2:14].strip() for line in listed.splitlines() if line[:2] == "│ "}
    assert named - {""} == set(COMMANDS)
    assert DISCLAIMER in result.out


def test_the_help_of_every_command_can_be_shown():
    for command in COMMANDS:
        assert exoheart(command, "--help").code == 0
        assert exoheart(command, "-h").code == 0


def test_the_version_is_that_of_the_package():
    from exoheart.version import VERSION

    assert exoheart("--version").out == f"exoheart {VERSION}\n"


def test_the_help_loads_nothing_heavy():
    code = (
        "import sys; from exoheart.cli import run; run(['--help']); "
        "heavy = ('numpy', 'scipy', 'pandas', 'altair', 'pydantic', 'roadrunner'); "
        "print([m for m in heavy if m in sys.modules], file=sys.stderr)"
    )
    shown = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        encoding="utf-8",  # a foreign simulator may have changed this process's locale
        check=True,
    )
    assert shown.stderr.strip() == "[]"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("simulat", "study.toml"), "simulate"),
        (("simulate",), "STUDY.toml"),
        (("simulate", "study.toml", "--sed", "1"), "--seed"),
        (("simulate", "study.toml", "--seed", "-1"), "--seed"),
        (("simulate", "study.toml", "--members", "3"), "16"),
        (("simulate", "not_there.toml"), "not_there.toml"),
        (("plan", "not_there.toml"), "not_there.toml"),
        (("schema", "stud"), "study"),
        (("new", "no_such_folder/study.toml"), "no_such_folder"),
        (("cite", "not_there.toml"), "not_there.toml"),
        (("evidence", "show", "--species", "pgi"), "pig"),
        (("evidence", "show", "--route", "intravenus"), "intravenous"),
        (("parameters", "--species", "pgi"), "pig"),
    ],
)
def test_what_cannot_be_used_ends_with_2_and_says_what_can(arguments, told):
    result = exoheart(*arguments)
    assert result.code == 2
    assert result.out == ""
    assert told in result.err
    assert "Traceback" not in result.err


@pytest.mark.parametrize(
    ("raised", "told"),
    [
        (SolveError("no member could be solved"), "no member could be solved"),
        (ZeroDivisionError("division"), "--debug"),
        (KeyboardInterrupt(), "stopped"),
    ],
)
def test_what_goes_wrong_inside_ends_with_1_without_a_traceback(
    monkeypatch, raised, told
):
    def broken(*_, **__):
        raise raised

    monkeypatch.setattr("exoheart.study.load_study", broken)
    result = exoheart("simulate", "study.toml", "--json")
    assert (result.code, result.out) == (1, "")
    assert told in result.err
    assert "Traceback" not in result.err


@pytest.mark.parametrize("place", [0, 1, 2])
def test_debug_lets_the_traceback_through_wherever_it_stands(monkeypatch, place):
    def broken(*_, **__):
        raise ZeroDivisionError("division")

    monkeypatch.setattr("exoheart.study.load_study", broken)
    arguments = ["check", "study.toml"]
    arguments.insert(place, "--debug")
    with pytest.raises(ZeroDivisionError):
        exoheart(*arguments)


def test_a_reader_that_leaves_early_causes_no_traceback():
    command = f"{sys.executable} -m exoheart parameters | head -n 1"
    shown = subprocess.run(
        ["sh", "-c", command], capture_output=True, text=True, check=True
    )
    assert "anatomy" in shown.stdout
    assert shown.stderr == ""
