"""Quantiles of very many members from whole-number counts, with a stated error.

A value's bin follows from the number itself: its sign, its exponent and the leading
bits of its fraction. No range has to be known beforehand, every bin has the same
relative width, and counts are whole numbers, so that adding and merging are exact in
any order. Counts are held in pages of one power of two each, opened when a value first
falls there: memory follows the range of the values, not the number of members.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from exoheart.engine.members import Block, FloatArray
from exoheart.engine.reducers import State, Tally, check_alike, check_shape
from exoheart.errors import InputError

IntArray = npt.NDArray[np.int64]

_FRACTION = 52  # bits of a double's fraction
_MAGNITUDE = np.int64(2**63 - 1)  # all bits but the sign
_INFINITE = np.int64(0x7FF0000000000000)
_NO_PAGE = np.int64(-(2**62))
_MOST = 2**31 - 1  # largest count of one bin
_AT_ONCE = 2**16  # values worked on at once: they fit a processor's cache
_SPARE = 8  # room for an eighth more pages than are asked for


class Quantiles:
    """Quantiles of every sample and observable over all members.

    Members that failed are counted apart (`tally`), and so is any other value that
    isn't finite (`missing`); neither takes part in a quantile.

    Parameters
    ----------
    samples, observables
        Shape of a member's values.
    smallest
        Values nearer to zero count as zero; one for all, or one for each observable.
    bits
        Leading fraction bits that are kept. The relative error is at most
        ``2**-(bits + 1)``, below one in a thousand for the default of 9. Memory is
        ``4 * 2**bits`` bytes for each power of two that a sample of an observable
        covers: about 2 MB for an observable of 100 samples over three decades.

    Raises
    ------
    InputError
        `smallest` isn't a normal positive number, or `bits` isn't 1 to 20.

    Examples
    --------
    >>> quantiles = Quantiles(samples=1, observables=1)
    >>> block = Block(np.ones((3, 1)), np.ones((3, 1)), (), np.zeros((3, 1)))
    >>> quantiles.add(0, block, np.array([[[1.0]], [[-2.0]], [[4.0]]]))
    >>> bool(abs(quantiles.quantile(0.5)[0, 0] - 1.0) <= quantiles.error)
    True
    """

    def __init__(
        self,
        samples: int,
        observables: int,
        smallest: float | Sequence[float] = 1e-12,
        bits: int = 9,
    ) -> None:
        each = np.broadcast_to(np.asarray(smallest, dtype=np.float64), (observables,))
        if not (np.isfinite(each) & (each >= np.finfo(np.float64).tiny)).all():
            raise InputError(
                f"met smallest = {smallest}; allowed: positive numbers from "
                f"{np.finfo(np.float64).tiny:.3g}; give the size that counts as zero"
            )
        if not 1 <= bits <= 20:
            raise InputError(
                f"met bits = {bits}; allowed: 1 to 20; the error is 2**-(bits + 1)"
            )
        self.shape = (samples, observables)
        self.smallest = each
        self.bits = bits
        self._limit = np.tile(each.view(np.int64), samples)
        # page 0 is zero, page 1 the power of two that `smallest` lies in
        self._base = (((self._limit >> _FRACTION) - 1) << bits).astype(np.int64)
        self._reset()

    def _reset(self) -> None:
        self.tally = Tally()
        self.missing = np.zeros(self.shape, dtype=np.int64)
        self._lowest = 0  # page of the first column of the table
        self._table = np.full((len(self._limit), 1), _NO_PAGE)
        self._used = 0
        self._cell = np.zeros(0, dtype=np.int64)
        self._page = np.zeros(0, dtype=np.int64)
        self._counts = np.zeros((0, 1 << self.bits), dtype=np.int32)

    @property
    def description(self) -> str:
        """Kind and settings as a text."""
        return (
            f"Quantiles(samples={self.shape[0]}, observables={self.shape[1]}, "
            f"smallest={self.smallest.tolist()}, bits={self.bits})"
        )

    @property
    def error(self) -> float:
        """Largest relative error of a quantile; near zero it is `smallest`, absolute.

        It is the distance from the exact quantile of the same members, the smallest
        value that at least a share `q` of them doesn't exceed.
        """
        return float(2.0 ** -(self.bits + 1))

    def add(self, first: int, block: Block, values: FloatArray) -> None:
        """Count a block.

        Raises
        ------
        InputError
            Its shape is another, it cuts a leaf, or it came before.
        """
        check_shape(values, *self.shape)
        self._require_room(len(values))
        failed = self.tally.add(first, values)
        solved = values[~failed] if failed.any() else values
        columns = solved.reshape(len(solved), len(self._limit))
        step = max(1, _AT_ONCE // len(values))
        for start in range(0, columns.shape[1], step):
            cells = slice(start, start + step)
            self._count(np.ascontiguousarray(columns[:, cells], np.float64), cells)

    def merge(self, other: Quantiles) -> None:
        """Add the counts of another one.

        Raises
        ------
        InputError
            It has other settings, or has met some of the same members.
        """
        check_alike(self, other)
        self._require_room(other.tally.members)
        self.tally.merge(other.tally)
        self.missing += other.missing
        used = slice(other._used)
        self._absorb(other._cell[used], other._page[used], other._counts[used])

    def state(self) -> State:
        """Give the counts, pages in order of cell and size."""
        order = self._order()
        return {
            **self.tally.state(),
            "missing": self.missing.copy(),
            "cell": self._cell[order],
            "page": self._page[order],
            "counts": self._counts[order],
        }

    def restore(self, state: Mapping[str, npt.NDArray[Any]]) -> None:
        """Replace the counts by saved ones."""
        self._reset()
        self.tally.restore(state)
        self.missing = state["missing"].copy()
        self._absorb(state["cell"], state["page"], state["counts"])

    def quantile(self, q: float) -> FloatArray:
        """Give a quantile, shape (sample, observable).

        The value at rank ``ceil(q * n)`` of the n finite values (NumPy's method
        ``inverted_cdf``), to within :attr:`error`; NaN where there are none.

        Raises
        ------
        InputError
            `q` isn't between 0 and 1.
        """
        if not 0.0 <= q <= 1.0:
            raise InputError(f"met q = {q}; allowed: 0 to 1; 0.5 is the median")
        order = self._order()
        ends = np.searchsorted(self._cell[order], np.arange(len(self._limit) + 1))
        result = np.full(len(self._limit), np.nan)
        for cell in np.flatnonzero(np.diff(ends)):
            pages = order[ends[cell] : ends[cell + 1]]
            result[cell] = self._at_rank(int(cell), pages, q)
        return result.reshape(self.shape)

    def _at_rank(self, cell: int, pages: npt.NDArray[np.intp], q: float) -> float:
        """Give the quantile of one cell from its pages, in order."""
        reached = np.cumsum(self._counts[pages], dtype=np.int64)
        rank = max(math.ceil(reached[-1] * q), 1)
        page, place = divmod(int(np.searchsorted(reached, rank)), 1 << self.bits)
        key = (int(self._page[pages[page]]) << self.bits) + place
        return self._middle(key, int(self._base[cell]))

    def _require_room(self, more: int) -> None:
        if self.tally.members + more > _MOST:
            raise InputError(
                f"met {self.tally.members + more} members; allowed: {_MOST}, which is "
                "as far as a bin counts; split the ensemble"
            )

    def _count(self, values: FloatArray, cells: slice) -> None:
        """Count the values of some cells, shape (count, cell)."""
        keys, finite = self._keys(values, cells)
        cell = np.arange(len(self._limit))[cells]
        if not finite.all():
            self.missing.reshape(-1)[cells] += np.sum(~finite, axis=0)
            keys, cell = keys[finite], np.broadcast_to(cell, values.shape)[finite]
        if not keys.size:
            return
        pages = keys >> self.bits
        self._widen(int(pages.min()), int(pages.max()))
        keys += self._offsets(cell, pages)
        np.add.at(self._counts.reshape(-1), keys.ravel(), np.int32(1))

    def _keys(
        self, values: FloatArray, cells: slice
    ) -> tuple[IntArray, npt.NDArray[np.bool_]]:
        """Give the number of each value's bin, and which values are finite.

        Numbers rise with the value; 0 is the bin around zero. A negative value has the
        number of its opposite with all bits turned over, so that a power of two fills
        one page on either side of zero.
        """
        bits = values.view(np.int64)
        keys = bits & _MAGNITUDE
        finite = keys < _INFINITE
        zero = keys < self._limit[cells]
        keys >>= _FRACTION - self.bits
        keys -= self._base[cells]
        keys ^= bits >> 63
        keys[zero] = 0
        return keys, finite

    def _middle(self, key: int, base: int) -> float:
        """Give the value in the middle of a bin."""
        if key == 0:
            return 0.0
        shift = _FRACTION - self.bits
        size = (~key if key < 0 else key) + base
        bits = np.int64((size << shift) + (1 << (shift - 1)))
        return math.copysign(float(bits.view(np.float64)), key)

    def _widen(self, low: int, high: int) -> None:
        """Make the table of pages reach from page `low` to page `high`."""
        width = self._table.shape[1]
        first = min(low, self._lowest)
        end = max(high + 1, self._lowest + width)
        if end - first > width:
            table = np.full((len(self._table), end - first), _NO_PAGE)
            start = self._lowest - first
            table[:, start : start + width] = self._table
            self._table, self._lowest = table, first

    def _offsets(self, cell: IntArray, pages: IntArray) -> IntArray:
        """Say what to add to a key to find its count, opening pages where needed."""
        table = self._table.reshape(-1)
        where = (cell * self._table.shape[1] - self._lowest) + pages
        offsets = table.take(where)
        if offsets.min() == _NO_PAGE:
            self._open(np.unique(where[offsets == _NO_PAGE]))
            offsets = table.take(where)
        return offsets

    def _open(self, where: IntArray) -> None:
        """Open the pages that belong to entries of the table."""
        cell, column = np.divmod(where, self._table.shape[1])
        page = column + self._lowest
        end = self._used + len(where)
        if end > len(self._counts):
            room = end + end // _SPARE
            self._cell.resize(room, refcheck=False)
            self._page.resize(room, refcheck=False)
            # in place where the system can: no second copy at any time
            self._counts.resize((room, 1 << self.bits), refcheck=False)
        slots = np.arange(self._used, end)
        self._cell[slots], self._page[slots] = cell, page
        self._table.reshape(-1)[where] = (slots - page) << self.bits
        self._used = end

    def _absorb(
        self, cell: IntArray, page: IntArray, counts: npt.NDArray[np.int32]
    ) -> None:
        """Add whole pages of counts, each at most once."""
        if len(cell):
            self._widen(int(page.min()), int(page.max()))
            slots = (self._offsets(cell, page) >> self.bits) + page
            self._counts[slots] += counts

    def _order(self) -> npt.NDArray[np.intp]:
        """Order the pages by cell and size, whenever they were opened."""
        return np.lexsort((self._page[: self._used], self._cell[: self._used]))
