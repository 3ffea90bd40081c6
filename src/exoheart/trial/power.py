"""How many animals: assurance and conditional power by resampling the pool.

In: a pool and a study. Out: chance of success by number of animals, and the smallest
difference a design can find. The same streams serve every n and every effect, so the
curves differ by n and effect, not by luck. Read next: :mod:`exoheart.trial.summary`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from exoheart.errors import InputError
from exoheart.records.study import Study
from exoheart.records.trial import Pool
from exoheart.trial.analysis import analyse, assurance
from exoheart.trial.probability import Probability
from exoheart.trial.simulate import compare_trials


@dataclass(frozen=True, slots=True)
class PowerPoint:
    """Chance of success at one number of animals allocated to each arm.

    `conditional` is None where no effect was named; `animals` counts all arms.
    """

    n: int
    animals: int
    assurance: Mapping[str, Probability]
    conditional: Mapping[str, Probability] | None


def conditional_power(
    pool: Pool,
    study: Study,
    effect: float,
    seed: int,
    trials: int = 10_000,
) -> Mapping[str, Probability]:
    """Give the power of each treated arm if the true effect were exactly `effect`.

    Every treated arm becomes its own control group's population, moved by `effect`
    towards benefit: the model's therapy plays no part, the spread between animals and
    the reader's error do. All arms are given the same effect, so Holm works as in a
    study in which all of them work.

    Parameters
    ----------
    effect
        In the primary endpoint's unit; its size counts, the good direction is taken
        (the sign as given where the endpoint has no good direction).

    Raises
    ------
    InputError
        As :func:`exoheart.trial.simulate.simulate_trials`.
    """
    shifted = _shifted(_primary_only(pool, study), study, effect)
    (drawn,) = compare_trials([(shifted, study)], seed, trials)
    return assurance(analyse(drawn, study))


def power_by_n(
    pool: Pool,
    study: Study,
    seed: int,
    grid: Sequence[int],
    effect: float | None = None,
    trials: int = 4_000,
) -> tuple[PowerPoint, ...]:
    """Give assurance, and power at `effect`, with each n of `grid` in every arm."""
    if not grid:
        return ()
    pools = [_primary_only(pool, study)]
    if effect is not None:
        pools.append(_shifted(pools[0], study, effect))
    planned = [with_n(study, n) for n in grid]
    variants = [(one, design) for design in planned for one in pools]
    drawn = compare_trials(variants, seed, trials)
    found = [
        assurance(analyse(one, design))
        for one, (_, design) in zip(drawn, variants, strict=True)
    ]
    points = []
    for place, n in enumerate(grid):
        sure, *known = found[place * len(pools) : (place + 1) * len(pools)]
        points.append(
            PowerPoint(n, n * len(pool.arms), sure, known[0] if known else None)
        )
    return tuple(points)


def detectable_effect(
    pool: Pool, study: Study, seed: int, power: float | None = None, trials: int = 2_000
) -> float | None:
    """Give the smallest effect that every treated arm finds with `power`.

    Found by halving: the effect, in the primary endpoint's unit, at which the weakest
    arm reaches `power` (the study's own where None), to 1 % of the first guess. None
    where not even six between-animal standard deviations, or the whole scale of the
    endpoint, are found, or where no arm has a control.
    """
    wanted = study.design.power if power is None else power
    narrow = _primary_only(pool, study)
    pairs = narrow.comparisons(study)
    if not pairs:
        return None
    controls = narrow.true[[c for _, c in pairs]][:, narrow.valid, 0]
    high = 6.0 * float(controls.std(axis=1).max())
    high = max(high, 6.0 * float(np.mean(_reading_sd(narrow))))
    noise = narrow.noise[0]
    high = min(high, noise.high - noise.low)

    def weakest(effect: float) -> float:
        found = conditional_power(narrow, study, effect, seed, trials)
        return min(one.value for one in found.values())

    if high <= 0 or weakest(high) < wanted:
        return None
    low, end = 0.0, high
    while end - low > 0.01 * high:
        middle = 0.5 * (low + end)
        low, end = (low, middle) if weakest(middle) >= wanted else (middle, end)
    return end


def unreachable_share(pool: Pool, study: Study, effect: float) -> float:
    """Give the share of outer draws whose control can't move by `effect` at all.

    Where the control's mean is nearer to the end of the scale than `effect`, readings
    are clipped and conditional power means a smaller effect than the one named: show
    this share beside it.
    """
    narrow = _primary_only(pool, study)
    shifted = _shifted(narrow, study, effect)
    noise = pool.noise[pool.index(study.primary)]
    treated = [t for t, _ in narrow.comparisons(study)]
    known = np.where(narrow.valid[None], shifted.true[..., 0], np.nan)
    means = np.nanmean(known[treated][:, narrow.usable], axis=2)
    if means.size == 0:
        return float("nan")
    return float(np.mean((means < noise.low) | (means > noise.high)))


def with_n(study: Study, n: int) -> Study:
    """Give the study with `n` animals in every arm.

    Raises
    ------
    InputError
        `n` is below 2.
    """
    if n < 2:
        raise InputError(f"n = {n} animals in an arm; allowed: 2 or more; give more")
    return replace(study, arms=tuple(replace(arm, n=n) for arm in study.arms))


def _primary_only(pool: Pool, study: Study) -> Pool:
    """Keep the primary endpoint only: no other is needed to count successes."""
    main = pool.index(study.primary)
    lost = ~pool.valid[None, :, :, None]
    return replace(
        pool,
        endpoints=(pool.endpoints[main],),
        true=np.where(lost, np.nan, pool.true[..., main : main + 1]),
        noise=(pool.noise[main],),
    )


def _shifted(pool: Pool, study: Study, effect: float) -> Pool:
    """Make every treated arm its control's population, moved by `effect`."""
    sign = pool.endpoints[0].sign
    step = sign * abs(effect) if sign else effect
    true = pool.true.copy()
    for treated, control in pool.comparisons(study):
        true[treated] = pool.true[control] + step
    return replace(pool, true=true)


def _reading_sd(pool: Pool) -> float:
    """Typical reading error of the one endpoint, in its unit."""
    noise = pool.noise[0]
    if noise.kind == "none":
        return 0.0
    typical = float(np.mean(noise.size))
    return typical * (float(np.nanmean(pool.true)) if noise.kind == "cv" else 1.0)
