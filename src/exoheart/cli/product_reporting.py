"""``product reporting``: what a study's files answer of the reporting standards."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from exoheart.cli import show
from exoheart.cli.options import Json, StudyPath

if TYPE_CHECKING:
    from exoheart.product.reporting import Entry, ReportingSheet, Score

_NOTE = (
    "Filled means stated in full by study, instrument or lot file; scores rate the "
    "report, not the work. SYRCLE is for appraisal and gets no score."
)


def reporting(
    study: StudyPath,
    lot: Annotated[
        Path | None,
        typer.Option(metavar="LOT.toml", help="Lot file.", show_default=False),
    ] = None,
    json: Json = False,
) -> None:
    """Fill the reporting items from a study, its counted samples and a lot."""
    from exoheart.prediction.reported import reporting as fill
    from exoheart.product.lot import load_lot
    from exoheart.study import load_study

    sheet = fill(load_study(study), None if lot is None else load_lot(lot))
    if json:
        show.document(_document(sheet))
        show.note(f"{_NOTE}\n{show.DISCLAIMER}")
        return
    _show(sheet)
    show.line(_NOTE)
    show.line(show.DISCLAIMER)


def _document(sheet: ReportingSheet) -> dict[str, Any]:
    return {
        "scores": [
            {
                "standard": score.standard,
                "part": score.part,
                "filled": score.filled,
                "in_part": score.in_part,
                "applicable": score.applicable,
                "percent": score.percent,
            }
            for score in sheet.scores
        ],
        "ev_metric_percent": sheet.ev_metric,
        "items": [_item(entry) for entry in sheet.entries],
        "blanks": [entry.item.item for entry in sheet.blanks],
        "methods": sheet.paragraph,
    }


def _item(entry: Entry) -> dict[str, Any]:
    item = entry.item
    return {
        "standard": item.standard,
        "item": item.item,
        "asks": item.words,
        "essential": item.essential,
        "status": entry.status,
        "words": entry.words,
        "missing": list(entry.missing),
        "standing": item.standing,
        "source": item.source,
    }


def _show(sheet: ReportingSheet) -> None:
    show.table(
        "Filled, of what applies",
        ("Standard", "Part", "Filled", "In part", "Apply", "Score"),
        [_score(score) for score in sheet.scores],
    )
    metric = (
        "nothing applies" if sheet.ev_metric is None else f"{sheet.ev_metric:.0f} %"
    )
    show.line(f"EV-METRIC: {metric}")
    columns = ("Item", "Standard", "Asks", "Status", "Stated", "Lacks", "Text read")
    for title, statuses in (
        ("Filled", ("filled",)),
        ("Filled in part, or blank", ("in part", "blank")),
        ("Not applicable here, or only the author can say", ("not", "if")),
    ):
        rows = [_cells(e) for e in sheet.entries if e.status.startswith(statuses)]
        show.table(f"{title} ({len(rows)})", columns, rows)
    show.line("Methods, from what is stated alone:")
    show.line(sheet.paragraph or "(nothing is stated)")


def _score(score: Score) -> tuple[str, ...]:
    percent = "none apply" if score.percent is None else f"{score.percent:.0f} %"
    return (
        score.standard,
        score.part,
        str(score.filled),
        str(score.in_part),
        str(score.applicable),
        percent,
    )


def _cells(entry: Entry) -> tuple[str, ...]:
    item = entry.item
    return (
        item.item,
        item.standard,
        item.words,
        entry.status,
        entry.words,
        ", ".join(entry.missing),
        "yes" if item.verified else "NO",
    )
