"""Release: what passes, what fails, and when nothing can be said."""

from __future__ import annotations

import numpy as np
import pytest

from exoheart.product.lot import Lot, parse_lot
from exoheart.product.release import LotRelease, release_lot, release_table
from exoheart.product.specification import specification
from exoheart.records.making import ReleaseTest
from exoheart.records.product import Secretion, Supply
from exoheart.records.study import Product

ONE = np.ones(4)
MARKERS = {"membrane marker": "CD63", "luminal marker": "TSG101"} | {
    "negative marker": "calnexin",
    "soluble factor": "VEGF",
}


def lot_text(form: str = "vesicles", **changed: dict[str, object]) -> str:
    """Write a lot in which every test passes, but for what is changed."""
    text = (
        f"[lot]\nname = 'A1'\nproduct = 'cdc'\nform = '{form}'\nmechanism = 'survival'"
    )
    for asked in specification(form):
        keys: dict[str, object] = {"name": asked.test}
        if asked.test in MARKERS:
            keys["of"] = MARKERS[asked.test]
        if asked.kind == "finding":
            keys |= {"value": asked.must_be, "must_be": asked.must_be}
        else:
            unit = asked.unit or "% of reference"
            keys |= {"value": 50.0, "unit": unit, "low": 1.0, "high": 100.0}
        if asked.test == "potency":
            keys["mechanism"] = "survival"
        keys |= changed.get(asked.test.replace(" ", "_"), {})
        text += "\n[[test]]\n" + "".join(
            f"{key} = {value!r}\n" for key, value in keys.items() if value is not None
        )
    return text


def released(form: str = "vesicles", **changed: dict[str, object]) -> LotRelease:
    return release_lot(parse_lot(lot_text(form, **changed)))


@pytest.mark.parametrize("form", ["vesicles", "conditioned medium", "cells", "RNA"])
def test_a_lot_inside_every_limit_is_releasable(form: str) -> None:
    found = released(form)
    assert found.verdict == "releasable"
    assert {line.status for line in found.lines} == {"pass"}
    assert found.sentence.startswith("Releasable: all ")


def test_a_value_outside_its_limit_fails_and_is_named() -> None:
    found = released(endotoxin={"value": 101.0})
    assert found.verdict == "not releasable"
    assert "endotoxin is 101 EU/mL, limit 1 to 100 EU/mL" in found.sentence


@pytest.mark.parametrize("edge", [1.0, 100.0])
def test_a_value_on_its_limit_passes(edge: float) -> None:
    assert released(endotoxin={"value": edge}).verdict == "releasable"


def test_a_finding_other_than_asked_fails() -> None:
    found = released(negative_marker={"value": "present"})
    assert "negative marker (calnexin) is present, must be absent" in found.sentence


@pytest.mark.parametrize(
    ("test", "bad", "must"),
    [
        ("sterility", "growth", "no growth"),
        ("mycoplasma", "detected", "not detected"),
        ("negative marker", "present", "absent"),
        ("luminal marker", "absent", "present"),
    ],
)
def test_a_finding_that_no_lot_may_have_fails_without_a_limit(
    test: str, bad: str, must: str
) -> None:
    """A lot that grows germs never leaves, also where the file asks for nothing."""
    found = released(**{test.replace(" ", "_"): {"value": bad, "must_be": None}})
    assert found.verdict == "not releasable"
    assert f"is {bad}, must be {must}" in found.sentence


def test_a_sound_finding_without_a_limit_does_not_pass() -> None:
    found = released(sterility={"must_be": None})
    status = {line.test: line.status for line in found.lines}["sterility"]
    assert status == "measured, no limit set"


def test_results_without_method_or_date_are_counted() -> None:
    """Both are needed; what isn't measured isn't counted."""
    every = len(specification("vesicles"))
    known = {"method": "tracking", "date": "2026-05-31"}
    assert len(released().undocumented) == every
    assert len(released(size=known).undocumented) == every - 1
    assert len(released(size={"method": "tracking"}).undocumented) == every
    assert len(released(size={"value": None}).undocumented) == every - 1


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"value": None}, "NOT MEASURED"),
        ({"low": None, "high": None}, "measured, no limit set"),
    ],
)
def test_without_a_value_or_without_a_limit_nothing_is_said(
    change: dict[str, object], status: str
) -> None:
    """Neither passes silently, whatever limits practice would recall."""
    found = released(residual_DNA=change)
    lines = {line.test: line for line in found.lines}
    assert lines["residual DNA"].status == status
    assert lines["residual DNA"].recalled
    assert found.verdict == "can't be said"
    assert "(residual DNA)" in found.sentence


def test_a_failure_outweighs_what_is_missing() -> None:
    found = released(residual_DNA={"value": None}, size={"value": 500.0})
    assert found.verdict == "not releasable"
    assert found.sentence.endswith("; 1 more not measured.")


@pytest.mark.parametrize("mechanism", ["angiogenic", None])
def test_potency_counts_only_for_the_claimed_mechanism(mechanism: str | None) -> None:
    found = released(potency={"mechanism": mechanism})
    assert found.verdict == "can't be said"
    status = {line.test: line.status for line in found.lines}["potency"]
    assert status == "measured, not tied to the claimed mechanism"
    assert found.sentence == (
        "Can't be said, because potency isn't tied to the claimed mechanism (survival)."
    )


def test_a_lot_that_claims_no_mechanism_is_told_so() -> None:
    text = lot_text().replace("mechanism = 'survival'\n", "", 1)
    found = release_lot(parse_lot(text))
    assert "because the lot claims no mechanism" in found.sentence


def test_large_numbers_read_as_people_write_them() -> None:
    change = {"value": 1.64e12, "low": 1e10, "high": None}
    line = next(x for x in released(particle_count=change).lines if x.low == 1e10)
    assert line.result.replace("\xa0", " ") == "1.64 × 10¹² particles/mL"  # noqa: RUF001
    assert line.limit == "at least 10¹⁰ particles/mL"
    assert line.value == 1.64e12


def test_a_missing_test_is_not_measured() -> None:
    """A lot file that names one test leaves all others open."""
    found = release_lot(parse_lot("[lot]\nname = 'A1'\nproduct = 'cdc'\n"))
    assert {line.status for line in found.lines} == {"NOT MEASURED"}
    assert len(found.lines) == len(specification("vesicles"))


def table_of(lot: Lot | None) -> dict[str, ReleaseTest]:
    product = Product("cdc", "vesicles", "CDC")
    donor = Secretion("CDC", ONE, ONE, ONE, ONE, ONE, {})
    lines = release_table(Supply(product, donor, None), lot)
    return {line.attribute: line for line in lines}


def test_the_table_of_a_plan_claims_nothing_and_that_of_a_lot_what_it_holds() -> None:
    planned, measured = table_of(None), table_of(parse_lot(lot_text()))
    assert planned.keys() == measured.keys()
    assert all(not line.known for line in planned.values())
    assert all("not measured" in line.result for line in planned.values())
    assert all(line.known for line in measured.values())
    assert measured["size"].result == "size 50 nm, pass"


def test_a_lot_of_another_form_fills_no_table() -> None:
    table = table_of(parse_lot(lot_text("cells")))
    assert all(not line.known for line in table.values())
