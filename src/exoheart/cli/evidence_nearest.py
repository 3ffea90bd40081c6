"""``evidence nearest``: the published arms that come closest to a study file."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from exoheart.cli import show
from exoheart.cli.options import Json, StudyPath

if TYPE_CHECKING:
    from exoheart.evidence import Component, Neighbour

_NOTE = (
    "Distances sort, they weigh nothing: each is the sum of the parts shown, whose "
    "steps are judgement. At most three rows of one study; retracted studies never."
)


def nearest(
    study: StudyPath,
    count: Annotated[int, typer.Option(min=1, max=200, help="How many.")] = 8,
    json: Json = False,
) -> None:
    """Show the published arms nearest to a study, with each part of the distance."""
    from exoheart.evidence import load_studies
    from exoheart.evidence import nearest as sort
    from exoheart.study import load_study

    plan = load_study(study)
    studies = load_studies()
    found = sort(plan, studies, count)
    own = frozenset(one.id for one in studies if one.own)
    if json:
        rows = [{**_as_json(one), "own": one.study in own} for one in found]
        show.document({"title": plan.title, "nearest": rows})
        show.note(f"{_NOTE}\n{show.DISCLAIMER}")
        return
    _show(found, own)
    show.line(show.DISCLAIMER)


def _show(found: Sequence[Neighbour], own: Collection[str]) -> None:
    if not found:
        show.line("The study treats nobody: no published arm stands beside it.")
        return
    columns = (
        *("Study", "Arm", "Outcome", "At", "Control", "Treated", "Effect"),
        *("Beside", "Distance"),
    )
    rows = [
        (
            _label(one, own),
            one.arm,
            f"{one.outcome} of {one.region}" if one.region else one.outcome,
            *(one.at, one.control, one.treated, one.effect or "not said"),
            *(f"{one.planned_arm}, {one.planned_endpoint}", f"{one.distance:.2f}"),
        )
        for one in found
    ]
    show.table(f"Nearest published arms ({len(found)})", columns, rows)
    names = [part.name for part in found[0].components]
    parts = [
        (_label(one, own), one.arm, *(_part(part) for part in one.components))
        for one in found
    ]
    show.table("What adds to each distance", ("Study", "Arm", *names), parts)
    show.line("0: as planned, with what was published otherwise.")
    show.block(_NOTE)


def _label(one: Neighbour, own: Collection[str]) -> str:
    """Name a study, and whether it is one of the user's own."""
    return f"{one.study} (own)" if one.study in own else one.study


def _part(part: Component) -> str:
    """Write one part: what it adds, and what was published where that differs."""
    if part.distance < 0.005:
        return "0"
    return f"{part.distance:.2f} ({part.published})"


def _as_json(one: Neighbour) -> dict[str, Any]:
    return {
        "study": one.study,
        "source": one.source,
        "species": one.species,
        "model": one.infarct,
        "arm": one.arm,
        "comparator": one.comparator,
        "form": one.form,
        "donor": one.donor,
        "route": one.route,
        "dose": one.dose,
        "time_of_dose": one.time_of_dose,
        "outcome": one.outcome,
        "of": one.region,
        "at": one.at,
        "control_mean": one.control_mean,
        "treated_mean": one.treated_mean,
        "effect": one.effect_value,
        "effect_unit": one.effect_unit,
        "direction": one.direction,
        "n": one.n_treated,
        "spread_type": one.spread_type,
        "use": one.use,
        "verification": one.verification,
        "note": one.note,
        "planned_arm": one.planned_arm,
        "planned_endpoint": one.planned_endpoint,
        "distance": one.distance,
        "components": [
            {
                "name": part.name,
                "planned": part.planned,
                "published": part.published,
                "distance": round(part.distance, 4),
            }
            for part in one.components
        ],
    }
