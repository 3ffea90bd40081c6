"""What nobody has tested: two-way maps of donor, route, dose, time of dose and species.

Each cell counts cohorts, so that overlapping animals count once. Retracted studies,
studies that nobody could read, hearts without ischaemia and rows that only follow the
particles don't count. A gap is a cell without a cohort *in these tables*: many
abstracts leave the route or the dose out, so each gap says how many cohorts could lie
in it. Read :mod:`exoheart.evidence.gaps.bands` for the bands.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from exoheart.errors import InputError, closest
from exoheart.evidence.gaps.bands import (
    AXES,
    NOT_SAID,
    PER_MASS,
    dose_bands,
    planned_place,
    published_place,
    time_bands,
)
from exoheart.evidence.plan_terms import DONOR_FAMILIES, treated_arms
from exoheart.evidence.query import SHORT
from exoheart.evidence.studies import StudyRecord
from exoheart.evidence.table1.effects import INFARCT_MODELS
from exoheart.evidence.vocabulary import ROUTES, THERAPY_FORMS, TREATED_SPECIES
from exoheart.records.study import Study

Plain = dict[str, object]
Pair = tuple[str, str]

#: The maps, each with its rows first.
PAIRS: tuple[Pair, ...] = (
    ("donor", "route"),
    ("species", "route"),
    ("route", "time of dose"),
    ("dose", "species"),
    ("donor", "species"),
)
#: Models whose hearts count: infarcts, and vessels that close slowly.
COUNTED_MODELS = (*INFARCT_MODELS, "ameroid constriction")
#: Families of outcomes that follow the particles and tell of no effect.
NO_EFFECT_READ = ("retention", "release", "")


@dataclass(frozen=True, slots=True)
class Tested:
    """One cohort at one place: where on each axis, by which study, with a number."""

    cohort: str
    study: str
    place: Mapping[str, str]
    numbered: bool


@dataclass(frozen=True, slots=True)
class MapCell:
    """One cell of a map.

    `cohorts` were tested, `with_number` of them with a printed number; `could_be`
    counts cohorts that say one of the two words, and nothing of the other.
    """

    row: str
    column: str
    cohorts: int
    with_number: int
    studies: tuple[str, ...]
    could_be: int


@dataclass(frozen=True, slots=True)
class GapMap:
    """One two-way map: the names of its axes and of their places, and every cell."""

    rows: str
    columns: str
    row_names: tuple[str, ...]
    column_names: tuple[str, ...]
    cells: tuple[MapCell, ...]

    def cell(self, row: str, column: str) -> MapCell:
        """Give the cell of a row and a column (KeyError where there is none)."""
        return {(one.row, one.column): one for one in self.cells}[row, column]


@dataclass(frozen=True, slots=True)
class Gap:
    """A cell without a cohort.

    `nearness` is the number of cohorts that would stand there if the cohorts of its
    row were spread over the columns as all cohorts are: the larger, the closer to what
    is tested. `beside` names the fullest tested cells of its row and of its column.
    """

    rows: str
    columns: str
    row: str
    column: str
    nearness: float
    could_be: int
    beside: tuple[str, ...]


def form_of(typed: str) -> str:
    """Read what was given: a form of the tables, or what the field says for one.

    Raises
    ------
    InputError
        A form that no therapy has; the nearest is named.

    Examples
    --------
    >>> form_of("exosomes")
    'vesicles'
    """
    found = SHORT["form"].get(typed.strip().lower(), (typed,))[0]
    if found in THERAPY_FORMS:
        return found
    near = closest(typed, THERAPY_FORMS)
    raise InputError(
        f"--form: met {typed!r}; allowed: {', '.join(THERAPY_FORMS)}; nearest: "
        f"{near or 'none'}"
    )


def places_tested(studies: Iterable[StudyRecord], form: str) -> list[Tested]:
    """List what was tested: each cohort once at each place, in the studies' order.

    Parameters
    ----------
    studies
        From :func:`exoheart.evidence.studies.load_studies`.
    form
        What was given, from :func:`form_of`; forms are never counted together.
    """
    found: dict[tuple[str, ...], Tested] = {}
    for study in studies:
        if study.retracted or study.model not in COUNTED_MODELS:
            continue
        for row in study.outcomes:
            if row.form != form or row.baseline or row.family in NO_EFFECT_READ:
                continue
            place = published_place(study, row)
            key = (study.cohort, study.id, *place.values())
            numbered = row.mean is not None or (key in found and found[key].numbered)
            found[key] = Tested(study.cohort, study.id, place, numbered)
    return list(found.values())


def pair_of(by: str) -> Pair:
    """Read the two axes of ``--by donor,route``.

    Raises
    ------
    InputError
        Not two different axes; the nearest is named.
    """
    short = {"time": "time of dose", "dose band": "dose", "timing": "time of dose"}
    names = [one.strip().lower() for one in by.split(",")]
    axes = [short.get(name, name) for name in names]
    unknown = next((name for name in axes if name not in AXES), None)
    if unknown is None and len(axes) == len(set(axes)) == 2:
        return axes[0], axes[1]
    near = "" if unknown is None else f"; nearest: {closest(unknown, AXES) or 'none'}"
    raise InputError(
        f"--by: met {by!r}; allowed: two of {', '.join(AXES)}, parted by a comma{near}"
    )


def asked(form: str, by: str | None) -> tuple[str, tuple[Pair, ...]]:
    """Read form and axes together; without axes all maps are meant.

    Raises
    ------
    InputError
        What :func:`form_of` and :func:`pair_of` refuse, at once.
    """
    known, pairs, faults = form, PAIRS, []
    try:
        known = form_of(form)
    except InputError as bad:
        faults.append(str(bad))
    try:
        pairs = PAIRS if by is None else (pair_of(by),)
    except InputError as bad:
        faults.append(str(bad))
    if faults:
        raise InputError("\n".join(faults))
    return known, pairs


def names_of(
    axis: str, found: Sequence[Tested], form: str, planned: Iterable[str] = ()
) -> tuple[str, ...]:
    """Give the places of an axis: those that the program knows, then any others met.

    Donors stand by their number of cohorts; what isn't said stands last.
    """
    met = [one.place[axis] for one in found]
    fixed: Mapping[str, tuple[str, ...]] = {
        "donor": _donors(found),
        "route": tuple(route for route in ROUTES if route),
        "dose": dose_bands(form),
        "time of dose": time_bands(),
        "species": TREATED_SPECIES,
    }
    extra = sorted({*met, *planned} - {*fixed[axis], NOT_SAID, PER_MASS})
    last = [name for name in (PER_MASS, NOT_SAID) if name in {*met, *planned}]
    return (*fixed[axis], *extra, *last)


def _donors(found: Sequence[Tested]) -> tuple[str, ...]:
    cohorts: dict[str, set[str]] = {name: set() for name in DONOR_FAMILIES}
    for one in found:
        cohorts.setdefault(one.place["donor"], set()).add(one.cohort)
    cohorts.pop(NOT_SAID, None)
    return tuple(sorted(cohorts, key=lambda name: (-len(cohorts[name]), name)))


def gap_map(
    found: Sequence[Tested], pair: Pair, form: str, places: Sequence[Mapping[str, str]]
) -> GapMap:
    """Count the cohorts of every cell of one map.

    Parameters
    ----------
    found
        From :func:`places_tested`.
    pair
        Axis of the rows, axis of the columns.
    form
        What was given.
    places
        Of planned arms; theirs are in the map even where nobody was there.
    """
    rows, columns = (
        names_of(axis, found, form, [place[axis] for place in places]) for axis in pair
    )
    cells = tuple(_cell(found, pair, row, column) for row in rows for column in columns)
    return GapMap(*pair, rows, columns, cells)


def _cell(found: Sequence[Tested], pair: Pair, row: str, column: str) -> MapCell:
    here = [one for one in found if _at(one, pair) == (row, column)]
    there = {one.cohort for one in here}
    halves = {(row, NOT_SAID), (NOT_SAID, column)} - {(row, column)}
    maybe = {one.cohort for one in found if _at(one, pair) in halves} - there
    return MapCell(
        row=row,
        column=column,
        cohorts=len(there),
        with_number=len({one.cohort for one in here if one.numbered}),
        studies=tuple(dict.fromkeys(one.study for one in here)),
        could_be=0 if NOT_SAID in {row, column} else len(maybe),
    )


def _at(one: Tested, pair: Pair) -> Pair:
    return one.place[pair[0]], one.place[pair[1]]


def gaps_of(drawn: GapMap) -> list[Gap]:
    """List the cells that nobody tested, those nearest to what is tested first.

    Cells of what isn't said are never gaps.
    """
    counted = [one for one in drawn.cells if NOT_SAID not in {one.row, one.column}]
    total = sum(one.cohorts for one in counted)
    found = [
        _gap(drawn, one, counted, max(total, 1)) for one in counted if not one.cohorts
    ]
    return sorted(found, key=lambda one: (-one.nearness, one.row, one.column))


def _gap(drawn: GapMap, cell: MapCell, counted: Sequence[MapCell], total: int) -> Gap:
    row = [one for one in counted if one.row == cell.row and one.cohorts]
    column = [one for one in counted if one.column == cell.column and one.cohorts]
    sums = [sum(one.cohorts for one in line) for line in (row, column)]
    fullest = [max(line, key=lambda one: one.cohorts) for line in (row, column) if line]
    return Gap(
        rows=drawn.rows,
        columns=drawn.columns,
        row=cell.row,
        column=cell.column,
        nearness=round(sums[0] * sums[1] / total, 3),
        could_be=cell.could_be,
        beside=tuple(f"{one.row}, {one.column} ({one.cohorts})" for one in fullest),
    )


def planned_places(study: Study, form: str) -> dict[str, dict[str, str]]:
    """Give where each treated arm of a form stands, by the name of the arm."""
    return {
        arm.name: planned_place(study, arm, product)
        for arm, product in treated_arms(study)
        if product.form == form
    }
