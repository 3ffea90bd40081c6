"""``product pipeline``: companies, products and trials, each with its date."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from exoheart.cli import show
from exoheart.cli.options import Json

if TYPE_CHECKING:
    from exoheart.evidence.pipeline import PipelineRow

_HOW_TO_READ = (
    "Ages count from the newest date of the table, not from today. CELLS are living "
    "cells, not vesicles."
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
    from exoheart.version import VERSION

    rows = load_pipeline()
    newest = newest_date(rows)
    kept = select(rows, kind=kind, heart=heart, named_in_review=named_in_review)
    if json:
        shown = [{**asdict(row), "age": age(row, newest)} for row in kept]
        show.document({"newest_date": newest, "rows": shown, "version": VERSION})
        show.note(show.DISCLAIMER)
        return
    show.line(f"Pipeline: {len(kept)} of {len(rows)} rows; newest status {newest}")
    show.block(_HOW_TO_READ)
    for row in kept:
        show.line()
        _show(row, age(row, newest))
    show.line()
    show.block("Nothing here says that a product works.")
    show.line(show.DISCLAIMER)


def _show(row: PipelineRow, age: str) -> None:
    """Show one row: what it is and holds, then what is known of it."""
    holds = row.contains.replace("cells", "CELLS")
    known = f"{row.date_of_status or 'no date shown'} ({age})"
    source = row.source or "none found"
    show.block(
        f"{row.name} [{row.kind}; holds {holds}]",
        [
            ("by", row.organisation),
            ("from", row.source_cell),
            ("for", row.indication),
            ("status", row.status),
            ("as of", known),
            ("registry", row.identifier),
            ("source", source if row.verified else f"{source} (text NOT read)"),
            ("note", row.note),
        ],
    )
