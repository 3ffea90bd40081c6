"""The make plan in words: what is needed, whether cells divide often enough, notes.

Beside :mod:`exoheart.product.make`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from exoheart.product.culture import Culture, donor_key
from exoheart.product.donor_facts import donor_facts
from exoheart.product.kinship import is_own
from exoheart.records.product import Quantity, Supply
from exoheart.records.study import Product

_ONE_VIAL = "one vial for each dose (assumed)"
_NOTES: Mapping[str, tuple[str, ...]] = {
    "vesicles": (),
    "conditioned medium": (_ONE_VIAL,),
    "cells": (_ONE_VIAL, "medium for expansion is not counted"),
    "RNA": (_ONE_VIAL, "time and yield of the synthesis are not modelled"),
}
_OF_CONDITIONING = (
    "litres are conditioned medium; medium for expansion comes on top",
    "assumes one conditioned culture of all cells at a time, batches side by side",
    "particles per microgram and vesicles per cell are drawn apart; a maker's own "
    "cells per microgram should replace them",
)
_OF_COLLECTIONS = (
    "nothing is grown: each collection is a lot of its own (assumed), so lots differ "
    "as donors do",
)
_HEALTHY = (
    "8 of 11 collections of healthy donors could be released; of old or ill donors "
    "fewer can{growth}, how often isn't known"
)
_COUNTED_VIAL = (
    "one vial for each dose (assumed): how much the counted vials hold isn't asked for"
)


def amount_sentence(product: Product, doses: int, of: Mapping[str, Quantity]) -> str:
    """Say what the doses of a study need.

    Parameters
    ----------
    product
        As planned.
    doses
        Administrations over all animals.
    of
        Quantities of the plan by name.
    """
    head = f"{product.name}: {doses} dose{' needs' if doses == 1 else 's need'}"
    if product.form == "RNA":
        rna = of["RNA"]
        return (
            f"{head} {rna.median:.3g} ug of synthesised RNA (90 % {rna.low:.2g} to "
            f"{rna.high:.2g})."
        )
    if "collections" in of:
        many = of["collections"]
        return (
            f"{head} {_many(many, 'collection')} (90 % {many.low:.2g} to "
            f"{many.high:.2g}); nothing is grown."
        )
    cells, days, batches = of["donor cells"], of["culture"], of["batches"]
    litres = of.get("conditioned medium")
    medium = (
        f"{litres.median:.3g} L of conditioned medium ({litres.low:.2g} to "
        f"{litres.high:.2g}), "
        if litres
        else ""
    )
    return (
        f"{head} {cells.median:.1e} donor cells (90 % {cells.low:.0e} to "
        f"{cells.high:.0e}), {medium}{_many(days, 'day')} of culture "
        f"({days.low:.0f} to {days.high:.0f}) and {_many(batches, 'batch', 'es')} "
        f"({batches.low:.0f} to {batches.high:.0f})."
    )


def _many(of: Quantity, noun: str, plural: str = "s") -> str:
    """Write a number of things, one of them in the singular."""
    count = f"{of.median:.0f}"
    return f"{count} {noun}{'' if count == '1' else plural}"


def reach_sentence(product: Product, culture: Culture) -> str:
    """Say how often the donor cells can divide often enough; empty if none grow."""
    grown = culture.growth
    if grown is None:
        return ""
    share = float(np.mean(culture.within_reach))
    if share == 0.0:
        return (
            f"{product.name} cannot reach the number of cells: {grown.counted}; use "
            "several donors or a smaller dose."
        )
    return (
        f"The donor cells reach the number needed in {share:.0%} of the draws "
        f"({grown.counted})."
    )


def make_notes(source: Supply, culture: Culture | None) -> tuple[str, ...]:
    """Give assumptions and limits of a product's make plan."""
    return (*_own_notes(source, culture), *_NOTES[source.product.form], *source.notes)


def _own_notes(source: Supply, culture: Culture | None) -> Iterator[str]:
    product, state = source.product, source.product.donor_state
    if culture is not None and culture.collections is not None:
        yield from _OF_COLLECTIONS
        yield from _size_notes(source)
    elif source.ledger is not None:
        yield from _OF_CONDITIONING
    grown = culture is not None and culture.growth is not None
    ill = state.get("disease", "none") != "none" or "age" in state
    if culture is not None and (is_own(product) or ill):
        yield _HEALTHY.format(growth=", and growth may fail" if grown else "")
    if grown and is_own(product):
        yield "every animal's product is grown from a start of its own"
    elif culture is not None and is_own(product):
        yield "every animal's product is of its own collections, never of another's"
    if culture is not None and culture.growth is not None:
        yield from _bioreactor_notes(culture.growth.housing.vessel)
    if product.measured is not None:
        yield _COUNTED_VIAL
    if product.measured is not None and product.isolation:
        yield "particles per microgram of the steps are assumed; the vial was counted"


def _size_notes(source: Supply) -> Iterator[str]:
    """Say of whom a collection of the tables is, where the planned donor is another."""
    donor, species = source.secretion.donor, source.product.donor_species
    facts = donor_facts()[donor]
    if species != facts.collected_from:
        yield (
            f"the number of collections is not to be used as it is: one collection is "
            f"{facts.collection}, and that of a {species} has another size; set "
            f"donor.collected.{donor_key(donor)} to what yours gives"
        )


def _bioreactor_notes(vessel: str) -> Iterator[str]:
    if vessel == "bioreactor":
        yield (
            "cells per mL of a stirred culture are assumed, so its litres and runs are "
            "too; one run is one batch (assumed)"
        )
