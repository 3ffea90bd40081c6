"""``evidence nearest``: the published arms that come closest to a study file."""

from __future__ import annotations

from collections.abc import Sequence
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
    found = sort(plan, load_studies(), count)
    if json:
        show.document(
            {"title": plan.title, "nearest": [_as_json(one) for one in found]}
        )
        show.note(f"{_NOTE}\n{show.DISCLAIMER}")
        return
    _show(found)
    show.line(show.DISCLAIMER)


def _show(found: Sequence[Neighbour]) -> None:
    if not found:
        show.line("The study treats nobody: no published arm stands beside it.")
        return
    columns = (
        *("Study", "Arm", "Outcome", "At", "Control", "Treated", "Effect"),
        *("Beside", "Distance"),
    )
    rows = [
        (
            one.study,
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
        (one.study, one.arm, *(_part(part) for part in one.components)) for one in found
    ]
    show.table("What adds to each distance", ("Study", "Arm", *names), parts)
    show.line("0: as planned, with what was published otherwise.")
    show.block(_NOTE)


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
