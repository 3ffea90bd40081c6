"""What making costs at the user's own prices, and what nobody has priced.

The program ships no price. A price list is a TOML file of the user; quantities come
from the make plan, draw by draw, so that the total has the interval that its parts
have together. Reads :class:`exoheart.records.making.MakePlan`.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from exoheart.errors import DataError, Fault, InputError, closest
from exoheart.product.culture import Bench, Culture, Doses
from exoheart.product.kinship import is_own
from exoheart.records.making import CostLine, CostSheet, MakePlan
from exoheart.records.product import FloatArray, Supply, summarise

#: Items of a price list, with what one of them is.
ITEMS: Mapping[str, str] = MappingProxyType(
    {
        "medium_litre": "one litre of conditioned medium",
        "isolation_litre": "isolation from one litre of conditioned medium",
        "vessel": "one vessel of the kind that the plan names",
        "vial": "one filled vial, reserve included",
        "release_test_batch": "release tests of one batch",
        "donor": "one donor, or one vial of a cell bank, to start a culture",
        "collection": "one collection from a donor that isn't grown",
        "staff_day": "one day of culture (a start of its own counts its own days)",
        "rna_ug": "one microgram of synthesised RNA",
        "drug_umol": "one micromole of drug in the vesicles",
        "animal": "one animal of the study, controls included",
    }
)
_ANIMAL = "animal"
_KEYS = ("currency", "price")


@dataclass(frozen=True, slots=True)
class Prices:
    """A user's price list: currency, and price by item of :data:`ITEMS`."""

    currency: str
    price: Mapping[str, float]


def needed_amounts(
    doses: Doses, source: Supply, culture: Culture | None, bench: Bench
) -> dict[str, FloatArray]:
    """Give how much of every priced item a product needs, each of shape (outer,).

    Parameters
    ----------
    doses
        What the arms are given.
    source
        The product.
    culture
        How it is made; None for RNA.
    bench
        Parameters and draws.
    """
    if culture is None:
        overage = bench.take("overage")
        need = sum(one.count * one.given.rna_ug for one in doses)
        vials = np.ceil(sum(one.count for one in doses) * overage)
        return {"vial": vials, "rna_ug": need * overage}
    grown, litres = culture.growth, culture.litres
    starts = culture.starts if is_own(source.product) else 1
    found = {
        "medium_litre": litres,
        "isolation_litre": litres if source.product.form == "vesicles" else None,
        "vessel": None if grown is None else grown.housing.vessels,
        "vial": culture.spare,
        "release_test_batch": culture.batches,
        "donor": None if grown is None else np.full(culture.vials.shape, float(starts)),
        "collection": culture.collections,
        "staff_day": None if culture.days is None else culture.days * starts,
        "drug_umol": {name: draws for name, _, draws in culture.loads}.get(
            "drug in vesicles"
        ),
    }
    return {item: draws for item, draws in found.items() if draws is not None}


def read_prices(path: Path) -> Prices:
    """Read a price list.

    Raises
    ------
    InputError
        The file can't be read, or is no TOML.
    DataError
        It holds something wrong; lists every fault.
    """
    try:
        given = tomllib.loads(path.read_text("utf-8"))
    except OSError as bad:
        raise InputError(
            f"price list met {path}, which can't be read ({bad.strerror}); allowed: a "
            "TOML file; write one to begin with by --prices-template FILE"
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as bad:
        raise InputError(
            f"price list {path}: met no TOML ({bad}); allowed: lines such as "
            "medium_litre = 60.0; mend that line"
        ) from None
    faults = [*_head_faults(given), *_price_faults(given.get("price", {}))]
    if faults:
        raise DataError(f"price list {path.name}", faults)
    price = {item: float(value) for item, value in given["price"].items()}
    return Prices(given["currency"], MappingProxyType(price))


def _head_faults(given: Mapping[str, Any]) -> Iterator[Fault]:
    """List what is wrong outside the prices."""
    for key in given:
        if key not in _KEYS:
            near = closest(key, [*_KEYS, *ITEMS])
            yield Fault(key, "an unknown key", "currency, [price]", near)
    currency = given.get("currency")
    if not isinstance(currency, str) or not currency.strip():
        met = "nothing" if currency is None else repr(currency)
        yield Fault("currency", met, "a text such as 'EUR'")
    if not isinstance(given.get("price"), dict):
        met = repr(given["price"]) if "price" in given else "nothing"
        yield Fault("price", met, "a table [price] with one line for each item")


def _price_faults(prices: object) -> Iterator[Fault]:
    """List what is wrong with the prices."""
    if not isinstance(prices, dict):
        return
    for item, value in prices.items():
        if item not in ITEMS:
            near = closest(item, ITEMS)
            yield Fault(f"price.{item}", "an unknown item", ", ".join(ITEMS), near)
        elif not _is_price(value):
            yield Fault(f"price.{item}", repr(value), "a number, zero or more")


def _is_price(value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return math.isfinite(value) and value >= 0


def price_template() -> str:
    """Give an empty price list with every item, to be filled in by the user."""
    lines = [
        "# Prices for exoheart product make --prices FILE.",
        "# No price is shipped. Take the # off a line and write what it costs you;",
        "# what stays without a price is listed and left out of the total.",
        'currency = "EUR"',
        "",
        "[price]",
    ]
    lines += [f"# {item} = 0.0  # {words}" for item, words in ITEMS.items()]
    return "\n".join(lines) + "\n"


def cost_sheet(made: MakePlan, animals: int, prices: Prices) -> CostSheet:
    """Put a user's prices on a make plan.

    Parameters
    ----------
    made
        How the products are made.
    animals
        Of the whole study, controls included.
    prices
        From :func:`read_prices`.

    Returns
    -------
    CostSheet
        A line without a price has no cost and is named in `unpriced`.
    """
    needed = [
        (name, item, draws)
        for name, one in made.products.items()
        for item, draws in one.amounts.items()
    ]
    needed.append(("", _ANIMAL, np.array([float(animals)])))
    priced = [
        prices.price[item] * draws for _, item, draws in needed if item in prices.price
    ]
    asked = {item for _, item, _ in needed}
    return CostSheet(
        currency=prices.currency,
        lines=tuple(_line(*one, prices) for one in needed),
        total=summarise("total", prices.currency, _joint(priced)) if priced else None,
        unpriced=tuple(
            _named(name, item) for name, item, _ in needed if item not in prices.price
        ),
        idle=tuple(item for item in prices.price if item not in asked),
    )


def _joint(costs: Iterable[FloatArray]) -> FloatArray:
    """Add costs up, draw by draw."""
    return np.asarray(sum(costs, start=np.zeros(1)))


def _named(product: str, item: str) -> str:
    return f"{item} ({product})" if product else item


def _line(product: str, item: str, draws: FloatArray, prices: Prices) -> CostLine:
    """Give one line of a cost sheet."""
    price = prices.price.get(item)
    quantity = summarise(item, "1", draws)
    if price is None:
        return CostLine(product, item, ITEMS[item], quantity)
    cost = summarise("cost", prices.currency, price * draws)
    return CostLine(product, item, ITEMS[item], quantity, price, cost)
