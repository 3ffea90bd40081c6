"""A model as machine code: made once, kept on disk, and run on blocks of members.

In: a :class:`~exoheart.engine.model.Model` and blocks. Out: what the block's members
came to, with a code for each. Read next: :mod:`exoheart.engine.kernels` and
:mod:`exoheart.engine.driver` (what the code is), :mod:`exoheart.engine.rescue` (members
that it gives up).
"""

from __future__ import annotations

import ctypes
import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import lru_cache
from threading import RLock
from typing import Any

import numpy as np
import numpy.typing as npt

from exoheart.engine import cache
from exoheart.engine.kernels import Kernels, Layout
from exoheart.engine.members import Block
from exoheart.engine.model import ABSOLUTE, Model
from exoheart.engine.native import (
    Library,
    Machine,
    aligned,
    flush_text,
    machine,
    mark_text,
    object_code,
)
from exoheart.engine.schedule import rows_of
from exoheart.engine.task import ADDRESSES, NUMBERS, WHOLES, Spaces

FloatArray = npt.NDArray[np.float64]
WholeArray = npt.NDArray[np.int64]
MAXIMUM_STEPS = 20_000
#: First step after a start, a dose or a change of protocol [h].
FIRST_STEP = 1e-5


class _Task(ctypes.Structure):
    """What the machine code reads of one block."""

    _fields_ = (
        *((name, ctypes.c_void_p) for name in ADDRESSES),
        *((name, ctypes.c_int64) for name in WHOLES),
        *((name, ctypes.c_double) for name in NUMBERS),
    )


@dataclass(frozen=True, slots=True)
class Solved:
    """A block as the machine code leaves it.

    Parameters
    ----------
    values : ndarray, shape (count, sample, observable)
    code, steps, rejected : ndarray of int, shape (count,)
        How each member ended (see :mod:`exoheart.engine.task`), and its steps.
    reached : ndarray, shape (count,)
        Time at which a member was given up [h].
    """

    values: FloatArray
    code: WholeArray
    steps: WholeArray
    rejected: WholeArray
    reached: FloatArray


class Program:
    """The machine code of one model.

    Usable from many threads at once: each call has a workspace of its own.
    """

    def __init__(self, model: Model, layout: Layout, library: Library, width: int):
        self.model, self.layout = model, layout
        self._library, self._width = library, width
        self._spaces = Spaces(layout)
        scales = [*model.scales, *[1.0] * layout.clock]
        self._scales = np.array(scales)
        given = [id_ in model.amounts for id_ in model.states]
        self._given = np.array([*given, *[False] * layout.clock], dtype=float)

    def solve(
        self, block: Block, rtol: float = 1e-6, absolute: float = ABSOLUTE
    ) -> Solved:
        """Solve the members of a block.

        Parameters
        ----------
        block
            Its arrays in the order of the model.
        rtol
            Relative tolerance.
        absolute
            Absolute tolerance of each state, as a share of its scale; that of amounts
            grows with what a member is given.

        Raises
        ------
        ModelError
            The schedule names something that the model lacks, or doses what takes no
            dose.
        """
        count, samples = block.sample_times.shape
        rows = rows_of(self.model, self.layout, block)
        solved = Solved(
            np.full((count, samples, self.layout.observed), np.nan),
            np.full(count, -1, dtype=np.int64),
            np.zeros(count, dtype=np.int64),
            np.zeros(count, dtype=np.int64),
            np.zeros(count),
        )
        arrays = {
            "parameters": np.ascontiguousarray(block.parameters, dtype=float),
            "initial": np.ascontiguousarray(block.initial, dtype=float),
            "excess": rows.excess,
            "times": np.ascontiguousarray(block.sample_times, dtype=float),
            "row_first": rows.first,
            "row_time": rows.time,
            "row_kind": rows.kind,
            "row_target": rows.target,
            "row_value": rows.value,
            "out": solved.values,
            "status": solved.code,
            "steps": solved.steps,
            "rejected": solved.rejected,
            "reached": solved.reached,
            "absolute": absolute * self._scales,
            "given": self._given,
            "workspace": aligned(self._spaces.total * self._width),
        }
        task = _Task(
            **{name: array.ctypes.data for name, array in arrays.items()},
            count=count,
            samples=samples,
            maximum_steps=MAXIMUM_STEPS,
            rtol=rtol,
            first_step=FIRST_STEP,
        )
        self._library["solve"](ctypes.addressof(task))
        return solved


#: Making code writes into the model's graph: one thread at a time.
_MAKING = RLock()


def program_of(model: Model, lanes: int | None = None) -> Program:
    """Give the machine code of a model, from disk if it is kept there.

    Threads that ask at once for the same code wait for the first of them.

    Parameters
    ----------
    model
        From :func:`exoheart.engine.compile_model`.
    lanes
        Lane width; None for that of the processor. Every width gives the same bits.
    """
    with _MAKING:
        return _program(model, lanes)


@lru_cache(maxsize=16)
def _program(model: Model, lanes: int | None) -> Program:
    which = machine(lanes)
    layout, library = _load(model, which, _FUNCTIONS, _write)
    return Program(model, layout, library, which.width)


@dataclass(frozen=True)
class Scalar:
    """The functions of a model for one member at a time, for other solvers.

    Parameters
    ----------
    layout
        Where the numbers lie; a model that asks for time has a clock as last state.
    library
        ``prepare(c)``, ``rates(y, c, r)`` (adds to r), ``jacobian(y, c, entries)`` and
        ``observe(y, c, o)`` on addresses of doubles.
    """

    layout: Layout
    library: Library

    def constants(self, parameters: FloatArray) -> FloatArray:
        """Give the constants that the functions read, inflows zero."""
        held = aligned(self.layout.constants)
        held[: len(parameters)] = parameters
        self.library["prepare"](held.ctypes.data)
        return held

    def rates(self, state: FloatArray, constants: FloatArray) -> FloatArray:
        """Give the rates of change, shape (size,)."""
        found = aligned(self.layout.size)
        state = np.ascontiguousarray(state, dtype=float)
        self.library["rates"](
            state.ctypes.data, constants.ctypes.data, found.ctypes.data
        )
        return found

    def jacobian(self, state: FloatArray, constants: FloatArray) -> FloatArray:
        """Give the Jacobian as a dense matrix, shape (size, size)."""
        entries = aligned(max(1, len(self.layout.entries)))
        state = np.ascontiguousarray(state, dtype=float)
        self.library["jacobian"](
            state.ctypes.data, constants.ctypes.data, entries.ctypes.data
        )
        matrix = np.zeros((self.layout.size, self.layout.size))
        if self.layout.entries:
            rows, columns = np.array(self.layout.entries).T
            matrix[rows, columns] = entries[: len(rows)]
        return matrix

    def observe(self, state: FloatArray, constants: FloatArray) -> FloatArray:
        """Give what a solve records, shape (observed,)."""
        found = aligned(max(1, self.layout.observed))
        state = np.ascontiguousarray(state, dtype=float)
        self.library["observe"](
            state.ctypes.data, constants.ctypes.data, found.ctypes.data
        )
        return found[: self.layout.observed]


def scalar_of(model: Model) -> Scalar:
    """Give the functions of a model for one member at a time."""
    with _MAKING:
        return _scalar(model)


@lru_cache(maxsize=4)
def _scalar(model: Model) -> Scalar:
    one = machine()
    single = Machine(one.name, one.features, 1, one.fused)
    layout, library = _load(model, single, _SCALAR_FUNCTIONS, _write_scalar)
    return Scalar(layout, library)


def forget() -> None:
    """Drop the code held in memory; what is on disk stays."""
    _program.cache_clear()
    _scalar.cache_clear()


_FUNCTIONS: Mapping[str, int] = {"solve": 1}
_SCALAR_FUNCTIONS: Mapping[str, int] = {
    "prepare": 1,
    "rates": 3,
    "observe": 3,
    "jacobian": 3,
}


def _load(
    model: Model, which: Machine, functions: Mapping[str, int], write: Any
) -> tuple[Layout, Library]:
    """Take code from disk, or make it and keep it."""
    import llvmlite

    processor = f"{which.name} {which.features} {which.width}"
    kind = " ".join(functions)
    name = "code-" + cache.key(model.digest, kind, processor, llvmlite.__version__)
    kept = cache.read(name)
    if kept is not None:
        layout = _layout_from(kept[0])
        library = Library(kept[1], functions)
        if library.mark == _mark(model, layout, which.width):
            return layout, library
    kernels = Kernels(
        model.system, [model.system.values[id_] for id_ in model.observables]
    )
    layout = kernels.layout
    mark = _mark(model, layout, which.width)
    code = write(kernels, which, mark)
    cache.write(name, asdict(layout), code)
    return layout, Library(code, functions)


def _write(kernels: Kernels, which: Machine, mark: int) -> bytes:
    from exoheart.engine.driver import driver_module, power_text

    text = kernels.text(which.width, which.fused)
    text += power_text(which.width, which.fused) + flush_text() + mark_text(mark)
    loops = str(driver_module(kernels.layout, which.width))
    return object_code(text, which, loops)


def _write_scalar(kernels: Kernels, which: Machine, mark: int) -> bytes:
    text = kernels.text(which.width, which.fused)
    text += kernels.jacobian_text(which.width, which.fused) + mark_text(mark)
    return object_code(text, which)


def _layout_from(plain: Mapping[str, Any]) -> Layout:
    return Layout(
        **{
            **plain,
            "inflow_of": tuple(plain["inflow_of"]),
            "read": tuple(plain["read"]),
            "entries": tuple((row, column) for row, column in plain["entries"]),
        }
    )


def _mark(model: Model, layout: Layout, width: int) -> int:
    """Give a number for where everything lies, to be found again in the code."""
    told = [asdict(layout), model.states, model.parameters, model.observables, width]
    digest = hashlib.sha256(json.dumps(told).encode()).digest()
    return int.from_bytes(digest[:7], "little")
