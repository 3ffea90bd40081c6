"""Rows in a terminal of 100 columns: folded at spaces, addresses whole."""

from __future__ import annotations

import io
import re
from contextlib import redirect_stderr, redirect_stdout

import pytest
from cli_runner import EXAMPLES

from exoheart.cli import run

STUDY = str(EXAMPLES / "pig_reperfused_infarct.toml")
WIDTH = 100
_STYLE = re.compile(r"\x1b\[[0-9;]*m")


class Terminal(io.StringIO):
    """Standard output that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def shown(*arguments: str) -> list[str]:
    out = Terminal()
    with redirect_stdout(out), redirect_stderr(io.StringIO()):
        assert run(["product", *arguments]) == 0
    return _STYLE.sub("", out.getvalue()).splitlines()


@pytest.mark.parametrize(
    "arguments", [("pipeline",), ("reporting", STUDY), ("regulation", STUDY)]
)
def test_no_line_is_wider_than_the_terminal_but_for_whole_addresses(
    monkeypatch, arguments
):
    monkeypatch.setenv("COLUMNS", str(WIDTH))
    for line in shown(*arguments):
        if len(line) > WIDTH:
            assert line.strip().startswith("http"), line
            assert " " not in line.strip()


def test_an_address_is_never_cut(monkeypatch):
    from exoheart.evidence.pipeline import load_pipeline

    monkeypatch.setenv("COLUMNS", "60")
    words = {word for line in shown("pipeline") for word in line.split()}
    for row in load_pipeline():
        assert not row.source or row.source in words


def test_each_row_of_the_pipeline_is_a_block_under_its_name(monkeypatch):
    monkeypatch.setenv("COLUMNS", str(WIDTH))
    lines = shown("pipeline", "--heart", "--kind", "trial")
    heads = [place for place, line in enumerate(lines) if "[trial; holds" in line]
    assert heads
    for place in heads:
        assert lines[place - 1] == ""
        assert lines[place + 1].startswith("    by: ")
