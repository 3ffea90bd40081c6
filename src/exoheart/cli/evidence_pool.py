"""``evidence pool``: what of the studies can be pooled, and what can't."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Annotated, Any

import typer

from exoheart.cli import show
from exoheart.cli.options import Json
from exoheart.cli.writing import PageFile, require_page, write_page


def pool_studies(  # noqa: PLR0913, PLR0917 -- one option each
    outcome: Annotated[
        str | None, typer.Option(help="Only this, in full: LVEF, 'infarct size', ...")
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
    page: PageFile = None,
    json: Json = False,
) -> None:
    """Pool the published rows and your own: little can be, and it says why."""
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
    with show.progress("Pools"):
        document = {**pool(choices), "version": VERSION}
    if page is not None:
        with show.progress("Page"):
            drawn = report.render_pool(document)
        write_page(page, drawn, report.MARK, report.COMMAND)
    if json:
        show.document(document)
        show.note(show.DISCLAIMER)
        return
    _show(document)
    if page is not None:
        show.line(f"Written: {page}")
    show.line(show.DISCLAIMER)


def _show(document: Mapping[str, Any]) -> None:
    """Show every outcome in a line; of one outcome all there is."""
    from exoheart.report import pool_tables as report

    if not document["pools"]:
        show.line(report.nothing_words(document))
    elif document["outcome"] is None:
        overview = report.overview_table(document)
        show.table(overview.caption, overview.columns, overview.rows)
        show.line("--outcome NAME gives the details of one, --page those of all.")
        return
    shown, rest = report.split(document)
    for one in shown:
        _pool(one)
    if rest:
        _parted(report.rest_table(rest), "Why")
        _left([row for one in rest for row in one["not_pooled"]])
    if document["reviews_left"]:
        _parted(report.reviews_left_table(document["reviews_left"]), "Why not")
    if document["pools"]:
        _texts(f"Rules ({len(document['rules'])})", document["rules"])


def _pool(one: Mapping[str, Any]) -> None:
    """Show one pool: effects, readings, reviews, what is left out."""
    from exoheart.report import pool_tables as report

    show.block(f"{report.title(one)}: {' '.join(one['words'])}")
    if one["effects"]:
        _table(report.effects_table(one))
    if one["priors"] or one["bounds"]:
        _parted(report.readings_table(one), "Rests on")
    if one["published"]:
        _parted(report.reviews_table(one["published"]), "Note")
    if one["between_reviews"]:
        between = report.between_table(one["between_reviews"])
        show.block(between.caption)
        _parted(replace(between, caption=""), "Rests on")
    _texts("To know", [str(note.text) for note in report.notes(one)])
    _left(one["not_pooled"])
    show.line()


def _left(rows: Sequence[Mapping[str, Any]]) -> None:
    """Show the rows that are not pooled below their reasons."""
    from exoheart.cli.evidence_meta import MOST_ROWS, show_more
    from exoheart.report.pool_tables import left_by_reason

    if not rows:
        return
    show.line(f"Not pooled ({len(rows)}):")
    for reason, named in left_by_reason(rows[:MOST_ROWS]).items():
        show.block(reason, [("", text) for text in named], indent=2)
    show_more(len(rows))


def _parted(made: Any, name: str) -> None:
    """Show a table, and below it the texts of its long column."""
    from exoheart.report.pool_tables import below

    short, texts = below(made, name)
    _table(short)
    _texts(name, texts)
    show.line()


def _texts(head: str, texts: Sequence[str]) -> None:
    """Show texts below a head, folded to the terminal; nothing without any."""
    if texts:
        show.line(f"{head}:")
    for text in texts:
        show.block(f"- {text}", indent=2)


def _table(made: Any) -> None:
    from exoheart.cli.evidence_meta import show_table

    show_table(made)
