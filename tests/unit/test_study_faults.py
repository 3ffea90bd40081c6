"""Every fault of a study file is reported, at once, with key and nearest name."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from exoheart.errors import StudyError
from exoheart.study import parse_study, template
from exoheart.study.shape import shape_faults

HERE = Path(__file__).parent
BAD = sorted((HERE.parent / "bad" / "study").glob("*.toml"))
EXPECTED = re.compile(r"# fault at (?P<where>.*?)(; nearest (?P<nearest>.*))?\n")
JUNK: tuple[Any, ...] = (0, -1, 1.5, "", "x", "-3 min", [], {}, True, [1], {"a": 1})


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_a_bad_file_has_the_one_fault_that_it_is_named_after(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    expected = EXPECTED.match(text)
    assert expected is not None
    with pytest.raises(StudyError) as caught:
        parse_study(text, path.stem)
    (fault,) = caught.value.faults
    assert fault.where == expected["where"]
    assert fault.nearest == expected["nearest"] or expected["nearest"] is None
    assert fault.met
    assert fault.allowed


def test_there_are_enough_bad_files() -> None:
    assert len(BAD) >= 15


def test_five_different_faults_are_all_reported_at_once() -> None:
    text = (
        template("pig")
        .replace('species = "pig"', 'species = "pigg"')
        .replace('donor = "CDC"', 'donor = "CDCs"')
        .replace('"7.5 mg protein"', '"7.5 mg"', 1)
        .replace('route = "intracoronary"', 'route = "intracoronery"', 1)
        .replace('method = "TTC"', 'method = "TTC"\nmethods = "TTC"')
    )
    with pytest.raises(StudyError) as caught:
        parse_study(text)
    found = {fault.where: fault.nearest for fault in caught.value.faults}
    assert found == {
        "animal.species": "pig",
        "product.cdc.donor": "CDC",
        "arm[2].dose": None,
        "arm[3].route": "intracoronary",
        "endpoint[1].methods": "method",
    }
    for fault in caught.value.faults:
        assert str(fault) in str(caught.value)


def test_faults_of_form_route_and_keys_are_reported_together() -> None:
    """A route, a dose, a name and a time that don't fit: four faults in one run."""
    text = (
        template("pig")
        .replace('form = "vesicles"', 'form = "cells"')
        .replace('route = "intramyocardial"', 'route = "inhaled"')
        .replace('zone = "border"', 'ligand = "CHP"')
    )
    text = text.replace(
        'compare_to = "vehicle IC"',
        'compare_to = "vehicle IC"\nover = "5 min"\n'
        'delivery = { flow_arrest = "3 min" }',
    )
    with pytest.raises(StudyError) as caught:
        parse_study(text)
    found = {fault.where: fault.allowed for fault in caught.value.faults}
    assert set(found) == {
        *("arm[2].route", "arm[2].dose", "arm[2].delivery.ligand"),
        *("arm[4].dose", "arm[4].over"),
    }
    assert "inhaled" not in found["arm[2].route"]
    assert "intravenous" in found["arm[2].route"]
    assert "donor cells" in found["arm[2].dose"]
    assert "adhesion molecule" in found["arm[2].delivery.ligand"]


def test_a_dose_without_a_basis_is_told_the_bases() -> None:
    with pytest.raises(StudyError, match=r"particles.*protein.*donor cells.*per kg"):
        parse_study(template("pig").replace("7.5 mg protein", "7.5 mg"))


def test_an_absurd_but_legal_file_loads() -> None:
    text = template("pig").replace("7.5 mg protein", "1e20 particles")
    study = parse_study(text.replace('"90 min"', '"10 d"'))
    assert study.animal.infarct.occlusion_h == 240.0
    assert study.arms[1].dose is not None
    assert study.arms[1].dose.value == 1e20


def _paths(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[Any]:
    pairs = value.items() if isinstance(value, dict) else enumerate(value)
    for key, inner in pairs:
        yield (*path, key)
        if isinstance(inner, dict | list):
            yield from _paths(inner, (*path, key))


def _written(value: Any) -> str:
    """Write a value as inline TOML."""
    if isinstance(value, dict):
        pairs = (f"{json.dumps(key)} = {_written(each)}" for key, each in value.items())
        return "{" + ", ".join(pairs) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_written, value)) + "]"
    return json.dumps(value)


def test_junk_in_any_place_is_a_fault_or_legal_but_never_a_crash() -> None:
    """Only StudyError may come out, and only with faults in it."""
    whole = tomllib.loads((HERE / "test_study_canonical.toml").read_text("utf-8"))
    refused = legal = 0
    for path in _paths(whole):
        for junk in JUNK:
            data = json.loads(json.dumps(whole))
            place = data
            for part in path[:-1]:
                place = place[part]
            place[path[-1]] = junk
            text = "\n".join(f"{key} = {_written(each)}" for key, each in data.items())
            try:
                parse_study(text)
            except StudyError as bad:
                refused += len(bad.faults) > 0
            else:
                legal += 1
    assert refused > 300
    assert refused + legal == len(JUNK) * len(list(_paths(whole)))


def test_a_missing_table_is_a_fault_and_not_a_crash() -> None:
    for text in ("", "schema = 1", 'arm = "x"', "schema = 1\narm = [1]\nendpoint = 2"):
        with pytest.raises(StudyError):
            parse_study(text)


def test_faulty_values_are_blanked_so_that_the_rest_can_be_read() -> None:
    faults, left = shape_faults({"schema": 1, "arm": [{"name": 3, "n": 6}]})
    assert [fault.where for fault in faults][-1] != ""
    assert left["arm"] == [{"name": None, "n": 6}]
