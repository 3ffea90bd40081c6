"""Make the tables of ``docs/donor.md`` from the model text and the data tables.

Usage: ``python docs/donor_tables.py [--write]``; without ``--write`` they are printed.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from marked_table import deliver

from exoheart.evidence import load_parameters
from exoheart.figures import numbers
from exoheart.figures.donor import target_words
from exoheart.prediction.donor_lists import donor_list, modifier_list

DOCS = Path(__file__).parent
PAGE = DOCS / "donor.md"
TEXT = DOCS.parent / "src" / "exoheart" / "donor" / "biogenesis.ant"
_REACTION = re.compile(r"donor_(\w+): (.+?); (.+?); // (\w+): (.+)")


def marks(name: str) -> tuple[str, str]:
    """Give the lines before and after a table."""
    return f"<!-- {name}: begin -->", f"<!-- {name}: end -->"


def _markdown(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    lines = [f"| {' | '.join(head)} |", "|---" * len(head) + "|"]
    lines += [f"| {' | '.join(cell or ' ' for cell in row)} |" for row in rows]
    return "\n".join(lines)


def reactions() -> str:
    """Give every reaction of the culture with its rate and how well it is known."""
    rows = []
    for line in TEXT.read_text("utf-8").splitlines():
        found = _REACTION.match(line)
        if found:
            name, change, rate, grade, why = found.groups()
            short = [part.replace("donor_", "") for part in (change, rate)]
            rows.append((name, *(f"`{part}`" for part in short), f"{grade}: {why}"))
    return _markdown(("Reaction", "From and to", "Rate [1e9/h]", "How known"), rows)


def _amount(row) -> str:
    low, median, high = row.distribution.quantile((0.05, 0.5, 0.95))
    return _spread(float(median), [float(low), float(high)])


def _spread(median: float, pair: list[float]) -> str:
    return f"{numbers.interval(pair)}, median {numbers.median(median, pair)}"


def donors() -> str:
    """Give every donor with its number, advantages and risks."""
    rows = {row.id: row for row in load_parameters()}
    body = []
    for one in donor_list():
        key = one["name"].replace("-", "_")
        quantity = "secretion_rate" if one["grown"] else "collected"
        unit = "" if one["grown"] else " per collection"
        growth = rows.get(f"product.doubling_time.{key}")
        body.append(
            (
                f"**{one['name']}**: {one['title']}",
                f"{_amount(rows[f'donor.{quantity}.{key}'])}{unit}",
                numbers.number(growth.value) if growth else "not grown",
                _traits(one["advantages"]),
                _traits(one["risks"]),
            )
        )
    head = ("Donor", "Vesicles per cell and day", "Doubling time, h")
    return _markdown((*head, "Advantages", "Risks"), body)


def _traits(traits) -> str:
    found = []
    for one in traits:
        where = f"{one['source']} {one['locator']}".strip() or "assumed"
        found.append(f"{one['words']} ({where})")
    return "; ".join(found)


def modifiers() -> str:
    """Give all that can be done to donors and vesicles, with folds and their kinds."""
    body = []
    for one in modifier_list():
        name = f"**{one['name']}** ({one['group']}; {one['kind']})"
        effects = "; ".join(_effect(effect) for effect in one["effects"])
        body.append(
            (
                name,
                effects or "no number known",
                one["words"],
                one["source"].replace(";", ", ") or "assumed",
            )
        )
    head = ("What is done", "Changes", "What is known", "Direction from")
    return _markdown(head, body)


def _effect(effect) -> str:
    words = target_words(effect["target"])
    if effect["median"] is None:
        return words
    spread = _spread(effect["median"], effect["interval90"])
    return f"{words} {spread} ({effect['kind']})"


TABLES = {"reactions": reactions, "donors": donors, "modifiers": modifiers}

if __name__ == "__main__":
    for table, make in TABLES.items():
        deliver(sys.argv[1:], make(), PAGE, marks(table))
