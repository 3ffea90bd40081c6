"""From model text to many solves, and no biology: the engine under every stage.

In: Antimony blocks (or SBML) and a source of members. Out: observables, a status and a
sentence per member; or summaries of any number of members. In the order of the work:

- :mod:`exoheart.engine.text`, :mod:`~exoheart.engine.sbml`: text to equations
  (:mod:`~exoheart.engine.system` on a :mod:`~exoheart.engine.graph`);
- :mod:`~exoheart.engine.differentiate`, :mod:`~exoheart.engine.factor`: the Jacobian
  and the pattern of its factors;
- :mod:`~exoheart.engine.kernels`, :mod:`~exoheart.engine.driver`,
  :mod:`~exoheart.engine.native`: machine code;
- :mod:`~exoheart.engine.program`, :mod:`~exoheart.engine.ensemble`,
  :mod:`~exoheart.engine.reduce`: blocks, ensembles, summaries;
- :mod:`~exoheart.engine.rescue`, :mod:`~exoheart.engine.roadrunner`: other solvers;
- :mod:`~exoheart.engine.streams`: random numbers.

``docs/engine.md`` says how it works, what it refuses and how fast it is.
"""

from exoheart.engine.account import Reduced
from exoheart.engine.associations import Associations, Column
from exoheart.engine.endpoints import Endpoints
from exoheart.engine.ensemble import BlockSolver, solve
from exoheart.engine.members import Action, Block, Members, Table
from exoheart.engine.model import Model, compile_model
from exoheart.engine.moments import Moments
from exoheart.engine.quantiles import Quantiles
from exoheart.engine.reduce import Settings, reduce
from exoheart.engine.solution import Solution, Status
from exoheart.engine.text import join, unit_faults

__all__ = [
    "Action",
    "Associations",
    "Block",
    "BlockSolver",
    "Column",
    "Endpoints",
    "Members",
    "Model",
    "Moments",
    "Quantiles",
    "Reduced",
    "Settings",
    "Solution",
    "Status",
    "Table",
    "compile_model",
    "join",
    "reduce",
    "solve",
    "unit_faults",
]
