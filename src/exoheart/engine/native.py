"""From LLVM text to functions in memory, and object code kept on disk.

In: the kernels of a model. Out: a :class:`Program` whose ``solve`` runs blocks of
members outside Python's lock. No compiler is asked of the user's machine: llvmlite
brings LLVM.

What is kept lies in ``$EXOHEART_CACHE`` (or the user's cache folder), keyed by the
model, this package's code generator, LLVM, and the processor; a program says of itself
which layout it was made for, and one that says otherwise is made anew.
"""

from __future__ import annotations

import ctypes
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
#: Name of the function that says for which layout code was made.
MARK = "layout_mark"


@dataclass(frozen=True, slots=True)
class Machine:
    """The processor that code is made for.

    Parameters
    ----------
    name
        As LLVM calls it.
    features
        As LLVM lists them.
    width
        Lanes of a vector of doubles.
    fused
        Whether it has fused multiply-adds.
    """

    name: str
    features: str
    width: int
    fused: bool


@lru_cache(maxsize=4)
def machine(width: int | None = None) -> Machine:
    """Describe this processor; another lane width can be forced.

    Eight lanes with AVX-512, four with AVX2, else two. ``EXOHEART_LANES`` forces a
    width for the whole process (4 also leaves AVX-512 unused).
    """
    from llvmlite import binding

    found = binding.get_host_cpu_features()
    wide = {n for n, is_on in found.items() if is_on}
    forced = width or int(os.environ.get("EXOHEART_LANES", "0")) or None
    natural = 8 if "avx512f" in wide else 4 if "avx2" in wide else 2
    if forced and forced <= 4:
        for name in list(found):
            if name.startswith("avx512") or name.startswith("avx10"):
                found[name] = False
    return Machine(
        binding.get_host_cpu_name(),
        found.flatten(),
        forced or natural,
        "fma" in wide or "neon" in wide,
    )


def target(which: Machine) -> Any:
    """Give LLVM's target machine."""
    from llvmlite import binding

    binding.initialize_native_target()
    binding.initialize_native_asmprinter()
    triple = binding.get_process_triple()
    return binding.Target.from_triple(triple).create_target_machine(
        cpu=which.name, features=which.features, opt=2, reloc="pic", codemodel="default"
    )


def object_code(text: str, which: Machine, optimised: str = "") -> bytes:
    """Compile LLVM text.

    Parameters
    ----------
    text
        Straight-line functions: compiled as they stand.
    which
        The processor.
    optimised
        Text of loops and branches, which LLVM's passes work over first.
    """
    from llvmlite import binding

    made = target(which)
    attributes = f'attributes #0 = {{ nounwind "target-cpu"="{which.name}" }}\n'
    whole = binding.parse_assembly(text + attributes)
    if optimised:
        loops = binding.parse_assembly(optimised)
        options = binding.create_pipeline_tuning_options(speed_level=2)
        builder = binding.create_pass_builder(made, options)
        builder.getModulePassManager().run(loops, builder)
        whole.link_in(loops)
    whole.verify()
    return bytes(made.emit_object(whole))


class Library:
    """Object code in memory, and the functions in it.

    Parameters
    ----------
    code
        From :func:`object_code`.
    functions
        How many addresses each function takes, by name.
    """

    def __init__(self, code: bytes, functions: Mapping[str, int]) -> None:
        from llvmlite import binding

        binding.initialize_native_target()
        binding.initialize_native_asmprinter()
        self._compiler = binding.create_lljit_compiler()
        builder = binding.JITLibraryBuilder().add_current_process()
        builder.add_object_img(code)
        for name in (*functions, MARK):
            builder.export_symbol(name)
        self._held = builder.link(self._compiler, "model")
        self.mark = int(ctypes.CFUNCTYPE(ctypes.c_uint64)(self._held[MARK])())
        self._functions: dict[str, Any] = {}
        for name, count in functions.items():
            kind = ctypes.CFUNCTYPE(None, *[ctypes.c_void_p] * count)
            self._functions[name] = kind(self._held[name])
            # whoever holds a function holds the code that it is
            self._functions[name].library = self

    def __getitem__(self, name: str) -> Callable[..., None]:
        """Give a function; it runs outside Python's lock."""
        function: Callable[..., None] = self._functions[name]
        return function


#: Flush-to-zero and denormals-are-zero of the x86 control word. Amounts that decay for
#: weeks end among the smallest numbers a double has, where each operation takes a
#: hundred times longer.
_FLUSH = 0x8040


def flush_text() -> str:
    """Write ``flush(old)`` and ``restore(old)``: the smallest numbers count as zero.

    On processors other than x86 they do nothing.
    """
    from llvmlite import binding

    if not binding.get_process_triple().startswith(("x86_64", "i686")):
        return "".join(
            f"define void @{name}(ptr %old) #0 {{\n  ret void\n}}\n"
            for name in ("flush", "restore")
        )
    return f"""
declare void @llvm.x86.sse.stmxcsr(ptr)
declare void @llvm.x86.sse.ldmxcsr(ptr)
define void @flush(ptr %old) #0 {{
  %new = alloca i32
  call void @llvm.x86.sse.stmxcsr(ptr %old)
  %word = load i32, ptr %old
  %flushed = or i32 %word, {_FLUSH}
  store i32 %flushed, ptr %new
  call void @llvm.x86.sse.ldmxcsr(ptr %new)
  ret void
}}
define void @restore(ptr %old) #0 {{
  call void @llvm.x86.sse.ldmxcsr(ptr %old)
  ret void
}}
"""


def mark_text(mark: int) -> str:
    """Write the function that says for which layout code was made."""
    return f"define i64 @{MARK}() #0 {{\n  ret i64 {mark}\n}}\n"


def aligned(count: int) -> FloatArray:
    """Give zeroed numbers that begin where a vector may (64 bytes)."""
    raw = np.zeros(count + 8)
    skipped = (-raw.ctypes.data // 8) % 8
    return raw[skipped : skipped + count]
