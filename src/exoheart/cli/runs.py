"""``plan`` and ``simulate``: the commands that solve the model."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from exoheart.cli import show
from exoheart.cli.options import (
    Json,
    Members,
    Quick,
    Seed,
    StudyPath,
    Workers,
    worker_count,
)

if TYPE_CHECKING:
    from exoheart.prediction import Prediction


def simulate(  # noqa: PLR0913, PLR0917 - one argument for each option
    study: StudyPath,
    seed: Seed = 0,
    members: Members = None,
    quick: Quick = False,
    workers: Workers = None,
    where: Annotated[
        bool, typer.Option("--where", help="Show where the doses go; writes a page.")
    ] = False,
    label: Annotated[
        str | None,
        typer.Option(
            metavar="TAG",
            help="With --where: what a label would show (dye, iodine, luciferase, "
            "nanoluciferase, zirconium).",
            show_default=False,
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE.html",
            help="With --where: page to write; replaced only if it is such a page.",
            show_default="<study>-where.html beside the study file",
        ),
    ] = None,
    json: Json = False,
) -> None:
    """Predict what every arm of a study will read, or where the doses go."""
    from exoheart.errors import InputError
    from exoheart.prediction import simulate as predict
    from exoheart.study import load_study

    if not where and (label or out):
        met = " and ".join(n for n, v in (("--label", label), ("--out", out)) if v)
        raise InputError(
            f"met {met} without --where; allowed: only with --where; add it, or leave "
            f"{met} out"
        )
    asked = load_study(study)
    page = out or study.with_name(f"{study.stem}-where.html")
    if where:
        _require_where(page, label)
    with show.progress("Simulating") as tell:
        prediction = predict(
            asked,
            seed=seed,
            members=_members(members, quick),
            workers=worker_count(workers),
            on_progress=tell,
        )
    if where:
        _show_where(prediction, label, page, json)
    elif json:
        show.document(prediction.to_json())
        show.items("Warnings", prediction.warnings, out=show.note)
        show.note(show.DISCLAIMER)
    else:
        _show_prediction(prediction)


def _require_where(page: Path, label: str | None) -> None:
    """Stop before work is done where the page or the label can't be made."""
    from exoheart.prediction import require_tag
    from exoheart.report import where as pages
    from exoheart.report.writing import require_replaceable

    require_replaceable(page, pages.MARK, pages.COMMAND)
    if label is not None:
        require_tag(label)


def _show_where(
    prediction: Prediction, label: str | None, page: Path, json: bool
) -> None:
    """Write the page of where the doses go; show its tables or the document."""
    from exoheart.prediction import where
    from exoheart.report import where as pages
    from exoheart.report.writing import write_page

    found = where(prediction, label).to_json()
    document = prediction.to_json() | {"where": found}
    write_page(page, pages.render_where(document), pages.MARK, pages.COMMAND)
    if json:
        show.document(document)
        show.items("Warnings", document["warnings"], out=show.note)
        show.note(f"Page: {page}\n{show.DISCLAIMER}")
        return
    show.line(found["title"])
    for arm in found["arms"]:
        if arm["nothing"]:
            show.line(f"{arm['arm']}: {arm['nothing']}")
        for one in pages.arm_tables(arm, label):
            show.table(f"{arm['arm']}: {one.caption}", one.columns, one.rows)
    show.items("Warnings", document["warnings"], out=show.line)
    show.line(f"Page: {page}")
    show.line(pages.standing_of(found))


def plan(  # noqa: PLR0913, PLR0917 - one argument for each option
    study: StudyPath,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Folder to write; replaced only if an earlier plan made it.",
            show_default="<study>-plan beside the study file",
        ),
    ] = None,
    seed: Seed = 0,
    members: Members = None,
    quick: Quick = False,
    workers: Workers = None,
    json: Json = False,
) -> None:
    """Plan a study: report.html, plan.json and allocation.csv in one folder."""
    from exoheart.planning import plan as make_plan
    from exoheart.planning.record import require_replaceable
    from exoheart.study import load_study

    asked = load_study(study)
    folder = out or study.with_name(f"{study.stem}-plan")
    require_replaceable(folder)
    with show.progress("Planning") as tell:
        made = make_plan(
            asked,
            seed=seed,
            members=members,
            quick=quick,
            workers=worker_count(workers),
            on_progress=tell,
        )
        report = made.write(folder)
    if json:
        show.line(made.json)
        show.items("Warnings", made.document["trust"]["warnings"], out=show.note)
        show.note(f"Report: {report}\n{show.DISCLAIMER}")
    else:
        _show_plan(made.document, report)


def _members(given: int | None, quick: bool) -> int:
    """Give the members per arm: as asked, else those of a quick or a full run."""
    from exoheart.prediction import DEFAULT_MEMBERS, QUICK_MEMBERS

    return given or (QUICK_MEMBERS if quick else DEFAULT_MEMBERS)


def _show_prediction(prediction: Prediction) -> None:
    study, size = prediction.study, prediction.cohort.size
    show.line(study.title)
    show.table(
        "What the arms will read, in one future trial",
        ("Arm", "Endpoint", "Method", "90 % of arm means", "Median", "90 % of animals"),
        _readings(prediction),
    )
    differences = list(_differences(prediction))
    if differences:
        show.table(
            "Treated arms against their controls",
            (
                "Arm",
                "Against",
                "Endpoint",
                "Probability of benefit",
                "90 % of differences",
                "Median",
            ),
            differences,
        )
    show.items("Warnings", prediction.warnings, out=show.line)
    show.line(
        f"{size.members} members per arm ({size.outer} draws of {size.animals} "
        f"animals), {prediction.failed_members} failed, seed {prediction.seed}"
    )
    show.line(show.DISCLAIMER)


def _readings(prediction: Prediction) -> Iterator[tuple[str, ...]]:
    from exoheart.figures import numbers

    for arm in prediction.arms:
        for one in arm.endpoints:
            end, unit = one.item.endpoint, one.item.unit
            yield (
                arm.name,
                end.label,
                end.method,
                numbers.interval(one.interval90, unit),
                numbers.median(one.median, one.interval90, unit),
                numbers.interval(one.animal_interval90, unit),
            )


def _differences(prediction: Prediction) -> Iterator[tuple[str, ...]]:
    from exoheart.figures import numbers

    for arm in prediction.arms:
        for one in arm.endpoints:
            change = one.difference
            if change is None:
                continue
            chance = change.benefit
            yield (
                arm.name,
                change.control,
                one.item.endpoint.label,
                "neither way is a benefit"
                if chance is None
                else numbers.probability(chance.value, chance.error),
                numbers.interval(change.interval90, change.unit),
                numbers.median(change.median, change.interval90, change.unit),
            )


def _show_plan(document: Mapping[str, Any], report: Path) -> None:
    from exoheart.figures import numbers

    answer, animals = document["answer"], document["animals"]
    for sentence in answer["sentences"]:
        show.line(sentence)
    rows = [
        (
            row["arm"],
            row["endpoint"],
            numbers.probability(
                row["probability_of_benefit"], row["probability_error"]
            ),
            numbers.interval(row["interval90"], row["unit"]),
            numbers.median(row["median"], row["interval90"], row["unit"]),
        )
        for row in answer["rows"]
    ]
    if rows:
        columns = ("Arm", "Endpoint", "Probability of benefit", "90 %", "Median")
        show.table("Difference to control, in one future trial", columns, rows)
    show.line(animals["sentence"])
    show.line(
        f"Measured share of the answer: {numbers.percent(answer['measured_share'])}"
    )
    show.line(document["roadblocks"]["sentence"])
    show.items("Warnings", document["trust"]["warnings"], out=show.line)
    show.line(f"Report: {report}")
    show.line(show.DISCLAIMER)
