"""The composition: study, priors, products, members, solve, endpoints, trials."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from exoheart import outcome, trial
from exoheart.engine import Model, Solution, solve
from exoheart.engine.streams import uniforms
from exoheart.evidence import load_scaling
from exoheart.outcome import Measure
from exoheart.prediction.products import (
    Products,
    RecordedUniforms,
    prepare_products,
)
from exoheart.prediction.record import Prediction
from exoheart.prediction.sampling import observables, sample_times
from exoheart.records.prior import Priors
from exoheart.records.study import Arm, Endpoint, Study
from exoheart.records.trial import Noise, Pool, PoolEndpoint
from exoheart.study import check_study, priors_for
from exoheart.therapy import (
    ArmPlan,
    Cohort,
    Draws,
    Replaced,
    Size,
    anchored,
    falling_labels,
    mechanism_labels,
    therapy_model,
)
from exoheart.units import factor

FloatArray = npt.NDArray[np.float64]
Progress = Callable[[int, int], None]
DEFAULT_MEMBERS, QUICK_MEMBERS = 1024, 128
#: Animals of each outer draw. Between draws lies most of what is unknown, so many draws
#: of few animals say more (chances, drivers) than few draws of many at the same cost;
#: trials correct for the small pool.
_ANIMALS = 8


@dataclass(frozen=True)
class Setting:
    """A study made ready: everything that its arms share.

    Parameters
    ----------
    study, priors, seed, size
        What was asked.
    model, draws, labels, falling
        The joined model, the parameter values, the mechanism of each outer draw, and
        whether the answer falls at a high dose there.
    products
        What the arms are given.
    replaced
        A user's own mechanism blocks.
    weights
        By mechanism, a weight that every member has; None where each outer draw has
        the mechanism of its label alone.
    """

    study: Study
    priors: Priors
    seed: int
    size: Size
    model: Model
    draws: Draws
    labels: tuple[str, ...]
    falling: tuple[bool, ...]
    products: Products
    replaced: Replaced = ()
    weights: Mapping[str, float] | None = None

    def cohort(self, arms: Sequence[ArmPlan], times: FloatArray) -> Cohort:
        """Give the members of some arms."""
        return Cohort(
            self.model,
            self.draws,
            self.size,
            self.labels,
            self.falling,
            self.study.animal.infarct,
            tuple(arms),
            times,
            self.weights,
        )


def size_of(members: int) -> Size:
    """Split members of an arm into outer draws and animals.

    Examples
    --------
    >>> size_of(1024)
    Size(outer=128, animals=8)
    """
    return Size(max(2, round(members / _ANIMALS)), _ANIMALS)


def prepare(  # noqa: PLR0913 - all but the study, seed and members are options
    study: Study,
    seed: int,
    members: int,
    *,
    replaced: Replaced = (),
    constants: Mapping[str, float] = MappingProxyType({}),
    priors: Priors | None = None,
    recorded: tuple[str, ...] = (),
) -> Setting:
    """Make a study ready to be solved.

    Parameters
    ----------
    study, seed, members, replaced, constants
        As in :func:`simulate`, `replaced` as pairs.
    priors
        Of the study, where they are known; read from the tables by default.
    recorded
        Ids of the model to record; none for those that a study's report needs.

    Raises
    ------
    InputError
        Something in the study isn't modelled.
    """
    priors = priors_for(study) if priors is None else priors
    size = size_of(members)
    measures = [outcome.measure(e.quantity, e.of) for e in study.endpoints]
    needed = recorded or observables(study, tuple(m.observable for m in measures))
    model = therapy_model(needed, replaced)
    mass = study.animal.body_mass_kg
    draws = Draws.of(seed, model, priors, load_scaling(), mass, constants)
    reference = priors["anatomy.body_mass"]
    stream = RecordedUniforms(seed, size.outer)
    share = priors["anatomy.left_ventricle_share"].value
    ventricle = draws.outer(0, size.outer)["anatomy_left_ventricle_mass"]
    products = prepare_products(
        study,
        priors,
        stream,
        mass or reference.value * factor(reference.unit, "kg"),
        ventricle / share,
    )
    labels = mechanism_labels(priors, seed, size.outer)
    falling = falling_labels(priors, seed, size.outer)
    return Setting(
        study, priors, seed, size, model, draws, labels, falling, products, replaced
    )


def simulate(  # noqa: PLR0913 - all but the study are options
    study: Study,
    *,
    seed: int = 0,
    members: int = DEFAULT_MEMBERS,
    workers: int = 1,
    rtol: float = 1e-6,
    on_progress: Progress | None = None,
    replaced: Mapping[str, str] = MappingProxyType({}),
    constants: Mapping[str, float] = MappingProxyType({}),
) -> Prediction:
    """Simulate every arm of a study.

    Parameters
    ----------
    study
        From :func:`exoheart.study.load_study`.
    seed
        Same seed, same result.
    members
        Members per arm; split into outer draws and animals by :func:`size_of`.
    workers
        Threads that solve; they leave no trace in the result.
    rtol
        Relative tolerance of the solver.
    on_progress
        Called as ``on_progress(done, total)``.
    replaced
        By name of a mechanism, a block of model text that stands in its place; see
        ``docs/extend.md``.
    constants
        Values of the parameters that such a block adds, by their id in the text and in
        its units.

    Returns
    -------
    Prediction

    Raises
    ------
    InputError
        Something in the study isn't modelled.
    SolveError
        No member could be solved.
    """
    own = tuple(sorted(replaced.items()))
    setting = prepare(study, seed, members, replaced=own, constants=constants)
    plans = [setting.products.plan(arm) for arm in study.arms]
    distinct, schedule_of = _distinct(study.arms, plans)
    cohort = setting.cohort(distinct, sample_times(study))
    solution = solve(
        setting.model, cohort, rtol=rtol, workers=workers, on_progress=on_progress
    )
    settings = trial.trial_settings(study, setting.priors, seed, setting.size.outer)
    pool = make_pool(setting, cohort, solution, schedule_of, settings.attrition)
    trials = trial.simulate_trials(pool, study, seed)
    warnings = [*(str(w) for w in check_study(study)), *_failures(solution)]
    return Prediction(
        study=study,
        priors=setting.priors,
        seed=seed,
        setting=setting,
        cohort=cohort,
        solution=solution,
        schedule_of=schedule_of,
        products=setting.products,
        pool=pool,
        trials=trials,
        arms=trial.summarise(trials, study, settings.negligible),
        settings=settings,
        rtol=rtol,
        warnings=tuple(warnings),
    )


def predict_arms(
    setting: Setting,
    plans: Sequence[ArmPlan],
    *,
    workers: int = 1,
    on_progress: Progress | None = None,
) -> FloatArray:
    """Give the primary endpoint of other arms of the same study, noise-free.

    The model is the study's own, whose machine code is there already; at one sample
    its other observables cost nothing.

    Returns
    -------
    ndarray, shape (arm, outer, animal)
        In the endpoint's unit; NaN where a member failed.
    """
    study = setting.study
    at = anchored(study.primary.at, study.animal.infarct)
    chosen = outcome.measure(study.primary.quantity, study.primary.of)
    cohort = setting.cohort(plans, np.array([at]))
    solution = solve(setting.model, cohort, workers=workers, on_progress=on_progress)
    shape = (len(plans), setting.size.outer, setting.size.animals)
    raw = solution[chosen.observable][:, 0].reshape(shape)
    return _read(setting, study.primary, chosen, raw)


def make_pool(
    setting: Setting,
    cohort: Cohort,
    solution: Solution,
    schedule_of: dict[str, int],
    attrition: FloatArray,
) -> Pool:
    """Read every endpoint of every animal, and say how it is misread."""
    study = setting.study
    positions = [schedule_of[arm.name] for arm in study.arms]
    shape = (len(cohort.arms), setting.size.outer, setting.size.animals)
    items, columns, noises = [], [], []
    for endpoint in study.endpoints:
        chosen = outcome.measure(endpoint.quantity, endpoint.of)
        at = anchored(endpoint.at, study.animal.infarct)
        sample = int(np.searchsorted(cohort.sample_times, at))
        raw = solution[chosen.observable][:, sample].reshape(shape)
        items.append(PoolEndpoint(endpoint, chosen.unit, chosen.better, at))
        columns.append(_read(setting, endpoint, chosen, raw)[positions])
        noises.append(_noise(setting, endpoint, chosen))
    return Pool(
        arms=tuple(arm.name for arm in study.arms),
        endpoints=tuple(items),
        true=np.stack(columns, axis=-1),
        noise=tuple(noises),
        mechanisms=setting.labels,
        attrition=attrition,
    )


def _read(
    setting: Setting, endpoint: Endpoint, chosen: Measure, raw: FloatArray
) -> FloatArray:
    """Give what a method without error reads, shape of `raw` (arm, outer, animal)."""
    infarct = setting.study.animal.infarct
    since = anchored(endpoint.at, infarct) - (infarct.occlusion_h or 0.0)
    parameters = {
        name: _outer(setting, name, unit)[None, :, None]
        for name, unit in outcome.READINGS.items()
    }
    return outcome.true_value(
        chosen, endpoint.method, {chosen.observable: raw}, since, parameters
    )


def _noise(setting: Setting, endpoint: Endpoint, chosen: Measure) -> Noise:
    name = chosen.error_id(endpoint.method)
    return outcome.measure_noise(
        chosen, endpoint.method, {name: _outer(setting, name, "1")}
    )


def _outer(setting: Setting, name: str, unit: str) -> FloatArray:
    """Draw a parameter that Python reads, one value an outer draw."""
    prior = setting.priors[name]
    shares = setting.draws.shares(0, setting.size.outer).get(name)
    if shares is None:
        shares = uniforms(setting.seed, prior.layer, name, 0, setting.size.outer)
    return prior.distribution.quantile(shares) * factor(prior.unit, unit)


def _distinct(
    arms: Sequence[Arm], plans: Sequence[ArmPlan]
) -> tuple[list[ArmPlan], dict[str, int]]:
    """Leave out arms whose members would be solved twice: all those without a dose."""
    distinct: list[ArmPlan] = []
    position: dict[str, int] = {}
    for arm, plan in zip(arms, plans, strict=True):
        bare = next((k for k, p in enumerate(distinct) if not p.treated), None)
        if not plan.treated and bare is not None:
            position[arm.name] = bare
            continue
        position[arm.name] = len(distinct)
        distinct.append(plan)
    return distinct, position


def _failures(solution: Solution) -> list[str]:
    if not solution.messages:
        return []
    first = solution.messages[min(solution.messages)]
    return [
        f"{len(solution.messages)} of {len(solution.status)} members needed more than "
        f"the first solver, {solution.failed} of them have no result; the first says: "
        f"{first}"
    ]
