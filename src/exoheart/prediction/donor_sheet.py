"""All that is known of one donor, treated as planned: rate, classes, cargo, fate.

Composes the priors, the donor stage and the culture of ``biogenesis.ant``; no animal
and no product are simulated. Every number is a median with the central 90 % of the
draws, and says of which kind the weakest row behind it is. Read next:
:mod:`exoheart.donor.biogenesis`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, get_args

import numpy as np

from exoheart import donor as stage
from exoheart.donor.biogenesis import HOURS_PER_DAY, NODES
from exoheart.donor.medium import IN_MEDIUM
from exoheart.donor.modifiers import Group
from exoheart.donor.table import shipped_donors
from exoheart.errors import Fault, InputError, closest
from exoheart.evidence import (
    load_choices,
    load_correlation,
    load_parameters,
    resolve,
)
from exoheart.evidence.vocabulary import TREATED_SPECIES
from exoheart.prediction.donor_desk import (
    FATE_ROWS,
    Desk,
    beside,
    folds,
    own_rows,
    rate_rows,
)
from exoheart.prediction.donor_record import (
    Contribution,
    Course,
    DonorSheet,
    Figure,
    SizeClass,
)
from exoheart.prediction.products import RecordedUniforms
from exoheart.records.product import (
    SIGNALS,
    Factor,
    FloatArray,
    Secretion,
)
from exoheart.records.study import Form, Medium, Product

_NAME = "sheet"
_HEAD = f"product.{_NAME}."
#: When the medium is looked at, as shares of the harvest window.
_LOOKS = tuple(k / 12 for k in range(13))


def donor_sheet(  # noqa: PLR0913 - one for each key of a planned product
    donor: str,
    conditioning: Sequence[str] = (),
    engineering: Sequence[str] = (),
    state: Mapping[str, str | float] | None = None,
    *,
    medium: str = "serum-free",
    species: str = "human",
    draws: int = 2000,
    seed: int = 0,
) -> DonorSheet:
    """Give all that is known of one donor, treated as planned.

    Parameters
    ----------
    donor
        A donor or one of its aliases.
    conditioning, engineering
        Names of modifiers.
    state
        ``age``, ``disease``, ``passage``, ``senescent``, ``autologous``.
    medium
        What the cells are kept in while they release.
    species
        Whose rows of the tables count.
    draws
        Number of draws, 16 or more.
    seed
        Same seed, same sheet.

    Raises
    ------
    InputError
        A name is unknown, two modifiers can't be combined, or a number is outside what
        is allowed.
    """
    _require_readable(
        {
            "donor": ((donor,), stage.DONORS, _spellings()),
            "conditioning": _known(conditioning, "conditioning"),
            "engineering": _known(engineering, "engineering"),
            "medium": ((medium,), get_args(Medium), get_args(Medium)),
            "species": ((species,), TREATED_SPECIES, TREATED_SPECIES),
        },
        state or {},
        draws,
    )
    product = _product(donor, conditioning, engineering, state or {}, medium)
    rows = load_parameters()
    priors = resolve(rows, species, load_choices(), load_correlation())
    desk = Desk(priors, RecordedUniforms(seed, draws))
    out = stage.secretion(product, priors, desk.stream)
    asked = {
        "conditioning": list(conditioning),
        "engineering": list(engineering),
        "state": dict(state or {}),
        "medium": medium,
        "species": species,
        "draws": draws,
        "seed": seed,
    }
    return _sheet(desk, out, product, asked)


#: What was given for a key, what to list as allowed, and every accepted spelling.
_Names = tuple[Sequence[str], Iterable[str], Iterable[str]]


def _known(given: Sequence[str], group: Group) -> _Names:
    spelled = stage.spellings(group)
    return given, dict.fromkeys(spelled.values()), spelled


def _plain(name: str) -> str:
    """Give a name as the donor stage compares it."""
    return name.strip().lower().replace(" %", "%")


def _spellings() -> tuple[str, ...]:
    return tuple(
        name for donor, others in stage.DONORS.items() for name in (donor, *others)
    )


def _require_readable(
    names: Mapping[str, _Names], state: Mapping[str, str | float], draws: int
) -> None:
    """Refuse what can't be read, all of it at once.

    Raises
    ------
    InputError
        Lists every name that is unknown and every number outside what is allowed.
    """
    faults = [
        str(Fault(key, repr(met), ", ".join(allowed), closest(met, spelled)))
        for key, (given, allowed, spelled) in names.items()
        for met in given
        if _plain(met) not in {_plain(each) for each in spelled}
    ]
    faults += [
        str(each).removeprefix("donor_state.")
        for each in stage.state_faults(state, "donor_state")
    ]
    if draws < 16:
        faults.append(str(Fault("draws", str(draws), "16 or more")))
    _refuse(faults)


def _product(
    donor: str,
    conditioning: Sequence[str],
    engineering: Sequence[str],
    state: Mapping[str, str | float],
    medium: str,
) -> Product:
    """Give the product that the sheet is of.

    Raises
    ------
    InputError
        Lists all that can't be combined.
    """
    name = stage.canonical_donor(donor)
    changes = (
        *stage.find_modifiers(conditioning, "conditioning"),
        *stage.find_modifiers(engineering, "engineering"),
    )
    cells = any(one.kind == "primed cells" for one in changes)
    form: Form = "cells" if cells else "vesicles"
    _refuse(
        [f"met {each}" for each in stage.planned_faults(changes, name, form, medium)]
    )
    return Product(
        _NAME,
        form,
        name,
        donor_state=dict(state),
        conditioning=tuple(conditioning),
        engineering=tuple(engineering),
        medium=medium,  # type: ignore[arg-type]
    )


def _refuse(faults: Sequence[str]) -> None:
    if faults:
        count = f"{len(faults)} fault{'s' if len(faults) > 1 else ''}"
        raise InputError("\n".join([count, *(f"  - {fault}" for fault in faults)]))


def _sheet(
    desk: Desk, out: Secretion, product: Product, asked: Mapping[str, Any]
) -> DonorSheet:
    entry = shipped_donors()[out.donor]
    cell = flask = None
    if entry.grown:
        flask = stage.planned_flask(product, desk.priors, desk.stream)
        cell = stage.planned_cell(product, out, flask, desk.priors, desk.stream)
    return DonorSheet(
        donor=entry,
        asked=asked,
        numbers=_numbers(desk, out),
        classes=_classes(desk, out, cell),
        shares=tuple(
            desk.figure(
                s, "1", out.shares[s], own_rows(desk, out, f"share_{s}", f"share.{s}")
            )
            for s in SIGNALS
        ),
        contributions=tuple(_contribution(desk, one) for one in out.factors),
        fate=() if cell is None else _fate(desk, cell),
        beside=() if cell is None else beside(desk, out, cell),
        course=None if cell is None or flask is None else _course(cell, flask),
        notes=(*out.notes, *_sheet_notes(desk, out)),
        unused=tuple(key.removeprefix(_HEAD) for key in out.unused),
    )


def _released(out: Secretion) -> FloatArray:
    if out.per_collection is None:
        return out.vesicles_per_cell_day
    return out.per_collection


def _numbers(desk: Desk, out: Secretion) -> tuple[Figure, ...]:
    nodes = folds(out, *NODES)
    loaded = folds(out, "copies")
    per_cell = out.per_collection is None
    found = [
        (
            "secretion rate" if per_cell else "vesicles of a collection",
            "particles/cell/day" if per_cell else "particles",
            _released(out),
            rate_rows(desk, out),
        ),
        (
            "exosome share",
            "1",
            out.exosome_share,
            [*own_rows(desk, out, "exosome_share"), *nodes],
        ),
        ("mean diameter", "nm", out.diameter_nm, own_rows(desk, out, "diameter")),
        (
            "active copies per vesicle",
            "copies/particle",
            out.copies_per_vesicle,
            loaded or own_rows(desk, out, "cargo_copies", "cargo"),
        ),
        (
            "protein per vesicle",
            "fg",
            out.protein_fg,
            own_rows(desk, out, "protein_mass"),
        ),
    ]
    medium = [row for row in desk.stream.names if row.startswith("donor.medium_")]
    for name, values, rows in (
        ("particles of the medium per vesicle", out.background, medium),
        ("share of vesicles kept", out.kept, folds(out, "kept")),
        ("loaded molecules per vesicle", out.drug_per_vesicle, folds(out, "drug")),
        ("fold on the doubling time", out.growth_fold, folds(out, "growth")),
        (
            "doublings used",
            out.doublings_used,
            [
                "product.doublings_per_passage.first",
                "product.doublings_per_passage.last",
            ],
        ),
    ):
        if values is not None:
            found.append((name, "1", values, rows))
    return tuple(desk.figure(*each) for each in found)


def _classes(
    desk: Desk, out: Secretion, cell: stage.Cell | None
) -> tuple[SizeClass, ...]:
    """Give vesicles by origin: per cell and day, or per collection."""
    released, share = _released(out), out.exosome_share
    unit = "particles/cell/day" if cell is not None else "particles"
    rows = [*rate_rows(desk, out), *own_rows(desk, out, "exosome_share")]
    found = {
        "exosomes": (released * share, rows),
        "microvesicles": (released * (1.0 - share), rows),
    }
    if cell is not None:
        apoptotic = stage.steady_cell(cell).apoptotic * HOURS_PER_DAY
        dying = ["donor.death_rate", "donor.bodies_per_dead_cell"]
        dying += folds(out, "apoptosis")
        found["apoptotic bodies"] = (apoptotic, dying)
    return tuple(
        SizeClass(name, *stage.SIZE_CLASSES[name], desk.figure(name, unit, *each))
        for name, each in found.items()
    )


def _contribution(desk: Desk, factor: Factor) -> Contribution:
    known = stage.shipped_modifiers().get(factor.name)
    new = factor.target in ("copies", "drug")
    unit = "copies/particle" if new else "1"
    node, activity = NODES.get(factor.target), None
    if node is not None:
        share = desk.take("donor.secretory_share")
        reached = stage.reachable(node, factor.fold, share)
        turned = stage.node_activity(node, reached, share)
        rows = [factor.row, "donor.secretory_share"]
        activity = desk.figure(f"activity of {node}", "1", turned, rows)
    prior = desk.priors.get(factor.row)
    return Contribution(
        name=factor.name,
        target=factor.target,
        fold=desk.figure(factor.name, unit, factor.fold, [factor.row]),
        source=prior.source if prior else "",
        locator=prior.locator if prior else "",
        words=known.words if known else (prior.note if prior else "arithmetic"),
        node=node,
        activity=activity,
    )


def _fate(desk: Desk, cell: stage.Cell) -> tuple[Figure, ...]:
    steady = stage.steady_cell(cell)
    parts = (
        ("digested in lysosomes", steady.digested),
        ("held on the cell", steady.held),
        ("free exosomes", steady.exosomes),
    )
    formed = desk.figure(
        "formed in bodies",
        "particles/cell/day",
        steady.formed * HOURS_PER_DAY,
        FATE_ROWS,
    )
    return (
        formed,
        *(desk.figure(n, "1", v / steady.formed, FATE_ROWS) for n, v in parts),
    )


def _course(cell: stage.Cell, flask: stage.Flask) -> Course:
    """Solve every draw, and give the medium's medians and intervals."""
    solved = stage.medium_course(cell, flask, _LOOKS)
    lines = {}
    for name in IN_MEDIUM:
        ends = np.nanquantile(1e9 * solved[name], (0.5, 0.05, 0.95), axis=0)
        lines[name] = tuple((float(m), float(lo), float(hi)) for m, lo, hi in ends.T)
    window = float(flask.window_h[0])
    return Course(tuple(window * look for look in _LOOKS), lines)


def _sheet_notes(desk: Desk, out: Secretion) -> tuple[str, ...]:
    """Say what a reader of the sheet must know beyond the donor's own notes."""
    notes = []
    for factor in out.factors:
        node = NODES.get(factor.target)
        if node is None:
            continue
        share = desk.take("donor.secretory_share")
        beyond = stage.reachable(node, factor.fold, share) < factor.fold
        if beyond.any():
            notes.append(
                f"{factor.name}: in {beyond.mean():.1%} of the draws more than all "
                "bodies would have to fuse; all of them do"
            )
    if out.per_collection is None:
        notes.append(
            "exosomes and microvesicles are told apart by origin, their sizes overlap; "
            "only their sum is counted"
        )
    return tuple(notes)
