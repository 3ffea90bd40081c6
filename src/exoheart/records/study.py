"""What the user plans: the study file as frozen records, in the program's units.

Built by :mod:`exoheart.study`, read by every stage. Times are hours, masses grams
(body mass: kilograms); a moment keeps the user's words beside its meaning.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

from exoheart.records.instrument import MeasuredSample
from exoheart.records.override import Override

Species = Literal["mouse", "rat", "pig", "human", "dog"]
Anchor = Literal["occlusion", "reperfusion"]
Form = Literal["vesicles", "conditioned medium", "cells", "RNA"]
Basis = Literal["particles", "protein", "donor cells", "RNA", "volume"]
Medium = Literal["serum-free", "depleted serum", "platelet lysate", "serum"]
Tube = Literal["ordinary", "low-binding"]
Buffer = Literal["saline", "saline with sugar", "conditioned medium"]

#: What a dose of each form may be counted in. A study file may also give the volume of
#: a counted vial, which is turned into the particles counted in it.
BASES: Mapping[Form, tuple[Basis, ...]] = MappingProxyType(
    {
        "vesicles": ("particles", "protein", "donor cells"),
        "conditioned medium": ("particles", "protein", "donor cells"),
        "cells": ("donor cells",),
        "RNA": ("RNA",),
    }
)


def _empty() -> Mapping[str, str | float]:
    return MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Moment:
    """A time in the user's words and as an offset [h] from an anchor."""

    words: str
    offset_h: float
    anchor: Anchor


@dataclass(frozen=True, slots=True)
class Infarct:
    """How the infarct is made.

    `model` is ``ischaemia-reperfusion``, ``permanent ligation`` or ``none`` (sham);
    `occlusion_h` is None but for ischaemia-reperfusion.
    """

    model: Literal["ischaemia-reperfusion", "permanent ligation", "none"]
    occlusion_h: float | None
    laboratory: str = "default"


@dataclass(frozen=True, slots=True)
class Animal:
    """The animal and its infarct; `body_mass_kg` is None for the species' reference."""

    species: Species
    sex: Literal["female", "male", "mixed"]
    body_mass_kg: float | None
    infarct: Infarct


@dataclass(frozen=True, slots=True)
class Storage:
    """How the product waits: temperature [degC], time [h], freeze-thaw cycles.

    `tube` and `buffer` count while it is liquid; a `lyophilised` product waits dry and
    is wetted once.
    """

    temperature_c: float = -80.0
    duration_h: float = 0.0
    freeze_thaw: int = 0
    tube: Tube = "ordinary"
    buffer: Buffer = "saline"
    lyophilised: bool = False


@dataclass(frozen=True, slots=True)
class Product:
    """What is given: its form, donor, isolation steps in order, storage.

    RNA comes of no cell: its donor says whose signals it carries. `medium` is what the
    donor cells condition; `measured` is a counted sample of the vials, which takes the
    place of what the tables assume of them.
    """

    name: str
    form: Form
    donor: str
    donor_species: str = "human"
    donor_state: Mapping[str, str | float] = field(default_factory=_empty)
    conditioning: tuple[str, ...] = ()
    engineering: tuple[str, ...] = ()
    isolation: tuple[str, ...] = ()
    storage: Storage = field(default_factory=Storage)
    measured: MeasuredSample | None = None
    medium: Medium = "serum-free"


@dataclass(frozen=True, slots=True)
class Dose:
    """A dose in the user's words, its number in the unit of its basis.

    `basis` says what was counted: ``particles`` [1], ``protein`` [ug], ``donor
    cells`` [1] or ``RNA`` [ug]; :data:`BASES` says which forms take it. ``volume`` [mL]
    is of a counted vial, and only on the way in. `per` is
    ``kg`` (body mass), ``g heart`` or None (total).
    """

    words: str
    value: float
    basis: Basis
    per: Literal["kg", "g heart"] | None = None


@dataclass(frozen=True, slots=True)
class Arm:
    """One arm: what is given, how, when and to how many animals.

    A control arm has no product and no dose; without a route it is untreated.
    `dose` is also None for a treated arm whose dose is zero. `delivery` holds the
    route's own keys (`zone`, `sites`, ...), times in hours and volumes in mL.
    """

    name: str
    control: bool
    n: int
    route: str | None = None
    product: str | None = None
    compare_to: str | None = None
    dose: Dose | None = None
    at: Moment | None = None
    over_h: float = 0.0
    every_h: float = 0.0
    times: int = 1
    delivery: Mapping[str, str | float] = field(default_factory=_empty)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """What is measured: `quantity` of a region, when, and with which method."""

    quantity: str
    of: str | None
    at: Moment
    method: str
    primary: bool = False

    @property
    def label(self) -> str:
        """A short name for tables: quantity, region and moment."""
        region = f" of {self.of}" if self.of else ""
        return f"{self.quantity}{region}, {self.at.words}"


@dataclass(frozen=True, slots=True)
class Design:
    """How the trial is analysed.

    `effect` is the difference in the primary endpoint that conditional power is
    asked for, in the endpoint's unit (%, points, ...), or None; `attrition` is the
    share of animals lost, or None for the sourced default of the species.
    """

    alpha: float = 0.05
    power: float = 0.8
    analysis: Literal["welch", "student", "mann-whitney"] = "welch"
    effect: float | None = None
    attrition: float | None = None
    lots: int = 1
    blocking: int | None = None


@dataclass(frozen=True, slots=True)
class Study:
    """A whole planned study.

    `name` is the file's stem and `text` the file as read, so that a report can repeat
    it; `unused` lists
    keys that were accepted but change nothing ("recorded, not used"); `overrides` are
    the user's values in the place of shipped ones.
    """

    title: str
    animal: Animal
    products: Mapping[str, Product]
    arms: tuple[Arm, ...]
    endpoints: tuple[Endpoint, ...]
    design: Design
    question: str = ""
    name: str = "study"
    text: str = ""
    unused: tuple[str, ...] = ()
    overrides: tuple[Override, ...] = ()

    @property
    def primary(self) -> Endpoint:
        """The primary endpoint: the one marked, else the first."""
        return next((e for e in self.endpoints if e.primary), self.endpoints[0])

    def arm(self, name: str) -> Arm:
        """Give the arm called `name` (KeyError where there is none)."""
        found = {arm.name: arm for arm in self.arms}
        return found[name]

    def control_of(self, arm: Arm) -> Arm | None:
        """Give the control that `arm` is compared with, or None."""
        if arm.control:
            return None
        if arm.compare_to is not None:
            return self.arm(arm.compare_to)
        controls = [other for other in self.arms if other.control]
        return controls[0] if len(controls) == 1 else None
