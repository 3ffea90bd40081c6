"""From ``[product.<name>]`` tables to records: donor, isolation, storage.

Part of :mod:`exoheart.study`. Takes and gives what :mod:`exoheart.study.build` does.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from exoheart.donor import (
    HUMAN_LINES,
    find_modifiers,
    planned_faults,
    state_faults,
)
from exoheart.records.study import Product, Storage
from exoheart.study.build import Draft, Table
from exoheart.study.faults import Reader
from exoheart.study.measured import measured

_FLOW = "tangential flow filtration"


def build_products(draft: Draft) -> dict[str, Product | None]:
    """Read every ``[product.<name>]``; None where one couldn't be read."""
    products = draft.table("product")
    return {name: _product(draft, name) for name in products}


def _product(draft: Draft, name: str) -> Product | None:
    raw, where, read = draft.table("product", name), f"product.{name}", draft.read
    form = raw.get("form", "vesicles")
    donor = read.named(f"{where}.donor", raw.get("donor"), draft.names.donors)
    isolation = _each(read, f"{where}.isolation", raw, draft.names.isolation)
    conditioning = _each(read, f"{where}.conditioning", raw, draft.names.conditioning)
    engineering = _each(read, f"{where}.engineering", raw, draft.names.engineering)
    _check_steps(read, where, isolation)
    _check_changes(read, where, donor, raw, (conditioning, engineering))
    read.faults += state_faults(raw.get("donor_state") or {}, f"{where}.donor_state")
    if form == "conditioned medium" and raw.get("isolation"):
        met = f"{', '.join(isolation) or 'steps'} with conditioned medium"
        allowed = "no steps; form = 'vesicles' for what isolation leaves"
        read.refuse(f"{where}.isolation", met, allowed)
    _check_autologous(draft, where, raw)
    if donor in HUMAN_LINES and raw.get("donor_species", "human") != "human":
        met = f"{raw['donor_species']!r} with the donor {donor}"
        read.refuse(f"{where}.donor_species", met, f"'human': {donor} is a human line")
    storage = _storage(
        read, f"{where}.storage", draft.table("product", name, "storage")
    )
    if donor is None or form is None:
        return None
    return Product(
        name=name,
        form=form,
        donor=donor,
        donor_species=raw.get("donor_species") or "human",
        donor_state=MappingProxyType(dict(raw.get("donor_state") or {})),
        conditioning=conditioning,
        engineering=engineering,
        isolation=isolation,
        storage=storage,
        measured=measured(draft, where, raw),
        medium=raw.get("medium") or "serum-free",
    )


def _each(
    read: Reader, where: str, raw: Table, options: Mapping[str, str]
) -> tuple[str, ...]:
    """Read a list of names; what is unknown is noted and left out."""
    given = raw.get(where.rsplit(".", 1)[-1]) or ()
    found = [
        read.named(f"{where}[{number}]", name, options)
        for number, name in enumerate(given, start=1)
    ]
    return tuple(name for name in found if name is not None)


def _check_steps(read: Reader, where: str, isolation: tuple[str, ...]) -> None:
    """Refuse what was never measured together."""
    passes = isolation.count(_FLOW)
    if passes > 2:
        met = f"{passes} passes of {_FLOW}"
        read.refuse(f"{where}.isolation", met, "one or two, which were measured")


def _check_changes(
    read: Reader,
    where: str,
    donor: str | None,
    raw: Table,
    changes: tuple[tuple[str, ...], tuple[str, ...]],
) -> None:
    """Refuse changes of the donor that can't be made or were never made together."""
    conditioning, engineering = changes
    both = (
        *find_modifiers(conditioning, "conditioning"),
        *find_modifiers(engineering, "engineering"),
    )
    form, medium = raw.get("form", "vesicles"), raw.get("medium", "serum-free")
    for fault in planned_faults(both, donor or "", str(form), str(medium)):
        key = _key_of(fault, engineering, conditioning)
        met, _, allowed = fault.partition("; ")
        read.refuse(f"{where}.{key}", met, allowed)


def _key_of(
    fault: str, engineering: tuple[str, ...], conditioning: tuple[str, ...]
) -> str:
    """Give the key that a fault begins with; the donor where no change is met."""
    if fault.startswith(engineering):
        return "engineering"
    return "conditioning" if fault.startswith(conditioning) else "donor"


def _check_autologous(draft: Draft, where: str, raw: Table) -> None:
    """Refuse own cells from another species."""
    own = str((raw.get("donor_state") or {}).get("autologous", False)).lower() == "true"
    donor = raw.get("donor_species", "human")
    species = draft.table("animal").get("species")
    if own and None not in (donor, species) and donor != species:
        met = f"{donor!r} with donor_state.autologous"
        draft.read.refuse(
            f"{where}.donor_species", met, f"{species}, or not autologous"
        )


def _storage(read: Reader, where: str, raw: Table) -> Storage:
    temperature = read.temperature(f"{where}.temperature", raw.get("temperature"))
    duration = read.measure(f"{where}.duration", raw.get("duration"), "hour")
    return Storage(
        temperature_c=-80.0 if temperature is None else temperature,
        duration_h=duration or 0.0,
        freeze_thaw=raw.get("freeze_thaw") or 0,
        tube=raw.get("tube") or "ordinary",
        buffer=raw.get("buffer") or "saline",
        lyophilised=bool(raw.get("lyophilised")),
    )
