"""Runs the command line inside the test process and catches what it writes."""

from __future__ import annotations

import io
import json
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

from exoheart.cli import run

EXAMPLES = Path(__file__).parents[2] / "examples"
DISCLAIMER = "Research use only; not medical advice"


@dataclass(frozen=True)
class Result:
    """Exit code, standard output, standard error."""

    code: int
    out: str
    err: str

    @property
    def document(self):
        """Standard output as one JSON document; NaN and Infinity are refused."""

        def refuse(name):
            raise AssertionError(f"{name} is no JSON")

        return json.loads(self.out, parse_constant=refuse)


def exoheart(*arguments) -> Result:
    """Run one command."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = run([str(argument) for argument in arguments])
    return Result(code, out.getvalue(), err.getvalue())
