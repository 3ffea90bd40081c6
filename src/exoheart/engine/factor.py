"""Symbolic LU factors: which numbers a factorisation touches, found once for a model.

Diagonal pivots in Markowitz's order, so that the pattern holds for every member and
every step and the machine code has no branches. What lack of pivoting could spoil is
caught by the error test of the step, and failing that by the pivoting solver.

References
----------
Markowitz1957 (order of elimination).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

Entry = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Factors:
    """Pattern of the LU factors of a sparse matrix with a full diagonal.

    Parameters
    ----------
    order
        Row and column that is eliminated at each turn.
    position
        Place of each entry, fill included, in the array of values; entries in
        (row, column) of the matrix as it was.
    eliminated
        For each turn: the rows below the pivot and the columns right of it.
    """

    order: tuple[int, ...]
    position: dict[Entry, int]
    eliminated: tuple[tuple[tuple[int, ...], tuple[int, ...]], ...]

    @property
    def operations(self) -> int:
        """Multiply-adds of one factorisation."""
        return sum(len(r) * (1 + len(c)) for r, c in self.eliminated)


def factorise(entries: Iterable[Entry], size: int) -> Factors:
    """Find the pattern of the LU factors of ``I / (h gamma) - J``.

    Parameters
    ----------
    entries
        (row, column) of the non-zeros of J; the diagonal is added.
    size
        Rows of the matrix.
    """
    rows: list[set[int]] = [{k} for k in range(size)]
    columns: list[set[int]] = [{k} for k in range(size)]
    for row, column in entries:
        rows[row].add(column)
        columns[column].add(row)
    kept = [set(row) for row in rows]
    left, order = set(range(size)), []
    eliminated = []
    while left:
        pivot = min(left, key=lambda k: ((len(rows[k]) - 1) * (len(columns[k]) - 1), k))
        left.remove(pivot)
        order.append(pivot)
        below = tuple(sorted(columns[pivot] - {pivot}))
        right = tuple(sorted(rows[pivot] - {pivot}))
        eliminated.append((below, right))
        for row in below:
            rows[row].discard(pivot)
            rows[row].update(right)
            kept[row].update(right)
        for column in right:
            columns[column].discard(pivot)
            columns[column].update(below)
    turn = {pivot: k for k, pivot in enumerate(order)}
    late_first = [
        (below, tuple(sorted(right, key=turn.__getitem__, reverse=True)))
        for below, right in eliminated
    ]
    turns = list(zip(order, late_first, strict=True))
    lower = [(row, pivot) for pivot, (below, _) in turns for row in below]
    upper = [
        entry
        for pivot, (_, right) in reversed(turns)
        for entry in [*((pivot, column) for column in right), (pivot, pivot)]
    ]
    position = {entry: place for place, entry in enumerate([*lower, *upper])}
    return Factors(tuple(order), position, tuple(late_first))
