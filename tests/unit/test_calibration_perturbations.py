"""Published perturbations: the table, the sign logic, and the counts."""

from __future__ import annotations

import csv
import dataclasses
import hashlib
import math

import numpy as np
import pytest

from exoheart import calibration as ct
from exoheart import heart, outcome
from exoheart.calibration import perturbations as pt
from exoheart.calibration.perturbation_table import Change
from exoheart.errors import DataError, InputError
from exoheart.evidence.bibliography import parse_bibliography
from exoheart.evidence.tables import data_folder

ROWS = pt.load_perturbations()
BY_ID = {row.id: row for row in ROWS}
DEPLETED, DELETED = BY_ID["io2c"], BY_ID["ko12"]
TABLE = (data_folder() / "perturbations.csv").read_text("utf-8")


def test_the_table_is_the_published_list():
    """90 rows, 86 of them in the first sheet; matches of the published model add up."""
    first = [row for row in ROWS if row.in_first_sheet]
    assert len({row.id for row in ROWS}) == len(ROWS) == 90
    assert len(first) == 86
    # 62 of 86 by the first sheet, three of four only in the second
    assert sum(row.published_model for row in first) == 62
    assert sum(row.published_model for row in ROWS) == 65
    assert {row.species for row in ROWS} == {"mouse"}


def test_sources_exist_and_notes_say_why():
    """Every source is in the bibliography, and every row has a note."""
    text = (data_folder() / "sources.bib").read_text("utf-8")
    keys = {entry.key for entry in parse_bibliography(text)[0]}
    assert {row.source for row in ROWS} - keys == set()
    assert [row.id for row in ROWS if len(row.note) < 10] == []


def test_everything_that_a_row_names_is_in_the_model():
    """Parameters, terms and observables exist, so that no row fails by its spelling."""
    wanted = [row for row in ROWS if row.represented]
    model = ct.heart_model(tuple({row.observable for row in wanted}))
    terms = heart.terms([*heart.blocks(), *outcome.blocks()])
    parameters = {id_.replace("_", ".", 1) for id_ in model.parameters}
    missing = [
        (row.id, one.target)
        for row in wanted
        for one in row.changes
        if one.target not in (terms if one.of_term else parameters)
    ]
    assert missing == []


def test_repeated_observations_name_an_earlier_row_of_the_same():
    """What is counted once is the same quantity, day, direction and source."""
    repeats = [row for row in ROWS if row.same_as]
    assert len(repeats) == 4
    for row in repeats:
        first = BY_ID[row.same_as]
        assert ROWS.index(first) < ROWS.index(row)
        assert not first.same_as
        for name in ("quantity", "day", "expected", "source", "occlusion_h"):
            assert getattr(row, name) == getattr(first, name), (row.id, name)


#: SHA-256 of what is run and expected. Strengths were set before any row was scored; a
#: change here is a change of the rules and needs a line in the changelog.
DIGEST = "2f6b08bf6af37dc6ec4a7ba98c0c3443960ef120a6058a416ff32dfd652011fd"
FREE = {"note", "source", "perturbation"}


def test_strengths_and_expectations_are_the_ones_that_were_set():
    """Neither a strength nor a direction can move without this digest."""
    rows = [
        [value for name, value in row.items() if name not in FREE]
        for row in csv.DictReader(TABLE.splitlines())
    ]
    assert hashlib.sha256(repr(rows).encode()).hexdigest() == DIGEST


def judged(base, changed, expected="increase", **changes):
    row = dataclasses.replace(BY_ID["io1"], expected=expected, **changes)
    return pt.Judged(row, base, changed)


@pytest.mark.parametrize(
    ("base", "changed", "predicted"),
    [
        (10.0, 12.0, "increase"),
        (10.0, 8.0, "decrease"),
        (10.0, 10.0, "no change"),
        (10.0, 10.4, "no change"),
        (10.0, 9.6, "no change"),
        (8.0, 0.0, "decrease"),
        (0.0, 1.0, None),  # no control to compare with
        (math.nan, 1.0, None),
    ],
)
def test_a_toy_change_has_the_sign_worked_out_by_hand(base, changed, predicted):
    """Up, down, inside the dead band, and nothing where there is no number."""
    assert judged(base, changed).predicted == predicted
    for expected in ("increase", "decrease", "no change"):
        assert judged(base, changed, expected).agrees is (expected == predicted)


def test_the_dead_band_ends_beyond_five_per_cent():
    """A change of the band's size is none; the narrow band tells more changes."""
    assert pt.DEAD_BAND == 0.05
    assert pt.sign_of(0.05) == pt.sign_of(-0.05) == "no change"
    assert (pt.sign_of(0.0501), pt.sign_of(-0.0501)) == ("increase", "decrease")
    row = judged(100.0, 103.0, "no change")
    assert (row.agrees, row.agrees_at(pt.NARROW_BAND)) == (True, False)


def test_rows_that_are_not_represented_stay_in_the_denominator():
    """They agree with nothing, and a failed solve doesn't either."""
    outside = dataclasses.replace(BY_ID["io1b"], published_model=True)
    rows = [
        judged(1.0, 2.0, published_model=True),
        judged(1.0, 0.5, published_model=False),
        judged(1.0, 1.03, "no change", published_model=True, in_first_sheet=False),
        judged(1.0, 2.0, by_construction=True, published_model=False),
        judged(1.0, 0.5, "decrease", published_model=True, same_as="io1"),
        judged(math.nan, math.nan, "decrease", published_model=False),
        pt.Judged(outside),
    ]
    assert rows[-1].agrees is None
    counts = pt.summary(rows)
    assert counts["all"] == pt.Count(
        agreeing=4,
        agreeing_narrow=3,
        represented=6,
        listed=7,
        published=4,
        published_represented=3,
        decrease=2,
        failed=1,
    )
    found = {name: (c.agreeing, c.represented, c.listed) for name, c in counts.items()}
    # io1b stands only in the second sheet
    assert found == {
        "all": (4, 6, 7),
        "first sheet": (3, 5, 5),
        "all, none by construction": (3, 5, 6),
        "first sheet, none by construction": (2, 4, 4),
        "each observation once, none by construction": (2, 4, 5),
    }


def test_what_is_true_by_construction_agrees():
    """A depletion that depletes nothing would be a fault of the table."""
    rows = [row for row in ROWS if row.by_construction]
    found = pt.judge([*rows, BY_ID["io1b"]])
    assert [row.agrees for row in found] == [True] * len(rows) + [None]


def test_readings_are_the_mean_until_the_day_and_the_value_on_it():
    """Both agree with a course solved here; the occlusion counts before the days."""
    times = np.linspace(0.0, 1.0 + 24.0, 4001)
    run = ct.Run("mouse", ("ischaemia-reperfusion", 1.0), times)
    course = ct.solve([run], (DELETED.observable,))[DELETED.observable][0]
    mean, last = (pt.judge([DELETED], reading=r)[0].base for r in READINGS)
    assert mean == pytest.approx(np.trapezoid(course, times) / 25.0, rel=1e-3)
    assert last == pytest.approx(course[-1], rel=1e-4)


READINGS = ("until the day", "on the day")


def test_factors_of_a_row_act_on_a_rival():
    """Values and terms that a caller gives are there with and without the change."""
    plain, twice = (
        pt.judge([DEPLETED], changes=changes)[0]
        for changes in (None, {"heart_neutrophil_time": 40.0})
    )
    assert twice.base > 1.2 * plain.base
    assert twice.relative < -0.5
    weighted = pt.judge(
        [DELETED, DEPLETED],
        changes={"heart_weight": 0.0},
        terms=(("heart_interleukin_1_excess", "heart_weight * ({old})"),),
        added=("heart_weight has dimensionless;",),
    )
    gone = (("heart_interleukin_1_excess", "0 dimensionless * ({old})"),)
    for found in (weighted, pt.judge([DELETED, DEPLETED], terms=gone)):
        nothing_left, deaf = found
        assert nothing_left.relative == pytest.approx(0.0, abs=1e-4)
        assert deaf.relative < -0.5


def test_less_effect_is_less_source_where_a_signal_has_one():
    """A blocked signal may be written as a factor on its excess: both are the same."""
    gain = (Change("heart.interleukin_1_gain", 0.1),)
    by_source = dataclasses.replace(BY_ID["in10"], changes=gain)
    one, other = pt.judge([BY_ID["in10"], by_source])
    assert one.changed == pytest.approx(other.changed, rel=1e-3)


def test_an_unknown_name_is_refused_with_the_nearest():
    """All unknown parameters at once; a term by the model text's own error."""
    names = ("heart.neutrophil_rat", "heart.monocyte_rat")
    rows = [
        dataclasses.replace(DEPLETED, changes=(Change(name, 0.5),)) for name in names
    ]
    with pytest.raises(DataError, match=r"'heart.neutrophil_rate'") as met:
        pt.judge(rows)
    assert len(met.value.faults) == 2
    lost = dataclasses.replace(DEPLETED, changes=(Change("heart_tnf_exces", 0, True),))
    with pytest.raises(InputError, match="heart_tnf_excess"):
        pt.judge([lost])


@pytest.mark.parametrize(
    ("column", "text"),
    [
        ("expected", "up"),
        ("represented", "maybe"),
        ("changes", "heart.neutrophil_rate times 2"),
        ("changes", "heart.neutrophil_rate * -1"),
        ("changes", ""),
        ("day", "third"),
        ("occlusion_min", "an hour"),
    ],
)
def test_a_broken_row_is_named(column, text):
    """Every broken line of a table is in the error, all at once."""
    header, *lines = TABLE.splitlines()
    row = next(csv.DictReader([header, lines[0]]))
    row[column] = text
    broken = ",".join(f'"{value}"' for value in row.values())
    with pytest.raises(DataError, match="line 2") as met:
        pt.read_perturbations("\n".join([header, broken, lines[1], broken]))
    lines_met = {fault.where.split(",")[0] for fault in met.value.faults}
    assert lines_met == {"perturbations.csv line 2", "perturbations.csv line 4"}
