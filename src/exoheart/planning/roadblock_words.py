"""Section 6 in words: what is unsure, where it stands now, what would settle it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from exoheart import decision
from exoheart.figures import numbers
from exoheart.records.prior import Prior, Priors

#: What would settle which mechanism acts.
MECHANISM_NEED = (
    "An experiment that separates the mechanisms: vesicles with surface protein "
    "removed, with cargo removed, and in animals without macrophages, on one endpoint"
)
_TOLD = 3
_WHY_RANKS = (
    "Shares are of the variance of the effect's rank, because a few draws carry most "
    "of the raw variance."
)
_NEEDS = (
    re.compile(r"(?:^|[.;]\s+)([^.;]*(?:\.\d[^.;]*)*?)\s+would replace (?:it|them)"),
    re.compile(r"[Rr]eplaced by:?\s+(.+?)\.?$"),
)


def label(id_: str) -> str:
    """Give a parameter's name for readers.

    Examples
    --------
    >>> label("product.recovery.ultrafiltration")
    'recovery, ultrafiltration (product)'
    """
    stage, _, rest = id_.partition(".")
    return f"{rest.replace('_', ' ').replace('.', ', ')} ({stage})"


def needed(prior: Prior) -> str:
    """Give the measurement that would replace a value, from its note; may be empty.

    A note names it as "... would replace it" or "replaced by: ...".
    """
    for pattern in _NEEDS:
        if found := pattern.search(prior.note):
            words = found[1].strip(" ,")
            return words if words[1:2].isupper() else words[:1].lower() + words[1:]
    return ""


def now(prior: Prior) -> str:
    """Give the central 90 % of what a value may be, with its unit."""
    low, high = prior.distribution.quantile((0.05, 0.95))
    unit = "" if prior.unit == "1" else f" {prior.unit}"
    return f"{_digits(low)} to {_digits(high)}{unit}"


def sentence(
    found: decision.Roadblocks, priors: Priors, arm: str, more: int = 0
) -> str:
    """Say what makes the answer unsure, and what to measure.

    Parameters
    ----------
    found
        The ranking.
    priors
        Say where each parameter stands; a driver that isn't among them is the
        mechanism.
    arm
        Treated arm that was ranked for.
    more
        Draws that were made for the ranking alone.
    """
    draws = f"{found.draws} draws"
    if more:
        draws += f", {more} of them made for this ranking"
    head = f"What makes the answer for {arm} unsure ({draws})"
    if not found.drivers:
        return f"{head}: nothing; its effect is negligible in every draw."
    above = [one for one in found.drivers if one.above_chance]
    parts = [_structure(one) for one in above if one.id not in priors]
    known = [one for one in above if one.id in priors]
    parts.append(_known(known, priors) if known else _guesses(found.drivers, priors))
    return f"{head}. {' '.join(parts)} {_WHY_RANKS}"


def _structure(one: decision.Driver) -> str:
    need = MECHANISM_NEED[0].lower() + MECHANISM_NEED[1:]
    return f"Which mechanism acts: {_percent(one)}; to settle it: {need}."


def _known(known: Sequence[decision.Driver], priors: Priors) -> str:
    told = []
    for one in known[:_TOLD]:
        prior = priors[one.id]
        need = f"; to narrow it: {needed(prior)}" if needed(prior) else ""
        told.append(
            f"{label(one.id)}: {_percent(one)}, now {now(prior)} ({one.kind}){need}."
        )
    rest = len(known) - len(told)
    told += [f"Beyond chance besides these: {rest}."] if rest else []
    return f"Within mechanisms: {' '.join(told)}"


def _guesses(drivers: Sequence[decision.Driver], priors: Priors) -> str:
    names = [label(one.id) for one in drivers if one.id in priors][:_TOLD]
    return (
        "Within mechanisms no single unknown stands out from chance with so few "
        f"draws; the largest, which may be chance: {'; '.join(names)}."
    )


def _percent(one: decision.Driver) -> str:
    low, high = (100 * end for end in one.share_interval90)
    return f"{100 * one.share:.0f} % ({low:.0f} to {high:.0f})"


def _digits(value: float) -> str:
    """Give three significant digits, as the report writes numbers."""
    return numbers.number(float(value))
