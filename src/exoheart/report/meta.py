"""The page of ``evidence meta``, and the tables that the terminal shows too."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import resources
from typing import Any

from markupsafe import Markup

from exoheart.figures import numbers
from exoheart.figures.funnel import funnel
from exoheart.figures.meta import meta_forest
from exoheart.figures.orchard import orchard
from exoheart.report.blocks import (
    Block,
    Cell,
    Part,
    Section,
    Table,
    Text,
    long_table,
    picture,
    sentences,
    table,
)
from exoheart.report.estimates import NOT_GIVEN, ends, p_value
from exoheart.report.page import Page, css_string
from exoheart.report.template import template

#: What tells these pages from other files.
MARK = '<meta name="description" content="Meta-analysis">'
COMMAND = "exoheart evidence meta"
_STANDING = "Research use only, not medical advice; pooled from the effects of a file."
_MEASURES = {
    "MD": "mean difference",
    "SMD": "standardised mean difference",
    "NMD": "normalised mean difference (%)",
    "ROM": "log ratio of means",
    "": "effect",
}
#: Rows above which a table is folded.
_SHOWN = 200


def render_meta(document: Mapping[str, Any]) -> str:
    """Write the document of ``evidence meta --json`` as one HTML file.

    A pure function: the same document gives the same bytes.
    """
    style = resources.files("exoheart.report").joinpath("report.css")
    page = Page(
        kind="Meta-analysis",
        title=str(document["file"]),
        question="",
        file="",
        version=str(document["version"]),
        standing=_STANDING,
        foot=css_string(_STANDING),
        facts=_facts(document),
        head=(),
        sections=(
            Section("result", "Result", tuple(_result(document))),
            Section("studies", "Effects", tuple(_studies(document))),
            Section("sensitivity", "Sensitivity", tuple(_sensitivity(document))),
        ),
        style=Markup(style.read_text(encoding="utf-8")),
    )
    return template("exoheart.report", "report.html.jinja").render(page=page)


def _facts(document: Part) -> tuple[tuple[str, str], ...]:
    facts = [
        ("Effects", numbers.number(document["k"])),
        ("Measure", _measure(document)),
        ("Method", f"{document['method']}, test {document['test']}"),
    ]
    if document["moderators"]:
        facts.append(("Moderators", ", ".join(document["moderators"])))
    if document["cluster"]:
        model = document["cluster_model"]
        facts.append(("Clusters", f"{document['cluster']} ({model})"))
    return tuple(facts)


def _measure(document: Part) -> str:
    """Say what was pooled: a measure formed here, or what the file holds."""
    return measure_words(document) if document["measure"] else "the effects of the file"


def measure_words(document: Part) -> str:
    """Say what the effects are, as an axis and a heading name it."""
    return _MEASURES[str(document["measure"])]


def sentence(document: Part) -> str:
    """Say in one line where a next study is expected, then where the mean is."""
    count = numbers.number(document["k"])
    if document["moderators"]:
        return f"{count} effects, regressed on {', '.join(document['moderators'])}."
    told = f"{count} effects: "
    if document["pi95"]:
        told += f"a next study within {ends(document['pi95'])} (95 %), "
    mean = numbers.median(document["estimate"], document["ci95"])
    return f"{told}mean within {ends(document['ci95'])} ({mean})."


def result_table(document: Part) -> Table:
    """Give the pooled result, the prediction interval first."""
    rows: list[tuple[Cell, ...]] = []
    if not document["moderators"]:
        rows += [
            ("Next study, 95 %", ends(document["pi95"])),
            ("Mean, 95 %", ends(document["ci95"])),
            ("Mean", numbers.median(document["estimate"], document["ci95"])),
            ("Standard error", numbers.number(document["se"])),
            ("p of no effect", p_value(document["p"])),
        ]
    rows += [
        ("Variance between studies (tau²)", numbers.number(document["tau2"])),
        ("tau², 95 %", ends(document["tau2_ci95"])),
        ("I², %", numbers.number(document["i2"])),
        ("Q (degrees of freedom)", _q(document)),
        ("p of Q", p_value(document["q_p"])),
    ]
    if document.get("sigma2"):
        between, within = document["sigma2"]
        told = f"{numbers.number(between)}, {numbers.number(within)}"
        rows.append(("Variance between and within clusters", told))
    if document["moderators"]:
        rows.append(("Moderators together, p", p_value(document["qm_p"])))
        rows.append(("Heterogeneity explained (R²), %", numbers.number(document["r2"])))
    caption = f"Pooled {measure_words(document)}"
    if document["moderators"]:
        caption = "Heterogeneity left by the moderators"
    return table(caption, ("What", "Value"), rows, (1,))


def unmoderated_table(document: Part) -> Table:
    """Give what the effects are together, without the moderators."""
    mean = document["unmoderated"]
    rows = [
        ("Next study, 95 %", ends(mean["pi95"])),
        ("Mean, 95 %", ends(mean["ci95"])),
        ("Mean", numbers.median(mean["estimate"], mean["ci95"])),
        ("Variance between studies (tau²)", numbers.number(mean["tau2"])),
    ]
    return table("Without the moderators", ("What", "Value"), rows, (1,))


def _q(document: Part) -> str:
    return f"{numbers.number(document['q'])} ({numbers.number(document['df'])})"


def coefficients_table(document: Part) -> Table:
    """Give the coefficients of a meta-regression."""
    rows = [
        (
            one["name"],
            ends(one.get("ci95")),
            numbers.number(one["estimate"]),
            numbers.number(one["se"]),
            p_value(one["p"]),
        )
        for one in document["coefficients"]
    ]
    columns = ("Term", "95 %", "Estimate", "Standard error", "p")
    return table("Coefficients", columns, rows, (1, 2, 3, 4))


def studies_table(document: Part) -> Table:
    """Give the effects of the file with their weights."""
    rows = [
        (
            one["study"],
            ends(one["ci95"]),
            numbers.median(one["yi"], one["ci95"]),
            numbers.number(one["se"]),
            numbers.number(one["weight"], 2),
        )
        for one in document["studies"]
    ]
    columns = ("Study", "95 %", "Effect", "Standard error", "Weight, %")
    return table("Effects", columns, rows, (1, 2, 3, 4))


def groups_table(document: Part) -> Table:
    """Give mean and prediction interval of each group, each with its own tau²."""
    rows = [
        (
            one["label"],
            str(one["k"]),
            ends(one["pi95"]),
            ends(one["ci95"]),
            numbers.median(one["mean"], one["ci95"]),
        )
        for one in document["groups"]
    ]
    columns = ("Group", "Effects", "Next study, 95 %", "Mean, 95 %", "Mean")
    return table("By group", columns, rows, (1, 2, 3, 4))


def _result(document: Part) -> list[Block]:
    blocks: list[Block] = [Text(sentence(document), "lead"), result_table(document)]
    if document["moderators"]:
        blocks += [coefficients_table(document), unmoderated_table(document)]
    caption = (
        "Orchard: every effect as large as it is precise; thick line: mean, 95 %; thin "
        "line: a next study, 95 %."
    )
    spec = orchard(_orchard_content(document))
    blocks.append(picture("orchard", spec, caption, groups_table(document)))
    return blocks + sentences(document["notes"], "To know")


def _studies(document: Part) -> list[Block]:
    caption = "Forest: squares grow with weight"
    if document["pi95"] is not None:
        caption += "; the bar is where a next study is expected"
    if document["estimate"] is not None:
        caption += "; the diamond is the mean"
    spec = meta_forest(_forest_content(document))
    twin = studies_table(document)
    folded = len(twin.rows) > _SHOWN
    return [picture("forest", spec, f"{caption}.", twin, folded=folded)]


def _forest_content(document: Part) -> dict[str, Any]:
    rows = [
        {
            "label": one["study"],
            "estimate": one["yi"],
            "low": one["ci95"][0],
            "high": one["ci95"][1],
            "weight": one["share"],
        }
        for one in document["studies"]
    ]
    pooled = {key: document[key] for key in ("ci95", "pi95")}
    axis = measure_words(document)
    return {"axis": axis, "rows": rows, "mean": document["estimate"], **pooled}


def _orchard_content(document: Part) -> dict[str, Any]:
    return {"axis": measure_words(document), "groups": document["groups"]}


def _funnel_content(document: Part) -> dict[str, Any]:
    rows = [
        {"label": one["study"], "estimate": one["yi"], "se": one["se"]}
        for one in document["studies"]
    ]
    filled = document["sensitivity"]["trim_and_fill"].get("filled") or ()
    rows += [{**one, "filled": True} for one in filled]
    mean = document["unmoderated"]["estimate"]
    return {"axis": measure_words(document), "rows": rows, "mean": mean}


def _sensitivity(document: Part) -> list[Block]:
    caption = (
        "Funnel: the shaded region holds 95 % of studies of one and the same effect; "
        "hollow: put in by trim and fill."
    )
    content = _funnel_content(document)
    rows = [
        (
            f"{one['label']}{' (put in)' if one.get('filled') else ''}",
            numbers.number(one["estimate"]),
            numbers.number(one["se"]),
        )
        for one in content["rows"]
    ]
    columns = ("Study", "Effect", "Standard error")
    twin = table("Effects of the funnel", columns, rows, (1, 2))
    drawn = picture("funnel", funnel(content), caption, twin)
    found = sensitivity_tables(document)
    return [drawn, *(long_table(one, _SHOWN) for one in found)]


def sensitivity_tables(document: Part) -> list[Table]:
    """Give small-study effects, and what each study does to the mean."""
    given = document["sensitivity"]
    rows: list[tuple[str, ...]] = [
        _line("Egger's test, p", given["egger"], lambda one: ("", p_value(one["p"]))),
        _line("Trim and fill", given["trim_and_fill"], _filled),
        _line("PET-PEESE", given["pet_peese"], _pet),
    ]
    refits = given["leave_one_out"]
    if isinstance(refits, Mapping):
        rows.append(_line("Each study left out", refits, None))
        refits = ()
    made = [
        table("Small-study effects", ("Check", "95 %", "Value"), rows, (1, 2)),
    ]
    if refits:
        left = [_left_out(one) for one in refits]
        columns = ("Without", "Next study, 95 %", "Mean, 95 %", "Mean", "tau²")
        made.append(table("Each study left out", columns, left, (1, 2, 3, 4)))
    return made


def _left_out(one: Part) -> tuple[str, ...]:
    if one["estimate"] is None and one["reason"]:
        return (one["left_out"], "", "", f"{NOT_GIVEN}: {one['reason']}", "")
    return (
        one["left_out"],
        ends(one["pi95"]),
        ends(one["ci95"]),
        numbers.median(one["estimate"], one["ci95"]),
        numbers.number(one["tau2"]),
    )


def _line(name: str, one: Part, words: Any) -> tuple[str, ...]:
    if one.get("reason"):
        return (name, "", f"{NOT_GIVEN}: {one['reason']}")
    return (name, *words(one))


def _filled(one: Part) -> tuple[str, str]:
    mean = numbers.median(one["estimate"], one["ci95"])
    return ends(one["ci95"]), f"{mean}, {one['missing']} put in ({one['side']})"


def _pet(one: Part) -> tuple[str, str]:
    mean = numbers.median(one["estimate"], one["ci95"])
    return ends(one["ci95"]), f"{mean} ({one['used']})"
