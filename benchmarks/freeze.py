"""Freeze the workload: the joined model as SBML, and two tables of members.

Run once per version of the workload, never as part of a benchmark: what is compared
must not move with the model. Out: ``model_v1.xml``, ``members_v1.npz`` and
``frozen_v1.json`` (digests, and how the tables were made) beside this file. Read next:
:mod:`workload`, which loads them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import special

from exoheart.delivery import dose_actions
from exoheart.engine import Action, Block
from exoheart.engine.text import scales, to_sbml
from exoheart.errors import InputError
from exoheart.prediction.run import Setting, prepare
from exoheart.records.distribution import Distribution
from exoheart.records.prior import Priors
from exoheart.study import load_study
from exoheart.therapy import ArmPlan, Cohort, Size
from exoheart.therapy.model import joined_text, therapy_model
from workload import HERE, digest

FloatArray = npt.NDArray[np.float64]
STUDY = HERE.parent / "examples" / "pig_reperfused_infarct.toml"
ARM = "CDC IM"
SEED, MEMBERS, SPARE = 20_240_601, 1000, 200
#: By how much normal scores are stretched in the wide cohort.
STRETCH = 2.0
#: Furthest normal score; beyond it a share rounds to 1.
FURTHEST = 8.0
REPERFUSION_H, HORIZON_H, DAY_H = 1.5, 672.0, 24.0
#: Doses: hours after occlusion, hours over which they are given (0 is at once), and
#: the route: into the muscle as in the study, then twice into a vein.
DOSES = (
    (REPERFUSION_H + 0.5, 0.0, "intramyocardial"),
    (REPERFUSION_H + 7 * DAY_H, 0.5, "intravenous"),
    (REPERFUSION_H + 14 * DAY_H, 0.0, "intravenous"),
)
#: Ten samples within 20 h after each dose; some fall into the infusion.
AFTER_DOSE = (0.02, 0.1, 0.25, 0.55, 1.0, 2.1, 4.0, 8.0, 13.0, 19.5)
OBSERVABLES = (
    "delivery_venous",
    "delivery_liver",
    "delivery_internalised_border",
    "heart_neutrophils",
    "heart_macrophages_inflammatory",
    "heart_collagen",
    "outcome_infarct_area_at_risk",
    "outcome_ejection_fraction",
    "outcome_capillary_density_border",
    "outcome_fibrosis_infarct",
)
HOW = {
    "narrow": "Parameters of 1,000 outer draws of one animal each: the shipped priors "
    "and fitted posterior (correlations included) of the study, layer by layer.",
    "wide": "The same draws with every normal score doubled before the quantile of "
    "its distribution is taken: a lognormal's geometric standard deviation is squared, "
    "a normal's and a logit-normal's spread doubled, and bounded forms are pushed "
    "towards their bounds but not beyond. No score exceeds 8. Draws without a body "
    "(negative flow or mass) are left out and replaced by the next.",
}


@dataclass(frozen=True, slots=True)
class Stretched(Distribution):
    """A distribution whose normal scores are multiplied by :data:`STRETCH`."""

    def quantile(self, p: npt.ArrayLike) -> FloatArray:
        """Give the stretched value of a share."""
        scores = STRETCH * special.ndtri(np.asarray(p, dtype=float))
        bounded = np.clip(scores, -FURTHEST, FURTHEST)
        return Distribution.quantile(self, special.ndtr(bounded))


def stretched(priors: Priors) -> Priors:
    """Give priors with every spread stretched."""
    rows = {
        id_: replace(
            prior,
            distribution=Stretched(
                prior.distribution.form, prior.distribution.arguments
            ),
        )
        for id_, prior in priors.rows.items()
    }
    return Priors(rows, priors.correlation)


def sample_times() -> FloatArray:
    """Give 100 output times, none of them at a dose or a change of protocol."""
    after = [at + hours for at, _, _ in DOSES for hours in AFTER_DOSE]
    early = [0.1, 0.4, 0.8, 1.2, 1.6, 1.8]
    grid = np.linspace(6.3, HORIZON_H, 100 - len(after) - len(early))
    return np.sort(np.concatenate([early, after, grid]))


def setting(*, wide: bool, members: int = MEMBERS + SPARE) -> Setting:
    """Make the study ready, with the shipped or the stretched priors."""
    study = load_study(STUDY)
    made = prepare(study, SEED, 8 * members)
    if not wide:
        return made
    from exoheart.evidence import load_scaling
    from exoheart.prediction.products import RecordedUniforms, prepare_products
    from exoheart.therapy import Draws

    priors = stretched(made.priors)
    draws = Draws.of(
        SEED, made.model, priors, load_scaling(), study.animal.body_mass_kg
    )
    stream = RecordedUniforms(SEED, made.size.outer)
    old = made.products
    products = prepare_products(
        study, priors, stream, old.body_mass_kg, old.heart_mass_g
    )
    return replace(made, priors=priors, draws=draws, products=products)


def later_doses(plan: ArmPlan, outer: int, own: Mapping[str, float]) -> list[Action]:
    """Give the doses into the vein, which the study's own arm doesn't have."""
    return [
        Action(0, *row)
        for at, over, route in DOSES[1:]
        for row in dose_actions(route, plan.amounts(outer), at, over, {}, own)
    ]


def members(made: Setting) -> tuple[list[Block], int]:
    """Give the first :data:`MEMBERS` draws that have a body, and how many had none."""
    arm = next(arm for arm in made.study.arms if arm.name == ARM)
    plan = made.products.plan(arm)
    model = therapy_model(OBSERVABLES)
    cohort = Cohort(
        model,
        made.draws,
        Size(made.size.outer, 1),
        made.labels,
        made.falling,
        made.study.animal.infarct,
        (plan,),
        sample_times(),
    )
    blocks: list[Block] = []
    refused = 0
    for k in range(len(cohort)):
        if len(blocks) == MEMBERS:
            break
        try:
            block = cohort.block(k, 1)
        except InputError:
            refused += 1
            continue
        row = (float(value) for value in block.parameters[0])
        own = dict(zip(model.parameters, row, strict=True))
        schedule = (*block.schedule, *later_doses(plan, k, own))
        blocks.append(replace(block, schedule=schedule))
    return blocks, refused


def table(
    blocks: list[Block], states: tuple[str, ...], parameters: tuple[str, ...]
) -> dict[str, Any]:
    """Turn blocks into arrays; numbers are rounded to single precision, once."""
    ids = (*states, *parameters)
    rows = [(k, action) for k, block in enumerate(blocks) for action in block.schedule]
    return {
        "parameters": np.concatenate([b.parameters for b in blocks]).astype("f4"),
        "initial": np.concatenate([b.initial for b in blocks]).astype("f4"),
        "sample_times": np.concatenate([b.sample_times for b in blocks]),
        "member": np.array([k for k, _ in rows], dtype="u2"),
        "time_h": np.array([a.time_h for _, a in rows]),
        "action": np.array([a.action for _, a in rows]),
        "target": np.array([ids.index(a.target) for _, a in rows], dtype="u2"),
        "value": np.array([a.value for _, a in rows]).astype("f4"),
    }


def plain_sbml(text: str) -> str:
    """Give SBML without comments and indentation."""
    lines = (line.strip() for line in to_sbml(text).splitlines())
    kept = (line for line in lines if not line.startswith("<!--"))
    return "\n".join(kept) + "\n"


def main() -> None:
    """Write the three files."""
    model_path, members_path = HERE / "model_v1.xml", HERE / "members_v1.npz"
    model = therapy_model(OBSERVABLES)
    model_path.write_text(plain_sbml(joined_text()), "utf-8")
    declared = scales(joined_text())
    arrays: dict[str, Any] = {
        "states": np.array(model.states),
        "parameters": np.array(model.parameters),
        "observables": np.array(OBSERVABLES),
        "scales": np.array([declared[id_][0] for id_ in model.states]),
    }
    refused = {}
    for name in HOW:
        blocks, refused[name] = members(setting(wide=name == "wide"))
        found = table(blocks, model.states, model.parameters)
        arrays |= {f"{name}_{key}": value for key, value in found.items()}
    np.savez_compressed(members_path, **arrays)
    record = {
        "sha256": {path.name: digest(path) for path in (model_path, members_path)},
        "study": STUDY.name,
        "arm": ARM,
        "seed": SEED,
        "doses": [
            {"at_h": at, "over_h": over, "route": route} for at, over, route in DOSES
        ],
        "cohorts": HOW,
        "draws_without_a_body": refused,
    }
    text = json.dumps(record, indent=2) + "\n"
    (HERE / "frozen_v1.json").write_text(text, "utf-8")


if __name__ == "__main__":
    main()
