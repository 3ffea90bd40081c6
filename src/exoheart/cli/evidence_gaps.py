"""``evidence gaps``: which combinations nobody has tested."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from exoheart.cli import show
from exoheart.cli.options import Json
from exoheart.cli.writing import PageFile, require_page, write_page

#: Gaps shown in a terminal; the page and the document hold more.
_SHOWN = 20


def gaps(
    by: Annotated[
        str | None,
        typer.Option(
            metavar="AXIS,AXIS",
            help="One map: two of donor, route, dose, time of dose, species.",
            show_default=False,
        ),
    ] = None,
    form: Annotated[str, typer.Option(help="What was given.")] = "vesicles",
    study: Annotated[
        Path | None,
        typer.Option(
            metavar="STUDY.toml",
            help="A plan to place in the maps.",
            show_default=False,
        ),
    ] = None,
    page: PageFile = None,
    json: Json = False,
) -> None:
    """Map which combinations were tested, and list those that nobody has."""
    from exoheart.evidence import load_studies
    from exoheart.evidence.gaps.document import gaps as find
    from exoheart.evidence.gaps.maps import asked
    from exoheart.report import gaps as pages
    from exoheart.study import load_study
    from exoheart.version import VERSION

    form, pairs = asked(form, by)
    require_page(page, pages.MARK, pages.COMMAND)
    plan = None if study is None else load_study(study)
    document: dict[str, Any] = find(load_studies(), form, pairs, plan)
    document["version"] = VERSION
    html = "" if page is None else pages.render_gaps(document)
    written = write_page(page, html, pages.MARK, pages.COMMAND)
    if json:
        show.document(document)
        for path in written:
            show.note(f"Written: {path}")
        show.note(f"{pages.LEGEND}\n{show.DISCLAIMER}")
        return
    _show(document)
    for path in written:
        show.line(f"Written: {path}")
    show.line(show.DISCLAIMER)


def _show(document: Mapping[str, Any]) -> None:
    from exoheart.report import gaps as words

    show.block(words.lead(document))
    for drawn in document["maps"]:
        made = words.map_table(drawn)
        show.table(made.caption, made.columns, made.rows)
    show.block(words.LEGEND)
    show.items("The plan in the maps", words.plan_words(document), out=show.block)
    show.line()
    untested = document["untested"]
    title = f"Untested: {len(untested)} squares, those nearest to what is tested first"
    made = words.untested_table(untested, title, _SHOWN)
    show.table(made.caption, made.columns, made.rows)
    if len(untested) > _SHOWN:
        show.line(f"{len(untested) - _SHOWN} more with --json or --page.")
    show.items("Not counted", words.left_out_words(document), out=show.block)
