"""``product pipeline``: companies, products and trials, each with its date."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from exoheart.cli import show
from exoheart.cli.options import Json

if TYPE_CHECKING:
    from exoheart.evidence.pipeline import PipelineRow

_COLUMNS = (
    *("Status of", "Age", "Kind", "Name", "Holds", "From", "For", "Status"),
    *("Registry", "Text read", "Source", "Note"),
)


def pipeline(
    kind: Annotated[
        str | None, typer.Option(help="Only trial, company or product.")
    ] = None,
    heart: Annotated[
        bool, typer.Option("--heart", help="Only what is meant for the heart.")
    ] = False,
    named_in_review: Annotated[
        bool, typer.Option("--named-in-review", help="Only what the review names.")
    ] = False,
    json: Json = False,
) -> None:
    """Show companies, products and trials, newest status first."""
    from exoheart.evidence.pipeline import age, load_pipeline, newest_date, select

    rows = load_pipeline()
    newest = newest_date(rows)
    kept = select(rows, kind=kind, heart=heart, named_in_review=named_in_review)
    if json:
        shown = [{**asdict(row), "age": age(row, newest)} for row in kept]
        show.document({"newest_date": newest, "rows": shown})
        show.note(show.DISCLAIMER)
        return
    title = f"Pipeline ({len(kept)} of {len(rows)} rows; newest status {newest})"
    show.table(title, _COLUMNS, [_cells(row, age(row, newest)) for row in kept])
    show.line(
        "Ages count from the newest date of the table, not from today. CELLS are "
        "living cells, not vesicles. Nothing here says that a product works."
    )
    show.line(show.DISCLAIMER)


def _cells(row: PipelineRow, age: str) -> tuple[str, ...]:
    return (
        row.date_of_status or "not shown",
        age,
        row.kind,
        row.name,
        row.contains.replace("cells", "CELLS"),
        row.source_cell,
        row.indication,
        row.status,
        row.identifier,
        "yes" if row.verified else "NO",
        row.source,
        row.note,
    )
