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

from typing import Literal

import numpy as np

from exoheart.product.culture import Bench, Culture
from exoheart.product.kinship import is_own
from exoheart.product.timing import (
    NEVER_OWN,
    RARELY,
    due_day,
    lead_days,
    own_ready,
)
from exoheart.records.making import Sourcing
from exoheart.records.product import FloatArray, Quantity, Supply, summarise
from exoheart.records.study import Product, Study

_Way = Literal["own cells", "other donors", "iPSC bank", "synthesis"]
_PLURIPOTENT = "iPSC"
_FAILS = (
    "Of healthy donors 8 of 11 collections could be released; of old or ill donors "
    "fewer can, and how many fewer isn't known, so the share in time counts time alone."
)


def sourcing(
    study: Study,
    source: Supply,
    planned: Culture | None,
    own: Culture | None,
    bench: Bench,
) -> tuple[Sourcing, ...]:
    """Set every way to come by the cells of a product side by side.

    Parameters
    ----------
    study
        The planned study.
    source
        The product.
    planned, own
        Its culture as planned, and as every animal's own; None for RNA.
    bench
        Parameters and draws.

    Returns
    -------
    tuple of Sourcing
        Own cells, other donors, a bank made from iPSC (only for cells that are grown);
        the synthesis alone for RNA.
    """
    product = source.product
    if planned is None or own is None:
        return (_synthesis(product),)
    way = planned_way(product, source.secretion.donor)
    rows = [_own(study, source, own, bench), _others(study, source, planned, bench)]
    if planned.growth is not None:
        rows.append(_bank(source, planned, bench))
    return tuple(
        Sourcing(
            row.way,
            row.way == way,
            row.in_time,
            row.sentence,
            row.ready,
            row.lead,
        )
        for row in rows
    )


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
    days, reached = own_ready(donor, own.days, bench)
    due = due_day(study, source.product)
    in_time = float(np.mean(days <= due))
    ready = summarise("ready", "days after infarction", days)
    seen = ", a delay reached in patients" if reached else ""
    words = (
        f"{_verdict(in_time)}: ready about day {ready.median:.0f} after infarction "
        f"({ready.low:.0f} to {ready.high:.0f}{seen}), due on day {due:.2g}. {_FAILS}"
    )
    lead = _lead(lead_days(own.days, bench))
    return Sourcing("own cells", False, in_time, words, ready, lead)


def _others(study: Study, source: Supply, planned: Culture, bench: Bench) -> Sourcing:
    """Another donor's cells: made before, foreign."""
    lead = _lead(lead_days(planned.days, bench))
    whose = _whose(study, source.product)
    words = (
        f"In time: made of {whose} before the infarct, it waits as stock; the making "
        f"begins {lead.median:.0f} days before it is released ({lead.low:.0f} to "
        f"{lead.high:.0f}). Foreign to the recipient."
    )
    return Sourcing("other donors", False, 1.0, words, None, lead)


def _whose(study: Study, product: Product) -> str:
    if is_own(product):
        return f"the cells of another {study.animal.species}"
    return f"{product.donor_species} cells"


def _bank(source: Supply, planned: Culture, bench: Bench) -> Sourcing:
    """Cells made from iPSC once, banked, and grown for every lot."""
    donor = source.secretion.donor
    bank = bench.take("reprogramming_time", "day")
    lead = _lead(lead_days(planned.days, bench) + bank)
    same = donor.startswith(_PLURIPOTENT)
    unknown = (
        ""
        if same
        else f" Whether vesicles of cells made from iPSC act like those of {donor} "
        "isn't known."
    )
    words = (
        f"In time once the bank exists, which takes {lead.median:.0f} days in all "
        f"({lead.low:.0f} to {lead.high:.0f}); one source then serves every lot. "
        f"Foreign to the recipient.{unknown}"
    )
    return Sourcing("iPSC bank", False, 1.0, words, None, lead)


def _lead(days: FloatArray) -> Quantity:
    return summarise("lead", "days", days)


def _verdict(in_time: float) -> str:
    """Say how often a way is in time."""
    if in_time <= RARELY:
        return "Not in time"
    if in_time >= 1.0 - RARELY:
        return "In time"
    return f"In time in {in_time:.0%} of the draws"
