"""Spreads between animals: a table that can be read, and like held beside like."""

from __future__ import annotations

import dataclasses
import sys
from functools import lru_cache
from pathlib import Path

import numpy as np
import pytest

from exoheart import calibration, outcome
from exoheart.calibration import spreads
from exoheart.calibration.animals import animals
from exoheart.calibration.spreads import (
    COMPARED,
    Population,
    load_spreads,
    population_spreads,
    read_spreads,
)
from exoheart.errors import DataError, InputError
from exoheart.evidence.tables import data_folder

DOCS = Path(__file__).parents[2] / "docs"
sys.path.insert(0, str(DOCS))

import spreads_table as made  # noqa: E402 - a script of docs/, not of the package

TABLE = (data_folder() / "control_spreads.csv").read_text("utf-8")
ROWS = {row.id: row for row in load_spreads()}


@lru_cache(maxsize=1)
def few():
    """Every row with eight animals, by id."""
    return {one.spread.id: one for one in population_spreads(load_spreads(), 8)}


def test_every_row_is_there_once_with_a_source_that_exists():
    text = (data_folder() / "sources.bib").read_text("utf-8")
    assert len(ROWS) == len(load_spreads()) == len(TABLE.splitlines()) - 1
    for row in load_spreads():
        assert f"{{{row.source}," in text, row.id
        assert row.locator, row.id


def test_the_variance_components_of_the_pig_scans_are_as_computed():
    """One-way random effects of 19 scans of 7 pigs, and differences over root 2."""
    found = {
        (row.component, row.model): row.sd
        for row in load_spreads()
        if row.source == "CineSscrofa" and not row.id.endswith("_second")
        if row.component != "animals and readers"
    }
    infarct = "ischaemia-reperfusion"
    assert found == {
        ("between animals", infarct): 4.6,
        ("within animal", infarct): 3.8,
        ("same reader twice", infarct): 1.35,
        ("two readers", infarct): 3.3,
        ("between animals", "none"): 2.5,
        ("within animal", "none"): 3.0,
    }
    between, within = found[COMPARED[1], infarct], found["within animal", infarct]
    assert between**2 / (between**2 + within**2) == pytest.approx(0.60, abs=0.01)


def test_a_spread_is_that_of_the_control_row_of_the_same_animals():
    """The two tables say the same of one publication."""
    shared = {
        (c.source, c.species, c.occlusion_h, c.observable, c.at_h): float(c.spread)
        for c in outcome.load_controls()
        if c.spread_type == "SD" and c.relation == "value"
    }
    met = 0
    for row in load_spreads():
        key = (row.source, row.species, row.occlusion_h, row.observable, row.at_h)
        if key in shared:
            met += 1
            assert row.sd == shared[key], row.id
    assert met >= 20


def test_every_fault_of_a_table_is_said_at_once():
    lines = TABLE.splitlines()
    lines[1] = lines[1].replace(",20,points,8,", ",-2,mL,one,")
    lines[2] = lines[2].replace("animals and readers", "animals and reader")
    lines[3] = lines[3].replace(",45,", ",,").replace("TTC", "TTD")
    with pytest.raises(DataError) as met:
        read_spreads("\n".join(lines))
    where = [(f.where.split()[2], f.where.split()[-1]) for f in met.value.faults]
    assert where == [
        *(("2,", "sd"), ("2,", "n"), ("2,", "unit"), ("3,", "component")),
        *(("4,", "occlusion_min"), ("4", "4")),
    ]
    assert met.value.faults[3].nearest == "animals and readers"
    with pytest.raises(DataError, match="columns"):
        read_spreads(TABLE.replace("component", "part", 1))


def test_the_spread_is_of_animals_that_differ_in_nothing_but_their_own_layer():
    """Computed again by hand for shams, whose ejection fraction stays what it was."""
    herd = animals("pig", 8, 0, layers={"animal"})
    before = [100 * animal["heart_ejection_fraction_normal"] for animal in herd]
    one = few()["pig_sham_cine_between"]
    assert one.mean == pytest.approx(np.mean(before), rel=1e-3)
    assert one.animals == pytest.approx(np.std(before, ddof=1), rel=1e-2)
    assert one.predicted == one.animals


def test_a_group_holds_the_reading_error_of_the_tables_as_well():
    """In the measure's unit where the row says so, else a share of the mean."""
    known = calibration.priors("pig")
    stained, scanned = few()["pig_45_24h"], few()["pig_90_cine_scan_3"]
    assert stained.reading == known["outcome.sd_infarct_area_at_risk.TTC"].value
    share = known["outcome.cv_ejection_fraction.CMR"].value
    assert scanned.reading == pytest.approx(share * scanned.mean, rel=1e-12)
    for one in (stained, scanned):
        assert one.predicted == pytest.approx(np.hypot(one.animals, one.reading))
    assert few()["rat_permanent_survivors"].reading == 0.0


def test_patients_are_opened_on_their_own_time_and_read_after_it(monkeypatch):
    """Without the spread of occlusions they differ less; moments count from it."""
    row = ROWS["human_200_infarct"]
    seen = []
    solve = spreads.solve

    def spy(runs, *arguments, **given):
        seen.extend(runs)
        return solve(runs, *arguments, **given)

    monkeypatch.setattr(spreads, "solve", spy)
    population_spreads([row], 4)
    own = [run.changes["heart_occlusion_spread"] for run in seen]
    assert len(set(own)) == 4
    for run, factor in zip(seen, own, strict=True):
        opened = run.protocol[1]
        assert opened == pytest.approx(factor * row.occlusion_h)
        assert run.times[0] - opened == pytest.approx(row.at_h)


def test_a_laboratory_keeps_its_own_clock(monkeypatch):
    """One clock for all animals of a source; a slow one gives smaller infarcts."""
    row = ROWS["pig_45_24h"]
    means = []
    for clock in (0.8, 1.4):
        monkeypatch.setattr(spreads, "laboratory_clock", lambda *_, c=clock: c)
        means.append(population_spreads([row], 4)[0].mean)
    assert means[0] > means[1] + 5


def test_rows_come_back_in_their_order_and_a_draw_is_repeatable():
    rows = [ROWS[k] for k in ("pig_45_72h", "mouse_permanent_ejection", "pig_45_3h")]
    found = population_spreads(rows, 4)
    assert [one.spread for one in found] == rows
    assert population_spreads([rows[2]], 4)[0].animals == pytest.approx(
        found[2].animals, rel=1e-6
    )


def test_repeated_readings_are_not_held_against_the_heart():
    for one in few().values():
        held = one.spread.component in COMPARED
        assert (one.predicted is None) is not held
        assert (one.ratio is None) is not held
        assert (one.inside is None) is not held
    assert few()["pig_90_cine_two_readers"].reading > 2.0


@pytest.mark.parametrize(
    ("model", "inside"), [(6.6, False), (6.7, True), (14.9, True), (15.1, False)]
)
def test_inside_means_within_a_factor_one_and_a_half_either_way(model, inside):
    row = dataclasses.replace(ROWS["pig_45_24h"], sd=10.0)
    assert Population(row, 50.0, model, 0.0, 0).inside is inside


def test_the_spread_of_eight_is_known_to_a_factor_of_two():
    """Chi square with 7 degrees of freedom: 1.690 and 16.013 at 2.5 and 97.5 %."""
    row = ROWS["pig_45_24h"]
    low, high = row.sampled
    assert low == pytest.approx(row.sd * (7 / 16.013) ** 0.5, rel=1e-4)
    assert high == pytest.approx(row.sd * (7 / 1.690) ** 0.5, rel=1e-3)
    assert ROWS["pig_90_cine_between"].sampled is None
    assert ROWS["pig_20_lge_2h"].sampled is None


def test_one_animal_has_no_spread():
    with pytest.raises(InputError, match="count 1"):
        population_spreads(load_spreads(), 1)


def test_failed_animals_are_counted_and_left_out():
    values = np.array([1.0, np.nan, 3.0])
    one = spreads._summary(ROWS["rat_permanent_survivors"], values)
    assert (one.mean, one.animals, one.failed) == (2.0, pytest.approx(2**0.5), 1)
    none = spreads._summary(ROWS["rat_permanent_survivors"], values[:2])
    assert none.inside is False


def test_the_page_holds_every_row_of_the_table():
    """After a change of tables: python docs/spreads_table.py --write."""
    page = (DOCS / "heart.md").read_text("utf-8")
    text = page.split(made.MARKS[0])[1].split(made.MARKS[1])[0]
    fresh = made.table(list(few().values()))

    def published(table):
        lines = [line for line in table.splitlines() if line.startswith("| ")]
        return sorted((line.split("|")[1:5], line.split("|")[-2]) for line in lines)

    assert published(text) == published(fresh)
    assert len(published(text)) == len(ROWS) + 2
    assert "Failed: 0 of " in text
