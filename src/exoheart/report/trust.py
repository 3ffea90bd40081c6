"""Section 8, Trust: what was checked, what the answer rests on, its limits."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from exoheart import figures
from exoheart.figures import numbers
from exoheart.report.blocks import (
    Block,
    Fold,
    Heading,
    Part,
    Section,
    Table,
    Text,
    linked,
    long_table,
    picture,
    sentences,
    table,
)

_PASSED = {True: "✓ passed", False: "✗ failed", None: "not judged"}


def _checks(rows: Sequence[Part]) -> Table:
    body = [
        (
            row["name"],
            _PASSED[row.get("passed")],
            numbers.number(row.get("value")),
            numbers.number(row.get("limit")),
        )
        for row in rows
    ]
    columns = ("Check", "Result", "Value", "Limit")
    return table("Checks run when this report was made", columns, body)


def _controls(rows: Sequence[Part]) -> Table:
    body = []
    for row in rows:
        unit = row.get("unit")
        observed = numbers.quantity(row.get("observed"), unit)
        sd = row.get("sd")
        spread = f" (SD {numbers.number(sd)})" if numbers.finite(sd) is not None else ""
        body.append(
            (
                f"{row['species']}, {row['comparison']}",
                row["quantity"],
                observed + spread,
                numbers.median(row.get("predicted"), row.get("interval90"), unit),
                _PASSED[row.get("passed")],
                str(row.get("use") or "not stated"),
                linked(row.get("source") or "no source"),
            )
        )
    columns = (
        "Control",
        "Quantity",
        "Published",
        "Model",
        "Result",
        "Use of the row",
        "Source",
    )
    return table("Control animals, published and model", columns, body, (2, 3))


def _control_blocks(rows: Sequence[Part]) -> list[Block]:
    blocks: list[Block] = [Heading("Comparison with published control animals")]
    if not rows:
        text = "No published control is close enough to this protocol to compare with."
        return [*blocks, Text(text)]
    judged = [row for row in rows if row.get("passed") is not None]
    failed = sum(not row["passed"] for row in judged)
    text = (
        f"{len(judged) - failed} of {len(judged)} judged comparisons passed, {failed} "
        "failed; all are listed."
    )
    caption = (
        "Published control animals (hollow, bar: one SD) beside the model at central "
        "values (full). Comparisons outside their pass mark come first."
    )
    spec = figures.controls(rows)
    return [*blocks, Text(text), picture("controls", spec, caption, _controls(rows))]


def _rests_on(plan: Part) -> list[Block]:
    share = plan["answer"].get("measured_share")
    text = (
        "Share of the answer's variance that comes from measured or derived values: "
        f"{numbers.percent(share)}."
    )
    body = [
        (
            row["kind"],
            numbers.number(row.get("parameters")),
            numbers.percent(row.get("share")),
        )
        for row in plan["trust"]["kinds"]
    ]
    blocks: list[Block] = [Heading("What the answer rests on"), Text(text)]
    if body:
        columns = ("How the value is known", "Parameters", "Share of variance")
        blocks.append(table("Parameters by kind", columns, body, (1, 2)))
    return blocks


def _reproduce(part: Part, text: str) -> list[Block]:
    rows = [("Command", Markup("<code>{}</code>").format(part["command"]))]
    rows += [
        (f"Version of {name}", Markup("{}").format(text))
        for name, text in sorted(part["versions"].items())
    ]
    counts = (
        ("Seed", "seed"),
        ("Members per arm", "members"),
        ("Outer draws", "outer"),
        ("Animals per draw", "animals_per_draw"),
        ("Failed members", "failed_members"),
    )
    rows += [
        (label, Markup("{}").format(numbers.number(part.get(key))))
        for label, key in counts
    ]
    blocks: list[Block] = [
        Heading("How to make this report again"),
        table("Command, versions, seed", ("What", "Value"), rows),
    ]
    if text:
        blocks.append(Fold("The study file", (Text(text, "code"),)))
    return blocks


def trust(plan: Part) -> Section:
    """Write section 8 from ``trust``."""
    part = plan["trust"]
    context = part.get("context_of_use") or "No context of use was recorded."
    blocks: list[Block] = [Text(f"Context of use: {context}", "lead")]
    blocks += _rests_on(plan)
    if part["checks"]:
        blocks.append(long_table(_checks(part["checks"]), shown=12))
    blocks += _control_blocks(part["controls"])
    blocks += sentences(part.get("warnings") or (), "Warnings", "notice")
    blocks += sentences(part["limits"], "Limits of the model")
    blocks += sentences(part["not_covered"], "What is not covered")
    blocks += _reproduce(part, plan["study"].get("text") or "")
    blocks += sentences(part["citation"], "Please cite")
    return Section("trust", "Trust", tuple(blocks))
