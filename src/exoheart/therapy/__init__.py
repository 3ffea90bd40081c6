"""Where delivery, mechanisms, heart and outcome become one model, and only here.

In: the priors of a study, what the donor and product stages hand over (numbers), and
the study's arms. Out: a compiled model and a source of members that the engine solves.

Read next: :mod:`exoheart.therapy.model` (the joined text),
:mod:`exoheart.therapy.draws` (which number is drawn at which layer),
:mod:`exoheart.therapy.cohort` (members and schedules).
"""

from exoheart.therapy.cohort import (
    ArmPlan,
    Cohort,
    Size,
    anchored,
    geometry,
    occluded,
)
from exoheart.therapy.draws import Draws, falling_labels, mechanism_labels
from exoheart.therapy.model import (
    MECHANISMS,
    PRODUCT_INPUTS,
    Replaced,
    joined_text,
    needed_parameters,
    parameter_id,
    therapy_model,
)

#: Rows read from Python: the mass that scaled parameters refer to.
READS: tuple[str, ...] = ("anatomy.body_mass",)

__all__ = [
    "MECHANISMS",
    "PRODUCT_INPUTS",
    "READS",
    "ArmPlan",
    "Cohort",
    "Draws",
    "Replaced",
    "Size",
    "anchored",
    "falling_labels",
    "geometry",
    "joined_text",
    "mechanism_labels",
    "needed_parameters",
    "occluded",
    "parameter_id",
    "therapy_model",
]
