"""One step of Rodas5P for all lanes, and its dense output, as machine code."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from llvmlite import ir

from exoheart.engine import rodas
from exoheart.engine.code import WHOLE
from exoheart.engine.lanes import Part

_STAGES = rodas.STAGES


class Step(Part):
    """A function that steps; the parts of the step are methods that write them."""

    def write_stages(self, over: Any) -> None:
        """Write the eight stages; each leaves its solution in its own space."""
        code = self.code
        code.call(
            "linearise",
            *(
                self.space(name)
                for name in ("state", "constants", "scale", "stage0", "factors")
            ),
        )
        code.call("backsolve", self.space("factors"), self.space("stage0"))
        for stage in range(1, _STAGES):
            self._combine(stage, over)
            own = self.space(f"stage{stage}")
            code.call("rates", self.space("trial"), self.space("constants"), own)
            code.call("backsolve", self.space("factors"), own)

    def _combine(self, stage: int, over: Any) -> None:
        """Write the state at which a stage looks, and its right side but for rates."""
        code = self.code
        stages = [self.space(f"stage{k}") for k in range(stage)]
        own, trial, state = (
            self.space(name) for name in (f"stage{stage}", "trial", "state")
        )
        with code.loop(self.layout.size) as k:
            before = [code.lanes(one, k) for one in stages]
            if stage < len(rodas.STATE):
                here = self._weighted(rodas.STATE[stage], before, code.lanes(state, k))
            else:
                here = code.at.fadd(code.lanes(trial, k), before[-1])
            code.set_lanes(here, trial, k)
            side = self._weighted(rodas.SIDE[stage], before, None)
            code.set_lanes(code.at.fmul(side, over), own, k)

    def _weighted(
        self, weights: Sequence[float], values: Sequence[Any], base: Any
    ) -> Any:
        """Give a base plus weighted values."""
        code, total = self.code, base
        for weight, value in zip(weights, values, strict=True):
            factor = code.every(weight)
            total = (
                code.at.fmul(factor, value)
                if total is None
                else code.intrinsic("fma", factor, value, total)
            )
        return total

    def write_end(self) -> Any:
        """Write the state at the end of the step; give the mean square of its error."""
        code, at = self.code, self.code.at
        last = self.space(f"stage{_STAGES - 1}")
        total = code.variable(code.vector, code.every(0.0))
        relative = code.spread(self.field("rtol"))
        with code.loop(self.layout.size) as k:
            correction = code.lanes(last, k)
            before = code.lanes(self.space("state"), k)
            after = at.fadd(code.lanes(self.space("trial"), k), correction)
            code.set_lanes(after, self.space("trial"), k)
            sizes = [code.intrinsic("fabs", one) for one in (before, after)]
            larger = at.select(at.fcmp_ordered(">", *sizes), *sizes)
            allowed = code.intrinsic(
                "fma", relative, larger, code.lanes(self.space("tolerance"), k)
            )
            share = at.fdiv(correction, allowed)
            held = code.get(total, code.vector)
            at.store(code.intrinsic("fma", share, share, held), total)
        mean = code.every(1.0 / max(1, self.layout.size))
        return at.fmul(code.get(total, code.vector), mean)

    def _read_states(self) -> Any:
        """Give the table of the states that recorded numbers rest on."""
        read = self.layout.read
        kind = ir.ArrayType(WHOLE, max(1, len(read)))
        table = ir.GlobalVariable(self.code.module, kind, "read_states")
        table.global_constant, table.linkage = True, "internal"
        table.initializer = ir.Constant(kind, list(read) or [0])
        return table

    def write_dense(self) -> None:
        """Write the weights of the dense output, for the states that are read."""
        code = self.code
        self._table = self._read_states()
        count = len(self.layout.read)
        with code.loop(count) as k:
            state = code.element(self._table, k, WHOLE)
            stages = [
                code.lanes(self.space(f"stage{j}"), state) for j in range(_STAGES)
            ]
            for number, weights in enumerate(rodas.DENSE):
                place = code.at.add(k, code.whole(number * count))
                combined = self._weighted(weights, stages, None)
                code.set_lanes(combined, self.space("dense"), place)

    def write_states_inside(self, share: Any) -> None:
        """Write the states at a share of the step, for those that are read."""
        code, at = self.code, self.code.at
        rest = at.fsub(code.every(1.0), share)
        count = len(self.layout.read)
        with code.loop(count) as k:
            state = code.element(self._table, k, WHOLE)
            before = code.lanes(self.space("state"), state)
            after = code.lanes(self.space("trial"), state)
            first, second, third = (
                code.lanes(self.space("dense"), at.add(k, code.whole(j * count)))
                for j in range(3)
            )
            inner = code.intrinsic("fma", share, third, second)
            middle = code.intrinsic("fma", share, inner, first)
            outer = code.intrinsic("fma", rest, middle, after)
            value = code.intrinsic("fma", share, outer, at.fmul(rest, before))
            code.set_lanes(value, self.space("sampled"), state)
