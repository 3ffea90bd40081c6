"""The review's Table 1, rebuilt: its tables for page and terminal, and the page.

In: the plain data of ``evidence table1 --json``. Out: table records with words a
reader, or a screen reader, can follow without seeing the layout.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from importlib import resources
from typing import Any

from markupsafe import Markup

from exoheart.report.blocks import (
    Block,
    Fold,
    Items,
    Part,
    Section,
    Table,
    Text,
    linked,
    sentences,
    table,
)
from exoheart.report.page import Page, css_string
from exoheart.report.template import template

#: What tells these pages from other files.
MARK = '<meta name="description" content="Table 1">'
COMMAND = "exoheart evidence table1"
TITLE = "Exosomes as therapeutics in preclinical infarct studies"
STANDING = (
    "Research use only, not medical advice; the review's table from its text, and "
    "later studies from the project's tables."
)
#: Key of each effect -> its column head.
EFFECTS: Mapping[str, str] = {
    "infarct_size": "Infarct smaller",
    "cardiac_function": "Function up",
    "vessel_density": "Vessels up",
    "fibrosis": "Fibrosis down",
    "apoptosis": "Apoptosis down",
}
NOTHING = "-"
#: An address other than that of a DOI or PMID, without the stop behind it.
_ADDRESS = re.compile(
    r"(https?://(?!(?:dx\.)?doi\.org/)(?!pubmed\.)[^\s<>\"]*[^\s<>\".,;:)\]])"
)
REVIEW_LEGEND = (
    "read: a text that was read says the same; differs: it says otherwise, or tells of "
    "something else (listed below); not read: no text with it could be read; "
    "in culture: claimed of cells only; -: not claimed in the review's text."
)
LATER_LEGEND = (
    "yes: better than its control; no effect: tested, nothing found; worse: the other "
    "way; mixed: its own rows disagree; over EVs, over a treatment: held against other "
    "vesicles or another treatment only; disputed: another study of the same donor, "
    "route and animal says otherwise; disputed in its cohort: one whose animals may be "
    "the same does; not said: read, without a direction; -: not reported."
)


def review_table(document: Part) -> Table:
    """Give the ticks of the review's table, one row a reference."""
    columns = ("Ref", "Cell", "Species", *EFFECTS.values())
    body = [
        (
            f"[{row['reference']}]",
            row["cell_type"],
            row["species"],
            *(tick_words(row["effects"][key]) for key in EFFECTS),
        )
        for row in document["review"]
    ]
    return table("Table 1 of the review: cardiac effects", columns, body)


def tick_words(tick: Part | None) -> str:
    """Write one tick: where it was seen, and what reading its source says."""
    if tick is None:
        return NOTHING
    seen = "in culture" if tick["setting"] == "culture" else "yes"
    return f"{seen}, {tick['mark']}"


def donors_table(document: Part) -> Table:
    """Give the other columns of the review's table, one row a reference."""
    columns = ("Ref", "Donor specifics", "Other effects", "Active molecules", "Study")
    body = [
        (
            f"[{row['reference']}]",
            row["donor_specifics"] or NOTHING,
            _listed(row["other_effects"]),
            _listed(row["active_molecules"]),
            "; ".join(
                f"{one['study']} ({one['verification']})" for one in row["studies"]
            ),
        )
        for row in document["review"]
    ]
    return table(
        "Table 1 of the review: donors, other effects, molecules", columns, body
    )


def _listed(values: Sequence[Part]) -> str:
    """List values; those that only the running text has come last, marked so."""
    cells = [one["value"] for one in values if one["known_from"] == "table cell"]
    text = [one["value"] for one in values if one["known_from"] == "running text"]
    parts = [*cells, *([f"in the text: {'; '.join(text)}"] if text else [])]
    return "; ".join(parts) or NOTHING


def later_table(document: Part) -> Table:
    """Give the studies beyond the review's table that tell of any of the effects."""
    columns = ("Study", "Given", "Animal, route", *EFFECTS.values(), "Read as")
    body = [
        (
            later_name(row),
            given_words(row),
            ", ".join(
                filter(None, (row["species"] or "not said", " or ".join(row["routes"])))
            ),
            *(result_words(row["effects"][key]) for key in EFFECTS),
            row["verification"],
        )
        for row in document["later"]
        if tells(row)
    ]
    return table(
        "Vesicles in infarcted hearts beyond the review's table", columns, body
    )


def tells(row: Part) -> bool:
    """Say whether a later study tells of any of the five effects."""
    return any(one["result"] != "not reported" for one in row["effects"].values())


def later_name(row: Part) -> str:
    """Name a study, with its reference in the review and whether it is the user's."""
    more = [f"[{row['reference']}]"] if row["reference"] else []
    more += ["own"] if row["own"] else []
    return " ".join((row["study"], *more))


def given_words(row: Part) -> str:
    """Say whose vesicles were given, and how they were changed."""
    donor = row["donor"] or "donor not said"
    whose = f"{donor} ({row['donor_species']})" if row["donor_species"] else donor
    return f"{whose}; {row['modification']}" if row["modification"] else whose


def result_words(cell: Part) -> str:
    """Write what a later study says of one effect."""
    if cell["result"] == "not reported":
        return NOTHING
    more = ["over EVs"] if cell["over_other_vesicles"] else []
    more += ["over a treatment"] if cell["over_other_treatment"] else []
    more += ["disputed"] if cell["disputed"] else []
    more += ["disputed in its cohort"] if cell["disputed_in_cohort"] else []
    return ", ".join((cell["result"], *more))


def counts_table(document: Part) -> Table:
    """Give the number of cohorts by effect and by what they tell."""
    columns = ("Effect", "Yes", "No effect", "Worse", "Both, by donor or route")
    body = [
        (
            EFFECTS[one["effect"]],
            *(str(one[key]) for key in ("yes", "no_effect", "worse", "both")),
        )
        for one in document["counts"]
    ]
    caption = "Cohorts of vesicles in infarcted hearts, held against a control"
    return table(caption, columns, body, (1, 2, 3, 4))


def count_words(document: Part) -> str:
    """Say how the ticks found in the text stand to the marks that survive."""
    told = document["marks"]
    return (
        f"{told['ticks']} ticks follow from the review's text: {told['from_a_mark']} "
        f"stand as marks under a column that survives, {told['from_running_text']} "
        f"follow from the running text, {told['in_culture_only']} of these in culture "
        f"only. {told['surviving']} marks survive in the table's text, "
        f"{told['surviving_with_column']} of them with their column. Of the ticks "
        f"{told['read']} are read, {told['differs']} differ, {told['not_read']} could "
        "not be read."
    )


def difference_words(document: Part, *, differs: bool) -> list[str]:
    """List cells with a reason: those that differ, or what else must be known."""
    reasons: dict[tuple[int, str], list[str]] = {}
    for one in document["differences"]:
        if (one["mark"] == "differs") == differs:
            key = (one["reference"], one["reason"])
            reasons.setdefault(key, []).append(_cell_words(one))
    return [
        f"[{reference}] {', '.join(cells)}: {reason}"
        for (reference, reason), cells in reasons.items()
    ]


def _cell_words(one: Part) -> str:
    tick = one["value"] == "yes"
    return str(one["column"] if tick else f"{one['column']} ({one['value']})")


def not_claimed_words(document: Part) -> list[str]:
    """List effects that a source reports and the review doesn't claim."""
    return [
        f"[{row['reference']}] {EFFECTS[one['effect']].lower()}: "
        + "; ".join(f"{each['arm']} ({each['form']})" for each in one["rows"])
        for row in document["review"]
        for one in row["read_and_not_claimed"]
    ]


def conflict_words(document: Part) -> list[str]:
    """List the disagreements, each with its sides."""
    return [
        f"{EFFECTS[one['effect']]}, "
        + f"{_scope_words(one)} {one['where']}: {' | '.join(one['sides'])}"
        for one in document["conflicts"]
    ]


def _scope_words(conflict: Part) -> str:
    if conflict["within_one_study"]:
        return "within"
    if conflict["within_one_cohort"]:
        (cohort,) = conflict["cohorts"]
        return f"within one cohort ({cohort}; animals may be the same),"
    return "between studies of"


def left_out_words(document: Part) -> list[str]:
    """List what is no row, by reason; studies that tell of no effect come first."""
    told = {later_name(row) for row in document["later"] if tells(row)}
    names = dict.fromkeys(later_name(row) for row in document["later"])
    silent = [name for name in names if name not in told]
    reasons = {"tells of none of the five effects": silent}
    for one in document["left_out"]:
        reasons.setdefault(one["reason"], []).append(one["study"])
    return [f"{why}: {', '.join(held)}" for why, held in reasons.items() if held]


def render_table1(document: Mapping[str, Any]) -> str:
    """Write the document of ``evidence table1 --json`` as one HTML file.

    A pure function: the same document gives the same bytes.
    """
    style = resources.files("exoheart.report").joinpath("report.css")
    sections = [Section("review", "Table 1 of the review", tuple(_review(document)))]
    if "later" in document:
        sections.append(
            Section("later", "Beyond the review's table", tuple(_later(document)))
        )
    listed = (
        source_words(f"[{key}] {text}") for key, text in document["sources"].items()
    )
    sources = Items(tuple(listed))
    sections.append(Section("sources", "Sources", (sources,)))
    page = Page(
        kind="Table 1",
        title=TITLE,
        question="",
        file="",
        version=str(document["version"]),
        standing=STANDING,
        foot=css_string(STANDING),
        facts=(),
        head=(),
        sections=tuple(sections),
        style=Markup(style.read_text(encoding="utf-8")),
    )
    return template("exoheart.report", "report.html.jinja").render(page=page)


def source_words(text: str) -> Markup:
    """Escape a source and turn its DOI, PMID and addresses into links.

    Examples
    --------
    >>> str(source_words("[A] https://example.org/a."))
    '[A] <a href="https://example.org/a">https://example.org/a</a>.'
    """
    link = Markup('<a href="{0}">{0}</a>')
    pieces = (
        link.format(piece) if place % 2 else linked(piece)
        for place, piece in enumerate(_ADDRESS.split(text))
    )
    return Markup("").join(pieces)


def _broken(name: str) -> Markup:
    """Let a study's name break after its underscores."""
    return Markup("_<wbr>").join(name.split("_"))


def _donors_narrow(document: Part) -> Table:
    """Give the donors' table with names that break."""
    whole = donors_table(document)
    rows = tuple((*row[:-1], _broken(str(row[-1]))) for row in whole.rows)
    return replace(whole, rows=rows)


def _later_narrow(document: Part) -> Table:
    """Give the later studies in fewer columns, two lines where there were two."""
    whole = later_table(document)
    line = Markup("{}<br>{}")
    rows = tuple(
        (
            line.format(_broken(str(name)), read),
            line.format(given, where),
            *effects,
        )
        for name, given, where, *effects, read in whole.rows
    )
    columns = ("Study, read as", "Given, animal, route", *EFFECTS.values())
    return replace(whole, columns=columns, rows=rows)


def _review(document: Part) -> list[Block]:
    return [
        Text(count_words(document), "lead"),
        review_table(document),
        Text(REVIEW_LEGEND, "note"),
        Items(
            tuple(difference_words(document, differs=True)), "What differs", "notice"
        ),
        _donors_narrow(document),
        *sentences(difference_words(document, differs=False), "What else to know"),
        *sentences(not_claimed_words(document), "Read, and not claimed by the review"),
        Fold("How each tick is known", (known_table(document),)),
    ]


def known_table(document: Part) -> Table:
    """Give how each tick is known, its claims, and the rows that it is held against."""
    columns = ("Tick", "Known from", "Section", "Claims", "Reading", "Rows")
    body = [
        (
            f"[{row['reference']}] {EFFECTS[key].lower()}",
            tick["known_from"],
            tick["section"],
            " ".join(tick["claims"]),
            tick["mark"],
            "; ".join(_row_words(one) for one in tick["rows"]) or NOTHING,
        )
        for row in document["review"]
        for key, tick in row["effects"].items()
        if tick is not None
    ]
    return table("How each tick is known", columns, body)


def _row_words(row: Part) -> str:
    return f"{row['outcome']} {row['direction']} ({row['form']}, {row['verification']})"


def _later(document: Part) -> list[Block]:
    return [
        _later_narrow(document),
        Text(LATER_LEGEND, "note"),
        *sentences(conflict_words(document), "Disagreements, not averaged", "notice"),
        counts_table(document),
        *sentences(left_out_words(document), "No row here"),
    ]
