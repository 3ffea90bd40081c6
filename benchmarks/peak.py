"""What the processor can do at best, and how much of it a solve reaches.

The peak is measured, not looked up: one core runs independent fused multiply-adds on
whole vectors. A solve's operations are the vector instructions that the code generator
wrote for one step of the method, loads and stores left out; a division counts as one,
though it takes many times longer, so a share of 1 can't be reached.
"""

from __future__ import annotations

import time

from exoheart.engine import Model
from exoheart.engine.kernels import Kernels
from exoheart.engine.native import (
    Library,
    aligned,
    machine,
    mark_text,
    object_code,
)
from exoheart.engine.rodas import SIDE, STAGES, STATE

_CHAINS, _LOOPS = 16, 20_000_000


def fused_per_second() -> float:
    """Measure vector multiply-adds a second on one core."""
    which = machine()
    code = object_code(_text(which.width) + mark_text(0), which)
    library = Library(code, {"peak": 2})  # its code lives as long as it does
    numbers = aligned(which.width)
    best = float("inf")
    for _ in range(3):
        begin = time.perf_counter()
        library["peak"](_LOOPS, numbers.ctypes.data)
        best = min(best, time.perf_counter() - begin)
    return _CHAINS * _LOOPS / best


def _text(width: int) -> str:
    """Write a loop of chains of multiply-adds that don't wait for one another."""
    vector = f"<{width} x double>"
    intrinsic = f"@llvm.fma.v{width}f64"
    chains = range(_CHAINS)
    starts = [
        f"  %a{k} = phi {vector} [ splat (double {k + 1}.0), %begin ], [ %b{k}, %loop ]"
        for k in chains
    ]
    steps = [
        f"  %b{k} = call {vector} {intrinsic}({vector} %a{k}, {vector} %m, {vector} %m)"
        for k in chains
    ]
    sums = [f"  %s0 = fadd {vector} %b0, %b1"] + [
        f"  %s{k - 1} = fadd {vector} %s{k - 2}, %b{k}" for k in range(2, _CHAINS)
    ]
    return "\n".join(
        [
            f"declare {vector} {intrinsic}({vector}, {vector}, {vector})",
            "define void @peak(ptr %count, ptr %numbers) #0 {",
            "begin:",
            "  %n = ptrtoint ptr %count to i64",
            f"  %m = load {vector}, ptr %numbers",
            "  br label %loop",
            "loop:",
            "  %i = phi i64 [ 0, %begin ], [ %j, %loop ]",
            *starts,
            *steps,
            "  %j = add i64 %i, 1",
            "  %more = icmp ult i64 %j, %n",
            "  br i1 %more, label %loop, label %end",
            "end:",
            *sums,
            f"  store {vector} %s{_CHAINS - 2}, ptr %numbers",
            "  ret void",
            "}",
            "",
        ]
    )


def operations_of_step(model: Model) -> dict[str, int]:
    """Count the vector operations of one step of the method, by what they are for."""
    recorded = [model.system.values[id_] for id_ in model.observables]
    each = Kernels(model.system, recorded).operations
    size = len(model.states)
    # every weight is one multiply-add; the last stages and the end add one stage each
    weights = sum(len(row) for row in (*STATE, *SIDE)) + STAGES - len(STATE)
    return {
        "rates": (STAGES - 1) * each["rates"],
        "linearise": each["linearise"],
        "backsolve": STAGES * each["backsolve"],
        "combine": (weights + STAGES) * size,
        "error": 6 * size,
    }
