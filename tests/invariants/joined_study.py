"""Studies of the joined model for invariants: every species by every route."""

from functools import lru_cache

import numpy as np

from exoheart import delivery
from exoheart.prediction import Prediction, simulate
from exoheart.records.study import Study
from exoheart.study import parse_study
from exoheart.therapy import anchored

ROUTES = delivery.modelled_routes()
#: Body mass, occlusion and a dose inside the studied range.
ANIMALS = {
    "mouse": ("25 g", "30 min", "1e10 particles"),
    "rat": ("250 g", "30 min", "1e11 particles"),
    "pig": ("30 kg", "90 min", "7.5 mg protein"),
    "human": ("75 kg", "200 min", "1e12 particles"),
}
_HEAD = """
schema = 1
[study]
title = "invariants"
[animal]
species = "{species}"
sex = "mixed"
body_mass = "{mass}"
[animal.infarct]
model = "ischaemia-reperfusion"
occlusion = "{occlusion}"
[product.cdc]
form = "vesicles"
donor = "CDC"
donor_species = "human"
isolation = ["ultrafiltration"]
[[arm]]
name = "vehicle"
control = true
n = 6
[[endpoint]]
quantity = "infarct size"
of = "area at risk"
at = "{end} after reperfusion"
method = "TTC"
primary = true
[[endpoint]]
quantity = "ejection fraction"
at = "{end} after reperfusion"
method = "echo"
"""
_ARM = """
[[arm]]
name = "{route}"
product = "cdc"
dose = "{dose}"
route = "{route}"
at = "{at}"
{more}
n = 6
"""


def study(
    species: str,
    *,
    routes: tuple[str, ...] = ROUTES,
    dose: str | None = None,
    at: str = "30 min after reperfusion",
    end: str = "48 h",
    more: str = "",
) -> Study:
    """Give a study with a control and an arm for each route."""
    mass, occlusion, usual = ANIMALS[species]
    text = _HEAD.format(species=species, mass=mass, occlusion=occlusion, end=end)
    for route in routes:
        text += _ARM.format(route=route, dose=dose or usual, at=at, more=more)
    return parse_study(text)


@lru_cache(maxsize=4)
def usual(species: str, members: int) -> Prediction:
    """Simulate the usual dose by every route, drawn members."""
    return simulate(study(species), members=members)


def unaccounted(prediction: Prediction, arm: str) -> np.ndarray:
    """Give |found / given - 1| of each member at each sample after the last dose ended.

    Shape (outer, animal, time); zero before.
    """
    cohort = prediction.cohort
    plan = next(p for p in cohort.arms if p.name == arm)
    found = sum(prediction.values(arm, state) for state in delivery.STATES)
    given = plan.giga[:, None, None] * plan.times
    infarct = prediction.study.animal.infarct
    last = anchored(plan.at, infarct) + (plan.times - 1) * plan.every_h
    length = plan.over_h
    if plan.route == "intracoronary" and not plan.over_h:
        names = cohort.model.parameters
        table = cohort.block(0, cohort.size.members).parameters
        length = table[:, names.index("delivery_infusion_time")]
        length = length.reshape(cohort.size.outer, cohort.size.animals, 1)
    after = prediction.times > last + length + 1e-9
    assert after.any()
    return np.where(after, np.abs(found / given - 1), 0.0)
