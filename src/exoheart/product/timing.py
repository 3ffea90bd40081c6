"""Can the product exist when it is due? Own cells must first be taken and grown.

Part of the make plan. A product of the patient's or animal's own cells starts after
the infarct; one of other donors waits in a freezer; RNA is synthesised before. Read
next: :mod:`exoheart.product.sourcing`, which sets the ways side by side.

References
----------
NatRevCardiol2012 (own cardiosphere-derived cells, 1.5 to 3 months after infarction).
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np

from exoheart.errors import InputError
from exoheart.product.culture import Bench, donor_key
from exoheart.product.kinship import is_own
from exoheart.records.making import Timing
from exoheart.records.product import FloatArray, summarise
from exoheart.records.study import Arm, Product, Study

#: Donors that no patient and no animal can be for itself, and why.
NEVER_OWN: Mapping[str, str] = MappingProxyType(
    {
        "HEK293": "it is a laboratory line",
        "ESC": "embryonic cells are never the patient's own",
        "MSC-UC": "the cord is there only at birth",
        "perfused-heart": "the heart would have to be taken out",
    }
)
_PLURIPOTENT = "iPSC"
#: Share of draws up to which a product is taken not to exist in time.
RARELY = 0.05


def product_timing(
    study: Study,
    product: Product,
    donor: str,
    culture_days: FloatArray | None,
    bench: Bench,
) -> Timing:
    """Say whether a product can exist at its first planned dose.

    Own cells: collection, culture and release tests follow the infarct one after the
    other, unless a delay reached in practice is known for the donor. Anyone else's:
    made before.

    Parameters
    ----------
    study
        The planned study.
    product
        The product, used by at least one arm.
    donor
        Its donor as the tables name it.
    culture_days : ndarray or None, shape (outer,)
        From the first cell to the last harvest [days]; None where nothing is grown.
    bench
        Parameters and draws.

    Raises
    ------
    InputError
        An autologous product from another species than the one treated.
    """
    due = due_day(study, product)
    if not is_own(product):
        return _stock(study, product, due)
    if product.donor_species != study.animal.species:
        raise InputError(
            f"product {product.name!r}: donor_state.autologous met with donor species "
            f"{product.donor_species!r}; allowed: the species treated, "
            f"{study.animal.species!r}; change donor_species or leave autologous out"
        )
    if donor in NEVER_OWN:
        words = (
            f"{product.name} cannot exist as an own product, at no time: "
            f"{NEVER_OWN[donor]}."
        )
        return Timing("autologous", due, 0.0, words, None, _instead(study))
    days, reached = own_ready(donor, culture_days, bench)
    return _own(study, product, due, days, _why(donor, reached))


def synthesis_timing(study: Study, product: Product) -> Timing:
    """Say that RNA is made before the infarct, from no cell."""
    return Timing(
        kind="synthesised",
        due_day=due_day(study, product),
        in_time=1.0,
        sentence=(
            f"{product.name} can exist in time: it is synthesised before the infarct, "
            "without donor cells."
        ),
    )


def own_ready(
    donor: str, culture_days: FloatArray | None, bench: Bench
) -> tuple[FloatArray, bool]:
    """Give the day after infarction on which a product of own cells is ready.

    Parameters
    ----------
    donor
        As the tables name it.
    culture_days : ndarray or None, shape (outer,)
        From the first cell to the last harvest [days].
    bench
        Parameters and draws.

    Returns
    -------
    days : ndarray, shape (outer,)
        A delay seen in practice where one is known, else collection, turning into
        pluripotent cells where it takes that, culture and release tests, one after the
        other.
    reached : bool
        Whether it is a delay seen in practice.
    """
    known = f"autologous_lead.{donor_key(donor)}"
    if f"product.{known}" in bench.priors:
        return bench.take(known, "day"), True
    days = bench.take("collection_delay", "day") + lead_days(culture_days, bench)
    if donor.startswith(_PLURIPOTENT):
        days = days + bench.take("reprogramming_time", "day")
    return days, False


def lead_days(culture_days: FloatArray | None, bench: Bench) -> FloatArray:
    """Give the days from the first cell, or the collection, to a released product."""
    tests = bench.take("release_testing_time", "day")
    return tests if culture_days is None else tests + culture_days


def due_day(study: Study, product: Product) -> float:
    """Give the day of the first planned dose of a product."""
    return min(
        _due_day(study, arm)
        for arm in study.arms
        if arm.product == product.name and arm.dose
    )


def _why(donor: str, reached: bool) -> str:
    """Say what a product of own cells waits for."""
    if reached:
        return "the delay reached in patients with cells of this kind"
    if donor.startswith(_PLURIPOTENT):
        return "collection, reprogramming, culture and release tests follow the infarct"
    return "collection, culture and release tests follow the infarct"


def _own(
    study: Study, product: Product, due: float, days: FloatArray, why: str
) -> Timing:
    """Compare the day a product of own cells is ready with the day it is due."""
    earliest = summarise("earliest day", "days after infarction", days)
    in_time = float(np.mean(days <= due))
    ready = (
        f"made of own cells it is ready about day {earliest.median:.0f} (90 % "
        f"{earliest.low:.0f} to {earliest.high:.0f}) after infarction, the first dose "
        f"is due on day {due:.2g} ({why})"
    )
    if in_time <= RARELY:
        words = (
            f"{product.name} cannot exist in time for this indication: {ready}; given "
            f"from day {earliest.low:.0f} on it might exist, from day "
            f"{earliest.high:.0f} on it would in nearly every draw."
        )
        return Timing("autologous", due, in_time, words, earliest, _instead(study))
    words = f"{product.name} exists in time in {in_time:.0%} of the draws: {ready}."
    return Timing("autologous", due, in_time, words, earliest)


def _instead(study: Study) -> str:
    """Say what could be given in the place of own cells."""
    return (
        f"What could be given instead: stock of another {study.animal.species}'s "
        "cells, or of a bank of cells made from iPSC, both made before the infarct and "
        "both foreign to the recipient."
    )


def _stock(study: Study, product: Product, due: float) -> Timing:
    """Say that a product of other donors is made before the infarct."""
    same = product.donor_species == study.animal.species
    storage = product.storage
    dry = ", dry" if storage.lyophilised else ""
    return Timing(
        kind="allogeneic stock" if same else "xenogeneic stock",
        due_day=due,
        in_time=1.0,
        sentence=(
            f"{product.name} can exist in time: it is made of "
            f"{product.donor_species} cells before the infarct and waits "
            f"{storage.duration_h / 24.0:.3g} days at {storage.temperature_c:g} "
            f"degC{dry}."
        ),
    )


def _due_day(study: Study, arm: Arm) -> float:
    """Give the day after the onset of occlusion on which an arm is first dosed."""
    if arm.at is None:
        return 0.0
    shift = study.animal.infarct.occlusion_h or 0.0
    hours = arm.at.offset_h + (shift if arm.at.anchor == "reperfusion" else 0.0)
    return hours / 24.0
