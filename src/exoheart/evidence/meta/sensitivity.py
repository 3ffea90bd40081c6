"""How much a pooled effect rests on single studies, groups and years.

In: what :func:`exoheart.evidence.meta.model.fit` takes. Out: one record per effect,
group or step.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass

import numpy as np

from exoheart.errors import Fault, SolveError
from exoheart.evidence.meta.inference import chi_square_p, quantile, two_sided
from exoheart.evidence.meta.influence import Influence, influence
from exoheart.evidence.meta.inputs import (
    Choices,
    Effects,
    Moderators,
    check_choices,
    check_clusters,
    check_effects,
    numbers,
    refuse,
    subset,
)
from exoheart.evidence.meta.least_squares import FloatArray
from exoheart.evidence.meta.model import fit_effects
from exoheart.evidence.meta.result import (
    ClusterModel,
    Interval,
    MetaFit,
    Method,
    Plain,
    Test,
    finite,
    pair,
)

__all__ = [
    "Influence",
    "LeftOut",
    "Step",
    "Subgroups",
    "cumulative",
    "influence",
    "leave_one_out",
    "subgroups",
]

Numbers = Sequence[float] | FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class LeftOut:
    """A fit without one effect, or without one cluster.

    Parameters
    ----------
    label
        What was left out.
    fit
        Of the rest; None where the rest is too little, or its fit doesn't settle.
    reason
        Why the fit doesn't settle; else empty.
    """

    label: str
    fit: MetaFit | None
    reason: str = ""

    def to_json(self) -> Plain:
        """Give the fit as plain data."""
        return {"label": self.label, "fit": self.fit.to_json() if self.fit else None}


@dataclass(frozen=True, slots=True, eq=False)
class Subgroups:
    """Separate fits of groups, and the test that their effects are equal.

    Parameters
    ----------
    fits
        Group and its fit, each with its own tau2, in sorted order.
    q, df, p
        Of the differences between the groups' effects: sum of (effect - mean)^2 / se^2.
    left_out
        Groups of one effect, which can't be fitted.
    """

    fits: tuple[tuple[str, MetaFit], ...]
    q: float
    df: int
    p: float
    left_out: tuple[str, ...]

    def to_json(self) -> Plain:
        """Give the groups as plain data."""
        return {
            "groups": [{"group": name, **one.to_json()} for name, one in self.fits],
            "q_between": finite(self.q),
            "df": self.df,
            "p": finite(self.p),
            "left_out": list(self.left_out),
        }


@dataclass(frozen=True, slots=True)
class Step:
    """The pooled effect once an effect was added.

    Parameters
    ----------
    label, k
        What was added, and how many there are.
    estimate, se, ci95, p
        Pooled so far; the first by the normal test, without interval for t tests.
    tau2
        Variance between studies so far.
    """

    label: str
    k: int
    estimate: float
    se: float
    ci95: Interval | None
    p: float | None
    tau2: float

    def to_json(self) -> Plain:
        """Give the step as plain data."""
        return {
            "label": self.label,
            "k": self.k,
            "estimate": finite(self.estimate),
            "se": finite(self.se),
            "ci95": pair(self.ci95),
            "p": finite(self.p),
            "tau2": finite(self.tau2),
        }


def leave_one_out(  # noqa: PLR0913 -- the options of `fit`
    yi: Numbers,
    vi: Numbers,
    *,
    method: Method = "REML",
    test: Test = "z",
    moderators: Moderators | None = None,
    cluster: Sequence[Hashable] | None = None,
    cluster_model: ClusterModel = "multilevel",
    labels: Sequence[str] | None = None,
    level: float = 0.95,
    tell: Callable[[int, int], None] | None = None,
) -> tuple[LeftOut, ...]:
    """Fit again without each effect, or with `cluster` without each cluster.

    Parameters
    ----------
    yi, vi, method, test, moderators, cluster, cluster_model, labels, level
        As in :func:`exoheart.evidence.meta.model.fit`.
    tell
        Is told how many refits of how many are done.

    Raises
    ------
    InputError
        As in `fit`.
    """
    model = None if cluster is None else cluster_model
    choices = Choices(method, test, model, level)
    effects, faults = check_effects(yi, vi, moderators, cluster, labels)
    faults += check_choices(choices, cluster is not None)
    faults += check_clusters(effects, cluster_model == "multilevel")
    refuse(faults)
    if cluster is None or effects.clusters is None:
        names, codes = list(effects.labels), np.arange(len(effects.yi))
    else:
        names, codes = [str(one) for one in dict.fromkeys(cluster)], effects.clusters
    made = []
    for number, name in enumerate(names):
        made.append(_without(name, effects, choices, codes != number))
        if tell is not None:
            tell(number + 1, len(names))
    return tuple(made)


def _without(
    name: str, effects: Effects, choices: Choices, keep: FloatArray
) -> LeftOut:
    rest = subset(effects, np.asarray(keep, dtype=bool))
    if rest is None or len(rest.yi) < 2:
        return LeftOut(name, None)
    if check_clusters(rest, choices.cluster_model == "multilevel"):
        return LeftOut(name, None)
    try:
        return LeftOut(name, fit_effects(rest, choices))
    except SolveError as bad:
        return LeftOut(name, None, str(bad))


def subgroups(
    yi: Numbers,
    vi: Numbers,
    groups: Sequence[str],
    *,
    method: Method = "REML",
    test: Test = "z",
    level: float = 0.95,
) -> Subgroups:
    """Fit each group on its own, with its own tau2, and test their differences.

    The test is that of a fixed-effect meta-regression of the groups' effects.

    Parameters
    ----------
    yi, vi, method, test, level
        As in :func:`exoheart.evidence.meta.model.fit`.
    groups
        Group of each effect, shape (k,).

    Raises
    ------
    InputError
        As in `fit`; fewer than two groups of two effects or more.
    """
    choices = Choices(method, test, level=level)
    effects, faults = check_effects(yi, vi, None, None, groups)
    faults += check_choices(choices, clustered=False)
    words = np.array([str(one) for one in groups], dtype=object)
    counts = {name: int((words == name).sum()) for name in sorted(set(words))}
    kept = [name for name, count in counts.items() if count > 1]
    if len(kept) < 2:
        met = f"{len(kept)} groups of two effects or more"
        faults.append(Fault("groups", met, "two or more"))
    refuse(faults)
    fits = []
    for name in kept:
        rest = subset(effects, np.asarray(words == name, dtype=bool))
        if rest is not None:
            fits.append((name, fit_effects(rest, choices)))
    means = np.array([one.coefficients[0].estimate for _, one in fits])
    weights = 1.0 / np.array([one.coefficients[0].se for _, one in fits]) ** 2
    q = float(weights @ (means - np.average(means, weights=weights)) ** 2)
    df = len(fits) - 1
    left = tuple(name for name in counts if name not in kept)
    return Subgroups(tuple(fits), q, df, chi_square_p(q, df), left)


def cumulative(
    yi: Numbers,
    vi: Numbers,
    *,
    order: Sequence[float] | None = None,
    method: Method = "REML",
    test: Test = "z",
    labels: Sequence[str] | None = None,
) -> tuple[Step, ...]:
    """Pool step by step, adding one effect at a time.

    Parameters
    ----------
    yi, vi, method, test, labels
        As in :func:`exoheart.evidence.meta.model.fit`.
    order
        What to sort by (the year), shape (k,); the given order without. Equal values
        keep their order.

    Raises
    ------
    InputError
        As in `fit`; an `order` of another length.
    """
    choices = Choices(method, test)
    effects, faults = check_effects(yi, vi, None, None, labels)
    faults += check_choices(choices, clustered=False)
    k = len(effects.yi)
    times = np.arange(float(k)) if order is None else numbers("order", order, faults)
    if len(times) != k:
        faults.append(Fault("order", f"{len(times)} values", f"{k}, as many as yi"))
    refuse(faults)
    sequence = np.argsort(times, kind="stable")
    steps = [_first(effects, int(sequence[0]), choices)]
    for count in range(2, k + 1):
        keep = np.zeros(k, dtype=bool)
        keep[sequence[:count]] = True
        label = effects.labels[int(sequence[count - 1])]
        part = subset(effects, keep)
        if part is not None:
            steps.append(_step(label, fit_effects(part, choices)))
    return tuple(steps)


def _step(label: str, found: MetaFit) -> Step:
    only = found.coefficients[0]
    return Step(label, found.k, only.estimate, only.se, only.ci95, only.p, found.tau2)


def _first(effects: Effects, number: int, choices: Choices) -> Step:
    """One effect alone: as published."""
    value, se = float(effects.yi[number]), float(np.sqrt(effects.vi[number]))
    label = effects.labels[number]
    if choices.test != "z":
        return Step(label, 1, value, se, None, None, 0.0)
    half = quantile(choices.level, None) * se
    ends = (value - half, value + half)
    return Step(label, 1, value, se, ends, two_sided(value / se, None), 0.0)
