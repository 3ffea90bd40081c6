"""A meta-analysis of a user's table as plain data: fit, groups, sensitivity.

In: :class:`~exoheart.evidence.meta_file.MetaTable` and what to do. Out: the document of
``evidence meta --json``, from which page and terminal draw.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from exoheart.errors import DataError, ExoheartError, SolveError
from exoheart.evidence.meta import fit
from exoheart.evidence.meta.bias import egger, pet_peese, trim_and_fill
from exoheart.evidence.meta.inference import around
from exoheart.evidence.meta.inputs import Choices
from exoheart.evidence.meta.result import ClusterModel, MetaFit, Method, Test
from exoheart.evidence.meta.sensitivity import LeftOut, leave_one_out, subgroups
from exoheart.evidence.meta_file import MetaTable, read_meta_file
from exoheart.evidence.meta_notes import as_option, asked_faults, in_file, notes

Plain = dict[str, object]
Tell = Callable[[int, int], None]
#: Effects above which none is left out and fitted without.
MOST_LEFT_OUT = 500
_MEAN = ("k", "estimate", "ci95", "pi95", "tau2", "i2")
Groups = tuple[list[Plain], "Plain | None", list[str]]


@dataclass(frozen=True, slots=True)
class MetaChoices:
    """How to pool a table.

    Parameters
    ----------
    method, test
        Of :func:`exoheart.evidence.meta.fit`.
    cluster
        Name of the column that the table's clusters come from; None without.
    cluster_model
        ``multilevel`` (three levels) or ``robust``.
    """

    method: Method = "REML"
    test: Test = "z"
    cluster: str | None = None
    cluster_model: ClusterModel = "multilevel"


def meta_from_file(
    path: Path,
    choices: MetaChoices,
    *,
    measure: str | None = None,
    moderators: Sequence[str] = (),
    tell: Tell | None = None,
) -> Plain:
    """Read a table of effects and pool it; the document holds the file's name too.

    Parameters
    ----------
    path, measure, moderators
        As in :func:`exoheart.evidence.meta_file.read_meta_file`.
    choices
        How to pool.
    tell
        Is told how many refits of how many are done.

    Raises
    ------
    DataError
        Every fault of the choices and of the file.
    SolveError
        A fit that doesn't settle.
    """
    faults = asked_faults(
        Choices(choices.method, choices.test),
        choices.cluster,
        choices.cluster_model,
        moderators,
    )
    named = [name for name in dict.fromkeys(moderators) if name]
    try:
        table = read_meta_file(
            path, measure=measure, moderators=named, cluster=choices.cluster
        )
    except DataError as bad:
        faults += [in_file(fault, named) for fault in bad.faults]
        raise DataError(path.name, faults) from None
    if faults:
        raise DataError(path.name, faults)
    try:
        return {"file": path.name, **meta_document(table, choices, tell)}
    except DataError as bad:
        found = [as_option(fault, choices.cluster) for fault in bad.faults]
        raise DataError(path.name, found) from None


def meta_document(
    table: MetaTable, choices: MetaChoices, tell: Tell | None = None
) -> Plain:
    """Fit a table and look at it from all sides.

    Parameters
    ----------
    table
        Effects of a file.
    choices
        How.
    tell
        Is told how many refits of how many are done.

    Returns
    -------
    dict
        The keys of :meth:`MetaFit.to_json`, and ``method, test, measure, layout,
        moderators, cluster, cluster_model, unmoderated, studies, groups, groups_test,
        sensitivity, notes``.

    Raises
    ------
    InputError
        What the estimators refuse.
    SolveError
        A fit that doesn't settle.
    """
    whole = _fit(table, choices, moderated=True)
    plain = _fit(table, choices, moderated=False) if table.moderators else whole
    normal = None
    if whole.test == "knha":
        normal = _fit(table, replace(choices, test="z"), moderated=True)
    groups, test, apart = _groups(table, choices, plain)
    return {
        **whole.to_json(),
        "method": whole.method,
        "test": whole.test,
        "measure": table.measure,
        "layout": table.layout,
        "moderators": list(table.moderators),
        "cluster": choices.cluster,
        "cluster_model": whole.cluster_model,
        "unmoderated": _mean(plain),
        "studies": _studies(table, whole),
        "groups": groups,
        "groups_test": test,
        "sensitivity": _sensitivity(table, choices, tell),
        "notes": [*notes(table, whole, normal), *apart],
    }


def _fit(table: MetaTable, choices: MetaChoices, *, moderated: bool) -> MetaFit:
    return fit(
        table.yi,
        table.vi,
        method=choices.method,
        test=choices.test,
        moderators=dict(table.moderators) if moderated and table.moderators else None,
        cluster=table.cluster,
        cluster_model=choices.cluster_model,
        labels=table.labels,
    )


def _mean(one: MetaFit) -> Plain:
    shown = one.to_json()
    return {key: shown[key] for key in _MEAN}


def _studies(table: MetaTable, whole: MetaFit) -> list[Plain]:
    return [
        {
            "study": label,
            "yi": yi,
            "vi": vi,
            "se": math.sqrt(vi),
            "ci95": list(around(yi, vi)),
            "weight": float(weight),
            "share": float(weight) / 100.0,
        }
        for label, yi, vi, weight in zip(
            table.labels, table.yi, table.vi, whole.weights, strict=True
        )
    ]


def _groups(table: MetaTable, choices: MetaChoices, plain: MetaFit) -> Groups:
    """Give the groups of the first factor, each fitted alone; one group without.

    With them the test of their differences, and what to know of them.
    """
    together = [_group("all effects", plain, table, range(len(table.yi)))]
    factor = next((v for v in table.moderators.values() if _is_factor(v)), None)
    words = [str(value) for value in factor or ()]
    if sum(words.count(word) > 1 for word in set(words)) < 2:
        return together, None, []
    test = "z" if choices.cluster_model == "robust" else choices.test
    try:
        split = subgroups(table.yi, table.vi, words, method=choices.method, test=test)
    except SolveError as bad:
        return together, None, [f"The groups can't be fitted apart: {bad}."]
    made = []
    for name, one in split.fits:
        places = [at for at, word in enumerate(words) if word == name]
        made.append(_group(name, one, table, places))
    shown = split.to_json()
    keys = ("q_between", "df", "p", "left_out")
    return made, {key: shown[key] for key in keys}, _apart(table)


def _apart(table: MetaTable) -> list[str]:
    """Say what the fits of single groups leave out."""
    if table.cluster is None:
        return []
    return [
        "The groups, and the test of their differences, take effects as independent: "
        "clusters count in the whole only."
    ]


def _is_factor(values: Sequence[float | str]) -> bool:
    return any(isinstance(value, str) for value in values)


def _group(name: str, one: MetaFit, table: MetaTable, places: Sequence[int]) -> Plain:
    mean = _mean(one)
    points = [
        {
            "label": table.labels[at],
            "estimate": table.yi[at],
            "se": math.sqrt(table.vi[at]),
        }
        for at in places
    ]
    keys = ("ci95", "pi95", "tau2")
    shown = {key: mean[key] for key in keys}
    made: Plain = {"label": name, "k": one.k, "mean": mean["estimate"], **shown}
    return made | {"points": points}


def _sensitivity(table: MetaTable, choices: MetaChoices, tell: Tell | None) -> Plain:
    """Look for small-study effects and at single studies, without moderators."""
    return {
        "leave_one_out": _left_out(table, choices, tell),
        "egger": _tried(lambda: egger(table.yi, table.vi).to_json()),
        "trim_and_fill": _tried(lambda: _filled(table, choices)),
        "pet_peese": _tried(lambda: pet_peese(table.yi, table.vi).to_json()),
    }


def _tried(made: Callable[[], Plain]) -> Plain:
    """Give what a check finds, or why it can't be done."""
    try:
        return made()
    except ExoheartError as bad:
        faults = getattr(bad, "faults", ())
        reasons = [f"{fault.met}; needs {fault.allowed}" for fault in faults]
        return {"reason": "; ".join(reasons) or str(bad)}


def _left_out(
    table: MetaTable, choices: MetaChoices, tell: Tell | None
) -> list[Plain] | Plain:
    """Fit again without each study, or each cluster; of very many say why not."""
    if len(table.yi) > MOST_LEFT_OUT:
        words = f"more than {MOST_LEFT_OUT} effects: one of them hardly moves the mean"
        return {"reason": words}
    found = leave_one_out(
        table.yi,
        table.vi,
        method=choices.method,
        test=choices.test,
        cluster=table.cluster,
        cluster_model=choices.cluster_model,
        labels=table.labels,
        tell=tell,
    )
    return [_one_left_out(one) for one in found if one.fit or one.reason]


def _one_left_out(one: LeftOut) -> Plain:
    """Give the mean of the rest; nothing but the reason where none settles."""
    if one.fit is None:
        empty = dict.fromkeys(_MEAN)
        return {"left_out": one.label, **empty, "reason": one.reason}
    return {"left_out": one.label, **_mean(one.fit), "reason": None}


def _filled(table: MetaTable, choices: MetaChoices) -> Plain:
    test: Test = "z" if choices.cluster_model == "robust" else choices.test
    found = trim_and_fill(
        table.yi, table.vi, method=choices.method, test=test, labels=table.labels
    )
    shown = found.fit
    added = [at for at, put_in in enumerate(found.filled) if put_in]
    points = [
        {
            "label": shown.labels[at],
            "estimate": float(shown.yi[at]),
            "se": math.sqrt(float(shown.vi[at])),
        }
        for at in added
    ]
    made: Plain = {"missing": found.k0, "side": found.side}
    return made | {"filled": points, **_mean(shown)}
