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

import numpy as np

from exoheart.errors import InputError
from exoheart.product.culture import Bench, Culture, donor_key
from exoheart.product.donor_facts import never_own
from exoheart.product.kinship import is_own
from exoheart.records.making import Timing
from exoheart.records.product import FloatArray, summarise
from exoheart.records.study import Arm, Product, Study

#: Donors that no patient and no animal can be for itself, and why.
NEVER_OWN: Mapping[str, str] = never_own()
_PLURIPOTENT = "iPSC"
#: Recipients of whom delays reached in practice are known.
_PATIENTS = "human"
#: Share of draws up to which a product is taken not to exist in time.
RARELY = 0.05


def product_timing(
    study: Study,
    product: Product,
    donor: str,
    planned: Culture,
    bench: Bench,
) -> Timing:
    """Say whether a product can exist at its first planned dose.

    It can where its cells divide often enough and it is ready. Own cells: collection,
    culture and release tests follow the infarct one after the other, unless a delay
    reached in practice is known for donor and recipient. Anyone else's: made before.

    Parameters
    ----------
    study
        The planned study.
    product
        The product, used by at least one arm.
    donor
        Its donor as the tables name it.
    planned
        How it is made.
    bench
        Parameters and draws.

    Raises
    ------
    InputError
        An autologous product from another species than the one treated.
    """
    due = due_day(study, product)
    if not is_own(product):
        return _stock(study, product, due, planned)
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
        return Timing(
            "autologous", due, 0.0, words, None, _instead(study, product, planned)
        )
    days, reached = own_ready(donor, study.animal.species, planned.days, bench)
    why = _steps(donor, planned)
    if reached:
        why = "the delay reached in patients with cells of this kind"
    elif _delay_row(donor) in bench.priors:
        why += f"; the delay of patients is not taken over for a {study.animal.species}"
    return _own(study, product, planned, days, why)


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
    donor: str, species: str, culture_days: FloatArray | None, bench: Bench
) -> tuple[FloatArray, bool]:
    """Give the day after infarction on which a product of own cells is ready.

    Parameters
    ----------
    donor
        As the tables name it.
    species
        Of the recipient: delays reached in practice are those of patients.
    culture_days : ndarray or None, shape (outer,)
        From the first cell to the last harvest [days].
    bench
        Parameters and draws.

    Returns
    -------
    days : ndarray, shape (outer,)
        A delay seen in practice where one is known, else collection and the time to
        make it, one after the other.
    reached : bool
        Whether it is a delay seen in practice.
    """
    if species == _PATIENTS and _delay_row(donor) in bench.priors:
        return bench.take(_delay_row(donor).removeprefix("product."), "day"), True
    delay = bench.take("collection_delay", "day")
    return delay + own_lead_days(donor, culture_days, bench), False


def _delay_row(donor: str) -> str:
    """Give the id of a delay reached in practice with own cells of a donor."""
    return f"product.autologous_lead.{donor_key(donor)}"


def own_lead_days(
    donor: str, culture_days: FloatArray | None, bench: Bench
) -> FloatArray:
    """Give the days from an own sample to a released product.

    Turning into pluripotent cells comes first where it takes that.
    """
    days = lead_days(culture_days, bench)
    if donor.startswith(_PLURIPOTENT):
        days = days + bench.take("reprogramming_time", "day")
    return days


def lead_days(culture_days: FloatArray | None, bench: Bench) -> FloatArray:
    """Give the days from the first cell, or the collection, to a released product."""
    tests = bench.take("release_testing_time", "day")
    return tests if culture_days is None else tests + culture_days


def reach(made: Culture) -> float:
    """Give the share of draws in which the cells divide often enough [1]."""
    return float(np.mean(made.within_reach))


def due_day(study: Study, product: Product) -> float:
    """Give the day of the first planned dose of a product."""
    return min(
        _due_day(study, arm)
        for arm in study.arms
        if arm.product == product.name and arm.dose
    )


def _steps(donor: str, made: Culture) -> str:
    """Say what a product of own cells waits for."""
    steps = ["collection"]
    steps += ["reprogramming"] if donor.startswith(_PLURIPOTENT) else []
    steps += ["culture"] if made.growth is not None else []
    return f"{', '.join(steps)} and release tests follow the infarct"


def _own(
    study: Study, product: Product, made: Culture, days: FloatArray, why: str
) -> Timing:
    """Compare the day a product of own cells is ready with the day it is due."""
    due, divided = due_day(study, product), reach(made)
    earliest = summarise("earliest day", "days after infarction", days)
    in_time = float(np.mean((days <= due) * made.within_reach))
    if made.growth is not None and divided <= RARELY:
        words = f"{product.name} cannot be made of own cells: {made.growth.counted}."
        return Timing(
            "autologous", due, in_time, words, None, _instead(study, product, made)
        )
    ready = (
        f"made of own {_matter(product, made)} it is ready about day "
        f"{earliest.median:.0f} (90 % {earliest.low:.0f} to {earliest.high:.0f}) after "
        f"infarction, the first dose is due {due_words(due)} ({why})"
    )
    if made.growth is not None and divided < 1.0 - RARELY:
        ready += f"; the cells divide often enough in {divided:.0%} of the draws ("
        ready += f"{made.growth.counted})"
    if in_time <= RARELY:
        those = "every draw" if divided >= 1.0 - RARELY else "all of these"
        words = (
            f"{product.name} cannot exist in time for this indication: {ready}; given "
            f"from day {earliest.low:.0f} on it might exist, from day "
            f"{earliest.high:.0f} on it would in nearly {those}."
        )
        return Timing(
            "autologous", due, in_time, words, earliest, _instead(study, product, made)
        )
    words = f"{product.name} exists in time in {in_time:.0%} of the draws: {ready}."
    return Timing("autologous", due, in_time, words, earliest)


def _instead(study: Study, product: Product, made: Culture) -> str:
    """Say what could be given in the place of what is the recipient's own."""
    stock = f"stock of another {study.animal.species}'s {_matter(product, made)}"
    if made.growth is None:
        return f"What could be given instead: {stock}, foreign to the recipient."
    return (
        f"What could be given instead: {stock}, or of a bank of cells made from iPSC, "
        "both made before the infarct and both foreign to the recipient."
    )


def _matter(product: Product, made: Culture) -> str:
    """Name what a product is made of: cells, or what is collected."""
    return "cells" if made.growth is not None else product.donor.replace("-", " ")


def _stock(study: Study, product: Product, due: float, made: Culture) -> Timing:
    """Say that a product of other donors is made before the infarct, if it can be."""
    same = product.donor_species == study.animal.species
    storage, share = product.storage, reach(made)
    dry = ", dry" if storage.lyophilised else ""
    origin = f"{product.donor_species} {_matter(product, made)} before the infarct"
    waits = f"it is made of {origin}; how long it waits isn't stated"
    if storage.duration_h > 0:
        waits = (
            f"it is made of {origin} and waits {storage.duration_h / 24.0:.3g} days at "
            f"{storage.temperature_c:g} degC{dry}"
        )
    words = f"{product.name} can exist in time: {waits}."
    if made.growth is not None and share <= RARELY:
        words = f"{product.name} cannot be made: {made.growth.counted}."
    elif made.growth is not None and share < 1.0 - RARELY:
        words = (
            f"{product.name} can be made in {share:.0%} of the draws "
            f"({made.growth.counted}), and then exists in time: {waits}."
        )
    return Timing("allogeneic stock" if same else "xenogeneic stock", due, share, words)


def due_words(due: float) -> str:
    """Say when a dose is due: hours on the first day, else the day.

    Examples
    --------
    >>> due_words(0.0833), due_words(28.0)
    ('2 h after the onset of occlusion', 'on day 28')
    """
    if abs(due) < 1.0:
        return f"{24.0 * due:.2g} h after the onset of occlusion"
    return f"on day {due:.3g}"


def _due_day(study: Study, arm: Arm) -> float:
    """Give the day after the onset of occlusion on which an arm is first dosed."""
    if arm.at is None:
        return 0.0
    shift = study.animal.infarct.occlusion_h or 0.0
    hours = arm.at.offset_h + (shift if arm.at.anchor == "reperfusion" else 0.0)
    return hours / 24.0
