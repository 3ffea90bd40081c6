"""Effect sizes and their sampling variances from group means, or from printed effects.

In: means, standard deviations and animals per group, as numbers or arrays; treated
first, control second. Out: (yi, vi) for :func:`exoheart.evidence.meta.model.fit`. With
m, s, n of the treated group (t) and the control (c):

=====  ==============================  ============================================
name   yi                              vi
=====  ==============================  ============================================
MD     mt - mc                         st^2/nt + sc^2/nc
SMD    J (mt - mc) / s                 1/nt + 1/nc + yi^2 / (2 (nt + nc))
NMD    100 (mt - mc) / abs(mc - sham)  see :func:`NMD`
ROM    ln(mt / mc)                     st^2/(nt mt^2) + sc^2/(nc mc^2)
=====  ==============================  ============================================

These are metafor's conventions (``vtype="LS"``). A spread becomes a standard deviation
only by :func:`standard_deviation`, which must be told what it is. Arms that share a
control: :mod:`exoheart.evidence.meta.shared_control`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from exoheart.errors import DataError, Fault, closest

FloatArray = npt.NDArray[np.float64]
Numbers = npt.ArrayLike
Pair = tuple[Any, Any]
NormalisedError = Literal["camarades", "delta"]
#: Kinds of spread that say what the standard deviation is.
SPREADS = ("SD", "SEM", "CI95")


def MD(  # noqa: N802 -- the field's name
    mean_treated: Numbers,
    sd_treated: Numbers,
    n_treated: Numbers,
    mean_control: Numbers,
    sd_control: Numbers,
    n_control: Numbers,
) -> Pair:
    """Give the mean difference, in the unit of the means, and its variance.

    Parameters
    ----------
    mean_treated, sd_treated, n_treated, mean_control, sd_control, n_control
        Numbers, or arrays of one shape; n may be a fraction of a shared control.

    Returns
    -------
    tuple
        (yi, vi), numbers for numbers and arrays for arrays.

    Raises
    ------
    InputError
        What isn't finite, a spread below 0, an n not above 0, or no variance at all.

    Examples
    --------
    >>> MD(50.0, 10.0, 10, 45.0, 10.0, 10)
    (5.0, 20.0)
    """
    m1, s1, n1, m2, s2, n2 = _groups(
        "MD", (mean_treated, sd_treated, n_treated, mean_control, sd_control, n_control)
    )
    return _given("MD", m1 - m2, s1**2 / n1 + s2**2 / n2)


def SMD(  # noqa: N802 -- the field's name
    mean_treated: Numbers,
    sd_treated: Numbers,
    n_treated: Numbers,
    mean_control: Numbers,
    sd_control: Numbers,
    n_control: Numbers,
) -> Pair:
    """Give the standardised mean difference (Hedges' g) [pooled SD] and its variance.

    The correction for small groups is exact: J = gamma(f/2) / (sqrt(f/2)
    gamma((f-1)/2)) with f = nt + nc - 2 (Hedges1981).

    Parameters
    ----------
    mean_treated, sd_treated, n_treated, mean_control, sd_control, n_control
        As in :func:`MD`; nt + nc above 3.

    Raises
    ------
    InputError
        As :func:`MD`, or groups too small.
    """
    m1, s1, n1, m2, s2, n2 = _groups(
        "SMD",
        (mean_treated, sd_treated, n_treated, mean_control, sd_control, n_control),
    )
    df = n1 + n2 - 2.0
    _demand("SMD", "nt + nc", df + 2.0, df > 1.0, "above 3")
    pooled = np.sqrt(((n1 - 1.0) * s1**2 + (n2 - 1.0) * s2**2) / df)
    _demand("SMD", "pooled SD", pooled, pooled > 0.0, "above 0")
    yi = small_sample_factor(df) * (m1 - m2) / pooled
    return _given("SMD", yi, 1.0 / n1 + 1.0 / n2 + yi**2 / (2.0 * (n1 + n2)))


def NMD(  # noqa: N802, PLR0913 -- the field's name; two groups and the sham
    mean_treated: Numbers,
    sd_treated: Numbers,
    n_treated: Numbers,
    mean_control: Numbers,
    sd_control: Numbers,
    n_control: Numbers,
    *,
    sham: Numbers | None = None,
    error: NormalisedError = "camarades",
) -> Pair:
    """Give the mean difference over the control's lesion [%], and its variance.

    With D = mc - sham (sham 0 where it isn't given, so that D is the control)::

        yi = 100 (mt - mc) / |D|
        camarades: vi = 100^2 (st^2/nt + sc^2/nc) / D^2
        delta:     vi = 100^2 (st^2/nt + sc^2/nc ((mt - sham) / D)^2) / D^2

    ``camarades`` divides both deviations by D and takes D as known (Vesterinen2014).
    ``delta`` carries the control's own error through D too; neither knows an error of
    the sham. The sign is that of mt - mc: a smaller lesion is negative.

    Parameters
    ----------
    mean_treated, sd_treated, n_treated, mean_control, sd_control, n_control
        As in :func:`MD`.
    sham
        Mean of animals without the disease, same shape.
    error
        ``camarades`` or ``delta``.

    Raises
    ------
    InputError
        As :func:`MD`, an unknown `error`, or a control equal to the sham.
    """
    allowed = ("camarades", "delta")
    if error not in allowed:
        _unknown("NMD: error", error, allowed)
    m1, s1, n1, m2, s2, n2, healthy = _groups(
        "NMD",
        (
            *(mean_treated, sd_treated, n_treated),
            *(mean_control, sd_control, n_control),
            0.0 if sham is None else sham,
        ),
    )
    lesion = m2 - healthy
    _demand("NMD", "control - sham", lesion, lesion != 0.0, "not 0")
    carried = ((m1 - healthy) / lesion) ** 2 if error == "delta" else 1.0
    spread = s1**2 / n1 + carried * s2**2 / n2
    return _given("NMD", 100 * (m1 - m2) / np.abs(lesion), 1e4 * spread / lesion**2)


def ROM(  # noqa: N802, PLR0913 -- the field's name; two groups and the convention
    mean_treated: Numbers,
    sd_treated: Numbers,
    n_treated: Numbers,
    mean_control: Numbers,
    sd_control: Numbers,
    n_control: Numbers,
    *,
    bias_corrected: bool = False,
) -> Pair:
    """Give the log ratio of means and its variance.

    With c = s^2 / (n m^2) of each group, yi = ln(mt/mc) and vi = ct + cc. Corrected for
    bias to the second order, yi = ln(mt/mc) + (ct - cc) / 2 with the same vi
    (Lajeunesse2015). metafor corrects from version 5 on and didn't before.

    Parameters
    ----------
    mean_treated, sd_treated, n_treated, mean_control, sd_control, n_control
        As in :func:`MD`; the two means of one sign, none 0.
    bias_corrected
        Whether to correct.

    Raises
    ------
    InputError
        As :func:`MD`, or means whose ratio isn't above 0.

    Examples
    --------
    >>> plain, _ = ROM(2.0, 1.0, 4, 1.0, 0.5, 4)
    >>> round(plain, 6)
    0.693147
    """
    m1, s1, n1, m2, s2, n2 = _groups(
        "ROM",
        (mean_treated, sd_treated, n_treated, mean_control, sd_control, n_control),
    )
    _demand("ROM", "mt * mc", m1 * m2, m1 * m2 > 0.0, "above 0: means of one sign")
    ct, cc = s1**2 / (n1 * m1**2), s2**2 / (n2 * m2**2)
    correction = 0.5 * (ct - cc) if bias_corrected else 0.0
    return _given("ROM", np.log(m1 / m2) + correction, ct + cc)


#: Measures by name.
MEASURES: dict[str, Callable[..., Pair]] = {
    "MD": MD,
    "SMD": SMD,
    "NMD": NMD,
    "ROM": ROM,
}


def small_sample_factor(df: Numbers) -> FloatArray:
    """Give Hedges' exact J for degrees of freedom above 1."""
    from scipy import special

    half = np.asarray(df, dtype=np.float64) / 2.0
    log_j = special.gammaln(half) - 0.5 * np.log(half) - special.gammaln(half - 0.5)
    return np.asarray(np.exp(log_j))


def from_effect(
    effect: Numbers,
    ci_low: Numbers | None = None,
    ci_high: Numbers | None = None,
    *,
    se: Numbers | None = None,
    variance: Numbers | None = None,
    level: float = 0.95,
) -> Pair:
    """Give a printed effect and its variance.

    Parameters
    ----------
    effect
        The effect, on the scale it is pooled on (a ratio as its logarithm).
    ci_low, ci_high
        Confidence interval, on the same scale; half its width over the normal quantile
        is the standard error.
    se, variance
        Given instead of the interval.
    level
        Of the interval.

    Raises
    ------
    InputError
        Not exactly one of the three; an interval that leaves the effect out or has no
        width; an error not above 0; what isn't finite.

    Examples
    --------
    >>> from_effect(5.0, se=2.0)
    (5.0, 4.0)
    """
    interval = ci_low is not None or ci_high is not None
    errors = [one for one in (se, variance) if one is not None]
    if len(errors) + interval == 1:
        if ci_low is not None and ci_high is not None:
            return _from_interval(effect, ci_low, ci_high, level)
        if errors:
            yi, error = _numbers("from_effect", (effect, errors[0]))
            _demand("from_effect", "error", error, error > 0.0, "above 0")
            return _given("from_effect", yi, error if se is None else error**2)
    given = {"ci_low": ci_low, "ci_high": ci_high, "se": se, "variance": variance}
    met = ", ".join(name for name, one in given.items() if one is not None) or "none"
    allowed = "ci_low and ci_high, or se, or variance, and only one of them"
    raise DataError("from_effect", [Fault("error", met, allowed)])


def _from_interval(
    effect: Numbers, ci_low: Numbers, ci_high: Numbers, level: float
) -> Pair:
    from exoheart.evidence.meta.inference import quantile

    if not 0.0 < level < 1.0:
        fault = Fault("level", str(level), "between 0 and 1")
        raise DataError("from_effect", [fault])
    yi, low, high = _numbers("from_effect", (effect, ci_low, ci_high))
    inside = (low <= yi) & (yi <= high) & (low < high)
    allowed = "ci_low <= effect <= ci_high, and a width"
    _demand("from_effect", "effect", yi, inside, allowed)
    se = (high - low) / (2.0 * quantile(level, None))
    return _given("from_effect", yi, se**2)


def standard_deviation(spread: Numbers, kind: str, n: Numbers) -> Any:
    """Give the standard deviation that a printed spread stands for.

    Parameters
    ----------
    spread
        What was printed, above 0.
    kind
        ``SD``; ``SEM``, multiplied by sqrt(n); ``CI95``, half the width of the interval
        of a mean, over the t quantile with n - 1 degrees of freedom, times sqrt(n). A
        spread of unknown kind isn't turned into anything.
    n
        Animals of the group; 2 or more for an interval.

    Raises
    ------
    InputError
        Any other `kind`, values not above 0, or too few animals.

    Examples
    --------
    >>> standard_deviation(2.0, "SEM", 9)
    6.0
    """
    from scipy import special

    if kind not in SPREADS:
        _unknown("spread", kind, SPREADS)
    value, count = _numbers("spread", (spread, n))
    _demand("spread", "spread", value, value > 0.0, "above 0")
    least = 2.0 if kind == "CI95" else 1.0
    _demand("spread", "n", count, count >= least, f"{least:g} or more")
    if kind == "SEM":
        value = value * np.sqrt(count)
    elif kind == "CI95":
        value = value * np.sqrt(count) / -special.stdtrit(count - 1.0, 0.025)
    return value.item() if value.ndim == 0 else value


def _unknown(where: str, met: str, allowed: tuple[str, ...]) -> None:
    nearest = closest(str(met), allowed)
    raise DataError(where, [Fault("kind", repr(met), ", ".join(allowed), nearest)])


def _numbers(subject: str, values: tuple[Numbers, ...]) -> list[FloatArray]:
    """Arrays of one shape, all finite."""
    try:
        arrays = np.broadcast_arrays(*(np.asarray(v, dtype=np.float64) for v in values))
    except (TypeError, ValueError) as error:
        fault = Fault("values", str(error), "numbers, or arrays of one shape")
        raise DataError(subject, [fault]) from None
    for array in arrays:
        _demand(subject, "values", array, np.isfinite(array), "finite numbers")
    return [np.asarray(array) for array in arrays]


_NAMES = ("mt", "st", "nt", "mc", "sc", "nc", "sham")


def _groups(subject: str, values: tuple[Numbers, ...]) -> list[FloatArray]:
    """Group summaries of one shape, all of them usable; every fault at once."""
    arrays = _numbers(subject, values)
    faults: list[Fault] = []
    for name, array in zip(_NAMES, arrays, strict=False):
        if name[0] == "s" and name != "sham":
            faults += _broken(name, array, array >= 0.0, "0 or above")
        elif name[0] == "n":
            faults += _broken(name, array, array > 0.0, "above 0")
    if faults:
        raise DataError(subject, faults)
    return arrays


def _broken(name: str, met: Any, good: Any, allowed: str) -> list[Fault]:
    """List the values that don't keep to what is allowed."""
    values, kept = np.atleast_1d(met), np.atleast_1d(good)
    many = values.size > 1
    return [
        Fault(f"{name}[{i}]" if many else name, str(values.flat[i]), allowed)
        for i in np.flatnonzero(~kept)
    ]


def _demand(subject: str, name: str, met: Any, good: Any, allowed: str) -> None:
    faults = _broken(name, met, good, allowed)
    if faults:
        raise DataError(subject, faults)


def _given(subject: str, yi: Any, vi: Any) -> Pair:
    """Effects with variances above 0; numbers for numbers."""
    yi, vi = np.asarray(yi), np.asarray(vi)
    _demand(subject, "variance", vi, vi > 0.0, "above 0")
    return (yi.item(), vi.item()) if yi.ndim == 0 else (yi, vi)
