"""KLU inside CVODE: the sparse factorisation that suits matrices of this kind best.

The wheel's SUNDIALS has no KLU; here its sparse solver gets two other callbacks, which
call the system's libklu (Debian and Ubuntu: ``apt install libklu1``). The pattern is
analysed once, and factors are renewed on the old pivots unless these have become bad.
"""

from __future__ import annotations

import ctypes
from ctypes.util import find_library
from typing import Any

import numpy as np
import numpy.typing as npt

_Address, _Whole = ctypes.c_size_t, ctypes.c_int32
#: Size of KLU's record of settings, in doubles, and where in it the reciprocal
#: condition lies that ``klu_rcond`` writes.
_SETTINGS, _CONDITION = 64, 14
#: Below this reciprocal condition the pivots are chosen anew, as SUNDIALS does.
_WORST = (2.0**-52) ** (2.0 / 3.0)


class Klu:
    """The factors of one matrix, and the callbacks that renew and use them.

    Parameters
    ----------
    find
        Looks up functions of SUNDIALS.
    size
        Rows of the matrix.
    """

    def __init__(self, find: Any, size: int) -> None:
        self._library = ctypes.CDLL(find_library("klu"))
        self._settings = np.zeros(_SETTINGS)
        self._known: npt.NDArray[np.uintp] = np.zeros(2, dtype=np.uintp)
        self._call("klu_defaults", None, 1)(self._settings.ctypes.data)
        self._find, self._size = find, size
        self.setup, self.solve = self._setup(), self._solve()

    @staticmethod
    def present() -> bool:
        """Whether this system has libklu."""
        return find_library("klu") is not None

    def into(self, solver: int) -> None:
        """Put KLU in the place of a SuperLU_MT solver's own factorisation."""
        for name, own in (("Setup", self.setup), ("Solve", self.solve)):
            self._replace(solver, f"SUNLinSol{name}_SuperLUMT", own.address)

    def _replace(self, solver: int, name: str, address: int) -> None:
        """Replace one operation of a solver, found by the address that stands there."""
        record = ctypes.cast(solver, ctypes.POINTER(_Address))
        old = ctypes.cast(self._find(name, _Whole), ctypes.c_void_p).value
        for field in (one for one in record[:4] if one):
            operations = ctypes.cast(field, ctypes.POINTER(_Address))
            if old in operations[:16]:
                operations[operations[:16].index(old)] = address
                return
        raise RuntimeError(f"no {name} in the solver; install scikit-sundae 1.2")

    def _call(self, name: str, result: Any, addresses: int) -> Any:
        function = self._library[name]
        function.restype, function.argtypes = result, [_Address] * addresses
        return function

    def _matrix(self, name: str) -> Any:
        return self._find(f"SUNSparseMatrix_{name}", _Address, _Address)

    def _setup(self) -> Any:
        from numba import carray, cfunc, types

        from peers.pointers import addresses_at, numbers_at

        analyse = self._library["klu_analyze"]
        analyse.restype = _Address
        analyse.argtypes = [_Whole, _Address, _Address, _Address]
        factor = self._call("klu_factor", _Address, 5)
        renew = self._call("klu_refactor", _Whole, 6)
        condition = self._call("klu_rcond", _Whole, 3)
        starts_of, rows_of = self._matrix("IndexPointers"), self._matrix("IndexValues")
        data_of, size = self._matrix("Data"), self._size
        at, held = self._settings.ctypes.data, self._known.ctypes.data

        @cfunc(types.int32(types.uintp, types.uintp))
        def setup(_solver, matrix):  # type: ignore[no-untyped-def]
            starts, rows, data = starts_of(matrix), rows_of(matrix), data_of(matrix)
            known = carray(addresses_at(held), (2,))
            if known[0] == 0:
                known[0] = analyse(size, starts, rows, at)
            good = 0
            if known[1] != 0:
                good = renew(starts, rows, data, known[0], known[1], at)
            if good != 0:
                good = condition(known[0], known[1], at)
            if good == 0 or numbers_at(at)[_CONDITION] < _WORST:
                known[1] = factor(starts, rows, data, known[0], at)
            return 0 if known[1] != 0 else 1

        return setup

    def _solve(self) -> Any:
        from numba import carray, cfunc, types

        from peers.pointers import addresses_at, numbers_at

        solution = self._library["klu_solve"]
        solution.restype = _Whole
        solution.argtypes = [_Address, _Address, _Whole, _Whole, _Address, _Address]
        numbers = self._find("N_VGetArrayPointer", _Address, _Address)
        at, held, size = self._settings.ctypes.data, self._known.ctypes.data, self._size
        address = types.uintp
        signature = types.int32(address, address, address, address, types.float64)

        @cfunc(signature)
        def solve(_solver, _matrix, x, b, _tolerance):  # type: ignore[no-untyped-def]
            known = carray(addresses_at(held), (2,))
            into = numbers(x)
            carray(numbers_at(into), (size,))[:] = carray(
                numbers_at(numbers(b)), (size,)
            )
            good = solution(known[0], known[1], size, 1, into, at)
            return 0 if good != 0 else -1

        return solve
