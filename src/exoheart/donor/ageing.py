"""What age, illness, passage and senescence do to a donor cell.

In: a :class:`DonorState`. Out: factors on secretion, on every signal and on growth.
What isn't stated changes nothing and draws nothing. All sizes are judgements: what was
measured is that explant cells of patients with more risk factors release fewer
exosomes, and how often cells double. Read next: :mod:`exoheart.donor.secretion`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from exoheart.donor.names import COLLECTED, row_id
from exoheart.donor.state import DonorState
from exoheart.records.ageing import falling_doublings
from exoheart.records.product import Factor, FloatArray

#: ``take(id, unit)`` draws a parameter, shape (outer,).
Take = Callable[[str, str], FloatArray]

#: Donors whose doublings per passage fall as in marrow MSC; lines and pluripotent cells
#: go on, cells of blood are hardly passaged.
AGEING_IN_CULTURE = frozenset(
    {
        *("CDC", "CPC", "explant", "MSC", "MSC-AT", "MSC-UC", "iPSC-MSC"),
        *("endothelial", "fibroblast"),
    }
)
#: Donors that are patients with a heart disease by definition.
_PATIENTS = frozenset({"explant"})
_TARGETS = ("secretion", "share", "growth")


@dataclass(frozen=True, slots=True)
class StateEffects:
    """What a state changes.

    Parameters
    ----------
    factors
        Folds on ``secretion``, ``share`` (every signal) and ``growth`` (doubling time).
    doublings_used : ndarray or None, shape (outer,)
        Doublings behind the cells at the start of the culture [1]; how they slow it is
        the make plan's.
    unused
        Keys that were stated and change nothing here.
    """

    factors: tuple[Factor, ...] = ()
    doublings_used: FloatArray | None = None
    unused: tuple[str, ...] = ()


#: Lines, newborn and reprogrammed cells: they don't carry the age of a grown donor, nor
#: an illness that cells pick up in it (assumed for reprogrammed ones).
_YOUNG = frozenset({"HEK293", "ESC", "iPSC", "iPSC-MSC", "MSC-UC"})


def state_effects(state: DonorState, donor: str, take: Take) -> StateEffects:
    """Give what the state of a donor changes.

    Parameters
    ----------
    state
        As planned.
    donor
        The tables' name.
    take
        Draws the parameters that the state needs, and no others.
    """
    factors: list[Factor] = []
    unused = []
    if state.age is not None:
        unused += ["age"] if donor in _YOUNG else []
        factors += [] if donor in _YOUNG else _of_age(state.age, take)
    if state.disease not in (None, "none"):
        ill = donor in _PATIENTS and state.disease == "cardiovascular"
        unused += ["disease"] if ill or donor in _YOUNG else []
        factors += [] if ill or donor in _YOUNG else _of_disease(state.disease, take)
    used = None
    if state.passage is not None and donor in AGEING_IN_CULTURE:
        used = _doublings_used(state.passage, donor, take)
    elif state.passage is not None:
        unused.append("passage")
    if state.senescent is not None and donor not in COLLECTED:
        factors += _of_senescence(state.senescent, take)
    elif state.senescent is not None:
        unused.append("senescent")
    kept = [one for one in factors if one.target != "growth" or donor not in COLLECTED]
    return StateEffects(tuple(kept), used, tuple(unused))


def _of_age(years: float, take: Take) -> list[Factor]:
    """Give a fold for each decade above the reference age (assumed: log-linear)."""
    decades = np.maximum(years - take("donor.reference_age", "year"), 0.0) / 10.0
    return [
        Factor(
            f"age {years:g} years",
            target,
            f"donor.age_fold.{target}",
            take(f"donor.age_fold.{target}", "1") ** decades,
        )
        for target in _TARGETS
    ]


def _of_disease(disease: str, take: Take) -> list[Factor]:
    rows = {target: f"donor.disease_fold.{target}_{disease}" for target in _TARGETS}
    return [
        Factor(f"disease: {disease}", target, row, take(row, "1"))
        for target, row in rows.items()
    ]


def _doublings_used(passage: int, donor: str, take: Take) -> FloatArray:
    """Give the doublings behind cells at a passage, shape (outer,).

    The make plan's rule of ageing in culture, read the other way: doublings in a
    passage fall evenly with the doublings x behind the cells, from `first` to `last` at
    the limit, so that after n passages ``x = first / s * (1 - exp(-n * s))`` with ``s =
    (first - last) / limit``; past the limit a passage adds `last`, and such cells are
    out of reach. A culture at passage p has p - 1 behind it.
    """
    first = take("product.doublings_per_passage.first", "1")
    last = take("product.doublings_per_passage.last", "1")
    limit = take(row_id("product.max_doublings", donor), "1")
    last, slope = falling_doublings(first, last, limit)
    before = float(max(passage - 1, 0))
    inside = np.minimum(before, np.log(first / last) / slope)
    used = -first / slope * np.expm1(-slope * inside)
    return np.asarray(used + (before - inside) * last)


def _of_senescence(share: float, take: Take) -> list[Factor]:
    """Mix dividing and senescent cells.

    Vesicles and signals are the mean over both (a signal weighs by cells, assumed).
    Only dividing cells double: twice the cells need ``log2((2 - s) / (1 - s))``
    doublings of theirs (arithmetic).
    """
    name = f"senescent share {share:g}"
    mixed = [
        Factor(name, target, row, 1.0 - share + share * take(row, "1"))
        for target, row in (
            ("secretion", "donor.senescent_fold.secretion"),
            ("share", "donor.senescent_fold.share"),
        )
    ]
    slower = np.log2((2.0 - share) / (1.0 - share)) + 0.0 * mixed[0].fold
    return [*mixed, Factor(name, "growth", "", slower)]
