"""``evidence meta``: a meta-analysis of a table of effects."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from exoheart.cli import show
from exoheart.cli.options import Json
from exoheart.cli.writing import PageFile, require_page, write_page

#: Rows of a table that the terminal shows.
MOST_ROWS = 40


def meta(  # noqa: PLR0913, PLR0917 -- one option each
    file: Annotated[
        Path,
        typer.Option(
            metavar="FILE.csv",
            help="study with yi, vi; or effect with ci_low, ci_high or se; or m1, sd1, "
            "n1, m2, sd2, n2 (1: treated).",
            show_default=False,
        ),
    ],
    method: Annotated[str, typer.Option(help="FE, DL, PM, REML or ML.")] = "REML",
    test: Annotated[str, typer.Option(help="z, t or knha (Knapp and Hartung).")] = "z",
    measure: Annotated[
        str | None,
        typer.Option(help="MD, SMD, NMD or ROM, for group means.", show_default="MD"),
    ] = None,
    moderators: Annotated[
        str | None,
        typer.Option(
            metavar="A,B",
            help="Columns to regress on; words are factors, factor:A too.",
        ),
    ] = None,
    cluster: Annotated[
        str | None,
        typer.Option(help="Column of what effects share: three levels."),
    ] = None,
    robust: Annotated[
        bool,
        typer.Option("--robust", help="With --cluster: robust errors instead."),
    ] = False,
    page: PageFile = None,
    json: Json = False,
) -> None:
    """Pool a table of effects: forest, funnel, orchard, sensitivity."""
    from exoheart.evidence.meta_document import MetaChoices, meta_from_file
    from exoheart.report import meta as report
    from exoheart.version import VERSION

    require_page(page, report.MARK, report.COMMAND)
    choices = MetaChoices(
        method=method,  # type: ignore[arg-type]  # the fit checks the words
        test=test,  # type: ignore[arg-type]
        cluster=cluster,
        cluster_model="robust" if robust else "multilevel",
    )
    names = [] if moderators is None else [one.strip() for one in moderators.split(",")]
    with show.progress("Fits without each study") as tell:
        pooled = meta_from_file(
            file, choices, measure=measure, moderators=names, tell=tell
        )
    document = {**pooled, "version": VERSION}
    if page is not None:
        with show.progress("Page"):
            drawn = report.render_meta(document)
        write_page(page, drawn, report.MARK, report.COMMAND)
    if json:
        show.document(document)
        show.note(show.DISCLAIMER)
        return
    _show(document)
    if page is not None:
        show.line(f"Written: {page}")
    show.line(show.DISCLAIMER)


def show_table(made: Any) -> None:
    """Show a table of a page; of very many rows the first."""
    rows = [tuple(str(cell) for cell in row) for row in made.rows]
    show.table(made.caption, made.columns, rows[:MOST_ROWS])
    show_more(len(rows))


def show_more(count: int) -> None:
    """Say how many rows of `count` are not shown, if any."""
    if count > MOST_ROWS:
        show.line(f"... and {count - MOST_ROWS} more, with --json")


def _show(document: Mapping[str, Any]) -> None:
    from exoheart.report import meta as report

    show.line(report.sentence(document))
    tables = [report.result_table(document)]
    if document["moderators"]:
        tables.append(report.coefficients_table(document))
        tables.append(report.unmoderated_table(document))
    if len(document["groups"]) > 1:
        tables.append(report.groups_table(document))
    tables += [report.studies_table(document), *report.sensitivity_tables(document)]
    for made in tables:
        show_table(made)
    show.items("To know", document["notes"], out=show.line)
