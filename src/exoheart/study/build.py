"""From the tables of a study file to records: animal, endpoints, design, overrides.

Part of :mod:`exoheart.study`. Takes the file as nested dicts in which a value that
has been faulted already is None, and notes every further fault on the
:class:`~exoheart.study.faults.Reader`. A record is only given where all of it could
be read. Read next: :mod:`exoheart.study.products`, :mod:`exoheart.study.arms`.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from exoheart.records.override import Override
from exoheart.records.study import Animal, Design, Endpoint, Infarct, Moment
from exoheart.study.faults import Reader
from exoheart.study.names import EndpointName, Names
from exoheart.study.overrides import override_fault

Table = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Draft:
    """A study file being read: its tables, the legal names, the faults so far.

    `folder` is where files that it names are looked for.
    """

    data: Table
    names: Names
    read: Reader
    folder: Path = Path()

    def table(self, *path: str) -> Table:
        """Give a table of the file; empty where it is missing or was no table."""
        found = self.data
        for part in path:
            inner = found.get(part)
            if not isinstance(inner, Mapping):
                return {}
            found = inner
        return found

    def items(self, key: str) -> Iterator[tuple[str, Table]]:
        """Give the tables of a list with their place, ``arm[1]`` being the first."""
        rows = self.data.get(key)
        for number, row in enumerate(rows if isinstance(rows, list) else [], start=1):
            if isinstance(row, Mapping):
                yield f"{key}[{number}]", row

    def reperfusion_h(self) -> float | None:
        """Give the time of reperfusion [h], or None where there is none."""
        infarct = self.table("animal", "infarct")
        if infarct.get("model") != "ischaemia-reperfusion":
            return None
        return Reader().measure("", infarct.get("occlusion"), "hour", zero=False)

    def moment(self, where: str, text: Any) -> Moment | None:
        """Read a moment whose anchor the animal must have."""
        moment = self.read.moment(where, text)
        model = self.table("animal", "infarct").get("model")
        without = model in {"permanent ligation", "none"}
        if moment is not None and without and moment.anchor == "reperfusion":
            allowed = "'<number> <unit> after occlusion'"
            met = f"{moment.words!r} in an animal without reperfusion ({model})"
            self.read.refuse(where, met, allowed)
            return None
        return moment


def build_animal(draft: Draft) -> Animal | None:
    """Read ``[animal]`` and ``[animal.infarct]``."""
    raw, infarct = draft.table("animal"), draft.table("animal", "infarct")
    read, model = draft.read, infarct.get("model")
    where = "animal.infarct.occlusion"
    occlusion = read.measure(where, infarct.get("occlusion"), "hour", zero=False)
    if model == "ischaemia-reperfusion" and "occlusion" not in infarct:
        read.refuse(where, "nothing", "time to reperfusion, such as '90 min'")
    if model in {"permanent ligation", "none"} and "occlusion" in infarct:
        allowed = f"no occlusion time with model = {model!r}; leave the key out"
        read.fault(where, infarct["occlusion"], allowed)
    mass = read.measure("animal.body_mass", raw.get("body_mass"), "kg", zero=False)
    laboratory = infarct.get("laboratory") or "default"
    species = raw.get("species")
    if species is None or model is None:
        return None
    return Animal(
        species=species,
        sex=raw.get("sex") or "mixed",
        body_mass_kg=mass,
        infarct=Infarct(model, occlusion, laboratory),
    )


def build_endpoints(draft: Draft) -> tuple[Endpoint | None, ...]:
    """Read every ``[[endpoint]]``; None where one couldn't be read."""
    found: list[Endpoint | None] = []
    primary = ""
    for where, raw in draft.items("endpoint"):
        endpoint = _endpoint(draft, where, raw)
        if endpoint is not None and endpoint in found:
            draft.read.refuse(where, f"{endpoint.label} again", "each endpoint once")
        if raw.get("primary") and primary:
            met = f"a second primary endpoint beside {primary}"
            draft.read.refuse(f"{where}.primary", met, "one primary endpoint")
        primary = where if raw.get("primary") and not primary else primary
        found.append(endpoint)
    return tuple(found)


def _endpoint(draft: Draft, where: str, raw: Table) -> Endpoint | None:
    read = draft.read
    at = draft.moment(f"{where}.at", raw.get("at"))
    anchor_h = 0.0 if at is None or at.anchor == "occlusion" else draft.reperfusion_h()
    if at is not None and anchor_h is not None and anchor_h + at.offset_h < 0:
        allowed = "a moment at or after the onset of occlusion"
        read.fault(f"{where}.at", at.words, allowed)
    quantity = read.name(
        f"{where}.quantity", raw.get("quantity"), draft.names.endpoints
    )
    if quantity is None:
        return None
    region = _region(read, where, raw, draft.names.endpoints[quantity])
    if region is None:
        return None
    known = draft.names.endpoints[quantity][region]
    given = raw.get("method", known.default_method)
    method = read.name(f"{where}.method", given, known.methods)
    if at is None or method is None:
        return None
    return Endpoint(quantity, region or None, at, method, bool(raw.get("primary")))


def _region(
    read: Reader, where: str, raw: Table, regions: Mapping[str, EndpointName]
) -> str | None:
    """Give the endpoint's region (empty where it has none), or None if unclear."""
    key, named = f"{where}.of", [region for region in regions if region]
    if raw.get("of") is None:
        if len(regions) > 1 and "" not in regions and "of" not in raw:
            read.refuse(key, "nothing", f"one of: {', '.join(named)}")
        return "" if "" in regions else named[0] if len(named) == 1 else None
    if not named:
        met = f"{raw['of']!r} for {raw['quantity']!r}"
        read.refuse(key, met, "no region; leave the key out")
        return None
    return read.name(key, raw["of"], named)


def build_design(draft: Draft) -> Design:
    """Read ``[design]``."""
    raw = {key: value for key, value in draft.table("design").items() if value != {}}
    known = {key for key in Design.__dataclass_fields__ if raw.get(key) is not None}
    if raw.get("effect") == 0:
        draft.read.fault("design.effect", 0, "a difference other than zero")
    _check_blocking(draft, raw.get("blocking"))
    return Design(**{key: raw[key] for key in known})


def _check_blocking(draft: Draft, asked: int | None) -> None:
    """Refuse blocks that can't hold the arms in the ratio of their numbers."""
    numbers = [raw.get("n") for _, raw in draft.items("arm")]
    known = [n for n in numbers if isinstance(n, int)]
    if asked is None or not known or len(known) < len(numbers):
        return
    least = sum(known) // math.gcd(*known)
    if asked % least:
        allowed = f"a multiple of {least}, which holds the arms in their ratio"
        draft.read.fault("design.blocking", asked, allowed)


def build_overrides(draft: Draft, species: str | None) -> tuple[Override, ...]:
    """Read every line of ``[override]``."""
    found = []
    for name in draft.table("override"):
        raw, where = draft.table("override", name), f'override."{name}"'
        if any(raw.get(key) is None for key in ("median", "unit", "source")):
            continue
        if not raw["source"].strip():
            draft.read.fault(
                f"{where}.source", raw["source"], "where the value is from"
            )
        gsd = raw.get("gsd")
        override = Override(name, raw["median"], gsd, raw["unit"], raw["source"])
        if species is not None:
            fault = override_fault(where, override, draft.names, species)
            draft.read.faults += [fault] if fault else []
        found.append(override)
    return tuple(found)
