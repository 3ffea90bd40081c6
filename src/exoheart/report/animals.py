"""Section 4, How many animals: assurance, power, animals and vials."""

from __future__ import annotations

from collections.abc import Sequence

from exoheart import figures
from exoheart.figures import numbers
from exoheart.report.blocks import (
    Block,
    Part,
    Section,
    Table,
    Text,
    picture,
    table,
)

_WHY_EMPTY = (
    "No arm is compared with a control in this study, so no number of animals can be "
    "judged."
)


def _planned(rows: Sequence[Part]) -> Table:
    body = [
        (
            f"{row['arm']} against {row['control']}",
            numbers.number(row.get("n")),
            numbers.probability(row.get("assurance"), row.get("assurance_error")),
            numbers.probability(row.get("power")),
            numbers.number(row.get("power_effect")),
        )
        for row in rows
    ]
    columns = (
        "Comparison",
        "Animals allocated to the arm",
        "Assurance (± Monte Carlo error)",
        "Power at the named effect",
        "Named effect, in the endpoint's unit",
    )
    return table("The trial as planned", columns, body, (1, 2, 3, 4))


def _designs(rows: Sequence[Part]) -> Table:
    body = [
        (
            numbers.number(row.get("n_per_arm")),
            numbers.number(row.get("animals")),
            numbers.number(row.get("vials")),
            numbers.probability(row.get("assurance"), row.get("assurance_error")),
            numbers.probability(row.get("power")),
        )
        for row in rows
    ]
    columns = (
        "Animals per arm",
        "Animals in all",
        "Vials",
        "Assurance (± Monte Carlo error)",
        "Power at the named effect",
    )
    caption = "Designs of other sizes"
    if rows[0].get("arm"):
        caption += f"; assurance and power of {rows[0]['arm']}"
    return table(caption, columns, body, range(5))


def _analysis(part: Part) -> list[Block]:
    lines = [
        f"Analysis: {part['analysis']}." if part.get("analysis") else "",
        f"Significance level {numbers.number(part.get('alpha'))}, wanted power "
        f"{numbers.probability(part.get('target_power'))}, animals lost "
        f"{numbers.percent(part.get('attrition'))}.",
    ]
    found = part.get("detectable_effect")
    if found:
        arm = f", in the weakest comparison ({found['arm']})" if "arm" in found else ""
        lines.append(
            f"With {numbers.number(found.get('n'))} animals allocated per arm the "
            f"smallest effect found with the wanted power is "
            f"{numbers.quantity(found.get('effect'), found.get('unit'))}{arm}."
        )
    allocation = part.get("allocation")
    if allocation:
        lines.append(
            f"Allocation list: {allocation.get('file')}, "
            f"{numbers.number(allocation.get('animals'))} animals in blocks of "
            f"{numbers.number(allocation.get('block_size'))}, seed "
            f"{allocation.get('seed')}."
        )
    return [Text(" ".join(filter(None, lines)))]


def animals(plan: Part) -> Section:
    """Write section 4 from ``animals``."""
    part = plan["animals"]
    blocks: list[Block] = []
    if part.get("sentence"):
        blocks.append(Text(part["sentence"], "lead"))
    if part["planned"]:
        blocks.append(_planned(part["planned"]))
        text = (
            "Assurance is the probability that the trial shows a benefit, averaged "
            "over everything uncertain; power is the probability if the named effect "
            "were true. Numbers of animals are those allocated, before any are lost."
        )
        blocks.append(Text(text, "note"))
    if part["designs"]:
        caption = (
            "Assurance (full line) and power at the named effect (dashed) against "
            "animals per arm. A dotted line marks the planned number, another the "
            "wanted power; vertical bars are two Monte Carlo errors."
        )
        shown = part["designs"][0].get("arm")
        if shown:
            caption += f" Shown: {shown}, the arm of the highest planned assurance."
        spec = figures.power(part)
        twin = _designs(part["designs"])
        blocks.append(picture("power", spec, caption, twin, folded=False))
    if not part["planned"] and not part["designs"]:
        blocks.append(Text(_WHY_EMPTY))
    return Section("animals", "How many animals", tuple(blocks + _analysis(part)))
