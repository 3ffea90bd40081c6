"""``evidence pool``: what of the studies can be pooled, and what can't."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from exoheart.cli import show
from exoheart.cli.options import Json


def pool_studies(  # noqa: PLR0913, PLR0917 -- one option each
    outcome: Annotated[
        str | None, typer.Option(help="Only this outcome, such as 'infarct size'.")
    ] = None,
    species: Annotated[str | None, typer.Option(help="Only this animal.")] = None,
    form: Annotated[
        str, typer.Option(help="vesicles, cells, 'conditioned medium', ...")
    ] = "vesicles",
    prior: Annotated[
        str, typer.Option(help="plain, quality, sceptical, selection or all.")
    ] = "all",
    method: Annotated[str, typer.Option(help="FE, DL, PM, REML or ML.")] = "REML",
    test: Annotated[
        str, typer.Option(help="z, t or knha (Knapp and Hartung).")
    ] = "knha",
    all_times: Annotated[
        bool,
        typer.Option("--all-times", help="Every time of an arm, in three levels."),
    ] = False,
    sceptical_width: Annotated[
        float | None,
        typer.Option(help="SD of the sceptical prior, in the unit of the pool."),
    ] = None,
    page: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE.html",
            help="Page to write; replaces only its own.",
            show_default=False,
        ),
    ] = None,
    json: Json = False,
) -> None:
    """Pool the published rows and your own: little can be, and it says why."""
    from exoheart.cli.evidence_meta import require_page, write
    from exoheart.evidence.pooling.choices import PoolChoices
    from exoheart.evidence.pooling.pools import pool
    from exoheart.report import pool as report
    from exoheart.version import VERSION

    require_page(page, report.MARK, report.COMMAND)
    choices = PoolChoices(
        form=form,
        outcome=outcome,
        species=species,
        prior=prior,
        method=method,  # type: ignore[arg-type]  # pool checks the words
        test=test,  # type: ignore[arg-type]
        all_times=all_times,
        sceptical_width=sceptical_width,
    )
    document = {**pool(choices), "version": VERSION}
    if page is not None:
        write(page, report.render_pool(document), report.MARK, report.COMMAND)
    if json:
        show.document(document)
        show.note(show.DISCLAIMER)
        return
    _show(document)
    if page is not None:
        show.line(f"Written: {page}")
    show.line(show.DISCLAIMER)


def _show(document: Mapping[str, Any]) -> None:
    """Show the pools with something to say, then what is left."""
    from exoheart.report import pool_tables as report

    shown, rest = report.split(document)
    for one in shown:
        show.line(f"{report.title(one)}: {' '.join(one['words'])}")
        if one["effects"]:
            _table(report.effects_table(one))
        if one["priors"] or one["bounds"]:
            _table(report.readings_table(one))
        if one["published"]:
            _table(report.reviews_table(one["published"]))
        if one["between_reviews"]:
            _table(report.between_table(one["between_reviews"]))
        for note in report.notes(one):
            show.line(str(note.text))
        if one["not_pooled"]:
            _table(report.left_table(one["not_pooled"]))
        show.line()
    if rest:
        _table(report.rest_table(rest))
    if document["reviews_left"]:
        _table(report.reviews_left_table(document["reviews_left"]))
    if not document["pools"]:
        show.line("No row of any study speaks of this outcome in this form and animal.")
    show.items("Rules", document["rules"], out=show.line)


def _table(made: Any) -> None:
    rows = [tuple(str(cell) for cell in row) for row in made.rows]
    show.table(made.caption, made.columns, rows)
