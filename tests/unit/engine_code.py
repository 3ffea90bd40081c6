"""Small functions of vectors as the engine compiles them, to be called on arrays."""

from __future__ import annotations

import numpy as np

from exoheart.engine.emit import Emitter
from exoheart.engine.kernels import declarations
from exoheart.engine.native import Library, aligned, machine, mark_text, object_code
from exoheart.engine.vector import Lines

WIDTHS = (1, 2, 4, 8)


def compiled(write, takes, width=8, fused=None):
    """Compile what `write(lines, *names)` gives; takes and gives arrays of numbers.

    Of the compiled function: arguments each shape (n,), result shape (results, n).
    """
    which = machine(width)
    lines = Lines(width, which.fused if fused is None else fused)
    results = write(lines, *[lines.load("%x", k) for k in range(takes)])
    for k, result in enumerate(results):
        lines.store(result, "%o", k)
    body = "\n".join(lines.lines)
    text = f"define void @small(ptr %x, ptr %o) #0 {{\n{body}\n  ret void\n}}\n"
    text += declarations(width) + mark_text(0)
    library = Library(object_code(text, which), {"small": 2})

    def call(*arrays):
        whole = np.vstack([np.asarray(array, dtype=float) for array in arrays])
        count = whole.shape[1]
        groups = -(-count // width)
        padded = np.pad(whole, ((0, 0), (0, groups * width - count)), mode="edge")
        taken = aligned(takes * groups * width).reshape(groups, takes, width)
        taken[:] = padded.reshape(takes, groups, width).swapaxes(0, 1)
        size = len(results) * groups * width
        given = aligned(size).reshape(groups, len(results), width)
        for k in range(groups):
            library["small"](taken[k].ctypes.data, given[k].ctypes.data)
        return given.swapaxes(0, 1).reshape(len(results), -1)[:, :count]

    return call


def of_nodes(graph, nodes, width=8, fused=None):
    """Compile nodes of a graph; takes its leaves in their order, gives the nodes."""
    kinds = ("state", "parameter", "inflow", "time")
    leaves = [n for n, kind in enumerate(graph.operations) if kind in kinds]

    def write(lines, *_):
        places = {leaf: ("%x", k) for k, leaf in enumerate(leaves)}
        return Emitter(graph, lines, places).write(nodes)

    call = compiled(write, max(1, len(leaves)), width, fused)
    names = [(graph.operations[n], (*graph.arguments[n], 0)[0]) for n in leaves]

    def by_leaf(values, count):
        rows = [np.broadcast_to(values(*one), count) for one in names]
        return call(*(rows or [np.zeros(count)]))

    return by_leaf
