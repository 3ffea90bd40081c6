"""``evidence table1``: the review's Table 1 rebuilt from data, and carried on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import typer

from exoheart.cli import show
from exoheart.cli.options import Json
from exoheart.cli.writing import (
    PageFile,
    TableFile,
    require_page,
    require_table,
    write_page,
    write_table,
)

#: What is to know of a later effect -> its words.
_NOTED = {
    "over_other_vesicles": "over other vesicles",
    "over_other_treatment": "over another treatment",
    "disputed": "disputed",
    "disputed_in_cohort": "disputed in its cohort",
}


def table1(
    csv: TableFile = None,
    page: PageFile = None,
    review_only: Annotated[
        bool, typer.Option("--review-only", help="The review's own rows only.")
    ] = False,
    json: Json = False,
) -> None:
    """Rebuild the review's Table 1, each tick with what reading its source says."""
    from exoheart import evidence
    from exoheart.evidence.table1.document import table1 as rebuild
    from exoheart.report import table1 as pages
    from exoheart.version import VERSION

    require_table(csv, _columns(), pages.COMMAND)
    require_page(page, pages.MARK, pages.COMMAND)
    studies = evidence.load_studies()
    document: dict[str, Any] = rebuild(studies, review_only=review_only)
    document["version"] = VERSION
    html = "" if page is None else pages.render_table1(document)
    written = write_table(csv, _columns(), _csv_rows(document), pages.COMMAND)
    written += write_page(page, html, pages.MARK, pages.COMMAND)
    if json:
        show.document(document)
        for path in written:
            show.note(f"Written: {path}")
        show.note(show.DISCLAIMER)
        return
    _show(document)
    for path in written:
        show.line(f"Written: {path}")
    show.line(show.DISCLAIMER)


def _show(document: Mapping[str, Any]) -> None:
    from exoheart.report import table1 as words

    for made in (words.review_table(document), words.donors_table(document)):
        show.table(made.caption, made.columns, made.rows)
    show.block(words.REVIEW_LEGEND)
    show.block(words.count_words(document))
    for title, items in (
        ("What differs", words.difference_words(document, differs=True)),
        ("What else to know", words.difference_words(document, differs=False)),
        ("Read, and not claimed by the review", words.not_claimed_words(document)),
    ):
        show.items(title, items, out=show.block)
    if "later" not in document:
        return
    show.line()
    for made in (words.later_table(document), words.counts_table(document)):
        show.table(made.caption, made.columns, made.rows)
    show.block(words.LATER_LEGEND)
    apart = words.conflict_words(document)
    show.items("Disagreements, not averaged", apart, out=show.block)
    show.items("No row here", words.left_out_words(document), out=show.block)


def _columns() -> tuple[str, ...]:
    """Name the columns of the CSV: each effect, and what is to know of it."""
    effects = (name for key in _keys() for name in (key, f"{key}_reading"))
    first = ("part", "reference", "study", "cell_type", "donor_specifics", "species")
    last = ("other_effects", "active_molecules", "source", "verification", "own")
    return (*first, "route", *effects, *last)


def _keys() -> tuple[str, ...]:
    """Give the keys of the effects, in the order of the table."""
    from exoheart.evidence.table1.effects import EFFECTS

    return tuple(effect.key for effect in EFFECTS)


def _csv_rows(document: Mapping[str, Any]) -> list[Sequence[str]]:
    rows = [_review_row(row) for row in document["review"]]
    return [*rows, *(_later_row(row) for row in document.get("later", []))]


def _review_row(row: Mapping[str, Any]) -> list[str]:
    """Give one row of the review's table; no tick is an empty cell."""
    effects = []
    for key in _keys():
        tick = row["effects"][key]
        if tick is None:
            effects += ["", ""]
        else:
            seen = "yes, in culture" if tick["setting"] == "culture" else "yes"
            effects += [seen, tick["mark"]]
    return [
        *("review", str(row["reference"])),
        " ".join(one["study"] for one in row["studies"]),
        *(row["cell_type"], row["donor_specifics"], row["species"], ""),
        *effects,
        "; ".join(one["value"] for one in row["other_effects"]),
        "; ".join(one["value"] for one in row["active_molecules"]),
        " ".join(dict.fromkeys(one["source"] for one in row["studies"])),
        "; ".join(dict.fromkeys(one["verification"] for one in row["studies"])),
        _own(any(one["own"] for one in row["studies"])),
    ]


def _later_row(row: Mapping[str, Any]) -> list[str]:
    """Give one later study; what isn't reported is an empty cell."""
    effects = []
    for key in _keys():
        cell = row["effects"][key]
        told = cell["result"]
        noted = [words for name, words in _NOTED.items() if cell[name]]
        effects += ["" if told == "not reported" else told, "; ".join(noted)]
    return [
        *("later", row["reference"], row["study"], row["donor"], row["modification"]),
        *(row["species"], " or ".join(row["routes"])),
        *effects,
        *("", "", row["source"], row["verification"], _own(row["own"])),
    ]


def _own(own: bool) -> str:
    return "yes" if own else "no"
