"""Section 7, Alternatives: routes, doses, sources, times by the user's endpoint."""

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

_WHY_EMPTY = "No arm of this study receives a product, so there is nothing to vary."


def _rows(rows: Sequence[Part]) -> Table:
    ranked = sorted(rows, key=lambda r: numbers.finite(r.get("rank")) or len(rows) + 1)
    body = [
        (
            figures.alternative_words(row),
            numbers.number(row.get("rank")),
            numbers.probability(row.get("probability_of_benefit")),
            numbers.interval(row.get("interval90"), row.get("unit")),
            numbers.median(row.get("median"), row.get("interval90"), row.get("unit")),
        )
        for row in ranked
    ]
    columns = (
        "Instead",
        "Rank",
        "Probability of benefit",
        "90 % interval of the true mean effect",
        "Median",
    )
    caption = (
        "Alternatives, the best first: true mean effect, without sampling or reading "
        "error"
    )
    return table(caption, columns, body, range(1, 5))


def _held(held: Part | None) -> str:
    """Say what all alternatives share with the planned arm."""
    if not held:
        return ""
    count = held.get("times") or 1
    doses = f", {numbers.number(count)} doses" if count > 1 else ""
    at = f" given {held['at']}" if held.get("at") else ""
    return (
        f" What a row doesn't name is as planned for {held['arm']}: product "
        f"{held['product']}{at}{doses}; another route has its own defaults, another "
        "source is made the same way."
    )


def alternatives(plan: Part) -> Section:
    """Write section 7 from ``alternatives``."""
    part = plan["alternatives"]
    blocks: list[Block] = []
    if part.get("skipped"):
        blocks.append(Text(str(part["skipped"])))
    if part["rows"]:
        endpoint = str(part.get("endpoint") or "the primary endpoint")
        caption = (
            f"True mean effect on {endpoint} of other routes and doses, of other "
            "sources and of later dosing, without sampling or reading error, so "
            "narrower than the difference one trial would show; the best first, one "
            "colour per route."
            f"{_held(part.get('held'))}"
        )
        spec = figures.alternatives(part["rows"], endpoint)
        twin = _rows(part["rows"])
        block = picture("alternatives", spec, caption, twin, folded=len(twin.rows) > 10)
        blocks.append(block)
    return Section("alternatives", "Alternatives", tuple(blocks) or (Text(_WHY_EMPTY),))
