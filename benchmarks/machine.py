"""The machine that a benchmark ran on, its peak, and whether it kept still."""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np

#: Packages whose versions are told where they are installed.
PACKAGES = (
    *("exoheart", "numpy", "scipy", "llvmlite", "libroadrunner", "scikit-sundae"),
    *("numba", "python-copasi", "diffrax", "jax"),
)
#: Features of the processor that matter here.
FEATURES = ("avx2", "fma", "avx512f", "avx512dq", "asimd", "sve")
_CONTROL_SIZE, _CONTROL_LOOPS = 16_384, 6_000


def cores(count: int = 2) -> tuple[int, ...]:
    """Give the cores that everybody is held to."""
    return tuple(sorted(os.sched_getaffinity(0))[:count])


def describe() -> dict[str, Any]:
    """Describe the processor and the versions of everything that takes part."""
    told = _processor()
    return {
        "processor": told.get("model name") or platform.processor(),
        "features": [one for one in FEATURES if one in told.get("flags", "").split()],
        "cores_used": len(cores()),
        "system": platform.platform(),
        "python": platform.python_version(),
        "versions": {name: _version(name) for name in PACKAGES},
        "lanes_forced": os.environ.get("EXOHEART_LANES"),
    }


def _processor() -> dict[str, str]:
    path = Path("/proc/cpuinfo")
    if not path.exists():
        return {}
    first = path.read_text("utf-8").split("\n\n", 1)[0]
    pairs = (line.split(":", 1) for line in first.splitlines() if ":" in line)
    return {name.strip(): value.strip() for name, value in pairs}


def _version(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def control(used: Sequence[int]) -> float:
    """Time fixed multiplications and additions, one thread on each core [s]."""
    with ThreadPoolExecutor(len(used)) as pool:
        begin = time.perf_counter()
        list(pool.map(_control_loop, used))
        return time.perf_counter() - begin


def _control_loop(_core: int) -> None:
    # long enough for NumPy to let other threads run
    a, b = np.full(_CONTROL_SIZE, 1.0), np.full(_CONTROL_SIZE, 0.5)
    for _ in range(_CONTROL_LOOPS):
        np.multiply(a, b, out=a)
        np.add(a, b, out=a)
