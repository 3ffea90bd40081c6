"""From model text to many solves, and no biology: the engine under every stage.

In: Antimony blocks and a source of members. Out: observables, a status and a sentence
per member. Read next: :mod:`exoheart.engine.text` (joining and checking text),
:mod:`exoheart.engine.model` (compiling), :mod:`exoheart.engine.ensemble` (solving),
:mod:`exoheart.engine.streams` (random numbers).
"""

from exoheart.engine.ensemble import solve
from exoheart.engine.members import Action, Block, Members, Table
from exoheart.engine.model import Model, compile_model
from exoheart.engine.solution import Solution, Status
from exoheart.engine.text import join, unit_faults

__all__ = [
    "Action",
    "Block",
    "Members",
    "Model",
    "Solution",
    "Status",
    "Table",
    "compile_model",
    "join",
    "solve",
    "unit_faults",
]
