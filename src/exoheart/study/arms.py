"""From ``[[arm]]`` tables to records: what is given, and against what it stands.

Part of :mod:`exoheart.study`; the rules for the group of arms as a whole (names,
controls) are here too. Takes and gives what :mod:`exoheart.study.build` does.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from exoheart.donor import find_modifiers, ligand_of
from exoheart.errors import closest
from exoheart.records.study import BASES, Arm, Dose, Product
from exoheart.study.build import Draft, Table
from exoheart.study.names import spelled

_MEASURED = {"flow_arrest": "hour", "gel_release_half_time": "hour", "volume": "mL"}
_NEEDED = {
    "product": "the name of a [product.<name>] table",
    "dose": "a dose, such as '7.5 mg protein' or '2e9 particles'",
    "route": "a route, such as 'intramyocardial'",
    "at": "a moment, such as '30 min after reperfusion'",
}


def build_arms(
    draft: Draft, products: Mapping[str, Product | None]
) -> tuple[Arm | None, ...]:
    """Read every ``[[arm]]``; None where one couldn't be read."""
    rows = list(draft.items("arm"))
    _check_names(draft, rows)
    _check_controls(draft, rows)
    return tuple(_arm(draft, where, raw, products) for where, raw in rows)


def _arm(
    draft: Draft, where: str, raw: Table, products: Mapping[str, Product | None]
) -> Arm | None:
    read, control = draft.read, raw.get("control", False)
    given = products.get(str(raw.get("product")))
    dose = _counted(read.dose(f"{where}.dose", raw.get("dose")), given)
    at = draft.moment(f"{where}.at", raw.get("at"))
    route = _route(draft, f"{where}.route", raw.get("route"))
    over, every, times = _dosing(draft, where, raw)
    delivery = _delivery(draft, f"{where}.delivery", raw, route)
    _check_ligand(draft, where, raw)
    _check_arrest(draft, where, raw, delivery, over, every)
    if control is True:
        _refuse_treatment(draft, where, raw)
    elif control is False:
        _require_treatment(draft, where, raw)
        _check_form(draft, where, raw, route, dose)
    if raw.get("name") is None or raw.get("n") is None:
        return None
    return Arm(
        name=raw["name"],
        control=bool(control),
        n=raw["n"],
        route=route,
        product=raw.get("product"),
        compare_to=raw.get("compare_to"),
        dose=dose if dose is not None and dose.value > 0 else None,
        at=at,
        over_h=over,
        every_h=every,
        times=times,
        delivery=MappingProxyType(delivery),
    )


def _counted(dose: Dose | None, product: Product | None) -> Dose | None:
    """Turn the volume of a counted vial into the particles counted in it."""
    sample = None if product is None else product.measured
    if dose is None or dose.basis != "volume" or sample is None:
        return dose
    return replace(dose, value=dose.value * sample.per_ml, basis="particles")


def _check_ligand(draft: Draft, where: str, raw: Table) -> None:
    """Refuse a ligand of the arm beside another one that the product carries."""
    product = draft.table("product", str(raw.get("product")))
    known = draft.names.engineering
    names = [spelled(str(one), known) for one in product.get("engineering") or ()]
    own = ligand_of(find_modifiers([n for n in names if n], "engineering"))
    delivery = raw.get("delivery")
    given = delivery.get("ligand") if isinstance(delivery, Mapping) else None
    if own is not None and given not in (None, own):
        met = f"{given!r} on vesicles that carry the {own} by product.engineering"
        draft.read.refuse(f"{where}.delivery.ligand", met, "one ligand: leave one out")


def _refuse_treatment(draft: Draft, where: str, raw: Table) -> None:
    for key in ("product", "dose"):
        if raw.get(key) is not None:
            allowed = "no product and no dose in a control: it is the vehicle alone"
            draft.read.fault(f"{where}.{key}", raw[key], allowed)
    if raw.get("compare_to") is not None:
        allowed = "no compare_to in a control: it is compared with nothing"
        draft.read.fault(f"{where}.compare_to", raw["compare_to"], allowed)


def _require_treatment(draft: Draft, where: str, raw: Table) -> None:
    for key, allowed in _NEEDED.items():
        if key not in raw:
            text = f"{allowed}; or control = true for a vehicle"
            draft.read.refuse(f"{where}.{key}", "nothing", text)
    draft.read.name(f"{where}.product", raw.get("product"), draft.table("product"))
    if draft.table("animal").get("species") == "dog":
        allowed = "control arms only: the model has the dog's heart alone"
        draft.read.refuse(where, "a treated arm in the dog", allowed)


def _check_form(
    draft: Draft, where: str, raw: Table, route: str | None, dose: Dose | None
) -> None:
    """Refuse a route or a dose that doesn't go with the product's form."""
    product = draft.table("product").get(str(raw.get("product")))
    form = product.get("form", "vesicles") if isinstance(product, Mapping) else None
    if form is None or product is None:
        return
    routes = draft.names.routes
    if route is not None and form not in routes[route].forms:
        takes = [name for name, one in routes.items() if form in one.forms]
        draft.read.refuse(f"{where}.route", f"{route!r} with {form}", ", ".join(takes))
    if dose is not None and dose.basis == "volume":
        if "measured" not in product:
            met = f"{dose.words!r}, a volume of vials that weren't counted"
            allowed = "with product.<name>.measured; or a dose in another unit"
            draft.read.refuse(f"{where}.dose", met, allowed)
    elif dose is not None and dose.basis not in BASES[form]:
        met = f"{dose.words!r} with the form {form}"
        allowed = f"a dose counted in: {', '.join(BASES[form])}"
        draft.read.refuse(f"{where}.dose", met, allowed)


def _check_arrest(
    draft: Draft,
    where: str,
    raw: Table,
    delivery: Mapping[str, str | float],
    over: float,
    every: float,
) -> None:
    """Refuse an infusion, or a next dose, that doesn't fit the time of stopped flow."""
    arrest = float(delivery.get("flow_arrest", 0.0))
    words = f"flow_arrest = {raw['delivery']['flow_arrest']!r}" if arrest else ""
    if over > arrest > 0.0:
        met = f"{raw['over']!r} with {words}"
        draft.read.refuse(
            f"{where}.over", met, "an infusion that ends before flow returns"
        )
    if 0.0 < every <= arrest:
        met = f"{raw['every']!r}, not longer than {words}"
        allowed = "a dose that ends before the next begins"
        draft.read.refuse(f"{where}.every", met, allowed)


def _route(draft: Draft, where: str, given: Any) -> str | None:
    routes = draft.names.routes
    modelled = [name for name, route in routes.items() if route.modelled]
    if given in routes and given not in modelled:
        met = f"{given!r}, which the model doesn't have yet"
        draft.read.refuse(where, met, ", ".join(modelled))
        return None
    return draft.read.name(where, given, modelled)


def _dosing(draft: Draft, where: str, raw: Table) -> tuple[float, float, int]:
    """Read the length of an infusion and repeated doses: over, every, times."""
    read = draft.read
    over = read.measure(f"{where}.over", raw.get("over"), "hour")
    every = read.measure(f"{where}.every", raw.get("every"), "hour", zero=False)
    times = raw.get("times", 1)
    if times is not None and times > 1 and "every" not in raw:
        allowed = "with times also every, such as every = '7 d'"
        read.fault(f"{where}.times", times, allowed)
    if "every" in raw and times == 1:
        allowed = "with every also times, 2 or more"
        read.fault(f"{where}.every", raw["every"], allowed)
    if every is not None and over is not None and every <= over:
        met = f"{raw['every']!r}, not longer than over = {raw['over']!r}"
        read.refuse(f"{where}.every", met, "a dose that ends before the next begins")
    return over or 0.0, every or 0.0, times or 1


def _delivery(
    draft: Draft, where: str, raw: Table, route: str | None
) -> dict[str, str | float]:
    """Read ``[arm.delivery]``: times in hours, volumes in mL, names as they are."""
    given = raw.get("delivery")
    if not isinstance(given, Mapping):
        return {}
    if "route" not in raw:
        draft.read.refuse(where, "delivery keys without a route", "a route as well")
    found: dict[str, str | float] = {}
    for key, value in given.items():
        place = f"{where}.{key}"
        if route is not None and key not in draft.names.routes[route].keys:
            _refuse_key(draft, place, key, route)
            continue
        amount = _value(draft, place, key, value, route)
        if amount is not None:
            found[key] = amount
    return found


def _value(
    draft: Draft, place: str, key: str, value: Any, route: str | None
) -> str | float | None:
    """Read the value of one key: a measure, a name, or a number as it stands."""
    if key in _MEASURED:
        return draft.read.measure(place, value, _MEASURED[key], zero=False)
    options = draft.names.routes[route].options if route is not None else {}
    if isinstance(value, str) and key in options:
        return draft.read.name(place, value, options[key])
    number: str | float | None = value
    return number


def _refuse_key(draft: Draft, place: str, key: str, route: str) -> None:
    keys = sorted(draft.names.routes[route].keys)
    listed = ", ".join(keys) or "no keys"
    draft.read.refuse(place, f"{key!r} with the {route} route", listed)


def _check_names(draft: Draft, rows: list[tuple[str, Table]]) -> None:
    seen: dict[str, str] = {}
    for where, raw in rows:
        name = raw.get("name")
        if name in seen:
            draft.read.fault(f"{where}.name", name, f"a name not used by {seen[name]}")
        elif name is not None:
            seen[name] = where


def _check_controls(draft: Draft, rows: list[tuple[str, Table]]) -> None:
    """Every treated arm needs one control that it is compared with."""
    read = draft.read
    controls = [
        raw.get("name") for _, raw in rows if raw.get("control", False) is not False
    ]
    named = [name for name in controls if name is not None]
    treated = [item for item in rows if item[1].get("control", False) is False]
    if treated and not controls:
        allowed = "an [[arm]] with control = true for the treated arms"
        read.refuse("arm", "no control arm", allowed)
    for where, raw in treated:
        given, key = raw.get("compare_to"), f"{where}.compare_to"
        if "compare_to" not in raw and len(controls) > 1:
            met = f"nothing, with {len(controls)} controls"
            read.refuse(key, met, f"one of: {', '.join(named)}")
        if given is not None and given not in named and controls:
            others = [other.get("name") for _, other in treated]
            met = f"{given!r}, not a control" if given in others else f"{given!r}"
            listed = f"a control: {', '.join(named)}"
            read.refuse(key, met, listed, closest(given, named))
