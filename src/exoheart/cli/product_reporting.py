"""``product reporting``: what a study's files answer of the reporting standards."""

from __future__ import annotations

from collections.abc import Sequence
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

_PARTS = (
    ("Blank", "blank"),
    ("Filled in part, counted as not filled", "in part"),
    ("Filled", "filled"),
    ("Computed by this sheet, counted nowhere", "computed"),
    ("Only the author can say whether it applies", "if it applies"),
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
    show.block(_NOTE)
    show.line(show.DISCLAIMER)


def _document(sheet: ReportingSheet) -> dict[str, Any]:
    from exoheart.version import VERSION

    return {
        "headline": sheet.headline,
        "contradictions": list(sheet.contradictions),
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
        "version": VERSION,
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
    """Show the answer first: scores and methods, then blanks, then what is filled."""
    show.line(sheet.headline)
    show.items("The files contradict one another", sheet.contradictions, out=show.block)
    show.table(
        "Filled, of what applies",
        ("Standard", "Part", "Filled", "In part", "Apply", "Score"),
        [_score(score) for score in sheet.scores],
    )
    metric = (
        "nothing applies" if sheet.ev_metric is None else f"{sheet.ev_metric:.0f} %"
    )
    show.line(f"EV-METRIC: {metric}")
    show.line()
    show.line("Methods, from what is stated alone:")
    show.block(sheet.paragraph or "(nothing is stated)", indent=2)
    for title, status in _PARTS:
        own = [e for e in sheet.scored if e.status == status]
        _show_part(title, own)
    _show_part("For appraisal, without a score", sheet.appraised)
    _show_left_out([e for e in sheet.scored if e.status == "not applicable"])
    show.line()


def _show_part(title: str, entries: Sequence[Entry]) -> None:
    if not entries:
        return
    show.line()
    show.line(f"{title} ({len(entries)})")
    for entry in entries:
        item = entry.item
        part = "" if item.essential else ", recommended"
        unread = "" if item.verified else " [text not read]"
        show.block(
            f"{item.item} ({item.standard}{part}): {item.words}{unread}",
            [("stated", entry.words), ("lacks", ", ".join(entry.missing))],
            indent=2,
        )


def _show_left_out(entries: Sequence[Entry]) -> None:
    """List what doesn't apply by its reason, with the items' names alone."""
    reasons: dict[str, list[str]] = {}
    for entry in entries:
        reasons.setdefault(entry.words, []).append(entry.item.item)
    if reasons:
        show.line()
        show.line(f"Not applicable here ({len(entries)})")
    for reason, names in reasons.items():
        show.block(f"{reason}: {', '.join(names)}", indent=2)


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
