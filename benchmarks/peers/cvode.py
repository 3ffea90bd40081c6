"""CVODE itself, without a wrapper: the strongest classical rival known to us.

The shared libraries that scikit-sundae brings are called through ctypes; the right-hand
side and the analytic Jacobian are C callbacks of compiled code, so no Python runs
inside a step. Sparse factors are KLU's where the system has it, else SuperLU_MT's.
"""

from __future__ import annotations

import ctypes
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from equations import Member, compiled
from exoheart.engine.segments import Segment
from peers import OneByOne
from peers.klu import Klu
from workload import Workload

FloatArray = npt.NDArray[np.float64]
CHUNK = 8
CONFIGURATION = (
    "SUNDIALS CVODE (BDF) called through ctypes; compiled right-hand side and analytic "
    "Jacobian as C callbacks; sparse factors by KLU, by SuperLU_MT where the system "
    "has no KLU; restarted at each dose"
)
#: ``klu``, ``sparse`` (SuperLU_MT), ``dense`` or ``lapack``; in order of speed.
LINEAR_SOLVER = "klu"
MAXIMUM_STEPS = 100_000
_BDF, _NORMAL, _CSC = 2, 1, 0
_WHOLE = ctypes.c_int32
_Address = ctypes.c_size_t


class Sundials:
    """The shared libraries of SUNDIALS that come with scikit-sundae."""

    def __init__(self) -> None:
        import sksundae

        folder = Path(sksundae.__file__).parent.parent / "scikit_sundae.libs"
        paths = sorted(folder.glob("libsundials_*"))
        self._libraries = [ctypes.CDLL(str(path)) for path in paths]

    def __call__(self, name: str, result: Any, *arguments: Any) -> Any:
        """Give a function by name, with the types of its result and arguments."""
        for library in self._libraries:
            if hasattr(library, name):
                function = library[name]
                function.restype, function.argtypes = result, list(arguments)
                return function
        raise RuntimeError(f"SUNDIALS lacks {name}; install scikit-sundae 1.2 or newer")


class Cvode(OneByOne):
    """One integrator, started anew for every piece of every member."""

    def __init__(self, workload: Workload, linear_solver: str = LINEAR_SOLVER) -> None:
        super().__init__(workload)
        self.functions = compiled(workload)
        self.amounts = self.functions.equations.system.amounts
        find = self._find = Sundials()
        size = self._size = len(workload.states)
        self.states, self._absolute = np.zeros(size), np.zeros(size)
        self.constants = np.zeros(self.functions.equations.constants)
        self._context = _Address()
        create = find("SUNContext_Create", ctypes.c_int, ctypes.c_int, _Address)
        self._require(create(0, ctypes.addressof(self._context)))
        self._y = self._vector(self.states)
        self._tolerance = self._vector(self._absolute)
        make = find("CVodeCreate", _Address, ctypes.c_int, _Address)
        self._memory = make(_BDF, self._context.value)
        number, time, address = ctypes.c_int, ctypes.c_double, _Address
        self._restart = find("CVodeReInit", number, address, time, address)
        self._tolerances = find("CVodeSVtolerances", number, address, time, address)
        self._advance = find("CVode", number, address, time, address, address, number)
        self._keep: list[Any] = []
        self._prepare(linear_solver)

    def _vector(self, numbers: FloatArray) -> Any:
        make = self._find("N_VMake_Serial", _Address, _WHOLE, _Address, _Address)
        return make(self._size, numbers.ctypes.data, self._context.value)

    def _require(self, code: int) -> None:
        if code < 0:
            raise RuntimeError(f"CVODE gave up with code {code}")

    def _prepare(self, linear_solver: str) -> None:
        find, address, memory = self._find, _Address, self._memory
        rates, jacobian = self._callbacks(dense=linear_solver in {"dense", "lapack"})
        begin = find(
            "CVodeInit", ctypes.c_int, address, address, ctypes.c_double, address
        )
        self._require(begin(memory, rates, 0.0, self._y))
        with_data = find("CVodeSetUserData", ctypes.c_int, address, address)
        self._require(with_data(memory, self.constants.ctypes.data))
        steps = find("CVodeSetMaxNumSteps", ctypes.c_int, address, ctypes.c_long)
        self._require(steps(memory, MAXIMUM_STEPS))
        matrix, solver = self._linear(linear_solver)
        attach = find("CVodeSetLinearSolver", ctypes.c_int, address, address, address)
        self._require(attach(memory, solver, matrix))
        analytic = find("CVodeSetJacFn", ctypes.c_int, address, address)
        self._require(analytic(memory, jacobian))

    def _linear(self, name: str) -> tuple[Any, Any]:
        find, size, address = self._find, self._size, _Address
        if name in {"sparse", "klu"}:
            entries = len(self.functions.equations.pattern()[0])
            shape = [_WHOLE] * 3
            make = find("SUNSparseMatrix", address, *shape, ctypes.c_int, address)
            matrix = make(size, size, entries, _CSC, self._context.value)
            solver = find(
                "SUNLinSol_SuperLUMT", address, address, address, ctypes.c_int, address
            )
            made = solver(self._y, matrix, 1, self._context.value)
            if name == "klu":
                klu = Klu(find, size)
                klu.into(made)
                self._keep.append(klu)
            return matrix, made
        make = find("SUNDenseMatrix", address, _WHOLE, _WHOLE, address)
        matrix = make(size, size, self._context.value)
        kind = "SUNLinSol_Dense" if name == "dense" else "SUNLinSol_LapackDense"
        solver = find(kind, address, address, address, address)
        return matrix, solver(self._y, matrix, self._context.value)

    def _callbacks(self, *, dense: bool) -> tuple[int, int]:
        """Compile the C callbacks, and give their addresses."""
        from numba import carray, cfunc, types

        from peers.pointers import numbers_at

        inner, size, count = self.functions.rates, self._size, len(self.constants)
        numbers = self._find("N_VGetArrayPointer", _Address, _Address)
        address = types.uintp

        @cfunc(types.int32(types.float64, address, address, address))
        def rates(_time, y, slope, data):  # type: ignore[no-untyped-def]
            inner(
                carray(numbers_at(numbers(y)), (size,)),
                carray(numbers_at(data), (count,)),
                carray(numbers_at(numbers(slope)), (size,)),
            )
            return 0

        jacobian = self._dense_jacobian() if dense else self._sparse_jacobian()
        self._keep += [rates, jacobian]
        return int(rates.address), int(jacobian.address)

    def _entries(self) -> Any:
        """Compile what computes the entries of the Jacobian from addresses."""
        from numba import carray, njit

        from peers.pointers import numbers_at

        inner, size, count = self.functions.jacobian, self._size, len(self.constants)
        numbers = self._find("N_VGetArrayPointer", _Address, _Address)

        @njit
        def entries(y, data, out):  # type: ignore[no-untyped-def]
            states = carray(numbers_at(numbers(y)), (size,))
            inner(states, carray(numbers_at(data), (count,)), out)

        return entries

    def _sparse_jacobian(self) -> Any:
        from numba import carray, cfunc

        from peers.pointers import numbers_at, wholes_at

        compute, size = self._entries(), self._size
        rows, starts, places = self.functions.equations.pattern()
        count, found = len(rows), len(places)
        data_of, rows_of, starts_of = (
            self._find(f"SUNSparseMatrix_{name}", _Address, _Address)
            for name in ("Data", "IndexValues", "IndexPointers")
        )

        @cfunc(_jacobian_signature())
        def jacobian(_t, y, _slope, matrix, data, _a, _b, _c):  # type: ignore[no-untyped-def]
            entries = np.empty(found)
            compute(y, data, entries)
            values = carray(numbers_at(data_of(matrix)), (count,))
            values[:] = 0.0
            for k in range(found):
                values[places[k]] = entries[k]
            carray(wholes_at(rows_of(matrix)), (count,))[:] = rows
            carray(wholes_at(starts_of(matrix)), (size + 1,))[:] = starts
            return 0

        return jacobian

    def _dense_jacobian(self) -> Any:
        from numba import carray, cfunc

        from peers.pointers import numbers_at

        compute, size = self._entries(), self._size
        entries = self.functions.equations.entries
        places = np.array([column * size + row for row, column in entries])
        found = len(places)
        data_of = self._find("SUNDenseMatrix_Data", _Address, _Address)

        @cfunc(_jacobian_signature())
        def jacobian(_t, y, _slope, matrix, data, _a, _b, _c):  # type: ignore[no-untyped-def]
            entries = np.empty(found)
            compute(y, data, entries)
            values = carray(numbers_at(data_of(matrix)), (size * size,))
            for k in range(found):
                values[places[k]] = entries[k]
            return 0

        return jacobian

    def member(self, number: int, rtol: float, out: FloatArray) -> None:
        """Solve one member."""
        one = Member(self.workload, self.functions, number)
        self._absolute[:] = self.workload.absolute(number, self.amounts)
        self._require(self._tolerances(self._memory, rtol, self._tolerance))
        for piece in self.workload.pieces(number):
            if piece.end_h > piece.start_h:
                self._piece(piece, one, out)
            one.act(piece.actions)

    def _piece(self, piece: Segment, one: Member, out: FloatArray) -> None:
        self.states[:], self.constants[:] = one.states, one.constants
        self._require(self._restart(self._memory, 0.0, self._y))
        reached = ctypes.c_double()
        for sample, time in zip(piece.samples, piece.times, strict=True):
            if time > piece.start_h:
                self._to(time - piece.start_h, reached)
            self.functions.observe(self.states, self.constants, out[sample])
        if not len(piece.times) or piece.times[-1] < piece.end_h:
            self._to(piece.end_h - piece.start_h, reached)
        one.states[:] = self.states

    def _to(self, time: float, reached: Any) -> None:
        at = ctypes.addressof(reached)
        self._require(self._advance(self._memory, time, self._y, at, _NORMAL))


def _jacobian_signature() -> Any:
    from numba import types

    address = types.uintp
    return types.int32(types.float64, *([address] * 7))


def build(workload: Workload) -> Cvode:
    """Compile the functions and make the integrator."""
    return Cvode(workload, LINEAR_SOLVER if Klu.present() else "sparse")
