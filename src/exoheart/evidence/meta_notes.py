"""What a reader must know of a meta-analysis of a user's table, and of its faults.

In: the table, how it was pooled, the fit. Out: sentences, and faults in the words of
the options. :mod:`exoheart.evidence.meta_document` calls both.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

from exoheart.errors import Fault
from exoheart.evidence.meta.inputs import Choices, check_choices
from exoheart.evidence.meta.narrow import NARROW, is_narrow
from exoheart.evidence.meta.result import ClusterModel, MetaFit
from exoheart.evidence.meta_file import MetaTable

#: Effects below which checks of small-study effects are weak, and clusters below which
#: robust errors are too small.
FEW = 10
#: Names that stand in several rows which a note lists.
_LISTED = 3
_MODERATOR = re.compile(r"moderators\['(?P<name>.*?)'\].*")
_OPTIONS = ("method", "test", "moderators", "cluster")


def notes(table: MetaTable, whole: MetaFit, normal: MetaFit | None) -> list[str]:
    """Say what a reader must know.

    Parameters
    ----------
    table
        Effects of a file.
    whole
        Their fit.
    normal
        The same fit by normal quantiles; None unless `whole` is by Knapp and Hartung.
    """
    return [
        *_few(whole),
        *_test(whole, normal),
        *_repeated(table),
        *_left_aside(table),
    ]


def _few(whole: MetaFit) -> Iterator[str]:
    if whole.k < FEW:
        yield (
            f"{whole.k} effects: the variance between studies is poorly known, and "
            f"checks of small-study effects are weak below {FEW}."
        )
    if whole.k < FEW and whole.test == "z" and whole.method != "FE":
        wider = "--test t" if whole.cluster_model else "--test knha (Knapp and Hartung)"
        yield (
            "Normal quantiles take the variance between studies as known; with so few "
            f"effects {wider} is usually wider."
        )
    clusters = whole.n_clusters or 0
    if whole.cluster_model == "robust" and clusters < FEW:
        yield (
            f"{clusters} clusters: robust errors are too small below {FEW}, so the "
            "interval is too narrow."
        )


def _test(whole: MetaFit, normal: MetaFit | None) -> Iterator[str]:
    if normal is not None and is_narrow(whole, normal):
        yield NARROW
    if whole.method == "FE":
        yield "One true effect is assumed, so there is no prediction interval."
    if whole.method == "FE" and whole.test == "knha":
        yield (
            "Knapp and Hartung's errors are meant for effects that differ between "
            "studies; with FE they only scale the interval by how well the effects "
            "agree."
        )


def _repeated(table: MetaTable) -> Iterator[str]:
    """Say which names stand in several rows that nothing holds together."""
    if table.cluster is not None:
        return
    counts = {name: n for name, n in Counter(table.labels).items() if n > 1}
    if not counts:
        return
    listed = list(counts.items())[:_LISTED]
    told = ", ".join(f"{name} stands in {n} rows" for name, n in listed)
    more = len(counts) - _LISTED
    if more > 0:
        told += f" and {more} more name{'' if more == 1 else 's'} in several"
    yield f"{told}, taken as independent; --cluster study lets them hang together."


def _left_aside(table: MetaTable) -> Iterator[str]:
    if table.moderators:
        yield "Orchard, funnel and sensitivity leave the moderators out."
    if table.cluster is not None:
        yield "The small-study checks take effects as independent."
    if table.unused:
        yield f"Columns that nothing was read from: {', '.join(table.unused)}."


def asked_faults(
    choices: Choices,
    cluster: str | None,
    cluster_model: ClusterModel,
    moderators: Sequence[str],
) -> list[Fault]:
    """List what is wrong with the options by themselves."""
    clustered = cluster is not None
    model = cluster_model if clustered else None
    met = check_choices(replace(choices, cluster_model=model), clustered)
    faults = [as_option(fault, cluster) for fault in met]
    if cluster_model == "robust" and not clustered:
        allowed = "--robust with --cluster COLUMN: effects of one name hang together"
        faults.append(Fault("--robust", "no --cluster", allowed))
    if "" in moderators:
        allowed = "names of columns, separated by commas"
        faults.append(Fault("--moderators", "an empty name", allowed))
    for name, count in Counter(moderators).items():
        if name and count > 1:
            met_there = f"the column named {count} times"
            faults.append(Fault(f"--moderators {name}", met_there, "each column once"))
    return faults


def in_file(fault: Fault, moderators: Sequence[str]) -> Fault:
    """Name a column that the file lacks by the option that asked for it too."""
    for name in moderators:
        if fault.met == f"no column {name!r}":
            return replace(fault, where=f"{fault.where}, --moderators {name}")
    return fault


def as_option(fault: Fault, cluster: str | None) -> Fault:
    """Name a fault of the fit by the option that it comes from."""
    allowed = fault.allowed.replace("cluster_model='robust'", "--robust")
    found = _MODERATOR.fullmatch(fault.where)
    where = fault.where
    if found:
        where = f"--moderators {found['name']}"
    elif where == "cluster" and cluster:
        where = f"--cluster {cluster}"
    elif where in _OPTIONS:
        where = f"--{where}"
    return replace(fault, where=where, allowed=allowed)
