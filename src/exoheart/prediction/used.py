"""Which rows of the tables a run used, and so which sources it rests on."""

from __future__ import annotations

from exoheart import outcome, trial
from exoheart.evidence import load_scaling
from exoheart.prediction.products import Products
from exoheart.prediction.readers import OWN
from exoheart.records.prior import Priors
from exoheart.records.study import Study
from exoheart.therapy import Draws


def used_parameters(
    study: Study, priors: Priors, draws: Draws, products: Products
) -> tuple[str, ...]:
    """Give the ids of every row behind a run, sorted.

    The model's own parameters with their variation between animals and their exponents
    of body mass, the weights of rival structures, what the product stages drew, the
    reading errors of the endpoints, and the trial's settings.
    """
    used = set(products.stream.names) | draws.parameters | set(OWN)
    for endpoint in study.endpoints:
        measure = outcome.measure(endpoint.quantity, endpoint.of)
        used.add(measure.error_id(endpoint.method))
        used |= set(measure.reads(endpoint.method))
    used |= {by for id_, by in load_scaling().items() if id_ in used}
    stages = tuple(pattern.removesuffix("*") for pattern in trial.READS)
    structure = ("mechanism.prior", "mechanism.falling_weight")
    used |= {id_ for id_ in priors if id_.startswith((*structure, *stages))}
    return tuple(sorted(used & set(priors)))


def sources_of(ids: tuple[str, ...], priors: Priors) -> tuple[str, ...]:
    """Give the keys of the sources of shipped values, sorted, each once."""
    rows = [priors[id_] for id_ in ids]
    return tuple(sorted({r.source for r in rows if r.source and not r.overridden}))
