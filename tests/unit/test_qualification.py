"""Qualification: numbers, bands, which rows share a picture, lines, the record."""

from __future__ import annotations

import dataclasses
import json
import math

import numpy as np
import pytest

from exoheart import calibration, heart
from exoheart.calibration.comparisons import CLOCK
from exoheart.calibration.perturbations import judge, load_perturbations
from exoheart.errors import InputError
from exoheart.figures import to_svg
from exoheart.figures.comparison import MISS, comparison, key
from exoheart.outcome import load_controls
from exoheart.qualification import Compared, Qualification, compare, comparisons, words
from exoheart.qualification.cards import cards, panel_data, standard_deviation
from exoheart.qualification.lines import draw_lines, related
from exoheart.qualification.page import build_page
from exoheart.qualification.panels import pictures
from exoheart.qualification.record import MARK
from exoheart.qualification.run import parameter_kinds

CONTROLS = {row.id: row for row in load_controls()}


def one_of(relation):
    return next(row for row in load_controls() if row.relation == relation)


def some():
    """A row of each relation, and two infarcts that were read once."""
    rows = [
        one_of(relation)
        for relation in (
            *("value", "ratio", "ratio to normal"),
            *("difference", "share of peak", "peak time"),
        )
    ]
    dogs = [row for row in load_controls() if row.species == "dog"]
    return tuple(dict.fromkeys([*rows, *dogs[:3]]))


@pytest.fixture(scope="module")
def herd():
    """Two animals of each species whose hearts differ in their clock only."""
    return {
        species: [{CLOCK: 0.8}, {CLOCK: 1.25}]
        for species in {row.species for row in some()}
    }


@pytest.fixture(scope="module")
def found(herd):
    rows = some()
    shown = pictures(rows)
    lines = iter(draw_lines([p for one in shown for p in one.panels], herd))
    return Qualification(
        rows=compare(rows, herd),
        perturbations=judge(load_perturbations()[:3]),
        pictures=shown,
        lines=tuple(tuple(next(lines) for _ in one.panels) for one in shown),
        kinds={"dog": parameter_kinds("dog")},
        seed=0,
        animals=2,
    )


def test_the_number_of_a_row_is_the_one_that_calibration_gives():
    """Same solve, same reading, same clock."""
    rows = some()
    expected = calibration.predicted(rows)
    for row in compare(rows):
        assert row.predicted == pytest.approx(expected[row.control.id], rel=1e-5)
        assert row.band90 is None


def test_a_band_spans_the_animals_and_not_the_central_number(found, herd):
    """Two animals: 5 and 95 % lie a twentieth of their distance inside them."""
    sets = [{}, {}]
    for row in found.rows:
        one = row.control
        name = calibration.clock_key(one.species, one.laboratory)
        own = [{name: animal[CLOCK]} for animal in herd[one.species]]
        if f"heart.clock_laboratory.{one.laboratory}" in calibration.priors(
            one.species
        ):
            own = [{}, {}]  # a fitted clock stays where it is
        values = calibration.Comparisons((one,)).predict(sets, own)[:, 0]
        low, high = sorted(values)
        step = 0.05 * (high - low)
        # other samples of the same solve move a number by its tolerance
        expected = pytest.approx((low + step, high - step), rel=1e-4, abs=1e-6)
        assert row.band90 == expected


def test_ends_of_a_band_leave_failed_animals_out():
    """101 values from 0 to 100: the ends are 5 and 95, with a NaN beside them too."""
    values = np.append(np.arange(101.0), np.nan)[:, None]
    low, high = comparisons.band(values)
    assert (low[0], high[0]) == (5.0, 95.0)
    assert np.isnan(comparisons.band(np.full((3, 1), np.nan))[0][0])
    assert comparisons.band(np.empty((0, 4))) is None


def test_a_laboratory_with_a_fitted_clock_keeps_it(monkeypatch):
    """Any other takes the animal's own draw."""
    known = dict(calibration.priors("pig"))
    own = known["heart.clock_laboratory"]
    known["heart.clock_laboratory.Fitted2020"] = dataclasses.replace(own, value=1.7)
    monkeypatch.setattr(calibration, "priors", lambda *_, **__: known)
    monkeypatch.setattr(
        "exoheart.calibration.comparisons.priors", lambda *_, **__: known
    )
    clocks = comparisons.clocks_of("pig", ("Fitted2020", "Other2021"), {CLOCK: 0.9})
    assert clocks == {"Fitted2020@pig": 1.7, "Other2021@pig": 0.9}
    central = comparisons.clocks_of("pig", ("Other2021",), {})
    assert central == {"Other2021@pig": own.value}


def test_every_row_is_in_one_panel():
    """No row is drawn twice or forgotten; a panel has one species and relation."""
    made = pictures(load_controls())
    shown = [row.id for picture in made for row in picture.rows]
    assert sorted(shown) == sorted(CONTROLS)
    for picture in made:
        for panel in picture.panels:
            same = {(r.species, r.observable, r.method, r.relation) for r in panel.rows}
            assert len(same) == 1


def test_infarcts_read_once_stand_over_the_occlusion_and_the_others_over_time():
    """A laboratory that read its animals several times has a course."""
    kinds = {
        row.id: (panel.kind, len(panel.rows))
        for picture in pictures(load_controls())
        for panel in picture.panels
        for row in panel.rows
    }
    assert kinds["dog_40"][0] == "occlusion"
    assert kinds["dog_40"] == kinds["dog_permanent"]
    assert kinds["pig_40_lge_24h"] == ("course", 4)
    assert kinds["rat_permanent_tunel_border"][0] == "course"


TIMES = np.array([0.0, 1.0, 2.0, 3.0, 5.0])
SEEN = np.array([[2.0, 8.0, 4.0, 1.0, 3.0]])


@pytest.mark.parametrize(
    ("relation", "expected"),
    [
        ("value", [2.0, 8.0, 4.0, 1.0, 3.0]),
        ("ratio", [0.5, 2.0, 1.0, 0.25, 0.75]),  # to hour 2: 1 h open and 1 h
        ("difference", [-2.0, 4.0, 0.0, -3.0, -1.0]),
        ("ratio to normal", [1.0, 4.0, 2.0, 0.5, 1.5]),
        ("share of peak", [0.25, 1.0, 0.5, 0.125, 0.375]),
    ],
)
def test_a_course_in_each_relation(relation, expected):
    """Worked out by hand."""
    row = dataclasses.replace(
        one_of("value"), relation=relation, occlusion_h=1.0, reference_h=1.0, at_h=4.0
    )
    assert related(row, TIMES, SEEN)[0] == pytest.approx(expected)


def test_a_ratio_to_nothing_is_no_number():
    row = dataclasses.replace(
        one_of("ratio"), occlusion_h=None, reference_h=1.0, at_h=4.0
    )
    assert np.isnan(related(row, TIMES, np.zeros((1, 5)))).all()


def test_a_line_runs_through_the_numbers_of_its_rows(found):
    """Figure and table can't say different things."""
    known = {row.control.id: row for row in found.rows}
    for picture, lines in zip(found.pictures, found.lines, strict=True):
        for panel, line in zip(picture.panels, lines, strict=True):
            for row in panel.rows:
                at, value = row.at_h, known[row.id].predicted
                if panel.kind == "peak":
                    assert abs(line.at[np.argmax(line.value)] - value) < 12.0
                elif panel.kind == "course":
                    shown = np.interp(at, line.at, line.value)
                    assert shown == pytest.approx(value, rel=1e-3, abs=1e-4)
                elif row.occlusion_h is None:
                    shown = line.value[np.isinf(line.at)][0]
                    assert shown == pytest.approx(value, rel=0.05)
            assert (line.low <= line.high + 1e-12).all()


def test_a_row_outside_its_pass_mark_comes_first(found):
    """Cards are sorted by their share of misses."""
    missed = [c.missed / c.rows for c in cards(found.pictures, found.lines, found.rows)]
    assert missed == sorted(missed, reverse=True)


def test_only_a_standard_deviation_is_drawn_as_one():
    """Standard errors, ranges and spreads of unknown kind stay in the table."""
    row = one_of("value")
    spread = dataclasses.replace(row, spread="3.5", spread_type="SD")
    assert standard_deviation(spread) == 3.5
    for kind in ("SEM", "unknown", "IQR", ""):
        assert standard_deviation(dataclasses.replace(spread, spread_type=kind)) is None
    assert standard_deviation(dataclasses.replace(spread, spread="8-29")) is None


def test_a_number_that_could_not_be_solved_is_null_and_outside():
    row = Compared(one_of("value"), math.nan, (math.nan, 1.0), 3)
    document = row.to_json()
    assert document["predicted"] is None
    assert document["band90"] == [None, 1.0]
    assert document["inside"] is False
    assert "1 rows without a number" in words.failures([row])
    assert "3 numbers of single animals" in words.failures([row])


def test_the_document_counts_what_it_lists(found):
    """Finite or null throughout; counts by use add up to the rows."""
    document = found.to_json()
    json.dumps(document, allow_nan=False)
    for use, counted in document["counts"].items():
        own = [row for row in document["comparisons"] if row["use"] == use]
        assert counted["rows"] == len(own)
        assert counted["inside"] == sum(row["inside"] for row in own)
    assert sum(c["rows"] for c in document["counts"].values()) == len(some())
    for row in document["comparisons"]:
        within = row["pass_low"] <= row["predicted"] <= row["pass_high"]
        assert row["inside"] == within
    assert all(row["reason"] for row in document["not_represented"])
    assert len(document["perturbations"]["rows"]) == 3


def test_kinds_count_every_parameter_that_a_table_gives():
    """All but the open ports and the flow that the schedule sets."""
    model = calibration.heart_model(())
    given = [
        id_
        for id_ in model.parameters
        if not id_.startswith("port_") and id_ not in heart.SCHEDULED
    ]
    assert sum(parameter_kinds("pig").values()) == len(given)


def test_a_page_replaces_an_earlier_one_and_nothing_else(found, tmp_path):
    """Whatever else lies there stays, and no half page is left behind."""
    path = found.write(tmp_path / "page.html")
    first = path.read_bytes()
    assert MARK in first.decode()
    assert found.write(path).read_bytes() == first
    other = tmp_path / "notes.html"
    other.write_text("mine")
    for place in (other, tmp_path, tmp_path / "no_such_folder" / "page.html"):
        with pytest.raises(InputError, match="allowed: a new name"):
            found.write(place)
    assert other.read_text() == "mine"
    assert {p.name for p in tmp_path.iterdir()} == {"page.html", "notes.html"}


def test_the_page_draws_every_row_with_a_table_twin(found):
    """A figure's twin has a line for each of its rows."""
    page = build_page(found)
    shown = [*page.missed, *page.met]
    assert sum(card.rows for card in shown) == len(found.rows)
    assert all(len(card.twin.rows) == card.rows for card in shown)
    assert all(card.missed for card in page.missed)
    assert not any(card.missed for card in page.met)


def panel(**changes):
    """A small panel: two published moments, one inside, one outside."""
    point = {"label": "1 d", "at": 24.0, "observed": 1.0, "spread": 0.2}
    point |= {"pass_low": 0.5, "pass_high": 2.0, "predicted": 1.1, "inside": True}
    late = {**point, "label": "4 d", "at": 96.0, "observed": 0.02, "inside": False}
    late |= {"pass_low": 0.01, "pass_high": 0.04, "spread": None}
    line = {"at": [0.0, 24.0, 96.0], "value": [0.0, 1.1, None]}
    return {
        "kind": "course",
        "title": "mouse, IL-6",
        "y_title": "ratio",
        "after": "occlusion",
        "share": True,
        "line": {**line, "low": [0.0, 0.9, 0.8], "high": [0.0, 1.3, 1.2]},
        "reference": {"at": 12.0, "value": 1.0},
        "points": [point, late],
        **changes,
    }


@pytest.mark.parametrize("kind", ["course", "peak", "occlusion"])
def test_a_figure_is_the_same_twice_and_says_what_it_shows(kind):
    """Each kind of panel draws; a miss has a shape and colour of its own."""
    given = panel(kind=kind)
    if kind == "occlusion":
        given["points"][1]["at"] = None
        given["line"]["at"] = [0.0, 24.0, None]
    spec = comparison([given])
    svg = to_svg(spec)
    assert svg == to_svg(comparison([given]))
    assert MISS.lower() in svg.lower()
    assert "outside its pass mark" in spec["description"]
    assert ("permanent" in svg) == (kind == "occlusion")


def test_shares_over_a_decade_stand_on_a_log_axis():
    """Percentages never do."""
    assert '"log"' in json.dumps(comparison([panel()]))
    assert '"log"' not in json.dumps(comparison([panel(share=False)]))


def test_a_figure_without_animals_has_a_line_and_no_band(found):
    """The document of a run with no animals can be drawn."""
    line = {**panel()["line"], "low": None, "high": None}
    assert "<svg" in to_svg(comparison([panel(line=line)]))
    assert "<svg" in to_svg(key())


def test_a_panel_as_drawn_holds_what_the_rows_say(found):
    """Times, numbers, pass marks and the reference of a ratio."""
    known = {row.control.id: row for row in found.rows}
    for picture, lines in zip(found.pictures, found.lines, strict=True):
        for own, line in zip(picture.panels, lines, strict=True):
            data = panel_data(own, line, known)
            observed = [point["observed"] for point in data["points"]]
            assert observed == [row.observed for row in own.rows]
            assert (data["reference"] is None) == (own.first.reference_h is None)


@pytest.mark.slow
def test_every_shipped_row_can_be_drawn():
    """The whole table at once: each row in a figure, no number missing."""
    from exoheart.qualification import qualify

    whole = qualify(animals=2)
    page = build_page(whole)
    shown = [*page.missed, *page.met]
    assert sum(card.rows for card in shown) == len(CONTROLS)
    assert all("<svg" in card.svg for card in shown)
    assert words.failures(whole.rows) == ""
