"""The dose by one route that would bring as much into the heart as by another.

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
class MatchedDose:
    """How much more must be given by `route` to match `reference`.

    `ratio` is dose by `route` over dose by `reference` for the same uptake, `dose`
    the matching dose in `unit`; both infinite where nothing arrives. `within` is the
    chance that the matching dose lies within the studied range (None where no range
    is given).
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
    studied_maximum: float | None = None,
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
    studied_maximum
        Largest dose studied by `route`, in `unit`; None where unknown.

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
    if studied_maximum is not None:
        within = probability((dose * ratios <= studied_maximum).astype(np.float64))
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
    return replace(found, sentence=_sentence(found, dose, studied_maximum))


def _sentence(found: MatchedDose, dose: float, maximum: float | None) -> str:
    """Say it in words; none in the studied range where even the low end is outside."""
    route, unit = found.route, found.unit
    low, high = found.dose_interval90
    head = f"To match {_figure(dose)} {unit} given {found.reference}, "
    span = (
        f"{_figure(found.dose)} {unit} {route} "
        f"(90 % interval {_figure(low)} to {_figure(high)} {unit})"
    )
    if maximum is None or found.within is None:
        return f"{head}about {span} would be needed; the studied range is not known."
    limit = f"{_figure(maximum)} {unit}"
    if low > maximum:
        return (
            f"{head}none in the studied range would do: about {span} would be needed, "
            f"and no more than {limit} has been studied {route}."
        )
    enough = (
        f"{limit}, the largest dose studied {route}, is enough with a probability of "
        f"{100 * found.within.value:.0f} %."
    )
    if found.dose > maximum:
        doubt = "probably none in the studied range would do: "
        return f"{head}{doubt}about {span} would be needed; {enough}"
    return f"{head}about {span} would be needed; {enough}"


def _figure(value: float) -> str:
    if not np.isfinite(value):
        return "no finite number of"
    return f"{float(f'{value:.3g}'):,.6g}"
