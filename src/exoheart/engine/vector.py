"""Vector arithmetic as LLVM text, one lane a member.

Arithmetic is that of IEEE 754 with fused multiply-adds where they are written, never
where a compiler fancies, and powers are this module's own; so the same bits come from
every lane width of a machine that has fused multiply-adds.

Numbers lie lane by lane: number k of lane j is at ``k * width + j``.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Iterable

#: Terms of exp2 on [-1/2, 1/2]: (ln 2)^k / k!; the first left out is below 5e-18.
_EXP2_TERMS = 14
#: Terms of log2 by the series of the inverse hyperbolic tangent, |s| <= 0.1716.
_LOG2_TERMS = 11
_TINY, _HUGE = 2.0**-1022, 1024.0
PLAIN = {"add": "fadd", "sub": "fsub", "mul": "fmul", "div": "fdiv"}


def hexadecimal(value: float) -> str:
    """Write a number as LLVM reads it, bit for bit."""
    return f"0x{struct.unpack('>Q', struct.pack('>d', value))[0]:016X}"


class Lines:
    """Lines of one function, with names for its values.

    Parameters
    ----------
    width
        Lanes of a vector.
    fused
        Whether the machine has fused multiply-adds.
    """

    def __init__(self, width: int, fused: bool) -> None:
        self.width, self.fused = width, fused
        self.vector = f"<{width} x double>"
        self.whole = f"<{width} x i64>"
        self.truth = f"<{width} x i1>"
        self.lines: list[str] = []
        self._count = 0

    def new(self, text: str) -> str:
        """Add an instruction that gives a value, and give its name."""
        self._count += 1
        name = f"%v{self._count}"
        self.lines.append(f"  {name} = {text}")
        return name

    def number(self, value: float) -> str:
        """Give a constant in all lanes."""
        return f"splat (double {hexadecimal(value)})"

    def _wholes(self, value: int) -> str:
        return f"splat (i64 {value})"

    def at(self, pointer: str, index: int) -> str:
        """Give the address of number `index`."""
        if index == 0:
            return pointer
        return self.new(
            f"getelementptr double, ptr {pointer}, i64 {index * self.width}"
        )

    def load(self, pointer: str, index: int) -> str:
        """Load number `index`, all lanes of it."""
        address = self.at(pointer, index)
        return self.new(f"load {self.vector}, ptr {address}, align {self.align}")

    def store(self, value: str, pointer: str, index: int) -> None:
        """Store number `index`."""
        address = self.at(pointer, index)
        self.lines.append(
            f"  store {self.vector} {value}, ptr {address}, align {self.align}"
        )

    @property
    def align(self) -> int:
        """Bytes of one vector."""
        return 8 * self.width

    def plain(self, operation: str, a: str, b: str) -> str:
        """Give the sum, difference, product or quotient of two values."""
        return self.new(f"{PLAIN[operation]} {self.vector} {a}, {b}")

    def negative(self, a: str) -> str:
        """Give -a."""
        return self.new(f"fneg {self.vector} {a}")

    def fma(self, a: str, b: str, c: str) -> str:
        """Give a * b + c, rounded once where the machine can."""
        if not self.fused:
            return self.plain("add", self.plain("mul", a, b), c)
        return self.call("fma", a, b, c)

    def call(self, name: str, *arguments: str) -> str:
        """Call an LLVM intrinsic on vectors."""
        typed = ", ".join(f"{self.vector} {a}" for a in arguments)
        kind = f"llvm.{name}.v{self.width}f64"
        return self.new(f"call {self.vector} @{kind}({typed})")

    def compare(self, how: str, a: str, b: str) -> str:
        """Give the truth of a comparison (``olt``, ``ole``, ``oeq``, ``uno``)."""
        return self.new(f"fcmp {how} {self.vector} {a}, {b}")

    def choose(self, condition: str, then: str, otherwise: str) -> str:
        """Give one of two values, lane by lane."""
        return self.new(
            f"select {self.truth} {condition}, {self.vector} {then}, "
            f"{self.vector} {otherwise}"
        )

    def polynomial(self, x: str, coefficients: Iterable[float]) -> str:
        """Give a polynomial by Horner's rule, highest coefficient first."""
        first, *rest = coefficients
        total = self.number(first)
        for coefficient in rest:
            total = self.fma(total, x, self.number(coefficient))
        return total

    def exp2(self, x: str) -> str:
        """Give 2 to the power x: rounding off the whole part, then a power series."""
        low = self.choose(
            self.compare("olt", x, self.number(-_HUGE)), self.number(-_HUGE), x
        )
        firm = self.choose(
            self.compare("ogt", low, self.number(_HUGE)), self.number(_HUGE), low
        )
        magic = self.number(1.5 * 2.0**52)
        shifted = self.plain("add", firm, magic)
        rest = self.plain("sub", firm, self.plain("sub", shifted, magic))
        terms = [math.log(2.0) ** k / math.factorial(k) for k in range(_EXP2_TERMS)]
        fraction = self.polynomial(rest, reversed(terms))
        bits = self.new(f"bitcast {self.vector} {shifted} to {self.whole}")
        # two halves of the power, so that neither leaves the range of a double
        number = self._whole_op("sub", bits, self._wholes(_bits(1.5 * 2.0**52)))
        half = self._whole_op("ashr", number, self._wholes(1))
        other = self._whole_op("sub", number, half)
        scaled = self.plain("mul", fraction, self._power_of_two(half))
        return self.plain("mul", scaled, self._power_of_two(other))

    def _whole_op(self, operation: str, a: str, b: str) -> str:
        return self.new(f"{operation} {self.whole} {a}, {b}")

    def _power_of_two(self, exponent: str) -> str:
        biased = self._whole_op("add", exponent, self._wholes(1023))
        placed = self._whole_op("shl", biased, self._wholes(52))
        return self.new(f"bitcast {self.whole} {placed} to {self.vector}")

    def log2(self, x: str) -> str:
        """Give the binary logarithm of a normal number above zero.

        Numbers below the smallest normal one count as that one.
        """
        tiny = self.number(_TINY)
        firm = self.choose(self.compare("olt", x, tiny), tiny, x)
        bits = self.new(f"bitcast {self.vector} {firm} to {self.whole}")
        # exponent so that the fraction lies between the roots of 1/2 and 2
        offset = self._wholes(_bits(math.sqrt(0.5)))
        moved = self._whole_op("sub", bits, offset)
        exponent = self._whole_op("ashr", moved, self._wholes(52))
        scale = self._whole_op("shl", exponent, self._wholes(52))
        part = self._whole_op("sub", bits, scale)
        fraction = self.new(f"bitcast {self.whole} {part} to {self.vector}")
        one = self.number(1.0)
        above = self.plain("sub", fraction, one)
        s = self.plain("div", above, self.plain("add", fraction, one))
        square = self.plain("mul", s, s)
        terms = [2.0 / math.log(2.0) / (2 * k + 1) for k in range(_LOG2_TERMS)]
        series = self.polynomial(square, reversed(terms[1:]))
        tail = self.plain("mul", self.plain("mul", series, square), s)
        whole = self.new(f"sitofp {self.whole} {exponent} to {self.vector}")
        lead = self.fma(s, self.number(terms[0]), tail)
        result = self.plain("add", whole, lead)
        # infinity and what is no number stay so
        common = self.compare("olt", firm, self.number(math.inf))
        return self.choose(common, result, firm)


def _bits(value: float) -> int:
    return int(struct.unpack(">q", struct.pack(">d", value))[0])
