"""The integrator as machine code: many members, one a lane, each at its own pace.

In: the layout of a model. Out: LLVM text of ``solve(task)``, which takes a block of
members through all their segments. Every lane has its own time, step, error test and
schedule; a lane whose member is done takes the next one at once. Lanes never mix: what
a member comes to depends on nothing but itself.

The order of things within one turn of the main loop: samples that are due before the
step, ends of segments (schedule rows act, the next segment starts, a member that is
done makes room), one step of Rodas5P for all lanes, samples inside accepted steps.
Read next: :mod:`exoheart.engine.steps` (the step), :mod:`exoheart.engine.lanes` (what
happens to one lane).
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir

from exoheart.engine import rodas
from exoheart.engine.code import WHOLE
from exoheart.engine.kernels import Layout
from exoheart.engine.lanes import Boundary, Refill
from exoheart.engine.steps import Step
from exoheart.engine.task import (
    DONE,
    NOT_A_NUMBER,
    STEP_TOO_SMALL,
    TOO_MANY_STEPS,
)
from exoheart.engine.vector import Lines

#: A step below this share of the time since the segment began is given up.
_SMALLEST = 1e-14


def power_text(width: int, fused: bool) -> str:
    """Write ``growth(error, out)``: the factor of the step from the squared error."""
    lines = Lines(width, fused)
    exponent = -0.5 / (rodas.ESTIMATE_ORDER + 1)
    power = lines.plain("mul", lines.log2(lines.load("%x", 0)), lines.number(exponent))
    lines.store(lines.exp2(power), "%o", 0)
    body = "\n".join(lines.lines)
    return (
        f"define void @growth(ptr noalias %x, ptr noalias %o) #0 {{\n{body}\n"
        "  ret void\n}\n"
    )


def driver_module(layout: Layout, width: int) -> Any:
    """Build the module that holds ``solve``."""
    module = ir.Module("driver")
    Refill(module, layout, width).write()
    Boundary(module, layout, width).write()
    Main(module, layout, width).write()
    return module


class Main(Step):
    """Steps all lanes until no member is left."""

    name = "solve"

    def body(self) -> None:
        """Write what the function does."""
        code, at = self.code, self.code.at
        before = code.variable(WHOLE, code.whole(0))
        code.call("flush", before)
        self.next = code.variable(WHOLE, code.whole(0))
        self.active = code.variable(WHOLE, code.whole(0))
        with code.loop(self.width) as lane:
            code.put(code.number(1.0), self.space("end"), lane)
            self._take(lane)
        code.call("prepare", self.space("constants"))
        with code.repeat() as end:
            none = at.icmp_signed("==", code.get(self.active), code.whole(0))
            with at.if_then(none):
                at.branch(end)
            self._samples_due()
            self._boundaries()
            none = at.icmp_signed("==", code.get(self.active), code.whole(0))
            with at.if_then(none):
                at.branch(end)
            ended = at.and_(self._busy(), self._ended())
            with at.if_then(at.not_(code.any(ended))):
                self._step()
        code.call("restore", before)

    def _lanes(self, name: str, kind: Any = None) -> Any:
        return self.code.lanes(self.space(name), 0, kind)

    def _busy(self) -> Any:
        members = self._lanes("member", self.code.wholes)
        zero = ir.Constant(self.code.wholes, [0] * self.width)
        return self.code.at.icmp_signed(">=", members, zero)

    def _ended(self) -> Any:
        at = self.code.at
        return at.fcmp_ordered(">=", self._lanes("time"), self._lanes("end"))

    def _take(self, lane: Any) -> None:
        """Put the next member into a lane; -1 stays where none is left."""
        code, at = self.code, self.code.at
        number = code.get(self.next)
        left = at.icmp_signed("<", number, self.field("count"))
        member = at.select(left, number, code.whole(-1))
        code.put(member, self.space("member"), lane)
        with at.if_then(left):
            at.store(at.add(number, code.whole(1)), self.next)
            active = at.add(code.get(self.active), code.whole(1))
            at.store(active, self.active)
            at.call(code.module.globals["refill"], [code.function.args[0], lane])

    def _boundaries(self) -> None:
        code, at = self.code, self.code.at
        with at.if_then(code.any(at.and_(self._busy(), self._ended()))):
            with code.loop(self.width) as lane:
                self._boundary(lane)
            code.call("prepare", self.space("constants"))

    def _boundary(self, lane: Any) -> None:
        code, at = self.code, self.code.at
        member = code.element(self.space("member"), lane, WHOLE)
        time = code.element(self.space("time"), lane)
        ended = at.fcmp_ordered(">=", time, code.element(self.space("end"), lane))
        busy = at.icmp_signed(">=", member, code.whole(0))
        with at.if_then(at.and_(busy, ended)):
            boundary = code.module.globals["boundary"]
            at.call(boundary, [code.function.args[0], lane])
            self._replace(lane)

    def _replace(self, lane: Any) -> None:
        """Take the next member where the last has ended."""
        code, at = self.code, self.code.at
        member = code.element(self.space("member"), lane, WHOLE)
        with at.if_then(at.icmp_signed("<", member, code.whole(0))):
            fewer = at.sub(code.get(self.active), code.whole(1))
            at.store(fewer, self.active)
            code.put(code.number(0.0), self.space("time"), lane)
            code.put(code.number(1.0), self.space("end"), lane)
            code.put(code.number(1.0), self.space("step"), lane)
            self._take(lane)

    def _samples_due(self) -> None:
        """Record what is due before any step, at the states as they are."""
        code, at = self.code, self.code.at
        with code.repeat() as end:
            late = at.fcmp_ordered("<=", self._lanes("due"), self._lanes("time"))
            due = at.and_(late, self._busy())
            with at.if_then(at.not_(code.any(due))):
                at.branch(end)
            arguments = ("state", "constants", "observed")
            code.call("observe", *(self.space(name) for name in arguments))
            self._record(due)

    def _record(self, due: Any) -> None:
        """Write the observed numbers of the lanes that are due, and move them on."""
        code, at = self.code, self.code.at
        flags = self.space("growth")
        one, zero = code.every(1.0), code.every(0.0)
        code.set_lanes(at.select(due, one, zero), flags)
        with code.loop(self.width) as lane:
            flag = at.fcmp_ordered("!=", code.element(flags, lane), code.number(0.0))
            with at.if_then(flag):
                self._record_lane(lane)

    def _record_lane(self, lane: Any) -> None:
        code, at = self.code, self.code.at
        member = code.element(self.space("member"), lane, WHOLE)
        sample = code.element(self.space("sample"), lane, WHOLE)
        samples, observed = self.field("samples"), code.whole(self.layout.observed)
        row = at.mul(at.add(at.mul(member, samples), sample), observed)
        with code.loop(observed) as k:
            place = at.add(at.mul(k, code.whole(self.width)), lane)
            value = code.element(self.space("observed"), place)
            code.put(value, self.field("out"), at.add(row, k))
        following = at.add(sample, code.whole(1))
        code.put(following, self.space("sample"), lane)
        left = at.icmp_signed("<", following, samples)
        place = at.add(at.mul(member, samples), following)
        safe = at.select(left, place, code.whole(0))
        begin = code.element(self.space("begin"), lane)
        when = at.fsub(code.element(self.field("times"), safe), begin)
        never = code.number(float("inf"))
        code.put(at.select(left, when, never), self.space("due"), lane)

    def _step(self) -> None:
        code, at = self.code, self.code.at
        time, end = self._lanes("time"), self._lanes("end")
        left = at.fsub(end, time)
        wished = self._lanes("step")
        last = at.fcmp_ordered(">=", at.fmul(wished, code.every(1.01)), left)
        near = at.fcmp_ordered(">", at.fmul(wished, code.every(2.0)), left)
        halved = at.select(near, at.fmul(left, code.every(0.5)), wished)
        step = at.select(last, left, halved)
        over = at.fdiv(code.every(1.0), step)
        scale = at.fmul(over, code.every(1.0 / rodas.GAMMA))
        code.set_lanes(scale, self.space("scale"))
        self.write_stages(over)
        error = self.write_end()
        code.set_lanes(error, self.space("error"))
        within = at.fcmp_ordered("<=", error, code.every(1.0))
        accepted = at.and_(within, self._busy())
        arrived = at.select(last, end, at.fadd(time, step))
        self._samples_inside(accepted, time, arrived, step)
        self._commit(accepted, arrived)
        self._control(accepted, error, step, time)

    def _samples_inside(
        self, accepted: Any, time: Any, arrived: Any, step: Any
    ) -> None:
        """Record what falls into the steps just made, by their dense output."""
        code, at = self.code, self.code.at
        made = code.variable(WHOLE, code.whole(0))
        with code.repeat() as end:
            late = at.fcmp_ordered("<=", self._lanes("due"), arrived)
            due = at.and_(accepted, late)
            with at.if_then(at.not_(code.any(due))):
                at.branch(end)
            fresh = at.icmp_signed("==", code.get(made), code.whole(0))
            with at.if_then(fresh):
                self.write_dense()
                at.store(code.whole(1), made)
            share = at.fdiv(at.fsub(self._lanes("due"), time), step)
            self.write_states_inside(share)
            self._set_clock("sampled", self._lanes("due"))
            arguments = ("sampled", "constants", "observed")
            code.call("observe", *(self.space(name) for name in arguments))
            self._record(due)

    def _commit(self, accepted: Any, arrived: Any) -> None:
        code, at = self.code, self.code.at
        with code.loop(self.layout.size) as k:
            new = code.lanes(self.space("trial"), k)
            old = code.lanes(self.space("state"), k)
            code.set_lanes(at.select(accepted, new, old), self.space("state"), k)
        time = at.select(accepted, arrived, self._lanes("time"))
        code.set_lanes(time, self.space("time"))
        self._set_clock("state", time)

    def _set_clock(self, space: str, since: Any) -> None:
        """Set the clock from the time itself, free of the steps' rounding."""
        if self.layout.clock:
            now = self.code.at.fadd(self._lanes("begin"), since)
            self.code.set_lanes(now, self.space(space), self.layout.size - 1)

    def _control(self, accepted: Any, error: Any, step: Any, before: Any) -> None:
        """Choose the next steps, count, and give up members that can't go on."""
        code, at = self.code, self.code.at
        code.call("growth", self.space("error"), self.space("growth"))
        wish = at.fmul(self._lanes("growth"), code.every(rodas.SAFETY))
        calm = self._lanes("calm")
        most = at.select(at.fcmp_ordered(">", wish, calm), calm, wish)
        # also where the error is no number
        least = at.select(
            at.fcmp_ordered(">", most, code.every(rodas.SHRINK)),
            most,
            code.every(rodas.SHRINK),
        )
        odd = at.fcmp_unordered("uno", error, error)
        factor = at.select(odd, code.every(rodas.SHRINK), least)
        following = at.fmul(step, factor)
        code.set_lanes(following, self.space("step"))
        grow, hold = code.every(rodas.GROW), code.every(1.0)
        code.set_lanes(at.select(accepted, grow, hold), self.space("calm"))
        busy = self._busy()
        one, zero = (ir.Constant(code.wholes, [k] * self.width) for k in (1, 0))
        taken = at.add(self._lanes("taken", code.wholes), at.select(busy, one, zero))
        code.set_lanes(taken, self.space("taken"))
        lost = at.and_(busy, at.not_(accepted))
        refused = self._lanes("refused", code.wholes)
        refused = at.add(refused, at.select(lost, one, zero))
        code.set_lanes(refused, self.space("refused"))
        self._give_up(lost, taken, following, before, odd)

    def _give_up(
        self, lost: Any, taken: Any, following: Any, before: Any, odd: Any
    ) -> None:
        code, at = self.code, self.code.at
        slight = at.fadd(
            at.fmul(before, code.every(_SMALLEST)), code.every(_SMALLEST * _SMALLEST)
        )
        stuck = at.and_(lost, at.fcmp_ordered("<", following, slight))
        most = self._many(self.field("maximum_steps"))
        many = at.and_(self._busy(), at.icmp_signed(">=", taken, most))
        bad = at.or_(stuck, many)
        with at.if_then(code.any(bad)):
            reason = at.select(
                stuck,
                at.select(odd, self._all(NOT_A_NUMBER), self._all(STEP_TOO_SMALL)),
                at.select(many, self._all(TOO_MANY_STEPS), self._all(DONE)),
            )
            reasons = self.space("error")
            code.set_lanes(reason, reasons)
            with code.loop(self.width) as lane:
                self._drop(lane, reasons)
            code.call("prepare", self.space("constants"))

    def _all(self, value: int) -> Any:
        return ir.Constant(self.code.wholes, [value] * self.width)

    def _many(self, value: Any) -> Any:
        code = self.code
        undefined = ir.Constant(code.wholes, ir.Undefined)
        one = code.at.insert_element(undefined, value, code.whole(0))
        mask = ir.Constant(ir.VectorType(ir.IntType(32), self.width), None)
        return code.at.shuffle_vector(one, undefined, mask)

    def _drop(self, lane: Any, reasons: Any) -> None:
        """Note why a member can't go on, and make room."""
        code, at = self.code, self.code.at
        reason = code.element(reasons, lane, WHOLE)
        with at.if_then(at.icmp_signed("!=", reason, code.whole(DONE))):
            member = code.element(self.space("member"), lane, WHOLE)
            begin = code.element(self.space("begin"), lane)
            time = at.fadd(begin, code.element(self.space("time"), lane))
            for name, value in {
                "status": reason,
                "steps": code.element(self.space("taken"), lane, WHOLE),
                "rejected": code.element(self.space("refused"), lane, WHOLE),
                "reached": time,
            }.items():
                code.put(value, self.field(name), member)
            code.put(code.whole(-1), self.space("member"), lane)
            self._replace(lane)
