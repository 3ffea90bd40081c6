"""From nothing to the first trajectory, in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path


def starts() -> dict[str, float]:
    """Time a first solve without and with kept machine code, imports included [s]."""
    with tempfile.TemporaryDirectory() as folder:
        fresh = _start(folder)
        return {"cold_start_s": fresh, "cached_start_s": min(map(_start, [folder] * 3))}


def _start(folder: str) -> float:
    environment = os.environ | {"EXOHEART_CACHE": folder}
    begin = time.perf_counter()
    subprocess.run([sys.executable, str(Path(__file__))], env=environment, check=True)
    return time.perf_counter() - begin


def main() -> None:
    """Solve one member."""
    import workload
    from ours import Ours

    found = Ours(workload.load().first(1), workers=1).solve(1, 1e-6)
    if found.failed:
        raise SystemExit("the first member failed")


if __name__ == "__main__":
    main()
