"""From a donor cell and its conditioning to vesicles per day and what is in them.

First stage of the chain: a planned product in, :class:`Secretion` out. Read next:
:mod:`exoheart.donor.biogenesis` (what acts on exosomes alone),
:mod:`exoheart.donor.ageing` (the donor's state), :mod:`exoheart.product.ledger`, which
turns the result into vials.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Protocol

import numpy as np

from exoheart.donor.ageing import StateEffects, state_effects
from exoheart.donor.biogenesis import NODES, change_exosomes, reachable
from exoheart.donor.modifiers import (
    Culture,
    Modifier,
    culture_of,
    find_modifiers,
    ligand_of,
    planned_faults,
)
from exoheart.donor.names import (
    COLLECTED,
    COUNTED_FORMS,
    canonical_donor,
    row_id,
)
from exoheart.donor.state import DonorState, read_state
from exoheart.errors import InputError
from exoheart.records.prior import Priors
from exoheart.records.product import (
    SIGNALS,
    Factor,
    FloatArray,
    Secretion,
    Uniforms,
    draw,
)
from exoheart.records.study import Product

#: Targets whose value is a new number and not a fold, with its unit.
_NEW = {"copies": "copies/particle", "drug": "copies/particle"}


class _Own(Protocol):
    """Draws a quantity in a unit, shape (outer,)."""

    def __call__(self, name: str, unit: str = "1", /) -> FloatArray: ...


def secretion(
    product: Product, priors: Priors, uniforms: Uniforms, *, lot: int = 0
) -> Secretion:
    """Give what one cell of the product's donor releases.

    The rate is anchored on the total, ``k_sec * lot * folds`` (assumed): the factors
    behind it (fusion events, vesicles per multivesicular body, share set free) are not
    identifiable apart and their central values multiply to some fifty times more. What
    acts on exosomes alone leaves microvesicles as they are. Folds on a signal multiply
    its share, which stays at most 1.

    Parameters
    ----------
    product
        Donor, state, conditioning, engineering and medium as planned.
    priors
        Parameters of the study.
    uniforms
        Source of the draws.
    lot
        Number of the lot; draws that differ between lots follow it.

    Returns
    -------
    Secretion
        Arrays of shape (outer,).

    Raises
    ------
    InputError
        The donor or a conditioning is unknown, or two conditionings can't be combined.
    """
    donor = canonical_donor(product.donor)
    modifiers = modifiers_of(product, donor)
    stream = f"{product.name}/{lot}"

    def take(name: str, unit: str = "1") -> FloatArray:
        return draw(priors, uniforms, name, unit)

    def own(quantity: str, unit: str = "1") -> FloatArray:
        name = row_id(quantity, donor)
        return take(name if name in priors else quantity, unit)

    factors = [
        Factor(one.name, e.target, e.row, take(e.row, _NEW.get(e.target, "1")))
        for one in modifiers
        for e in one.effects
        if e.row
    ]
    state = state_effects(read_state(product.donor_state), donor, take)
    factors += state.factors
    counted = product.form in COUNTED_FORMS
    lots = draw(priors, uniforms, "donor.lot_yield", lot=stream)
    grown = donor not in COLLECTED
    released = (
        own("donor.secretion_rate", "particles/cell/day")
        if grown
        else own("donor.collected", "particles")
    )
    released = released * lots * _fold(factors, "secretion")
    left = _exosomes_left(factors, own)
    exosomes = own("donor.exosome_share")
    if left is not None:
        released, exosomes = change_exosomes(released, exosomes, left)
    return Secretion(
        donor=donor,
        vesicles_per_cell_day=released if grown else np.zeros_like(released),
        exosome_share=exosomes,
        diameter_nm=own("donor.diameter", "nm"),
        copies_per_vesicle=_copies(factors, own),
        protein_fg=own("donor.protein_mass", "fg/particle"),
        shares={s: _share(factors, s, own(f"donor.share_{s}")) for s in SIGNALS},
        background=_background(product, modifiers, released, take)
        if grown and counted
        else None,
        per_collection=None if grown else released,
        kept=_folded(factors, "kept"),
        drug_per_vesicle=_folded(factors, "drug"),
        growth_fold=_folded(factors, "growth"),
        doublings_used=state.doublings_used,
        ligand=ligand_of(modifiers),
        culture=culture_of(modifiers),
        changes=frozenset(one.kind for one in modifiers),
        factors=tuple(factors),
        notes=(*_notes(product, donor, modifiers), *_state_notes(state, modifiers)),
        unused=unused_keys(product),
    )


def modifiers_of(product: Product, donor: str) -> tuple[Modifier, ...]:
    """Give what is done to a product's donor and vesicles.

    Raises
    ------
    InputError
        One is unknown, or some can't be combined: all reasons at once.
    """
    modifiers = (
        *find_modifiers(product.conditioning, "conditioning"),
        *find_modifiers(product.engineering, "engineering"),
    )
    faults = planned_faults(modifiers, donor, product.form, product.medium)
    if faults:
        raise InputError(f"product {product.name!r}: met {'; met '.join(faults)}")
    return modifiers


def _of(factors: Iterable[Factor], target: str) -> list[FloatArray]:
    return [each.fold for each in factors if each.target == target]


def _fold(factors: Iterable[Factor], target: str) -> FloatArray | float:
    """Multiply the folds on a target; 1 where there is none."""
    return math.prod(_of(factors, target), start=1.0)


def _folded(factors: Sequence[Factor], target: str) -> FloatArray | None:
    """Multiply the folds on a target; None where there is none."""
    return np.asarray(_fold(factors, target)) if _of(factors, target) else None


def _exosomes_left(factors: Sequence[Factor], own: _Own) -> FloatArray | None:
    """Give the share of exosome release left, or None where nothing acts on it."""
    nodes = [(NODES[f.target], f.fold) for f in factors if f.target in NODES]
    if not nodes:
        return None
    share = own("donor.secretory_share")
    each = [reachable(node, left, share) for node, left in nodes]
    return np.asarray(np.prod(each, axis=0))


def _copies(factors: Sequence[Factor], own: _Own) -> FloatArray:
    """Give the active copies per vesicle: loaded ones instead of the donor's own."""
    copies = own("donor.cargo_copies", "copies/particle")
    for loaded in _of(factors, "copies"):
        copies = loaded
    return copies * _fold(factors, "cargo")


def _share(factors: Sequence[Factor], signal: str, plain: FloatArray) -> FloatArray:
    """Give the share of a signal, at most 1; untouched where nothing acts on it."""
    folds = [*_of(factors, f"share.{signal}"), *_of(factors, "share")]
    return np.minimum(plain * math.prod(folds), 1.0) if folds else plain


def _background(
    product: Product, modifiers: Sequence[Modifier], rate: FloatArray, take: _Own
) -> FloatArray | None:
    """Give particles of the medium per vesicle of a harvest, shape (outer,).

    Fresh medium's particles over the vesicles that its cells release in the window.
    """
    if product.medium == "serum-free":
        return None
    row = f"donor.medium_particles.{product.medium.replace(' ', '_')}"
    cells = cells_per_ml(culture_of(modifiers), take)
    vesicles = rate * take("product.conditioning_time", "day") * cells
    return take(row, "particles/mL") / vesicles


def cells_per_ml(culture: Culture, take: _Own) -> FloatArray:
    """Give the cells that stand in one mL of medium at harvest [1/mL]."""
    if culture != "flask":
        return take(f"product.cells_per_volume.{culture}", "cells/mL")
    density = take("product.harvest_density", "cells/cm**2")
    return density / take("product.medium_per_area", "mL/cm**2")


def _notes(
    product: Product, donor: str, modifiers: Sequence[Modifier]
) -> tuple[str, ...]:
    """Say what a reader must know of the donor's numbers."""
    notes = [f"no printed count of vesicles per {donor} cell was found; range assumed"]
    if donor in COLLECTED:
        notes = [f"no printed count of vesicles per collection of {donor} was found"]
    notes += [f"{one.name}: {one.words.rstrip('.')}" for one in modifiers]
    fed = product.medium != "serum-free" and donor not in COLLECTED
    if fed and product.form in COUNTED_FORMS:
        notes.append(
            f"medium with {product.medium}: a counter takes its particles for vesicles"
        )
    if donor == "fibroblast":
        notes.append("fibroblast vesicles are the inert comparator of the field")
    if donor == "explant":
        notes.append("explant cells are of patients, and their rate is set below CDC")
    return tuple(notes)


def _state_notes(state: StateEffects, modifiers: Sequence[Modifier]) -> tuple[str, ...]:
    """Say which folds of the donor's states and of its treatment are joined."""
    acting = [f for f in state.factors if f.target != "growth"]
    targets = {f.target for f in acting}
    treated = [
        one.name
        for one in modifiers
        if any(effect.target.partition(".")[0] in targets for effect in one.effects)
    ]
    names = tuple(dict.fromkeys([*(f.name for f in acting), *treated]))
    if len(names) < 2:
        return ()
    return (
        f"{', '.join(names)}: their folds multiply (assumed); they were never measured "
        "together, and one may be the cause of another",
    )


def unused_keys(product: Product) -> tuple[str, ...]:
    """List what was asked of a donor and changes no number of it, as in a study file.

    It draws nothing, so that a study file can be judged before anything is run.

    Raises
    ------
    InputError
        A donor, a state, a conditioning or an engineering can't be read.
    """
    donor, head = canonical_donor(product.donor), f"product.{product.name}"
    modifiers = (
        *find_modifiers(product.conditioning, "conditioning"),
        *find_modifiers(product.engineering, "engineering"),
    )
    state = read_state(product.donor_state)
    found = [f"{head}.donor_state.{key}" for key in _unused_states(state, donor)]
    found += [f"{head}.{one.group}: {one.name}" for one in modifiers if _idle(one)]
    counted = donor not in COLLECTED and product.form in COUNTED_FORMS
    if product.medium != "serum-free" and not counted:
        found.append(f"{head}.medium")
    return tuple(found)


def _idle(modifier: Modifier) -> bool:
    """Whether a modifier changes neither a number nor what the cells are kept in."""
    return not modifier.effects and modifier.culture is None


def _unused_states(state: DonorState, donor: str) -> tuple[str, ...]:
    """Give the keys of a state that change nothing, whatever their numbers are."""
    return state_effects(state, donor, lambda _row, _unit: np.ones(1)).unused
