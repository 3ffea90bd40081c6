"""What nobody has tested: the tables for page and terminal, and the page.

In: the plain data of ``evidence gaps --json``.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from importlib import resources
from typing import Any

from markupsafe import Markup

from exoheart.figures import numbers
from exoheart.figures.gaps import cell_words, gap_map
from exoheart.report.blocks import (
    Block,
    Heading,
    Part,
    Section,
    Table,
    Text,
    picture,
    sentences,
    table,
)
from exoheart.report.page import Page, css_string
from exoheart.report.template import template

#: What tells these pages from other files.
MARK = '<meta name="description" content="Gaps">'
COMMAND = "exoheart evidence gaps"
STANDING = (
    "Research use only, not medical advice; an empty square is a gap in these tables, "
    "not in the world."
)
LEGEND = (
    "Each square counts cohorts; in brackets, those with a printed number. A dash: no "
    "cohort. Not said: the text that was read leaves it out, so a cohort may lie in an "
    "empty square. Overlapping animals count once; retracted and unread studies never."
)
_GAPS_SHOWN = 12


def lead(document: Part) -> str:
    """Say how much the maps rest on, and what the sources leave out."""
    silent = ", ".join(
        f"{axis} {count}" for axis, count in document["not_said"].items() if count
    )
    left = f" Cohorts whose text leaves it out: {silent}." if silent else ""
    own = len(document["own"])
    yours = f", {own} of them yours" if own else ""
    return (
        f"{document['form'].capitalize()}: {document['cohorts']} cohorts in "
        f"{document['studies']} studies{yours}, an effect read in an ischaemic "
        f"heart.{left}"
    )


def map_title(drawn: Part) -> str:
    """Name a map by its axes."""
    return f"{drawn['rows'].capitalize()} by {drawn['columns']}"


def map_table(drawn: Part) -> Table:
    """Give a map as a grid of counts; a plan's square says so."""
    cells = {(one["row"], one["column"]): one for one in drawn["cells"]}
    body = [
        (row, *(_square(cells[row, column]) for column in drawn["column_names"]))
        for row in drawn["row_names"]
    ]
    columns = (drawn["rows"].capitalize(), *drawn["column_names"])
    return table(map_title(drawn), columns, body)


def _square(one: Part) -> str:
    return f"{cell_words(one)}, plan" if one["planned"] else cell_words(one)


def studies_table(drawn: Part, own: Collection[str] = ()) -> Table:
    """Give the tested squares of a map with their studies: the twin of its figure.

    Those in `own` are marked as the user's.
    """
    columns = (drawn["rows"].capitalize(), drawn["columns"], "Cohorts", "With number")
    body = [
        (
            one["row"],
            one["column"],
            str(one["cohorts"]),
            str(one["with_number"]),
            ", ".join(_label(name, own) for name in one["studies"]),
        )
        for one in drawn["cells"]
        if one["cohorts"]
    ]
    return table(map_title(drawn), (*columns, "Studies"), body, (2, 3))


def _label(study: str, own: Collection[str]) -> str:
    return f"{study} (own)" if study in own else study


def untested_table(
    untested: Sequence[Part], caption: str, shown: int | None = None
) -> Table:
    """Give the squares without a cohort, those nearest to what is tested first.

    Parameters
    ----------
    untested
        ``untested`` of the document, or those of one map.
    caption
        Of the table.
    shown
        The longest table; None for all.
    """
    columns = ("Untested", "Nearness", "Could lie there", "Tested beside it")
    body = [
        (
            f"{one['row']}, {one['column']}",
            numbers.number(one["nearness"], 2),
            str(one["could_be"]),
            "; ".join(one["beside"]) or "nothing",
        )
        for one in untested[:shown]
    ]
    return table(caption, columns, body, (1, 2))


def gaps_of(document: Part, drawn: Part) -> list[Part]:
    """Give the gaps of one map, nearest first."""
    axes = (drawn["rows"], drawn["columns"])
    return [
        one for one in document["untested"] if (one["rows"], one["columns"]) == axes
    ]


def plan_words(document: Part) -> list[str]:
    """Say where each planned arm stands in the maps, and what comes closest."""
    own = document["own"]
    said = [
        f"{arm['arm']} ({', '.join(arm['place'].values())}): {_closest(arm, own)}; "
        + "; ".join(_counted(one) for one in arm["maps"])
        for arm in document["plan"]
    ]
    return said + [
        f"{name}: another form, not in these maps"
        for name in document["plan_other_forms"]
    ]


def _closest(arm: Part, own: Collection[str]) -> str:
    if not arm["closest"]:
        return "nothing tested agrees in any of the five"
    names = list(dict.fromkeys(_label(one["study"], own) for one in arm["closest"]))
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    same = f"{arm['agreeing']} of {arm['axes']} alike in {', '.join(names[:3])}{more}"
    if len(names) > 1:
        return same
    only = arm["closest"][0]
    apart = [f"{axis} {value}" for axis, value in only["differs_in"].items()]
    apart += [f"{axis} not said" for axis in only["not_said"]]
    return f"{same} (there {', '.join(apart)})" if apart else same


def _counted(one: Part) -> str:
    count = one["cohorts"]
    noun = "cohort" if count == 1 else "cohorts"
    there = f"{count} {noun}" if count else "nobody"
    return f"{one['row']} with {one['column']}, {there}"


def left_out_words(document: Part) -> list[str]:
    """List the studies that don't count, by reason."""
    reasons: dict[str, list[str]] = {}
    for one in document["left_out"]:
        reasons.setdefault(one["reason"], []).append(one["study"])
    return [f"{why}: {', '.join(names)}" for why, names in reasons.items()]


def render_gaps(document: Mapping[str, Any]) -> str:
    """Write the document of ``evidence gaps --json`` as one HTML file.

    A pure function: the same document gives the same bytes.
    """
    style = resources.files("exoheart.report").joinpath("report.css")
    page = Page(
        kind="Gaps",
        title="What nobody has tested",
        question=f"Combinations of {document['form']} in ischaemic hearts",
        file="",
        version=str(document["version"]),
        standing=STANDING,
        foot=css_string(STANDING),
        facts=(),
        head=(Text(lead(document), "lead"), Text(LEGEND, "note")),
        sections=tuple(_sections(document)),
        style=Markup(style.read_text(encoding="utf-8")),
    )
    return template("exoheart.report", "report.html.jinja").render(page=page)


def _sections(document: Part) -> list[Section]:
    made = []
    if document["plan"] or document["plan_other_forms"]:
        placed = tuple(sentences(plan_words(document), "Arms of the plan"))
        made.append(Section("plan", "The plan in the maps", placed))
    made += [
        Section(f"map-{number}", map_title(drawn), tuple(_blocks(document, drawn)))
        for number, drawn in enumerate(document["maps"], 1)
    ]
    left = sentences(left_out_words(document), "Not counted")
    if left:
        made.append(Section("left-out", "What doesn't count", tuple(left)))
    return made


def _blocks(document: Part, drawn: Part) -> list[Block]:
    caption = (
        f"Cohorts by {drawn['rows']} and {drawn['columns']}; in brackets those with a "
        "printed number. A bold frame is the plan's."
    )
    figure = picture(
        "gaps", gap_map(drawn), caption, studies_table(drawn, document["own"])
    )
    untested = gaps_of(document, drawn)
    shown = min(len(untested), _GAPS_SHOWN)
    head = f"{len(untested)} untested; the {shown} nearest to what is tested"
    return [
        figure,
        Heading("Untested"),
        untested_table(untested, head, _GAPS_SHOWN),
    ]
