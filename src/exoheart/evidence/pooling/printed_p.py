"""Which reading of a spread agrees with the P value that a source prints.

A bare "mean ± number" can be an SD or a standard error. With both n and a printed P
the two readings can be told apart: each gives its own P by Student's t test. The answer
is shown beside a bound and changes no pool, since the test that the source used is
rarely named. Read next: :mod:`exoheart.evidence.pooling.pools`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

from exoheart.errors import DataError, Fault
from exoheart.evidence.pooling.rows import Candidate
from exoheart.evidence.studies import OutcomeRecord
from exoheart.evidence.tables import data_folder, number, read_table

#: Columns of `pooled/printed_p.csv`.
PRINTED_P_COLUMNS = (
    *("study", "arm", "comparator", "outcome", "region", "at"),
    *("relation", "p", "source", "locator", "note"),
)
#: How far two P values may lie apart, as normal deviates, to count as one: about the
#: rounding of a P with one digit.
AGREES = 0.2


@dataclass(frozen=True, slots=True)
class SpreadCheck:
    """P as printed and by either reading; `fits` is SD, SEM, both or neither."""

    printed: str
    p_if_sd: float
    p_if_sem: float
    fits: str


def load_printed_p(folder: Path | None = None) -> dict[tuple[str, ...], str]:
    """Load the P values printed of comparisons: (study, arm, ...) -> ``= 0.01``.

    Raises
    ------
    DataError
        A P that is no number, or an empty cell.
    """
    root = data_folder(folder)
    path = root / "pooled" / "printed_p.csv"
    if not path.exists():
        return {}
    found = {}
    for row in read_table(path, root)[1]:
        key = tuple(row[column] for column in PRINTED_P_COLUMNS[:6])
        p = number(row, "p")
        if p is None:
            fault = Fault(row.where("p"), "an empty cell", "a number between 0 and 1")
            raise DataError("data tables", [fault])
        found[key] = f"{row['relation']} {p:g}"
    return found


def check_spread(
    candidate: Candidate, printed: dict[tuple[str, ...], str]
) -> SpreadCheck | None:
    """Compare both readings of a spread with the printed P; None where it can't be.

    Parameters
    ----------
    candidate
        Two groups with spreads of unknown kind and both n.
    printed
        From :func:`load_printed_p`.
    """
    row, control = candidate.row, candidate.control
    key = (candidate.study.id, row.arm, row.comparator)
    told = printed.get((*key, row.outcome, row.region, row.at))
    treated, other = _group(row), None if control is None else _group(control)
    if told is None or treated is None or other is None:
        return None
    (mean, spread, n), (mean2, spread2, n2) = treated, other
    p_sd = student(mean - mean2, (spread, spread2), (n, n2))
    wide = (spread * math.sqrt(n), spread2 * math.sqrt(n2))
    p_sem = student(mean - mean2, wide, (n, n2))
    fits = [n for n, p in (("SD", p_sd), ("SEM", p_sem)) if agrees(told, p)]
    words = {0: "neither", 1: fits[0] if fits else "", 2: "both"}[len(fits)]
    return SpreadCheck(told, p_sd, p_sem, words)


def _group(row: OutcomeRecord) -> tuple[float, float, int] | None:
    """Give mean, spread and n of a group; None where a t test can't use it."""
    if row.mean is None or row.spread is None or row.n is None:
        return None
    return (row.mean, row.spread, row.n) if row.spread > 0 and row.n > 1 else None


def student(gap: float, sds: tuple[float, float], numbers: tuple[int, int]) -> float:
    """Give the two-sided P of Student's t test from a difference, SDs and n."""
    from scipy.stats import t

    (s1, s2), (n1, n2) = sds, numbers
    df = n1 + n2 - 2
    pooled = ((n1 - 1) * s1**2 + (n2 - 1) * s2**2) / df
    error = math.sqrt(pooled * (1 / n1 + 1 / n2))
    return float(2 * t.sf(abs(gap) / error, df))


def agrees(printed: str, p: float) -> bool:
    """Say whether a P computed agrees with one printed, such as ``= 0.01``.

    Examples
    --------
    >>> agrees("= 0.01", 0.0117), agrees("= 0.01", 0.24), agrees("< 0.001", 2e-6)
    (True, False, True)
    """
    from scipy.stats import norm

    relation, _, text = printed.partition(" ")
    if relation == "<":
        return p < float(text)
    deviates = norm.isf([p / 2, float(text) / 2])
    return bool(abs(deviates[0] - deviates[1]) <= AGREES)
