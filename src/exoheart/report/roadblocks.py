"""Section 6, Roadblocks: what drives the uncertainty, what to measure first."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from exoheart import figures
from exoheart.figures import numbers
from exoheart.report.blocks import (
    Block,
    Part,
    Section,
    Table,
    Text,
    code,
    linked,
    picture,
    table,
)
from exoheart.report.how import percent_interval

_WHY_EMPTY = (
    "The uncertainty of this answer could not be split into its causes, since no "
    "arm is compared with a control or too few draws were made."
)


def _ranked(rows: Sequence[Part]) -> Table:
    body = []
    for row in rows:
        name = Markup("{}<br><small>{}</small>").format(row["label"], code(row["id"]))
        low, high = numbers.ends(row.get("rank_interval"))
        ranks = f"{numbers.number(low)} to {numbers.number(high)}"
        value = numbers.quantity(row.get("value"), row.get("unit"))
        body.append(
            (
                name,
                f"{numbers.number(row.get('rank'))} ({ranks})",
                percent_interval(row.get("share_interval")),
                numbers.percent(row.get("share")),
                "yes" if row.get("above_chance") else "no",
                Markup("{}: {}<br><small>{}</small>").format(
                    str(row.get("kind") or "assumed"),
                    value,
                    linked(row.get("source") or "no source"),
                ),
                str(row.get("measurement") or "none named"),
            )
        )
    columns = (
        "What is uncertain",
        "Rank (90 % interval)",
        "Share of variance, 90 % interval",
        "Estimate",
        "Above chance",
        "Value now",
        "Measurement that would narrow it",
    )
    return table("Roadblocks, the largest first", columns, body, (1, 2, 3))


def _layers(part: Part) -> Table:
    body = [(row["layer"], numbers.percent(row.get("share"))) for row in part["layers"]]
    columns = ("Layer", "Share of variance")
    caption = "One future trial's difference: its variance by layer"
    return table(caption, columns, body, (1,))


def roadblocks(plan: Part) -> Section:
    """Write section 6 from ``roadblocks``."""
    part = plan["roadblocks"]
    blocks: list[Block] = []
    if part.get("sentence"):
        blocks.append(Text(part["sentence"], "lead"))
    if part["ranked"]:
        spec = figures.roadblocks(part["ranked"])
        caption = (
            "Share of the variance of the effect's rank, over draws, that goes with "
            "each unknown, with its 90 % interval; pale bars are not above chance. The "
            "colour says how the value is known. Not explained by single unknowns: "
            f"{numbers.percent(part['unexplained'])}."
        )
        twin = _ranked(part["ranked"])
        blocks.append(
            picture("roadblocks", spec, caption, twin, folded=len(twin.rows) > 10)
        )
    else:
        blocks.append(Text(_WHY_EMPTY))
    if part["layers"]:
        blocks.append(_layers(part))
    return Section("roadblocks", "Roadblocks", tuple(blocks))
