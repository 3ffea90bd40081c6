"""What each effect does to a fit: metafor's ``influence``, doi:10.1002/jrsm.11.

In: what :func:`exoheart.evidence.meta.model.fit` takes. Out: one record an effect.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np

from exoheart.errors import Fault
from exoheart.evidence.meta.heterogeneity import between_studies
from exoheart.evidence.meta.inference import chi_square_p
from exoheart.evidence.meta.inputs import (
    Choices,
    Effects,
    Moderators,
    check_choices,
    check_effects,
    refuse,
    subset,
)
from exoheart.evidence.meta.least_squares import FloatArray, weighted_fit
from exoheart.evidence.meta.model import scale_of
from exoheart.evidence.meta.result import Method, Plain, Test, finite

Numbers = Sequence[float] | FloatArray


@dataclass(frozen=True, slots=True)
class Influence:
    """What one effect does to a fit; all by leaving it out.

    Parameters
    ----------
    label
        Of the effect.
    rstudent
        Its distance from the fit of the others, over the standard error of that.
    dffits, dfbetas
        Change of its predicted value and of each coefficient, in standard errors.
    cook_d
        Cook's distance: change of all coefficients together.
    cov_r
        Ratio of the determinants of the coefficients' covariance, without over with.
    tau2_del, qe_del
        tau2 and Q of the others.
    hat, weight
        Leverage [1] and weight [%] in the whole fit.
    influential
        By metafor's rule: abs(dffits) > 3 sqrt(p / (k - p)), or a lower-tail area of
        Cook's distance above 0.5, or hat > 3 p / k, or any abs(dfbetas) > 1.
    """

    label: str
    rstudent: float
    dffits: float
    cook_d: float
    cov_r: float
    tau2_del: float
    qe_del: float
    hat: float
    weight: float
    dfbetas: tuple[float, ...]
    influential: bool

    def to_json(self) -> Plain:
        """Give the diagnostics as plain data."""
        shown = {
            name: finite(value) if isinstance(value, float) else value
            for name, value in asdict(self).items()
        }
        return {**shown, "dfbetas": [finite(value) for value in self.dfbetas]}


def influence(
    yi: Numbers,
    vi: Numbers,
    *,
    method: Method = "REML",
    test: Test = "z",
    moderators: Moderators | None = None,
    labels: Sequence[str] | None = None,
) -> tuple[Influence, ...]:
    """Give the influence of each effect on a fit.

    Parameters
    ----------
    yi, vi, method, test, moderators, labels
        As in :func:`exoheart.evidence.meta.model.fit`.

    Returns
    -------
    tuple
        One record an effect; without those that alone hold a coefficient up, since
        nothing can be fitted without them.

    Raises
    ------
    InputError
        As in `fit`; fewer than two effects more than coefficients.
    """
    effects, faults = check_effects(yi, vi, moderators, None, labels)
    faults += check_choices(Choices(method, test), clustered=False)
    k, p = effects.design.shape
    if not faults and k < p + 2:
        met = f"{k} effects for {p} coefficients"
        faults.append(Fault("yi", met, f"{p + 2} or more"))
    refuse(faults)
    found = (_influence(effects, method, test, number) for number in range(k))
    return tuple(one for one in found if one is not None)


def _influence(
    effects: Effects, method: Method, test: Test, number: int
) -> Influence | None:
    """Compare the fit with and without one effect."""
    k, p = effects.design.shape
    rest = subset(effects, np.arange(k) != number)
    if rest is None:
        return None
    row, y, v = effects.design[number], effects.yi[number], effects.vi[number]
    tau2 = between_studies(effects.yi, effects.vi, effects.design, method)
    whole = weighted_fit(effects.yi, effects.vi, effects.design, tau2)
    tau2_del = between_studies(rest.yi, rest.vi, rest.design, method)
    part = weighted_fit(rest.yi, rest.vi, rest.design, tau2_del)
    at_del = weighted_fit(effects.yi, effects.vi, effects.design, tau2_del)
    scale, covariance = scale_of(part, test), scale_of(whole, test) * whole.covariance
    change = whole.coefficients - part.coefficients
    hat = whole.leverages[number]
    noise = scale * (v + tau2_del)
    spread = noise + scale * float(row @ part.covariance @ row)
    dffits = float(row @ change / np.sqrt(hat * noise))
    dfbetas = change / np.sqrt(scale * np.diag(at_del.covariance))
    cook = float(change @ np.linalg.solve(covariance, change))
    ratio = np.linalg.det(scale * part.covariance) / np.linalg.det(covariance)
    influential = (
        abs(dffits) > 3.0 * np.sqrt(p / (k - p))
        or chi_square_p(cook, p) < 0.5
        or hat > 3.0 * p / k
        or bool((np.abs(dfbetas) > 1.0).any())
    )
    return Influence(
        effects.labels[number],
        float((y - row @ part.coefficients) / np.sqrt(spread)),
        dffits,
        cook,
        float(ratio),
        tau2_del,
        weighted_fit(rest.yi, rest.vi, rest.design).q,
        float(hat),
        float(100.0 * whole.weights[number] / whole.weights.sum()),
        tuple(dfbetas.tolist()),
        bool(influential),
    )
