"""Keys of a study file that are accepted but change nothing.

Part of :mod:`exoheart.study`. This is the one place that lists them: a piece of work
that makes a key count takes its line out here. Some keys count for some product forms
only, or only beside another key; the donor stage says which of its keys change nothing
for a donor.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any

from exoheart.donor import unused_keys as unused_by_donor
from exoheart.records.study import Product
from exoheart.study.names import Names, laboratory_clock

#: Key patterns (items without their number) that nothing reads; a value that means
#: "nothing special" isn't reported. Keys of a route are in ``data/routes.csv``.
RECORDED: Mapping[str, object] = {
    "animal.sex": "mixed",
    "animal.infarct.laboratory": "default",
    "design.lots": 1,
}
#: Keys of a product that count for vesicles and conditioned medium alone.
_OF_FORM: Mapping[str, tuple[str, ...]] = {
    "cells": ("conditioning", "isolation", "storage", "medium", "measured"),
    "RNA": (
        *("donor_species", "conditioning", "engineering", "isolation", "storage"),
        *("medium", "measured"),
    ),
}
#: Keys of a control that say how the vehicle is given; a vehicle does nothing here.
_OF_VEHICLE = ("over", "every", "times", "delivery")
#: Keys that mean nothing in an untreated control.
_OF_UNTREATED = ("at", *_OF_VEHICLE)


def unused_keys(data: Mapping[str, Any], names: Names) -> tuple[str, ...]:
    """Give the keys of a faultless file that change nothing, as the user reads them."""
    found = [
        where
        for where, pattern, value in _keys(data)
        for recorded, silent in RECORDED.items()
        if fnmatchcase(pattern, recorded) and value != silent and value not in ([], {})
    ]
    if _has_clock(data["animal"], names):
        found.remove("animal.infarct.laboratory")
    products = data.get("product", {})
    for name, product in products.items():
        found += _of_product(name, product)
    given = {arm.get("product") for arm in data["arm"]}
    found += [f"product.{name}" for name in products if name not in given]
    for number, arm in enumerate(data["arm"], start=1):
        if arm.get("control"):
            vehicle = _OF_VEHICLE if "route" in arm else _OF_UNTREATED
            found += [f"arm[{number}].{key}" for key in vehicle if key in arm]
        elif "delivery" in arm:
            form = products[arm["product"]].get("form", "vesicles")
            silenced = _silenced(arm["route"], form, arm["delivery"])
            silenced |= names.routes[arm["route"]].unused
            keys = [key for key in arm["delivery"] if key in silenced]
            found += [f"arm[{number}].delivery.{key}" for key in keys]
    return tuple(found)


def _of_product(name: str, product: Mapping[str, Any]) -> list[str]:
    """Give the keys of a product that change nothing, each once."""
    found = [f"product.{name}.{key}" for key in _unused_by_form(product)]
    form = product.get("form", "vesicles")
    if form == "RNA":
        return found
    planned = Product(
        name,
        form,
        product["donor"],
        donor_state=product.get("donor_state", {}),
        conditioning=tuple(product.get("conditioning", ())),
        engineering=tuple(product.get("engineering", ())),
        medium=product.get("medium", "serum-free"),
    )
    listed = unused_by_donor(planned)
    return found + [key for key in listed if key.partition(": ")[0] not in found]


def _unused_by_form(product: Mapping[str, Any]) -> list[str]:
    """Give the keys of a product that mean nothing for its form."""
    form = product.get("form", "vesicles")
    found = [key for key in _OF_FORM.get(form, ()) if product.get(key)]
    if form == "RNA":
        found += [f"donor_state.{key}" for key in product.get("donor_state", {})]
    return found


def _silenced(route: str, form: str, keys: Mapping[str, Any]) -> set[str]:
    """Give the keys of a route that change nothing beside others or for a form.

    A balloon's volume fills vessels with vesicles; a needle's loss follows its volume
    per site, unless a gel carries the dose, and living cells don't leave with the gel.
    """
    gel = "gel_release_half_time" in keys
    found = set()
    match route:
        case "intracoronary" if "flow_arrest" not in keys or form in _OF_FORM:
            found = {"volume"}
        case "intramyocardial" if gel and form != "cells":
            found = {"volume", "sites", "arrested_heart"}
        case "intramyocardial" if "volume" not in keys:
            found = {"sites"}
        case "patch" if form == "cells":
            found = {"gel_release_half_time"}
    return found | {"ligand"} if form == "RNA" else found


def _has_clock(animal: Mapping[str, Any], names: Names) -> bool:
    """Whether a laboratory was named whose injury clock is known for the species."""
    laboratory = animal["infarct"].get("laboratory", "default")
    known = names.parameter(laboratory_clock(laboratory), animal["species"])
    return laboratory != "default" and known is not None


def _keys(
    value: Any, where: str = "", pattern: str = ""
) -> Iterator[tuple[str, str, Any]]:
    """Walk all keys: as written, without item numbers, and the value."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            dot = "." if where else ""
            place, form = f"{where}{dot}{key}", f"{pattern}{dot}{key}"
            yield place, form, inner
            yield from _keys(inner, place, form)
    elif isinstance(value, list):
        for number, inner in enumerate(value, start=1):
            yield from _keys(inner, f"{where}[{number}]", pattern)
