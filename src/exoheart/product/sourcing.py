"""Whose cells: own, another donor's, or a bank of cells made from iPSC.

Part of the make plan. For each product every way is set beside the planned one: when
it is ready, how often that is in time, and why. Own cells come after the infarct; the
others wait for it.

References
----------
NatRevCardiol2012 (own cardiosphere-derived cells, 1.5 to 3 months after infarction),
MarrowStromalBank (8 of 11 collections of healthy donors could be released).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from exoheart.product.culture import Bench, Culture
from exoheart.product.kinship import is_own
from exoheart.product.timing import (
    NEVER_OWN,
    RARELY,
    due_day,
    due_words,
    lead_days,
    own_lead_days,
    own_ready,
    reach,
)
from exoheart.records.making import Sourcing
from exoheart.records.product import FloatArray, Quantity, Supply, summarise
from exoheart.records.study import Product, Study

_Way = Literal["own cells", "other donors", "iPSC bank", "synthesis"]
_PLURIPOTENT = "iPSC"
_FAILS = (
    "Of healthy donors 8 of 11 collections could be released; of old or ill donors "
    "fewer can, and how many fewer isn't known, so the share counts {what} alone."
)


@dataclass(frozen=True, slots=True)
class Cultures:
    """How a product would be made by each way.

    `planned` is one of the others: every animal's `own`, a `stock` of one start, or a
    `bank` of fresh cells, which nothing lies behind.
    """

    planned: Culture
    own: Culture
    stock: Culture
    bank: Culture


def sourcing(
    study: Study, source: Supply, made: Cultures | None, bench: Bench
) -> tuple[Sourcing, ...]:
    """Set every way to come by the cells of a product side by side.

    Parameters
    ----------
    study
        The planned study.
    source
        The product.
    made
        Its cultures; None for RNA.
    bench
        Parameters and draws.

    Returns
    -------
    tuple of Sourcing
        Own cells, other donors, a bank made from iPSC (only for cells that are grown);
        the synthesis alone for RNA.
    """
    product = source.product
    if made is None:
        return (_synthesis(product),)
    way = planned_way(product, source.secretion.donor)
    rows = [_own(study, source, made.own, bench), _others(study, source, made, bench)]
    if made.planned.growth is not None:
        rows.append(_bank(source, made.bank, bench))
    return tuple(replace(row, planned=row.way == way) for row in rows)


def planned_way(product: Product, donor: str) -> _Way:
    """Give the way that the study file takes."""
    if product.form == "RNA":
        return "synthesis"
    if is_own(product):
        return "own cells"
    return "iPSC bank" if donor.startswith(_PLURIPOTENT) else "other donors"


def _synthesis(product: Product) -> Sourcing:
    words = "RNA is synthesised before the infarct; no donor takes part."
    return Sourcing("synthesis", product.form == "RNA", 1.0, words)


def _own(study: Study, source: Supply, own: Culture, bench: Bench) -> Sourcing:
    """Own cells: ready some time after the infarct, or never."""
    donor = source.secretion.donor
    if donor in NEVER_OWN:
        words = f"No own product of {donor}, at no time: {NEVER_OWN[donor]}."
        return Sourcing("own cells", False, 0.0, words)
    if shut := _out_of_reach(own):
        return Sourcing("own cells", False, reach(own), shut)
    lead = _lead(own_lead_days(donor, own.days, bench))
    days, reached = own_ready(donor, study.animal.species, own.days, bench)
    due = due_day(study, source.product)
    in_time = float(np.mean((days <= due) * own.within_reach))
    ready = summarise("ready", "days after infarction", days)
    seen = ", a delay reached in patients" if reached else ""
    fails = _FAILS.format(what="time" if own.growth is None else "time and doublings")
    words = (
        f"{_verdict(in_time)}: ready about day {ready.median:.0f} after infarction "
        f"({ready.low:.0f} to {ready.high:.0f}{seen}), due {due_words(due)}"
        f"{_doublings(own)}. {fails}"
    )
    return Sourcing("own cells", False, in_time, words, ready, lead)


def _others(study: Study, source: Supply, made: Cultures, bench: Bench) -> Sourcing:
    """Another donor's cells: made before, foreign."""
    stock = made.stock
    if shut := _out_of_reach(stock):
        return Sourcing("other donors", False, reach(stock), shut)
    lead = _lead(lead_days(stock.days, bench))
    words = (
        f"{_verdict(reach(stock))}: made of {_whose(study, source, stock)} before the "
        f"infarct, it waits as stock; the making begins {lead.median:.0f} days before "
        f"it is released ({lead.low:.0f} to {lead.high:.0f}){_doublings(stock)}. "
        "Foreign to the recipient."
    )
    return Sourcing("other donors", False, reach(stock), words, None, lead)


def _whose(study: Study, source: Supply, stock: Culture) -> str:
    product, donor = source.product, source.secretion.donor
    what = "cells" if stock.growth is not None else donor.replace("-", " ")
    if is_own(product):
        return f"the {what} of another {study.animal.species}"
    return f"{product.donor_species} {what}"


def _bank(source: Supply, bank: Culture, bench: Bench) -> Sourcing:
    """Cells made from iPSC once, banked, and grown for every lot."""
    donor = source.secretion.donor
    if shut := _out_of_reach(bank):
        return Sourcing("iPSC bank", False, reach(bank), shut)
    once = bench.take("reprogramming_time", "day")
    lead = _lead(lead_days(bank.days, bench) + once)
    same = donor.startswith(_PLURIPOTENT)
    unknown = (
        ""
        if same
        else f" Whether vesicles of cells made from iPSC act like those of {donor} "
        "isn't known."
    )
    words = (
        f"{_verdict(reach(bank))} once the bank exists, which takes {lead.median:.0f} "
        f"days in all ({lead.low:.0f} to {lead.high:.0f}); one source then serves "
        f"every lot{_doublings(bank)}. Foreign to the recipient.{unknown}"
    )
    return Sourcing("iPSC bank", False, reach(bank), words, None, lead)


def _out_of_reach(made: Culture) -> str:
    """Say that the cells can't divide often enough; empty where they can."""
    if made.growth is None or reach(made) > RARELY:
        return ""
    return f"Cannot be made: {made.growth.counted}."


def _doublings(made: Culture) -> str:
    """Say in how many draws cells divide often enough, where that isn't always."""
    if made.growth is None or reach(made) >= 1.0 - RARELY:
        return ""
    return (
        f"; the cells divide often enough in {reach(made):.0%} of the draws "
        f"({made.growth.counted})"
    )


def _lead(days: FloatArray) -> Quantity:
    return summarise("lead", "days", days)


def _verdict(in_time: float) -> str:
    """Say how often a way is in time."""
    if in_time <= RARELY:
        return "Not in time"
    if in_time >= 1.0 - RARELY:
        return "In time"
    return f"In time in {in_time:.0%} of the draws"
