"""The page of ``evidence pool``; its tables are in `pool_tables`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import resources
from typing import Any

from markupsafe import Markup

from exoheart.figures import numbers
from exoheart.figures.meta import meta_forest
from exoheart.figures.pooled import pooled_rows
from exoheart.report.blocks import (
    Block,
    Items,
    Part,
    Section,
    Table,
    Text,
    long_table,
    picture,
    table,
)
from exoheart.report.estimates import ends
from exoheart.report.page import Page, css_string
from exoheart.report.pool_tables import (
    BOUND,
    between_table,
    effects_table,
    left_table,
    notes,
    nothing_words,
    quality_table,
    readings_table,
    rest_table,
    reviews_left_table,
    reviews_table,
    split,
    study_name,
    title,
)
from exoheart.report.template import template

#: What tells these pages from other files.
MARK = '<meta name="description" content="Pooled studies">'
COMMAND = "exoheart evidence pool"
_STANDING = (
    "Research use only, not medical advice; pooled from published rows, most of which "
    "print too little to be pooled."
)


def render_pool(document: Mapping[str, Any]) -> str:
    """Write the document of ``evidence pool --json`` as one HTML file.

    A pure function: the same document gives the same bytes.
    """
    style = resources.files("exoheart.report").joinpath("report.css")
    shown, rest = split(document)
    sections = [
        Section(f"pool-{number}", title(one), tuple(_blocks(one)))
        for number, one in enumerate(shown, 1)
    ]
    sections.append(Section("rest", "Nothing to pool", tuple(_rest(rest, document))))
    if document["reviews_left"]:
        left = reviews_left_table(document["reviews_left"])
        sections.append(Section("reviews", "Reviews left out", (left,)))
    rules = Items(tuple(document["rules"]))
    sections.append(Section("rules", "Rules", (rules,)))
    page = Page(
        kind="Pooled studies",
        title=f"What can be pooled: {document['form']}",
        question="",
        file="",
        version=str(document["version"]),
        standing=_STANDING,
        foot=css_string(_STANDING),
        facts=_facts(document),
        head=(),
        sections=tuple(sections),
        style=Markup(style.read_text(encoding="utf-8")),
    )
    return template("exoheart.report", "report.html.jinja").render(page=page)


def _facts(document: Part) -> tuple[tuple[str, str], ...]:
    return (
        ("Form", str(document["form"])),
        ("Outcome", str(document["outcome"] or "all")),
        ("Species", str(document["species"] or "all")),
        ("Method", f"{document['method']}, test {document['test']}"),
    )


def axis(one: Part) -> str:
    """Name the axis of a pool's figures."""
    return f"treated minus control, {one['outcome']} ({one['unit']})"


def _blocks(one: Part) -> list[Block]:
    blocks: list[Block] = [Text(" ".join(one["words"]), "lead")]
    if one["effects"]:
        caption = (
            "Effects that can be pooled: squares grow with weight, the bar is where a "
            "next study is expected, the diamond the mean."
        )
        drawn = meta_forest(_forest(one))
        blocks.append(picture("forest", drawn, caption, effects_table(one)))
    caption = (
        "Readings of the pool (blue), bounds (dashed) and reviews (grey). Thick: mean, "
        "95 %; thin: a next study, 95 %."
    )
    rows = _rows(one)
    drawn = pooled_rows({"axis": axis(one), "rows": rows})
    blocks.append(picture("pooled", drawn, caption, _twin(rows)))
    if one["priors"] or one["bounds"]:
        blocks.append(readings_table(one))
    blocks += notes(one)
    if one["between_reviews"]:
        blocks.append(between_table(one["between_reviews"]))
    if one["published"]:
        blocks.append(reviews_table(one["published"]))
    if one["effects"]:
        blocks.append(quality_table(one["effects"]))
    if one["not_pooled"]:
        blocks.append(long_table(left_table(one["not_pooled"]), 4))
    return blocks


def _forest(one: Part) -> dict[str, Any]:
    plain = one["fit"] or {}
    rows = [
        {
            "label": f"{study_name(each)}, {each['arm']}",
            "estimate": each["yi"],
            "low": each["ci95"][0],
            "high": each["ci95"][1],
            "weight": each["share"],
        }
        for each in one["effects"]
    ]
    pooled = {key: plain.get(key) for key in ("ci95", "pi95")}
    return {"axis": axis(one), "rows": rows, "mean": plain.get("estimate"), **pooled}


def _rows(one: Part) -> list[dict[str, Any]]:
    """Give the rows of the figure: readings, bounds, reviews."""
    rows = [
        {**each, "label": each["prior"], "note": _note(each)} for each in one["priors"]
    ]
    rows += [
        {
            **each,
            "label": BOUND[each["reading"]],
            "note": f"{ends(each['ci95'])} ({each['k']} effects; a limit, no result)"
            if each["k"] > 1
            else f"{ends(each['ci95'])} (one effect; a limit, no result)",
            "kind": "bound",
        }
        for each in one["bounds"]
    ]
    for each in one["published"]:
        name = str(each["review"]).replace("_", " ")
        told = "no interval printed" if each["ci95"] is None else ends(each["ci95"])
        row = {"label": f"review {name}", "note": told, "kind": "published"}
        rows.append({**each, **row, "pi95": None})
    return rows + _spread_row(one["between_reviews"])


def _spread_row(between: Part | None) -> list[dict[str, Any]]:
    """Give the spread between reviews as a row that has a prediction interval only."""
    if between is None or not between["priors"]:
        return []
    first = between["priors"][0]
    label = f"next review, by their spread ({first['prior']})"
    row = {"label": label, "note": ends(first["pi95"]), "kind": "published"}
    return [{**row, "estimate": None, "ci95": None, "pi95": first["pi95"]}]


def _twin(rows: Sequence[Part]) -> Table:
    """Give what the figure draws as a table."""
    body = [
        (
            str(row["label"]),
            ends(row["pi95"]),
            ends(row["ci95"]),
            numbers.median(row["estimate"], row["ci95"]),
        )
        for row in rows
    ]
    columns = ("What", "Next study, 95 %", "Mean, 95 %", "Mean")
    return table("What the figure draws", columns, body, (1, 2, 3))


def _note(each: Part) -> str:
    if each["estimate"] is None:
        return str(each["words"])
    told = f"next study {ends(each['pi95'])}; " if each["pi95"] else ""
    return f"{told}mean {ends(each['ci95'])}"


def _rest(rest: Sequence[Part], document: Part) -> list[Block]:
    if not document["pools"]:
        return [Text(nothing_words(document))]
    if not rest:
        return [Text("Every outcome asked for is above.")]
    rows = [row for one in rest for row in one["not_pooled"]]
    return [rest_table(rest), long_table(left_table(rows), 4)]
