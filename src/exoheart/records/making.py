"""How a product is made, tested and classed: hand-over of the product stage.

Comes from :mod:`exoheart.product`; goes to the report's section on making and to the
commands of ``exoheart product``. Arrays have shape ``(outer,)``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from exoheart.records.product import FloatArray, Quantity


@dataclass(frozen=True, slots=True)
class Timing:
    """Whether a product can exist when it is due, and why.

    `kind` is ``autologous``, ``allogeneic stock``, ``xenogeneic stock`` or
    ``synthesised``; `earliest` is the day after infarction on which it can be given
    (None for what is made before, or can't be), `due_day` the first planned dose,
    `in_time` the share of draws that make it, `instead` what could be given in the
    place of a product that can't.
    """

    kind: Literal["autologous", "allogeneic stock", "xenogeneic stock", "synthesised"]
    due_day: float
    in_time: float
    sentence: str
    earliest: Quantity | None = None
    instead: str = ""


@dataclass(frozen=True, slots=True)
class Sourcing:
    """One way to come by the cells of a product, and when it is ready.

    Parameters
    ----------
    way
        Whose cells.
    planned
        Whether the study file takes this way.
    in_time
        Share of draws in which it is ready for the first dose [1].
    sentence
        The same in words, with the reason.
    ready
        Day after infarction on which it is ready; None where it waits before, or where
        this way is closed.
    lead
        Days from the first cell to a released product; None where this way is closed.
    """

    way: Literal["own cells", "other donors", "iPSC bank", "synthesis"]
    planned: bool
    in_time: float
    sentence: str
    ready: Quantity | None = None
    lead: Quantity | None = None


@dataclass(frozen=True, slots=True)
class IsolationStep:
    """What is left after one step of an isolation.

    Parameters
    ----------
    step
        Its name.
    kept : ndarray, shape (outer,)
        Share of the medium's vesicles that is left [1].
    giga_per_ug : ndarray, shape (outer,)
        Vesicles per protein [1e9/ug].
    protein_ug_per_giga : ndarray, shape (outer,)
        Protein outside vesicles that comes with them [ug/1e9].
    """

    step: str
    kept: FloatArray
    giga_per_ug: FloatArray
    protein_ug_per_giga: FloatArray


@dataclass(frozen=True, slots=True)
class CostLine:
    """One line of a cost sheet; `price` and `cost` are None where nobody priced it.

    `product` is empty for what belongs to the study as a whole.
    """

    product: str
    item: str
    words: str
    quantity: Quantity
    price: float | None = None
    cost: Quantity | None = None


@dataclass(frozen=True, slots=True)
class CostSheet:
    """What a study's products cost at the user's prices.

    `total` sums the priced lines draw by draw (None without any); `unpriced` names the
    lines that it leaves out, `idle` the prices that no line asked for.
    """

    currency: str
    lines: tuple[CostLine, ...]
    total: Quantity | None
    unpriced: tuple[str, ...]
    idle: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ReleaseTest:
    """One line of the release table: what is known of this product today."""

    attribute: str
    method: str
    result: str
    known: bool


@dataclass(frozen=True, slots=True)
class RuleStep:
    """One rule on the way to a regulatory class.

    `standing` says what was read behind it.
    """

    rule: str
    question: str
    answer: bool
    instrument: str
    locator: str
    source: str
    verified: bool
    standing: str


@dataclass(frozen=True, slots=True)
class Classification:
    """Regulatory class of a product in one jurisdiction, with the way that led to it.

    `checked` is True only if a text was read for every rule on the way; `standing`
    says in words what the weakest rule on it rests on.
    """

    jurisdiction: str
    outcome: str
    path: tuple[RuleStep, ...]
    checked: bool
    standing: str = ""


@dataclass(frozen=True, slots=True)
class ProductMake:
    """How one product is made for one study.

    Parameters
    ----------
    product
        Name in the study file.
    doses
        Administrations, over all animals.
    quantities
        Vials, and whatever else the form needs: vesicles, donor cells, litres,
        doublings, passages, vessels, days, batches, collections, drug, RNA.
    within_reach : ndarray, shape (outer,)
        1 where the donor cells can divide often enough, or none are needed, else 0.
    timing
        Whether it can exist in time.
    release
        What the release table knows.
    regulation
        One classification for each jurisdiction.
    sentences
        The plan in words.
    notes
        Assumptions and limits to be shown.
    sourcing
        Every way to come by the cells.
    isolation
        What each step leaves, in order.
    vessel
        What the cells grow in at the end; empty where none grow.
    amounts
        By item of a price list, draws of how much of it is needed, shape (outer,).
    risks
        What is known, assumed and unknown of the immune system's answer.
    """

    product: str
    doses: int
    quantities: tuple[Quantity, ...]
    within_reach: FloatArray
    timing: Timing
    release: tuple[ReleaseTest, ...]
    regulation: tuple[Classification, ...]
    sentences: tuple[str, ...]
    notes: tuple[str, ...] = ()
    sourcing: tuple[Sourcing, ...] = ()
    isolation: tuple[IsolationStep, ...] = ()
    vessel: str = ""
    amounts: Mapping[str, FloatArray] = field(default_factory=dict)
    risks: tuple[RiskFlag, ...] = ()

    def quantity(self, name: str) -> Quantity:
        """Give one quantity by its name (KeyError where there is none)."""
        return {each.name: each for each in self.quantities}[name]


@dataclass(frozen=True, slots=True)
class MakePlan:
    """How every product of a study is made, by product name."""

    products: Mapping[str, ProductMake] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Duty:
    """What follows for a product beside its class.

    `answer` is None where the study file can't say; then `sentence` gives both ways.
    """

    rule: str
    jurisdiction: str
    question: str
    answer: bool | None
    sentence: str
    instrument: str
    locator: str
    source: str
    standing: str


@dataclass(frozen=True, slots=True)
class RiskFlag:
    """One thing to think of about how a recipient's immune system meets a product.

    `standing` is ``known`` where a text that was read says so, ``assumed`` where it is
    only held to be so, ``unknown`` where nobody has measured it; `source` is empty for
    what is assumed or unknown without a text.
    """

    topic: str
    standing: Literal["known", "assumed", "unknown"]
    sentence: str
    source: str = ""
