"""The engine on models with known answers, in the form of the SBML Test Suite.

Six models of our own have closed forms and show that the runner reads, solves, turns
amounts into concentrations and compares as the suite's settings say. The suite's own
cases are run where the environment variable ``EXOHEART_SBML_CASES`` names their folder.
"""

from __future__ import annotations

import json
import math
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from exoheart.engine import sbml_suite
from exoheart.engine.text import to_sbml
from exoheart.errors import InputError

STEPS, DURATION = 20, 4.0


@dataclass(frozen=True)
class Known:
    """A model, and what it comes to at any time."""

    text: str
    values: dict[str, Callable[[float], float]]
    amounts: tuple[str, ...] = ()
    concentrations: tuple[str, ...] = ()


def ramp(t: float) -> float:
    """What a rate of 2 between 1 and 3 adds up to."""
    return 2.0 * (min(max(t, 1.0), 3.0) - 1.0)


KNOWN = {
    # A decays in 4 volumes; the symbol is a concentration, both readings are asked
    "00001": Known(
        "compartment V = 4; species A in V, B in V, C in V; A = 3; B = 0; C = 3;"
        "J: A -> 2 B; k*A*V; k = 0.5; C -> ; k*C*V;",
        {
            "A": lambda t: 12.0 * math.exp(-0.5 * t),
            "B": lambda t: 24.0 * (1.0 - math.exp(-0.5 * t)),
            "C": lambda t: 3.0 * math.exp(-0.5 * t),
            "J": lambda t: 6.0 * math.exp(-0.5 * t),
            "V": lambda _: 4.0,
        },
        amounts=("A", "B"),
        concentrations=("C",),
    ),
    # a species that is an amount, asked per volume
    "00002": Known(
        "compartment V = 5; substanceOnly species A in V; A = 10; A -> ; k*A; k = 1;",
        {"A": lambda t: 2.0 * math.exp(-t)},
        concentrations=("A",),
    ),
    # a rate rule with the time, read through a function and a rule
    "00003": Known(
        "x = x0/2; x0 = 2; x' = cos(time); y := 3*x + z; z := time^2;",
        {
            "x": lambda t: 1.0 + math.sin(t),
            "y": lambda t: 3.0 * (1.0 + math.sin(t)) + t * t,
            "x0": lambda _: 2.0,
        },
    ),
    # a boundary species feeds a product in a compartment that grows
    "00004": Known(
        "compartment V = 1; V' = g; g = 0.5; species $S in V, P in V; S = 2; P = 0;"
        "S -> P; 3;",
        {
            "V": lambda t: 1.0 + 0.5 * t,
            "P": lambda t: 3.0 * t / (1.0 + 0.5 * t),
            "S": lambda t: 2.0 / (1.0 + 0.5 * t),
        },
        concentrations=("P", "S"),
    ),
    # a rate that is switched on and off by the time
    "00005": Known(
        "x = 0; x' = piecewise(2, (time >= 1) && (time < 3), 0);", {"x": ramp}
    ),
    # nothing to integrate: formulas of the time alone
    "00006": Known(
        "a = 2; b = a^3; y := b*time;", {"b": lambda _: 8.0, "y": lambda t: 8.0 * t}
    ),
}


def write_case(folder: Path, id_: str, known: Known, shift: float = 0.0) -> None:
    """Write a model and its known values as a case of the suite."""
    case = folder / id_
    case.mkdir()
    sbml = to_sbml(f"model case_{id_}()\n{known.text}\nend")
    (case / f"{id_}-sbml-l3v2.xml").write_text(sbml, "utf-8")
    (case / f"{id_}-settings.txt").write_text(
        f"start: 0\nduration: {DURATION:g}\nsteps: {STEPS}\n"
        f"variables: {', '.join(known.values)}\nabsolute: 1.0e-007\nrelative: 1e-6\n"
        f"amount: {', '.join(known.amounts)}\n"
        f"concentration: {', '.join(known.concentrations)}\n",
        "utf-8",
    )
    rows = [["time", *known.values]]
    for k in range(STEPS + 1):
        t = DURATION * k / STEPS
        found = [value(t) + shift for value in known.values.values()]
        rows.append([repr(number) for number in (t, *found)])
    text = "\n".join(",".join(row) for row in rows)
    (case / f"{id_}-results.csv").write_text(text, "utf-8")


@pytest.mark.parametrize("solver", sorted(sbml_suite.SOLVERS))
def test_models_with_closed_forms_pass(tmp_path, solver):
    """Each of our own models comes to its closed form, by either solver."""
    for id_, known in KNOWN.items():
        write_case(tmp_path, id_, known)
    outcome = sbml_suite.check(tmp_path, solver)
    assert outcome.failed == {}
    assert outcome.passed == tuple(KNOWN)


def test_result_off_by_more_than_the_tolerance_fails(tmp_path, capsys):
    """A known value that is off by ten tolerances is told with both values."""
    write_case(tmp_path, "00001", KNOWN["00001"], shift=3e-4)
    write_case(tmp_path, "00002", KNOWN["00002"], shift=2e-8)
    code = sbml_suite.main([str(tmp_path), "--json", "--solver", "numpy"])
    printed = capsys.readouterr()
    document = json.loads(printed.out)
    assert document == {"passed": 1, "failed": ["00001"], "unsupported": {}}
    assert code == 1
    assert "known" in printed.err


def test_refused_constructs_are_counted_once_per_case(tmp_path, capsys):
    """Passed, failed and unsupported add up to all cases."""
    write_case(tmp_path, "00002", KNOWN["00002"])
    event = "x = 1; x' = -x; at (x < 0.5): x = 1; y := delay(x, 1);"
    write_case(tmp_path, "00007", Known(event, {"x": math.exp}))
    code = sbml_suite.main([str(tmp_path), "--json", "--solver", "numpy"])
    document = json.loads(capsys.readouterr().out)
    assert document == {"passed": 1, "failed": [], "unsupported": {"events": 1}}
    assert code == 0
    sbml_suite.main([str(tmp_path), "--solver", "numpy"])
    assert "50.0% of cases" in capsys.readouterr().out


def test_infinite_and_undefined_values_must_agree(tmp_path):
    """What is known as infinite or as no number must come out as that."""
    values = {
        "a": lambda _: math.inf,
        "b": lambda _: math.nan,
        "c": lambda _: math.inf,
        "d": lambda _: math.nan,
    }
    text = "a := z/0; b := sqrt(-z); c := -z/0; d := z; z = 1;"
    write_case(tmp_path, "00008", Known(text, {k: values[k] for k in "ab"}))
    write_case(tmp_path, "00009", Known(text, {"c": values["c"]}))
    write_case(tmp_path, "00010", Known(text, {"d": values["d"]}))
    outcome = sbml_suite.check(tmp_path, "numpy")
    assert outcome.passed == ("00008",)
    assert list(outcome.failed) == ["00009", "00010"]


def test_folder_without_cases_is_refused(tmp_path, capsys):
    """No case is no success."""
    with pytest.raises(InputError, match="has no cases"):
        sbml_suite.check(tmp_path)
    assert sbml_suite.main([str(tmp_path)]) == 2
    assert "has no cases" in capsys.readouterr().err


def test_incomplete_case_is_refused(tmp_path):
    """A case whose results don't fit its settings is no case."""
    write_case(tmp_path, "00002", KNOWN["00002"])
    results = tmp_path / "00002" / "00002-results.csv"
    whole = results.read_text("utf-8")
    results.write_text("\n".join(whole.splitlines()[:-1]), "utf-8")
    with pytest.raises(InputError, match=f"{STEPS} rows of values"):
        sbml_suite.check(tmp_path, "numpy")
    results.write_text(whole.replace("time,A", "time,B"), "utf-8")
    with pytest.raises(InputError, match="no column A"):
        sbml_suite.check(tmp_path, "numpy")
    results.unlink()
    with pytest.raises(InputError, match="00002 lacks"):
        sbml_suite.check(tmp_path, "numpy")


CASES = os.environ.get("EXOHEART_SBML_CASES")


@pytest.mark.skipif(CASES is None, reason="EXOHEART_SBML_CASES names no folder")
@pytest.mark.parametrize("solver", sorted(sbml_suite.SOLVERS))
def test_no_supported_case_of_the_suite_fails(solver):
    """Every case that is not refused agrees with the suite's results."""
    outcome = sbml_suite.check(Path(CASES), solver)
    assert outcome.failed == {}
    assert outcome.passed
