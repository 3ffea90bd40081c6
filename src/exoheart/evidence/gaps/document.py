"""The maps of gaps as plain data: what the terminal, the figure and the page show."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from exoheart.evidence.gaps.bands import AXES, NOT_SAID
from exoheart.evidence.gaps.maps import (
    COUNTED_MODELS,
    NO_EFFECT_READ,
    PAIRS,
    Gap,
    GapMap,
    Pair,
    Plain,
    Tested,
    form_of,
    gap_map,
    gaps_of,
    places_tested,
    planned_places,
)
from exoheart.evidence.plan_terms import treated_arms
from exoheart.evidence.studies import StudyRecord
from exoheart.records.study import Study


def gaps(
    studies: Sequence[StudyRecord],
    form: str = "vesicles",
    pairs: Sequence[Pair] = PAIRS,
    plan: Study | None = None,
) -> Plain:
    """Give the maps, the gaps and where a plan stands, as plain data.

    Parameters
    ----------
    studies
        From :func:`exoheart.evidence.studies.load_studies`.
    form
        What was given; forms are never counted together.
    pairs
        Which maps; from :func:`exoheart.evidence.gaps.pair_of`.
    plan
        A study whose arms are placed in the maps, or None.

    Returns
    -------
    dict
        ``form``, ``cohorts``, ``studies``, ``own`` (ids of the user's own among them),
        ``not_said`` (cohorts by axis that they
        don't tell of), ``maps``, ``untested``, ``plan`` and ``left_out``.

    Raises
    ------
    InputError
        A form that no therapy has.
    """
    form = form_of(form)
    found = places_tested(studies, form)
    own = {one.id for one in studies if one.own}
    places = {} if plan is None else planned_places(plan, form)
    drawn = [gap_map(found, pair, form, list(places.values())) for pair in pairs]
    untested = [one for each in drawn for one in gaps_of(each)]
    untested.sort(key=lambda one: -one.nearness)  # by map where equal
    return {
        "form": form,
        "cohorts": len({one.cohort for one in found}),
        "studies": len({one.study for one in found}),
        "own": sorted({one.study for one in found if one.study in own}),
        "not_said": {axis: _silent(found, axis) for axis in AXES},
        "maps": [_map(one, places) for one in drawn],
        "untested": [_untested(one) for one in untested],
        "plan": [_placed(name, place, found, drawn) for name, place in places.items()],
        "plan_other_forms": [] if plan is None else _other_forms(plan, form),
        "left_out": _left_out(studies, form),
    }


def _silent(found: Iterable[Tested], axis: str) -> int:
    """Count the cohorts that say nothing of an axis in any of their rows."""
    said: dict[str, set[str]] = {}
    for one in found:
        said.setdefault(one.cohort, set()).add(one.place[axis])
    return sum(names == {NOT_SAID} for names in said.values())


def _map(drawn: GapMap, places: Mapping[str, Mapping[str, str]]) -> Plain:
    planned: dict[Pair, list[str]] = {}
    for name, place in places.items():
        at = place[drawn.rows], place[drawn.columns]
        planned.setdefault(at, []).append(name)
    return {
        "rows": drawn.rows,
        "columns": drawn.columns,
        "row_names": list(drawn.row_names),
        "column_names": list(drawn.column_names),
        "cells": [
            {
                "row": one.row,
                "column": one.column,
                "cohorts": one.cohorts,
                "with_number": one.with_number,
                "studies": list(one.studies),
                "could_be": one.could_be,
                "planned": planned.get((one.row, one.column), []),
            }
            for one in drawn.cells
        ],
    }


def _untested(one: Gap) -> Plain:
    return {
        "rows": one.rows,
        "columns": one.columns,
        "row": one.row,
        "column": one.column,
        "nearness": one.nearness,
        "could_be": one.could_be,
        "beside": list(one.beside),
    }


def _placed(
    name: str,
    place: Mapping[str, str],
    found: Sequence[Tested],
    drawn: Sequence[GapMap],
) -> Plain:
    """Say where one planned arm stands: in each map, and beside what comes closest."""
    agreeing = [_agrees(one, place) for one in found]
    most = max(map(len, agreeing), default=0)
    closest = [
        (one, same)
        for one, same in zip(found, agreeing, strict=True)
        if len(same) == most and most > 0
    ]
    cells = [each.cell(place[each.rows], place[each.columns]) for each in drawn]
    return {
        "arm": name,
        "place": dict(place),
        "maps": [
            {
                "rows": each.rows,
                "columns": each.columns,
                "row": cell.row,
                "column": cell.column,
                "cohorts": cell.cohorts,
                "with_number": cell.with_number,
                "studies": list(cell.studies),
                "could_be": cell.could_be,
            }
            for each, cell in zip(drawn, cells, strict=True)
        ],
        "axes": len(AXES),
        "agreeing": most,
        "closest": [
            {
                "study": one.study,
                "agrees_in": same,
                "differs_in": {
                    axis: one.place[axis]
                    for axis in AXES
                    if axis not in same and one.place[axis] != NOT_SAID
                },
                "not_said": [axis for axis in AXES if one.place[axis] == NOT_SAID],
            }
            for one, same in closest
        ],
    }


def _agrees(one: Tested, place: Mapping[str, str]) -> list[str]:
    return [axis for axis in AXES if place[axis] == one.place[axis] != NOT_SAID]


def _other_forms(plan: Study, form: str) -> list[str]:
    return [
        f"{arm.name} ({product.form})"
        for arm, product in treated_arms(plan)
        if product.form != form
    ]


def _left_out(studies: Iterable[StudyRecord], form: str) -> list[Plain]:
    """Name the studies of a form that don't count, each with its reason."""
    left: list[Plain] = []
    for study in studies:
        own = [row for row in study.outcomes if row.form == form]
        reason = ""
        if study.retracted and own:
            reason = "retracted"
        elif own and study.model not in COUNTED_MODELS:
            reason = study.model or "model not said"
        elif own and all(row.family in NO_EFFECT_READ for row in own):
            reason = "follows the particles, tells of no effect"
        elif not study.outcomes and not study.retracted:
            reason = "no text with an outcome read"
        if reason:
            left.append({"study": study.id, "reason": reason})
    return left
