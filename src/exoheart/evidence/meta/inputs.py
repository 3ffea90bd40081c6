"""Checks what a meta-analysis is given, and makes the design matrix.

In: whatever the caller passes. Out: :class:`Effects`, which the estimators trust. All
faults are reported together.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import get_args

import numpy as np
import numpy.typing as npt

from exoheart.errors import DataError, Fault, closest
from exoheart.evidence.meta.result import ClusterModel, FloatArray, Method, Test

Moderators = Mapping[str, Sequence[object]]
SUBJECT = "meta-analysis"


@dataclass(frozen=True, slots=True, eq=False)
class Effects:
    """Effects that were checked.

    Parameters
    ----------
    yi, vi
        Effects and sampling variances, shape (k,).
    design
        Intercept and moderator columns, full rank, shape (k, p).
    names
        Of the columns.
    labels
        Of the effects.
    clusters
        Number of the cluster of each effect, from 0, shape (k,); None without clusters.
    """

    yi: FloatArray
    vi: FloatArray
    design: FloatArray
    names: tuple[str, ...]
    labels: tuple[str, ...]
    clusters: npt.NDArray[np.intp] | None


def subset(effects: Effects, keep: npt.NDArray[np.bool_]) -> Effects | None:
    """Give the effects that `keep` marks, shape (k,); None where too few are left.

    Too few: the columns of the design are no longer of full rank, or no degree of
    freedom is left.
    """
    design = effects.design[keep]
    k, p = design.shape
    if k <= p or np.linalg.matrix_rank(design) < p:
        return None
    codes = effects.clusters
    return Effects(
        effects.yi[keep],
        effects.vi[keep],
        design,
        effects.names,
        tuple(np.array(effects.labels, dtype=object)[keep]),
        None if codes is None else np.unique(codes[keep], return_inverse=True)[1],
    )


@dataclass(frozen=True, slots=True)
class Choices:
    """How to fit: the words that :func:`exoheart.evidence.meta.model.fit` takes."""

    method: Method = "REML"
    test: Test = "z"
    cluster_model: ClusterModel | None = None
    level: float = 0.95


def refuse(faults: Sequence[Fault]) -> None:
    """Raise all faults together, if there are any.

    Raises
    ------
    DataError
        There are faults; it is an InputError.
    """
    if faults:
        raise DataError(SUBJECT, faults)


def word(where: str, met: object, allowed: Sequence[str]) -> list[Fault]:
    """Give the fault of a word that isn't among those allowed, if it isn't."""
    if met in allowed:
        return []
    return [Fault(where, repr(met), ", ".join(allowed), closest(str(met), allowed))]


def check_choices(choices: Choices, clustered: bool) -> list[Fault]:
    """List what is wrong with the words, alone and together."""
    faults = word("method", choices.method, get_args(Method))
    faults += word("test", choices.test, get_args(Test))
    if not 0.0 < choices.level < 1.0:
        faults.append(Fault("level", str(choices.level), "between 0 and 1"))
    if not clustered:
        return faults
    faults += word("cluster_model", choices.cluster_model, get_args(ClusterModel))
    multilevel = choices.cluster_model == "multilevel"
    if multilevel and choices.method in {"FE", "DL", "PM"}:
        allowed = "REML or ML for the three-level model; or cluster_model='robust'"
        faults.append(Fault("method", repr(choices.method), allowed))
    if multilevel and choices.test == "knha":
        allowed = "z or t for the three-level model"
        faults.append(Fault("test", "'knha'", allowed))
    if choices.cluster_model == "robust" and choices.test != "z":
        allowed = "test left alone: robust errors use t with clusters - p df"
        faults.append(Fault("test", repr(choices.test), allowed))
    return faults


def numbers(where: str, given: object, faults: list[Fault]) -> FloatArray:
    """Give finite numbers as an array of shape (k,), or note what isn't one."""
    try:
        array = np.array(given, dtype=np.float64)
    except (TypeError, ValueError):
        faults.append(Fault(where, "values that aren't numbers", "finite numbers"))
        return np.empty(0)
    if array.ndim != 1:
        faults.append(Fault(where, f"shape {array.shape}", "one row of numbers"))
        return np.empty(0)
    bad = [i for i in range(len(array)) if not np.isfinite(array[i])]
    faults += [Fault(f"{where}[{i}]", str(array[i]), "a finite number") for i in bad]
    array.setflags(write=False)
    return array


def check_effects(
    yi: object,
    vi: object,
    moderators: Moderators | None,
    cluster: Sequence[Hashable] | None,
    labels: Sequence[str] | None,
) -> tuple[Effects, list[Fault]]:
    """Check effects, and give them with the list of their faults.

    What comes with faults mustn't be used.
    """
    faults: list[Fault] = []
    effects, variances = numbers("yi", yi, faults), numbers("vi", vi, faults)
    for i in np.flatnonzero(variances <= 0.0):
        faults.append(Fault(f"vi[{i}]", str(variances[i]), "above 0"))
    k = len(effects)
    sized = {"vi": len(variances)}
    if cluster is not None:
        sized["cluster"] = len(cluster)
        faults += [
            Fault(f"cluster[{number}]", str(one), "a label")
            for number, one in enumerate(cluster)
            if one is None or str(one) == "nan"
        ]
    if labels is not None:
        sized["labels"] = len(labels)
    for name, count in sized.items():
        if count != k:
            faults.append(Fault(name, f"{count} values", f"{k}, as many as yi"))
    if k < 2:
        faults.append(Fault("yi", f"{k} effects", "2 or more"))
    design, names = _design(moderators or {}, k, faults)
    named = tuple(map(str, range(1, k + 1) if labels is None else labels))
    codes = None if cluster is None else _codes(cluster)
    return Effects(effects, variances, design, names, named, codes), faults


def check_clusters(effects: Effects, multilevel: bool) -> list[Fault]:
    """List what keeps clusters from being told apart."""
    codes, (k, p) = effects.clusters, effects.design.shape
    if codes is None or len(codes) != k or k < 2:
        return []
    count = int(codes.max()) + 1
    if multilevel and count in {1, k}:
        met = "one cluster" if count == 1 else "one effect in each cluster"
        allowed = "2 or more clusters, some with several effects; else no cluster"
        return [Fault("cluster", met, allowed)]
    if multilevel and _given(effects.design, codes):
        allowed = "clusters that the moderators don't give; or cluster_model='robust'"
        return [Fault("cluster", "clusters that the moderators tell apart", allowed)]
    if not multilevel and count <= p:
        met = f"{count} cluster{'' if count == 1 else 's'}"
        allowed = f"{p + 1} or more: robust errors need more clusters than coefficients"
        return [Fault("cluster", met, allowed)]
    return []


def _given(design: FloatArray, codes: npt.NDArray[np.intp]) -> bool:
    """Say whether the design has a mean for each cluster: none is left to vary."""
    each = np.equal.outer(codes, np.unique(codes)).astype(np.float64)
    together = np.column_stack([design, each])
    return bool(np.linalg.matrix_rank(together) == design.shape[1])


def _codes(cluster: Sequence[Hashable]) -> npt.NDArray[np.intp]:
    seen: dict[Hashable, int] = {}
    return np.array([seen.setdefault(one, len(seen)) for one in cluster], dtype=np.intp)


def _design(
    moderators: Moderators, k: int, faults: list[Fault]
) -> tuple[FloatArray, tuple[str, ...]]:
    """Intercept and columns, shape (k, p), and their names."""
    columns: dict[str, FloatArray] = {"intercept": np.ones(k)}
    wheres = ["moderators"]
    before = len(faults)
    for name, values in moderators.items():
        where = f"moderators[{name!r}]"
        if len(values) != k:
            faults.append(Fault(where, f"{len(values)} values", f"{k}, as many as yi"))
            continue
        if all(isinstance(one, str) for one in values):
            made = _factor(name, values, faults)
        else:
            made = {name: numbers(where, list(values), faults)}
        for column in made.keys() & columns.keys():
            met = f"the column {column!r}, which is there already"
            faults.append(Fault(where, met, "a name of its own"))
        columns |= made
        wheres += [where] * len(made)
    whole = len(faults) == before
    design = np.column_stack(list(columns.values())) if whole else np.ones((k, 1))
    if whole and k >= 2:
        _check_rank(design, tuple(columns), wheres, faults)
    return design, tuple(columns) if whole else ("intercept",)


def _factor(
    name: str, values: Sequence[object], faults: list[Fault]
) -> dict[str, FloatArray]:
    """Treatment-coded columns; the first level in sorted order is the reference."""
    words = [str(one) for one in values]
    levels = sorted(set(words))
    if len(levels) < 2:
        met = f"the one level {levels[0]!r}" if levels else "no level"
        faults.append(Fault(f"moderators[{name!r}]", met, "2 or more levels"))
    return {
        f"{name}: {level}": np.array([float(one == level) for one in words])
        for level in levels[1:]
    }


def _check_rank(
    design: FloatArray,
    names: tuple[str, ...],
    wheres: Sequence[str],
    faults: list[Fault],
) -> None:
    """Note too few effects, or the first column that the ones before it give."""
    k, p = design.shape
    if k <= p:
        met = f"{k} effects for {p} coefficients"
        faults.append(Fault("moderators", met, "more effects than coefficients"))
        return
    size = np.linalg.norm(design, axis=0)
    scaled = design / np.where(size > 0.0, size, 1.0)
    pivots = np.abs(np.diag(np.linalg.qr(scaled, mode="r")))
    for column in np.flatnonzero(pivots < 1e-10):
        allowed = "a column that the intercept and the other moderators don't give"
        where, met = wheres[int(column)], f"{names[column]!r}, collinear"
        faults.append(Fault(where, met, allowed))
