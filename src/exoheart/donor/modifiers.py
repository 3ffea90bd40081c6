"""What can be done to a donor cell or its vesicles, and which number it changes.

The table ``data/modifiers.csv`` holds one row for each effect; a modifier is all rows
of one name. Read next: :mod:`exoheart.donor.secretion`, which applies them.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from itertools import combinations
from typing import Literal

from exoheart.donor.names import COLLECTED
from exoheart.errors import InputError, closest

Group = Literal["conditioning", "engineering"]
Culture = Literal["flask", "stirred_tank", "bioreactor"]

_CULTURES: Mapping[str, Culture] = {
    "stirred_tank": "stirred_tank",
    "bioreactor": "bioreactor",
}
#: Kinds of change; the regulatory rules and the make plan ask for them.
KINDS = (
    "culture",  # how the cells are kept: nothing is added that stays
    "cells modified",  # a gene of the donor cell is added, silenced or cut out
    "RNA loaded",  # synthetic RNA is put into the vesicles
    "drug loaded",
    "surface",  # a ligand is put on the vesicles
    "primed cells",  # living cells that took up vesicles before they are given
)
#: What an effect may act on, besides ``share.<signal>`` and ``ligand.<name>``.
TARGETS = (
    "secretion",  # fold on all small vesicles
    "exosomes.formation",  # share of exosome release left, changed in ESCRT
    "exosomes.sphingolipid",  # the same, changed where bodies form without ESCRT
    "exosomes.fusion",  # the same, changed where bodies fuse with the membrane
    "exosomes.digestion",  # the same, changed where lysosomes digest bodies
    "cargo",  # fold on the active copies per vesicle
    "copies",  # new number of active copies per vesicle
    "drug",  # molecules per vesicle
    "kept",  # share of vesicles that the step leaves; steps in a row multiply
    "apoptosis",  # fold on the share of cells that die
)
#: Kinds that are done to vesicles after a harvest of vesicles.
_OF_VESICLES = ("RNA loaded", "drug loaded", "surface")
_STARVED = "serum starvation"
#: Kinds that are done to cells, before they release anything.
_OF_CELLS = ("culture", "cells modified", "primed cells")
#: Targets whose folds all change the yield of vesicles: each was measured against its
#: own control, so at most one counts.
_YIELD = "yield of vesicles"
_LIGAND = "ligand"
_COPIES = "copies of the cargo"
#: A signal is driven by its share times what the copies do.
_STRENGTH = "strength of a signal"
_SAME = {
    "secretion": _YIELD,
    **dict.fromkeys((one for one in TARGETS if one.startswith("exosomes.")), _YIELD),
    "copies": _COPIES,
    "cargo": _COPIES,
    "drug": "molecules per vesicle",
    "apoptosis": "death of cells",
}


@dataclass(frozen=True, slots=True)
class Effect:
    """One effect: what it acts on and the parameter that says how strongly.

    `row` is empty for a ligand, which only names one.
    """

    target: str
    row: str


@dataclass(frozen=True, slots=True)
class Modifier:
    """One thing that can be done to donor cells or vesicles.

    Parameters
    ----------
    name, aliases
        What it goes by.
    group
        Key of the study file: ``conditioning`` or ``engineering``.
    kind
        One of :data:`KINDS`.
    effects
        What it changes; empty where no number is known.
    culture
        What the cells are kept in where this says it: a stirred tank, or another vessel
        that goes by volume; None where they stay in a flask.
    measured_with
        Names of modifiers on top of which it was measured, so that both may be used.
    donors
        Donors that it makes sense for; empty for all.
    words
        What is known of it, both sides where findings disagree.
    source, locator
        Where the direction is from; empty where assumed.
    """

    name: str
    aliases: tuple[str, ...]
    group: Group
    kind: str
    effects: tuple[Effect, ...]
    culture: Culture | None
    measured_with: tuple[str, ...]
    donors: tuple[str, ...]
    words: str
    source: str
    locator: str


def read_modifiers(rows: Iterable[Mapping[str, str]]) -> dict[str, Modifier]:
    """Turn table rows into modifiers, by name; a name's first row says what it is."""
    found: dict[str, list[Mapping[str, str]]] = defaultdict(list)
    for row in rows:
        found[row["name"]].append(row)
    return {name: _modifier(own) for name, own in found.items()}


def _modifier(rows: list[Mapping[str, str]]) -> Modifier:
    first = rows[0]
    group: Group = "engineering" if first["group"] == "engineering" else "conditioning"
    return Modifier(
        name=first["name"],
        aliases=_listed(first["aliases"]),
        group=group,
        kind=first["kind"],
        effects=tuple(Effect(r["target"], r["row"]) for r in rows if r["target"]),
        culture=_CULTURES.get(first["culture"]),
        measured_with=_listed(first["measured_with"]),
        donors=_listed(first["donors"]),
        words=" ".join(row["words"] for row in rows if row["words"]),
        source=first["source"],
        locator=first["locator"],
    )


def _listed(cell: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in cell.split(";") if part.strip())


@lru_cache(maxsize=1)
def shipped_modifiers() -> Mapping[str, Modifier]:
    """Read the modifiers that ship with the program, by name (once)."""
    table = resources.files("exoheart") / "data" / "modifiers.csv"
    return read_modifiers(csv.DictReader(table.read_text("utf-8").splitlines()))


def spellings(group: Group) -> dict[str, str]:
    """Give every accepted spelling of a group's modifiers with its name."""
    return {
        spelling: one.name
        for one in shipped_modifiers().values()
        if one.group == group
        for spelling in (one.name, *one.aliases)
    }


def find_modifiers(names: Iterable[str], group: Group) -> tuple[Modifier, ...]:
    """Give the modifiers called by `names`, in order.

    Raises
    ------
    InputError
        One is unknown.
    """
    known = {key.lower(): name for key, name in spellings(group).items()}
    found = []
    for given in names:
        plain = given.strip().lower().replace(" %", "%")
        if plain not in known:
            listed = ", ".join(dict.fromkeys(known.values()))
            raise InputError(
                f"{group} {given!r} is unknown; allowed: {listed}; nearest: "
                f"{closest(given, known) or 'none'}; use one of them"
            )
        found.append(shipped_modifiers()[known[plain]])
    return tuple(found)


def combination_faults(modifiers: Iterable[Modifier], donor: str) -> tuple[str, ...]:
    """Say what can't be combined, and why; nothing where all is well.

    Each fold was measured against its own control, so that the product of two was never
    seen: two modifiers may not change the same number unless one was measured on top of
    the other. Copies and the share of a signal count as one number: they multiply. A
    culture whose rate nobody has measured counts as changing the yield. What is
    collected and not grown can't be cultured or engineered.

    Parameters
    ----------
    modifiers
        In any order; the faults come in this order.
    donor
        The tables' name; empty where it is unknown, which is then not judged.

    Returns
    -------
    tuple
        One sentence each: what was met, then why.
    """
    given = tuple(modifiers)
    faults = [
        f"{one.name} twice; each counts once"
        for place, one in enumerate(given)
        if one in given[:place]
    ]
    alone = tuple(dict.fromkeys(given))
    if donor:
        faults += [fault for one in alone for fault in _donor_faults(one, donor)]
    for first, second in combinations(alone, 2):
        together = first.name in second.measured_with
        shared = _shared(_numbers(first), _numbers(second))
        if shared and not (together or second.name in first.measured_with):
            faults.append(_refusal(first, second, shared))
    return tuple(faults)


def planned_faults(
    modifiers: Iterable[Modifier], donor: str, form: str, medium: str
) -> tuple[str, ...]:
    """Say all that is wrong with what a product is planned to be made of.

    Parameters
    ----------
    modifiers, donor
        As :func:`combination_faults` has them.
    form, medium
        Of the product.

    Returns
    -------
    tuple
        One sentence each: what was met, then why or what to do.
    """
    given = tuple(modifiers)
    faults = [*combination_faults(given, donor), *form_faults(given, form)]
    fed = medium in ("serum", "platelet lysate")
    if fed and form != "RNA" and any(one.name == _STARVED for one in given):
        faults.append(
            f"{_STARVED} in medium with {medium}; allowed: serum-free or depleted serum"
        )
    if form == "cells" and donor in COLLECTED:
        faults.append(f"cells of {donor}, which holds none; allowed: vesicles")
    return tuple(faults)


def form_faults(modifiers: Iterable[Modifier], form: str) -> tuple[str, ...]:
    """Say what can't be done to a product of a form.

    Loading and ligands are done to vesicles that were won, so neither living cells nor
    a medium that is given whole can have them; priming is done to cells. Synthetic RNA
    saw no donor: nothing is refused for it and nothing counts.

    Returns
    -------
    tuple
        One sentence each: what was met, then what to do.
    """
    faults = []
    for one in modifiers:
        met = f"{one.name} with form {form!r}; "
        if one.kind == "surface" and form == "cells":
            faults.append(
                f"{met}arm.delivery.ligand for cells, or form = 'vesicles', on which "
                "this one is put"
            )
        elif one.kind in _OF_VESICLES and form in ("cells", "conditioned medium"):
            faults.append(
                f"{met}form = 'vesicles', to which it is done after the harvest, or "
                "leave it out"
            )
        elif one.kind == "primed cells" and form not in ("cells", "RNA"):
            faults.append(
                f"{met}form = 'cells', since it is done to cells that are given "
                "themselves, or leave it out"
            )
    return tuple(faults)


def _donor_faults(one: Modifier, donor: str) -> Iterator[str]:
    """Say why a modifier doesn't go with a donor."""
    if one.donors and donor not in one.donors:
        listed = ", ".join(one.donors)
        yield f"{one.name} with the donor {donor}; it goes with: {listed}"
    elif donor in COLLECTED and one.kind in _OF_CELLS and not one.donors:
        yield (
            f"{one.name} with the donor {donor}; it is collected, not grown, so that "
            "only what is done to vesicles goes with it"
        )


def _refusal(first: Modifier, second: Modifier, shared: set[str]) -> str:
    names, what = f"{first.name} with {second.name}", " and the ".join(sorted(shared))
    if shared == {_LIGAND}:
        return f"{names}: the model has room for one {_LIGAND}; give one of them"
    return (
        f"{names}: both change the {what}, each measured against its own control, so "
        "their product was never seen; give one, or override the number with a "
        "measured one"
    )


def _numbers(modifier: Modifier) -> set[str]:
    """Give the numbers that a modifier changes, in words; each may change once."""
    if not modifier.effects:
        return {_YIELD}
    return {_number(e.target) for e in modifier.effects if e.target != "kept"}


def _shared(first: set[str], second: set[str]) -> set[str]:
    """Give the numbers that two modifiers both change; copies and shares multiply."""
    shared = first & second
    for one, other in ((first, second), (second, first)):
        if _COPIES in one and any(each.startswith("share of ") for each in other):
            shared = shared | {_STRENGTH}
    return shared


def _number(target: str) -> str:
    if target.startswith("ligand."):
        return _LIGAND
    return _SAME.get(target, target.replace("share.", "share of "))


def culture_of(modifiers: Iterable[Modifier]) -> Culture:
    """Say what the cells are kept in: a flask, unless a modifier says otherwise."""
    return next((one.culture for one in modifiers if one.culture), "flask")


def ligand_of(modifiers: Iterable[Modifier]) -> str | None:
    """Give the targeting ligand that the modifiers put on the vesicles, or None."""
    for one in modifiers:
        for effect in one.effects:
            if effect.target.startswith("ligand."):
                return effect.target.removeprefix("ligand.")
    return None
