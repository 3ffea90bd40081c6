"""Section 3, How it happens: fate of the dose, cells reached, rival mechanisms."""

from __future__ import annotations

from collections.abc import Sequence

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
    picture,
    sentences,
    table,
)
from exoheart.report.how_dose import dose_blocks, estimate, percent_interval

__all__ = ["estimate", "how", "percent_interval"]

#: What a row of ``how.mechanisms`` says about occupancy, in words.
_VERDICTS = {"able": "yes", "unable": "no"}
#: A share drawn further than this from the prior weight is shown beside it.
_APART = 0.02
_WHY_EMPTY = "No arm of this study receives a product, so there is no dose to follow."


def _copies(rows: Sequence[Part]) -> Table:
    body = [
        (
            row["arm"],
            row["cell"],
            numbers.number(row.get("copies_needed")),
            *estimate(row.get("copies_reached")),
            *estimate(row.get("shortfall")),
        )
        for row in rows
    ]
    columns = (
        "Arm",
        "Cell",
        "Copies needed per cell",
        "Copies reached, 90 % interval",
        "median",
        "Needed ÷ reached, 90 % interval",
        "median",
    )
    return table("Copies of cargo, needed and reached", columns, body, range(2, 7))


def _verdict(row: Part) -> str:
    if row["id"] == "none":
        return "has none"
    return _VERDICTS.get(row.get("able") or "", "undecided")


def _weight(row: Part) -> str:
    """Write the prior weight, and the share drawn where it lies apart from it."""
    prior, drawn = row.get("prior"), row.get("drawn")
    text = numbers.percent(prior)
    if drawn is None or prior is None or abs(drawn - prior) <= _APART:
        return text
    return f"{text} ({numbers.percent(drawn)} drawn)"


def _passes(rows: Sequence[Part]) -> str:
    """Say above which peak a mechanism counts as occupying its target."""
    given = next((r["threshold"] for r in rows if r.get("threshold")), None)
    above = "a threshold" if given is None else numbers.number(given)
    return f"peak above {above}, a convention"


def _mechanisms(rows: Sequence[Part]) -> Table:
    body = []
    for row in rows:
        effect = row.get("effect")
        unit = (effect or {}).get("unit")
        body.append(
            (
                row["title"],
                row["arm"],
                _weight(row),
                _verdict(row),
                numbers.probability(row.get("probability_able")),
                *estimate(effect, unit),
            )
        )
    columns = (
        "Mechanism",
        "Arm",
        "Weight before data",
        "Can occupy its target",
        f"Share of draws in which it can ({_passes(rows)})",
        "Effect alone, 90 % interval",
        "Median",
    )
    return table("Rival mechanisms", columns, body, (2, 4, 5, 6))


def _trial_differences(rows: Sequence[Part]) -> list[Block]:
    """Give what one trial would read under each mechanism, folded."""
    body = [
        (row["title"], row["arm"], *estimate(one, one.get("unit")))
        for row in rows
        if (one := row.get("trial_difference"))
    ]
    if not body:
        return []
    caption = (
        "Difference to control in one trial if one mechanism alone acted, primary "
        "endpoint, with sampling and reading error"
    )
    columns = ("Mechanism", "Arm", "90 % interval", "Median")
    whole = table(caption, columns, body, (2, 3))
    return [Fold(f"{whole.caption} ({len(body)} rows)", (whole,))]


def how(plan: Part) -> Section:
    """Write section 3 from ``how``."""
    part, arms = plan["how"], plan["study"]["arms"]
    blocks = dose_blocks(part, arms)
    if part["stoichiometry"]:
        caption = (
            "Copies of cargo that reach the cytosol of one cell (dot, 90 % interval) "
            "beside the copies it would need (diamond), logarithmic axis. At the "
            "right: by what factor the dose falls short."
        )
        spec = figures.stoichiometry(part["stoichiometry"], arms)
        twin = _copies(part["stoichiometry"])
        blocks.append(Heading("Can the cargo do it?"))
        blocks.append(picture("stoichiometry", spec, caption, twin))
    if part["mechanisms"]:
        caption = (
            "True effect on the primary endpoint if one mechanism alone acted. Full "
            "dots: can occupy its target in at least one kind of cell "
            f"({_passes(part['mechanisms'])}) in half of the draws or more; hollow: in "
            "fewer; in brackets the share of draws. Occupying a target is not yet an "
            "effect."
        )
        spec = figures.mechanisms(part["mechanisms"], arms)
        twin = _mechanisms(part["mechanisms"])
        blocks.append(Heading("Which mechanisms can occupy their targets"))
        blocks.append(picture("mechanisms", spec, caption, twin, folded=False))
        blocks.append(Text(part["falling"]["sentence"]))
    blocks += sentences(
        (row["sentence"] for row in part["dissolved"]),
        "Protein that comes dissolved with the dose",
    )
    blocks += _trial_differences(part["mechanisms"])
    return Section("how", "How it happens", tuple(blocks) or (Text(_WHY_EMPTY),))
