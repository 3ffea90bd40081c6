"""What the machine code is handed: the fields of a task, and its workspace.

In: the layout of a model. Out: names and numbers that both sides use, Python
(:mod:`exoheart.engine.program`) and the code it calls (:mod:`exoheart.engine.driver`).
"""

from __future__ import annotations

from exoheart.engine import rodas
from exoheart.engine.kernels import Layout

#: Fields of a task, in order: addresses first, then whole numbers, then numbers.
ADDRESSES = (
    "parameters",
    "initial",
    "excess",
    "times",
    "row_first",
    "row_time",
    "row_kind",
    "row_target",
    "row_value",
    "out",
    "status",
    "steps",
    "rejected",
    "reached",
    "absolute",
    "given",
    "workspace",
)
WHOLES = ("count", "samples", "maximum_steps")
NUMBERS = ("rtol", "first_step")
FIELDS = (*ADDRESSES, *WHOLES, *NUMBERS)
#: Kinds of schedule rows, as numbers.
ADD, RATE, SET_STATE, SET_PARAMETER = range(4)
#: How a member ended.
DONE, TOO_MANY_STEPS, STEP_TOO_SMALL, NOT_A_NUMBER = range(4)


class Spaces:
    """Where each array of vectors lies in the workspace.

    Parameters
    ----------
    layout
        Of the model.
    """

    def __init__(self, layout: Layout) -> None:
        n = layout.size
        sizes = {
            "state": n,
            "trial": n,
            **{f"stage{k}": n for k in range(rodas.STAGES)},
            "tolerance": n,
            "sampled": n,
            "dense": 3 * max(1, len(layout.read)),
            "constants": max(1, layout.constants),
            "factors": layout.factors,
            "observed": max(1, layout.observed),
            **dict.fromkeys(_LANES, 1),
        }
        self.first: dict[str, int] = {}
        total = 0
        for name, size in sizes.items():
            self.first[name] = total
            total += size
        self.total = total


#: One number a lane.
_LANES = (
    *(
        "time",
        "step",
        "end",
        "begin",
        "stop",
        "due",
        "scale",
        "error",
        "growth",
        "calm",
    ),
    *("member", "sample", "row", "last_row", "taken", "refused"),
)
