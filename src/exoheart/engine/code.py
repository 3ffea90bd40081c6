"""Loops, branches and vectors on llvmlite's builder, as little as the integrator needs.

The integrator's own code is written once per lane width with these; the model's code is
text from :mod:`exoheart.engine.kernels`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from llvmlite import ir

DOUBLE, WHOLE, TRUTH = ir.DoubleType(), ir.IntType(64), ir.IntType(1)
POINTER = ir.PointerType()


class Code:
    """A function being written, with vectors of `width` lanes."""

    def __init__(self, module: Any, name: str, arguments: Sequence[Any], width: int):
        self.width = width
        self.vector = ir.VectorType(DOUBLE, width)
        self.wholes = ir.VectorType(WHOLE, width)
        kind = ir.FunctionType(ir.VoidType(), arguments)
        self.function = ir.Function(module, kind, name)
        self.module = module
        self.entry = ir.IRBuilder(self.function.append_basic_block("entry"))
        start = self.function.append_basic_block("start")
        self.at = ir.IRBuilder(start)
        self._start = start

    def close(self) -> None:
        """End the function."""
        self.at.ret_void()
        self.entry.branch(self._start)

    def whole(self, value: int) -> Any:
        """Give a whole number."""
        return ir.Constant(WHOLE, value)

    def number(self, value: float) -> Any:
        """Give a number."""
        return ir.Constant(DOUBLE, value)

    def every(self, value: float) -> Any:
        """Give a number in all lanes."""
        return ir.Constant(self.vector, [value] * self.width)

    def variable(self, kind: Any, value: Any) -> Any:
        """Make a variable of the function."""
        place = self.entry.alloca(kind)
        self.at.store(value, place)
        return place

    def get(self, variable: Any, kind: Any = WHOLE) -> Any:
        """Read a variable."""
        return self.at.load(variable, typ=kind)

    def offset(self, pointer: Any, index: Any, kind: Any = DOUBLE) -> Any:
        """Give the address of an element."""
        if isinstance(index, int):
            index = self.whole(index)
        return self.at.gep(pointer, [index], source_etype=kind)

    def element(self, pointer: Any, index: Any, kind: Any = DOUBLE) -> Any:
        """Read an element of an array."""
        return self.at.load(self.offset(pointer, index, kind), typ=kind)

    def put(self, value: Any, pointer: Any, index: Any) -> None:
        """Write an element of an array."""
        self.at.store(value, self.offset(pointer, index, value.type))

    def lanes(self, pointer: Any, index: Any = 0, kind: Any = None) -> Any:
        """Read vector `index` of an array of vectors."""
        kind = kind or self.vector
        loaded = self.at.load(self.offset(pointer, index, kind), typ=kind)
        loaded.align = 8 * self.width
        return loaded

    def set_lanes(self, value: Any, pointer: Any, index: Any = 0) -> None:
        """Write vector `index` of an array of vectors."""
        stored = self.at.store(value, self.offset(pointer, index, value.type))
        stored.align = 8 * self.width

    def spread(self, value: Any) -> Any:
        """Give a number in all lanes."""
        one = self.at.insert_element(
            ir.Constant(self.vector, ir.Undefined), value, ir.Constant(WHOLE, 0)
        )
        mask = ir.Constant(ir.VectorType(ir.IntType(32), self.width), None)
        return self.at.shuffle_vector(one, ir.Constant(self.vector, ir.Undefined), mask)

    def intrinsic(self, name: str, *arguments: Any) -> Any:
        """Call an LLVM intrinsic on vectors."""
        full = f"llvm.{name}.v{self.width}f64"
        known = self.module.globals.get(full)
        if known is None:
            kind = ir.FunctionType(self.vector, [self.vector] * len(arguments))
            known = ir.Function(self.module, kind, full)
        return self.at.call(known, arguments)

    def any(self, mask: Any) -> Any:
        """Give whether a truth holds in any lane."""
        bits = self.at.bitcast(mask, ir.IntType(self.width))
        return self.at.icmp_unsigned("!=", bits, ir.Constant(bits.type, 0))

    def call(self, name: str, *arguments: Any) -> None:
        """Call a function of the module or of the model's text."""
        known = self.module.globals.get(name)
        if known is None:
            kind = ir.FunctionType(ir.VoidType(), [a.type for a in arguments])
            known = ir.Function(self.module, kind, name)
        self.at.call(known, arguments)

    @contextmanager
    def loop(self, count: Any) -> Iterator[Any]:
        """Repeat with an index from 0 to `count` - 1."""
        if isinstance(count, int):
            count = self.whole(count)
        counter = self.variable(WHOLE, self.whole(0))
        with self.repeat() as end:
            index = self.get(counter)
            with self.at.if_then(self.at.icmp_signed(">=", index, count)):
                self.at.branch(end)
            yield index
            self.at.store(self.at.add(index, self.whole(1)), counter)

    @contextmanager
    def repeat(self) -> Iterator[Any]:
        """Repeat until something branches to the block that this gives."""
        head = self.function.append_basic_block("repeat")
        end = self.function.append_basic_block("end")
        self.at.branch(head)
        self.at.position_at_end(head)
        yield end
        self.at.branch(head)
        self.at.position_at_end(end)
