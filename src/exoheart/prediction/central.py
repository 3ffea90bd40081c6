"""The central animal: every drawn number at its median, product and animal alike.

Which mechanism acts has no median; its weights are the prior weights, so the central
animal's signals are the average over the rivals, no effect included.
"""

from __future__ import annotations

from dataclasses import replace

from exoheart.prediction.products import RecordedUniforms, prepare_products
from exoheart.prediction.run import Setting
from exoheart.records.distribution import Distribution
from exoheart.records.prior import Prior, Priors
from exoheart.therapy import MECHANISMS, Size
from exoheart.therapy.draws import NONE

CENTRAL_WORDS = (
    "the central animal (every drawn number at its median, mechanisms weighted by "
    "their prior weights)"
)
#: Chance beyond which the central animal's answer falls at a high dose.
_HALF = 0.5


def central(setting: Setting) -> Setting:
    """Give a study made ready for its central animal alone.

    Parameters
    ----------
    setting
        From :func:`exoheart.prediction.prepare`; its size doesn't matter.

    Returns
    -------
    Setting
        Of one outer draw with one animal.
    """
    priors = Priors({id_: at_median(row) for id_, row in setting.priors.rows.items()})
    drawn = tuple(
        replace(
            one,
            prior=priors[one.prior.id],
            variation=one.variation and priors[one.variation.id],
        )
        for one in setting.draws.draws
    )
    draws = replace(setting.draws, draws=drawn)
    ventricle = draws.outer(0, 1)["anatomy_left_ventricle_mass"]
    products = prepare_products(
        setting.study,
        priors,
        RecordedUniforms(setting.seed, 1),
        setting.products.body_mass_kg,
        ventricle / priors["anatomy.left_ventricle_share"].value,
    )
    return replace(
        setting,
        priors=priors,
        size=Size(1, 1),
        draws=draws,
        labels=(NONE,),
        falling=(priors["mechanism.falling_weight"].value > _HALF,),
        products=products,
        weights=_prior_weights(priors),
    )


def at_median(row: Prior) -> Prior:
    """Give a parameter fixed at its median."""
    median = float(row.distribution.quantile(0.5))
    return replace(row, distribution=Distribution("fixed", (median,)))


def _prior_weights(priors: Priors) -> dict[str, float]:
    names = (*MECHANISMS, NONE)
    weights = {n: priors[f"mechanism.prior_weight.{n}"].value for n in names}
    whole = sum(weights.values())
    return {name: weights[name] / whole for name in MECHANISMS}
