"""The dose by one route that brings as many vesicles into heart cells as another.

In: uptake per unit of dose by both routes, one value an outer draw. Out: the ratio of
doses with its interval, the matching dose, and one plain sentence.

Uptake is taken as proportional to dose (assumed): where clearance or uptake saturates
within the doses compared, the matching dose is a guess in the direction of saturation.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from exoheart.errors import InputError
from exoheart.trial import Probability, probability


@dataclass(frozen=True, slots=True, eq=False)
class RouteUptake:
    """A route's name, as a sentence would say it, and its uptake.

    `uptake`, shape (outer,), is what the heart takes up per unit of dose.
    """

    name: str
    uptake: npt.ArrayLike


@dataclass(frozen=True, slots=True)
class Limit:
    """Where the studied range of doses ends.

    `dose` is in the unit of the dose matched; `words` say it with its own unit and
    whose it is: by which route, and what it counts.
    """

    dose: float
    words: str

    def __str__(self) -> str:
        """Give the words."""
        return self.words


@dataclass(frozen=True, slots=True)
class MatchedDose:
    """How much more must be given by `route` to match `reference`.

    `ratio` is dose by `route` over dose by `reference` for the same uptake, `dose`
    the matching dose in `unit`; both infinite where nothing arrives. `within` is the
    chance that the matching dose lies within the studied range (None where no range
    is given). What is matched is uptake by cells of any kind, not effect.
    """

    route: str
    reference: str
    ratio: float
    ratio_interval90: tuple[float, float]
    dose: float
    dose_interval90: tuple[float, float]
    unit: str
    within: Probability | None
    sentence: str


def matched_dose(
    route: RouteUptake,
    reference: RouteUptake,
    dose: float,
    unit: str,
    limit: Limit | None = None,
) -> MatchedDose:
    """Give the dose by `route` that matches `dose` given by `reference`.

    Parameters
    ----------
    route, reference
        Uptake by both, over the same outer draws, zero or more.
    dose
        Given by `reference`, in `unit`.
    unit
        For the sentence.
    limit
        Where the studied range ends, by whatever route its words say; None where
        unknown.

    Raises
    ------
    InputError
        Shapes differ, an uptake is negative, or the reference brings nothing in.
    """
    given = np.asarray(route.uptake, dtype=np.float64)
    wanted = np.asarray(reference.uptake, dtype=np.float64)
    alike = given.shape == wanted.shape
    usable = np.isfinite(given) & np.isfinite(wanted) if alike else np.zeros(0, bool)
    if not alike or (given[usable] < 0).any() or (wanted[usable] <= 0).any():
        raise InputError(
            f"uptake {route.name} {given.shape} and {reference.name} {wanted.shape}; "
            "allowed: the same outer draws, zero or more, above zero by the "
            "reference; hand over uptake per unit of dose"
        )
    if not usable.any():
        raise InputError(
            f"no outer draw has uptake both {route.name} and {reference.name}; "
            "allowed: one or more; look at the failed members"
        )
    with np.errstate(divide="ignore"):
        ratios = wanted[usable] / given[usable]
    # taken from the draws themselves: interpolating would meet infinities
    low, middle, high = np.quantile(ratios, (0.05, 0.5, 0.95), method="inverted_cdf")
    within = None
    if limit is not None:
        within = probability((dose * ratios <= limit.dose).astype(np.float64))
    found = MatchedDose(
        route=route.name,
        reference=reference.name,
        ratio=float(middle),
        ratio_interval90=(float(low), float(high)),
        dose=dose * float(middle),
        dose_interval90=(dose * float(low), dose * float(high)),
        unit=unit,
        within=within,
        sentence="",
    )
    return replace(found, sentence=_sentence(found, dose, limit))


def _sentence(found: MatchedDose, dose: float, limit: Limit | None) -> str:
    """Say it in words; none in the studied range where even the low end is outside."""
    low, high = found.dose_interval90
    head = (
        "To bring as many vesicles into cells of the heart, of any kind, as "
        f"{_figure(dose)} {found.unit} {found.reference}, about "
        f"{_figure(found.dose)} {found.unit} {found.route} would be needed "
        f"(90 % interval {_figure(low)} to {_figure(high)} {found.unit}), taking "
        "uptake as proportional to dose"
    )
    if limit is None or found.within is None:
        return f"{head}; the studied range is not known."
    if low > limit.dose:
        return f"{head}; none in the studied range would do, which ends at {limit}."
    enough = f"is enough with a probability of {100 * found.within.value:.0f} %."
    if found.dose > limit.dose:
        doubt = "probably none in the studied range would do"
        return f"{head}; {doubt}: its end, {limit}, {enough}"
    return f"{head}; the end of the studied range, {limit}, {enough}"


def _figure(value: float) -> str:
    if not np.isfinite(value):
        return "no finite number of"
    return f"{float(f'{value:.3g}'):,.6g}"
