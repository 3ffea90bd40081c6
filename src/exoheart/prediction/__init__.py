"""A study simulated: from the study file to what every arm will read.

Composes the chain once: priors, donor and product, the joined model over all members,
endpoints as a laboratory measures them, and thousands of trials drawn from them. Named
so because a module called like the public function ``simulate`` would hide it.

Read next: :mod:`exoheart.prediction.run` (the composition),
:mod:`exoheart.prediction.sampling` (when and what is recorded),
:mod:`exoheart.prediction.products` (what the arms get).
"""

from exoheart.prediction.cost import rough_minutes
from exoheart.prediction.products import Products, prepare_products
from exoheart.prediction.readers import OWN as READS
from exoheart.prediction.readers import reads, used_by
from exoheart.prediction.record import Prediction
from exoheart.prediction.run import (
    DEFAULT_MEMBERS,
    QUICK_MEMBERS,
    predict_arms,
    prepare,
    simulate,
    size_of,
)
from exoheart.prediction.used import sources_of, used_parameters

__all__ = [
    "DEFAULT_MEMBERS",
    "QUICK_MEMBERS",
    "READS",
    "Prediction",
    "Products",
    "predict_arms",
    "prepare",
    "prepare_products",
    "reads",
    "rough_minutes",
    "simulate",
    "size_of",
    "sources_of",
    "used_by",
    "used_parameters",
]
