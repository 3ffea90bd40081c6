"""Freeze the reference that errors are measured against: two unrelated solvers.

CVODE and SciPy's LSODA solve the same members at tolerances far below those of the
benchmark; a member counts only if both agree to :data:`AGREED`. SciPy's Radau (a
one-step method) and libRoadRunner (which reads the SBML by itself) solve a few of them
once more. Run once per version of the workload, with one thread (set
``OMP_NUM_THREADS=1``); needs the peers (``requirements.txt``). Out:
``reference_v1.npz`` and ``reference_v1.json``.
"""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

import workload as frozen
from accuracy import relative_error
from peers import OneByOne, libroadrunner
from peers.cvode import Cvode
from peers.scipy_lsoda import Lsoda
from workload import HERE, Workload

FloatArray = npt.NDArray[np.float64]
MEMBERS = {"narrow": 256, "wide": 128}
#: Two solvers must agree to this.
AGREED = 1e-8
RTOL, SHARE = 1e-12, 1e-14
#: Tolerances of the two further checks, and how many members they solve.
RADAU_RTOL, ROADRUNNER_RTOL, FEW = 1e-9, 1e-12, 4
#: Bits of the mantissa that are kept: 3e-14 relative, so that the file packs well.
_BITS = 44


def solved(solver: OneByOne, count: int, rtol: float, name: str) -> FloatArray:
    """Solve the first members, saying how far it is."""
    values = []
    for first in range(0, count, FEW):
        values.append(solver.solve(first, min(FEW, count - first), rtol))
        sys.stderr.write(f"\r{name}: {min(first + FEW, count)} of {count} ")
    sys.stderr.write("\n")
    return np.concatenate(values)


def highest(values: FloatArray, reference: FloatArray) -> float:
    """Give the highest error over members and observables that both solved."""
    return float(np.nanmax(relative_error(values, reference)))


def rounded(values: FloatArray) -> FloatArray:
    """Cut mantissas to :data:`_BITS` bits."""
    mantissa, exponent = np.frexp(values)
    return np.asarray(np.ldexp(np.round(np.ldexp(mantissa, _BITS)), exponent - _BITS))


def cohort_reference(name: str) -> tuple[FloatArray, dict[str, Any]]:
    """Solve one cohort; members on which two solvers differ become NaN."""
    tight: Workload = replace(frozen.load(name), share=SHARE).first(MEMBERS[name])
    count = len(tight)
    values = solved(Cvode(tight), count, RTOL, f"{name}, CVODE")
    second = solved(Lsoda(tight), count, RTOL, f"{name}, LSODA")
    error = relative_error(second, values)
    agreed = error <= AGREED
    third = solved(Lsoda(tight, "Radau"), FEW, RADAU_RTOL, f"{name}, Radau")
    foreign = solved(
        libroadrunner.Restarted(tight), FEW, ROADRUNNER_RTOL, f"{name}, libRoadRunner"
    )
    told = {
        "members": count,
        "left_out": np.flatnonzero(~agreed).tolist(),
        "agreement_to_reach": AGREED,
        "cvode_against_lsoda": {
            "median": float(np.nanmedian(error)),
            "max": float(error[agreed].max()),
        },
        "radau_against_cvode_few": highest(third, values[:FEW]),
        "libroadrunner_against_cvode_few": highest(foreign, values[:FEW]),
    }
    values[~agreed] = np.nan
    return rounded(values), told


def main() -> None:
    """Write the two files."""
    arrays: dict[str, Any] = {}
    told: dict[str, Any] = {}
    for name in MEMBERS:
        arrays[name], told[name] = cohort_reference(name)
    path = HERE / "reference_v1.npz"
    np.savez_compressed(path, **arrays)
    record = {
        "sha256": {path.name: frozen.digest(path)},
        "relative_tolerance": RTOL,
        "absolute_tolerance_share": SHARE,
        "cohorts": told,
    }
    text = json.dumps(record, indent=2) + "\n"
    (HERE / "reference_v1.json").write_text(text, "utf-8")


if __name__ == "__main__":
    main()
