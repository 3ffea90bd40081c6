"""How a study's products are made, without solving the heart: ``product make``.

Runs the donor and product stages and nothing else, on the draws that ``plan`` would
use, so both give the same numbers. Read next: :mod:`exoheart.planning.make`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from exoheart.planning.make import make_section, plan_of
from exoheart.planning.words import finite, quantity
from exoheart.prediction import DEFAULT_MEMBERS, prepare
from exoheart.product.cost import Prices, cost_sheet
from exoheart.records.making import CostLine, CostSheet, MakePlan
from exoheart.records.product import Supply
from exoheart.records.study import Study
from exoheart.version import VERSION


@dataclass(frozen=True)
class Making:
    """How a study's products are made.

    Parameters
    ----------
    study, seed, draws
        What was asked, and the number of joint draws behind every interval.
    plan
        Arrays and records.
    supplies
        The products, by name.
    costs
        At the user's prices; None without any.
    """

    study: Study
    seed: int
    draws: int
    plan: MakePlan
    supplies: Mapping[str, Supply]
    costs: CostSheet | None = None

    @property
    def sentences(self) -> tuple[str, ...]:
        """The answer: timing, amounts and reach of every product."""
        return tuple(
            sentence
            for one in self.plan.products.values()
            for sentence in (
                f"{one.timing.sentence} {one.timing.instead}".strip(),
                *one.sentences[:-1],
            )
        )

    def to_json(self) -> dict[str, Any]:
        """Give the document of ``exoheart product make --json``."""
        document = {
            "title": self.study.title,
            "sentences": list(self.sentences),
            **make_section(self.plan, self.supplies),
            "cost": None if self.costs is None else _cost(self.costs),
            "draws": self.draws,
            "seed": self.seed,
            "version": VERSION,
        }
        found: dict[str, Any] = finite(document)
        return found


def make_study(
    study: Study,
    *,
    seed: int = 0,
    members: int = DEFAULT_MEMBERS,
    prices: Prices | None = None,
) -> Making:
    """Say how a study's products are made, and whether they can exist in time.

    Parameters
    ----------
    study
        From :func:`exoheart.study.load_study`.
    seed, members
        As for ``plan``: the same give the same numbers.
    prices
        The user's price list; None gives no costs.

    Returns
    -------
    Making

    Raises
    ------
    InputError
        A product's donor or isolation isn't modelled.

    Examples
    --------
    >>> from exoheart.study import load_study
    >>> made = make_study(load_study("study.toml"))  # doctest: +SKIP
    >>> print(made.sentences[0])  # doctest: +SKIP
    """
    setting = prepare(study, seed, members)
    outer = setting.size.outer
    plan = plan_of(study, setting.priors, setting.products, seed, outer)
    animals = sum(arm.n for arm in study.arms)
    costs = None if prices is None else cost_sheet(plan, animals, prices)
    return Making(study, seed, outer, plan, setting.products.supplies, costs)


def _cost(sheet: CostSheet) -> dict[str, Any]:
    """Give a cost sheet as data; what has no price is null and listed."""
    return {
        "currency": sheet.currency,
        "lines": [_line(line) for line in sheet.lines],
        "total": None if sheet.total is None else quantity(sheet.total),
        "not_priced": list(sheet.unpriced),
        "prices_not_needed": list(sheet.idle),
    }


def _line(line: CostLine) -> dict[str, Any]:
    return {
        "product": line.product or None,
        "item": line.item,
        "what": line.words,
        "quantity": quantity(line.quantity),
        "price": line.price,
        "cost": None if line.cost is None else quantity(line.cost),
    }
