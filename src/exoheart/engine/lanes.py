"""One lane of the integrator: taking a member in, and ending a segment of its time.

Machine code that works on one lane at a time, rarely: when a member begins, at its
doses and changes of protocol, and when it ends.
"""

from __future__ import annotations

from typing import Any

from exoheart.engine import rodas
from exoheart.engine.code import DOUBLE, POINTER, WHOLE, Code
from exoheart.engine.kernels import Layout
from exoheart.engine.task import (
    ADD,
    ADDRESSES,
    DONE,
    FIELDS,
    RATE,
    SET_PARAMETER,
    SET_STATE,
    WHOLES,
    Spaces,
)


class Part:
    """A function of the driver: its code, its task and its workspace."""

    name = ""
    #: Whether it works on one lane, given as a second argument.
    lane_wise = False

    def __init__(self, module: Any, layout: Layout, width: int) -> None:
        arguments = [POINTER, WHOLE] if self.lane_wise else [POINTER]
        self.code = Code(module, self.name, arguments, width)
        self.layout, self.width = layout, width
        self.spaces = Spaces(layout)
        self._fields: dict[str, Any] = {}
        task = self.code.function.args[0]
        kinds = {**dict.fromkeys(ADDRESSES, POINTER), **dict.fromkeys(WHOLES, WHOLE)}
        for k, name in enumerate(FIELDS):
            address = self.code.offset(task, k, WHOLE)
            kind = kinds.get(name, DOUBLE)
            self._fields[name] = self.code.at.load(address, typ=kind)

    def field(self, name: str) -> Any:
        """Give a field of the task."""
        return self._fields[name]

    def space(self, name: str) -> Any:
        """Give the address of an array of the workspace."""
        first = self.spaces.first[name] * self.width
        return self.code.offset(self.field("workspace"), first)

    def write(self) -> None:
        """Write the function."""
        self.body()
        self.code.close()

    def body(self) -> None:
        """Write what the function does."""
        raise NotImplementedError


class LanePart(Part):
    """A function that works on one lane."""

    lane_wise = True

    @property
    def lane(self) -> Any:
        """The lane."""
        return self.code.function.args[1]

    def slot(self, index: Any) -> Any:
        """Give the place of this lane's number in vector `index`."""
        at = self.code.at
        wide = at.mul(index, self.code.whole(self.width))
        return at.add(wide, self.lane)

    def own(self, space: str, kind: Any = DOUBLE) -> Any:
        """Read this lane's number of a space with one number a lane."""
        return self.code.element(self.space(space), self.lane, kind)

    def set_own(self, value: Any, space: str) -> None:
        """Write this lane's number."""
        self.code.put(value, self.space(space), self.lane)

    def due(self, member: Any) -> None:
        """Note when this lane's next sample is due, in time since the segment began."""
        code = self.code
        sample, samples = self.own("sample", WHOLE), self.field("samples")
        place = code.at.add(code.at.mul(member, samples), sample)
        left = code.at.icmp_signed("<", sample, samples)
        safe = code.at.select(left, place, code.whole(0))
        when = code.at.fsub(code.element(self.field("times"), safe), self.own("begin"))
        never = code.number(float("inf"))
        self.set_own(code.at.select(left, when, never), "due")

    def _last(self, member: Any) -> Any:
        """Give the time of a member's last sample."""
        code, at = self.code, self.code.at
        following = at.mul(at.add(member, code.whole(1)), self.field("samples"))
        return code.element(self.field("times"), at.sub(following, code.whole(1)))

    def segment(self, member: Any, begin: Any) -> None:
        """Start the segment that begins at a time and ends at the next row."""
        code, at = self.code, self.code.at
        last = self._last(member)
        row, rows = self.own("row", WHOLE), self.own("last_row", WHOLE)
        left = at.icmp_signed("<", row, rows)
        safe = at.select(left, row, code.whole(0))
        when = code.element(self.field("row_time"), safe)
        before = at.and_(left, at.fcmp_ordered("<", when, last))
        stop = at.select(before, when, last)
        self.set_own(stop, "stop")
        self.set_own(begin, "begin")
        self.set_own(at.fsub(stop, begin), "end")
        self.set_own(code.number(0.0), "time")
        self.set_own(self.field("first_step"), "step")
        self.set_own(code.number(rodas.GROW), "calm")
        self.due(member)


class Refill(LanePart):
    """Takes the next member into a lane, or leaves the lane idle."""

    name = "refill"

    def body(self) -> None:
        """Write what the function does."""
        code, at = self.code, self.code.at
        member = self.own("member", WHOLE)
        self._copy("parameters", "constants", member, self.layout.parameters)
        with code.loop(self.layout.inflows) as k:
            index = at.add(k, code.whole(self.layout.parameters))
            slot = self.slot(index)
            code.put(code.number(0.0), self.space("constants"), slot)
        states = self.layout.size - self.layout.clock
        self._copy("initial", "state", member, states)
        self._tolerances(member)
        first = code.element(self.field("row_first"), member, WHOLE)
        after = at.add(member, code.whole(1))
        rows = code.element(self.field("row_first"), after, WHOLE)
        self.set_own(first, "row")
        self.set_own(rows, "last_row")
        for name in ("sample", "taken", "refused"):
            self.set_own(code.whole(0), name)
        begin = self._begin(member, first, rows)
        if self.layout.clock:
            slot = self.slot(code.whole(self.layout.size - 1))
            code.put(begin, self.space("state"), slot)
        self.segment(member, begin)
        # an empty first segment lets the samples and rows of its start act in order
        with at.if_then(self._row_now(first, rows, begin)):
            self.set_own(begin, "stop")
            self.set_own(code.number(0.0), "end")

    def _copy(self, source: str, target: str, member: Any, count: int) -> None:
        code, at = self.code, self.code.at
        with code.loop(count) as k:
            place = at.add(at.mul(member, code.whole(count)), k)
            value = code.element(self.field(source), place)
            code.put(value, self.space(target), self.slot(k))

    def _tolerances(self, member: Any) -> None:
        code, at = self.code, self.code.at
        excess = code.element(self.field("excess"), member)
        with code.loop(self.layout.size) as k:
            base = code.element(self.field("absolute"), k)
            given = code.element(self.field("given"), k)
            grown = at.fmul(base, excess)
            is_given = at.fcmp_ordered("!=", given, code.number(0.0))
            value = at.select(is_given, grown, base)
            code.put(value, self.space("tolerance"), self.slot(k))

    def _row_now(self, first: Any, rows: Any, begin: Any) -> Any:
        code, at = self.code, self.code.at
        some = at.icmp_signed("<", first, rows)
        safe = at.select(some, first, code.whole(0))
        when = code.element(self.field("row_time"), safe)
        return at.and_(some, at.fcmp_ordered("<=", when, begin))

    def _begin(self, member: Any, first: Any, rows: Any) -> Any:
        """Give the first sample's or the first row's time, whichever is sooner."""
        code, at = self.code, self.code.at
        place = at.mul(member, self.field("samples"))
        sample = code.element(self.field("times"), place)
        some = at.icmp_signed("<", first, rows)
        safe = at.select(some, first, code.whole(0))
        when = code.element(self.field("row_time"), safe)
        sooner = at.and_(some, at.fcmp_ordered("<", when, sample))
        return at.select(sooner, when, sample)


class Boundary(LanePart):
    """Ends a lane's segment: rows act and the next segment starts, or its member ends.

    A member that has ended leaves its lane marked by a member below zero.
    """

    name = "boundary"

    def body(self) -> None:
        """Write what the function does."""
        code, at = self.code, self.code.at
        member = self.own("member", WHOLE)
        stop, last = self.own("stop"), self._last(member)
        acted = code.variable(WHOLE, code.whole(0))
        with code.repeat() as end:
            row, rows = self.own("row", WHOLE), self.own("last_row", WHOLE)
            with at.if_then(at.icmp_signed(">=", row, rows)):
                at.branch(end)
            when = code.element(self.field("row_time"), row)
            due = at.fcmp_ordered("<=", when, stop)
            here = at.and_(due, at.fcmp_ordered("<", when, last))
            with at.if_then(at.not_(here)):
                at.branch(end)
            self._act(row)
            at.store(code.whole(1), acted)
            self.set_own(at.add(row, code.whole(1)), "row")
        did = at.icmp_signed("!=", code.get(acted), code.whole(0))
        with at.if_else(did) as (more, done):
            with more:
                self.segment(member, stop)
            with done:
                self._finish(member)

    def _act(self, row: Any) -> None:
        code, at = self.code, self.code.at
        kind = code.element(self.field("row_kind"), row, WHOLE)
        target = code.element(self.field("row_target"), row, WHOLE)
        value = code.element(self.field("row_value"), row)
        slot = self.slot(target)
        with at.if_then(at.icmp_signed("==", kind, code.whole(ADD))):
            held = code.element(self.space("state"), slot)
            code.put(at.fadd(held, value), self.space("state"), slot)
        with at.if_then(at.icmp_signed("==", kind, code.whole(SET_STATE))):
            code.put(value, self.space("state"), slot)
        constant = at.or_(
            at.icmp_signed("==", kind, code.whole(RATE)),
            at.icmp_signed("==", kind, code.whole(SET_PARAMETER)),
        )
        with at.if_then(constant):
            code.put(value, self.space("constants"), slot)

    def _finish(self, member: Any) -> None:
        code = self.code
        code.put(code.whole(DONE), self.field("status"), member)
        code.put(self.own("taken", WHOLE), self.field("steps"), member)
        code.put(self.own("refused", WHOLE), self.field("rejected"), member)
        self.set_own(code.whole(-1), "member")
