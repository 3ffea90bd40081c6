"""What an arm of a published study was given, in the words of the model, or why not."""

from __future__ import annotations

import re
from dataclasses import dataclass

from exoheart.donor import find_modifiers, planned_faults
from exoheart.errors import closest
from exoheart.evidence.own.lines import Line, Note
from exoheart.evidence.own.times import is_open
from exoheart.evidence.own.words import CONTROL_WORDS, FORMS, found
from exoheart.qualification.unseen_values import (
    Studied,
    printed_dose,
    studied_dose_times,
    studied_doses,
)
from exoheart.records.study import BASES, Anchor, Dose, Form
from exoheart.study.names import shipped_names, spelled

Reasons = list[tuple[str, str]]
#: A printed number, or studied ones to draw from.
Given = float | Studied[float]
#: Forms that can be predicted: all that a dose can be counted for.
MODELLED_FORMS: tuple[Form, ...] = tuple(BASES)
#: Forms whose culture and isolation the model follows; the others take neither.
_CULTURED, _ISOLATED = ("vesicles", "conditioned medium"), ("vesicles",)
#: Modifications that are none; the last two say whose cells they are.
_UNMODIFIED = frozenset({"", "none", "unmodified", "autologous", "allogeneic"})
_NO_INFARCT = re.compile(
    r"\b(sham|healthy|uninjured|no infarct|no injury|non-?infarct\w*|without infarct|"
    r"normal(?! (saline|diet|chow)))\b"
)
_REPEATED = re.compile(
    r"consecutive|every|daily|weekly|infusions|injections|doses|repeat|times"
)


@dataclass(frozen=True, slots=True)
class Treatment:
    """What one arm was given.

    Parameters
    ----------
    name
        The arm's own name.
    form, donor, donor_species, autologous, conditioning, engineering, isolation
        The product, in the model's words; `autologous` where the donor is the animal.
    route
        As in a study file.
    dose
        As printed, or studied doses.
    at, anchor
        Time of the dose [h] after the anchor, or studied times.
    """

    name: str
    form: Form
    donor: str
    donor_species: str
    autologous: bool
    conditioning: tuple[str, ...]
    engineering: tuple[str, ...]
    isolation: tuple[str, ...]
    route: str
    dose: Dose | Studied[Dose]
    at: Given
    anchor: Anchor


def is_control(name: str) -> bool:
    """Say whether an arm's name alone tells that it got no product.

    Examples
    --------
    >>> is_control("PBS"), is_control("vesicles of control cells")
    (True, False)
    """
    low = name.lower()
    return bool(CONTROL_WORDS.search(low)) and not found(low, FORMS)


def not_infarcted(name: str) -> bool:
    """Say whether an arm's name tells that it has no infarct.

    Examples
    --------
    >>> not_infarcted("sham"), not_infarcted("normal saline")
    (True, False)
    """
    return bool(_NO_INFARCT.search(name.lower()))


def treatment(line: Line, reasons: Reasons, noted: dict[str, Note]) -> Treatment | None:
    """Give what an arm was given; adds to `reasons` what the model doesn't have.

    Parameters
    ----------
    line
        A line of a treated arm.
    reasons, noted
        Are added to.
    """
    before = len(reasons)
    form = _form(line, reasons)
    if form is None:
        return None
    _check_route(line, form, reasons)
    donor = spelled(line.donor, shipped_names().donors) if line.donor else None
    if donor is None:
        near = closest(line.donor, shipped_names().donors)
        text = f"{line.donor!r} isn't in the model" if line.donor else "not stated"
        reasons.append(("donor", f"{text}; did you mean {near!r}?" if near else text))
    conditioning, engineering = _changes(line, form, reasons, noted)
    dose = _dose(line, form, reasons, noted)
    at = _time(line, form, reasons)
    if len(reasons) > before or donor is None or dose is None or at is None:
        return None
    reperfused = line.model == "ischaemia-reperfusion"
    drawn: Anchor = "reperfusion" if reperfused else "occlusion"
    printed: Anchor = "reperfusion" if line.dose_anchor == drawn else "occlusion"
    return Treatment(
        name=line.arm,
        form=form,
        donor=donor,
        donor_species=_donor_species(line, form, noted),
        autologous=_autologous(line),
        conditioning=conditioning,
        engineering=engineering,
        isolation=_isolation(line, form, noted),
        route=line.route,
        dose=dose,
        at=at,
        anchor=drawn if isinstance(at, Studied) else printed,
    )


def form_of(line: Line) -> Form | None:
    """Give the product form of a line, or None where the model doesn't have it."""
    return next((form for form in MODELLED_FORMS if form == line.form), None)


def _form(line: Line, reasons: Reasons) -> Form | None:
    form = form_of(line)
    if not line.form:
        reasons.append(("form", "not stated what the arm was given"))
    elif form is None:
        listed = ", ".join(MODELLED_FORMS)
        text = f"{line.form!r} isn't in the model, which has {listed}"
        near = closest(line.form, MODELLED_FORMS)
        reasons.append(("form", f"{text}; did you mean {near!r}?" if near else text))
    return form


def _check_route(line: Line, form: Form, reasons: Reasons) -> None:
    routes = shipped_names().routes
    names = [name for name, one in routes.items() if one.modelled]
    if not line.route:
        reasons.append(("route", "not stated"))
    elif line.route not in names:
        text = f"{line.route!r} isn't in the model, which has {', '.join(names)}"
        near = closest(line.route, names)
        reasons.append(("route", f"{text}; did you mean {near!r}?" if near else text))
    elif form not in routes[line.route].forms:
        takes = ", ".join(routes[line.route].forms)
        text = f"{line.route!r} doesn't take {form}; it takes {takes}"
        reasons.append(("route", text))


def _autologous(line: Line) -> bool:
    """Say whether the cells are the animal's own, as arm or modification says."""
    own = "autologous" in _kinship(line)
    return own and line.donor_species in {"", line.species}


def _donor_species(line: Line, form: Form, noted: dict[str, Note]) -> str:
    """Give the donor's species; where it isn't printed, what the words leave."""
    if line.donor_species:
        return line.donor_species
    if _kinship(line):
        return line.species
    if form != "RNA":  # which comes of no cell
        noted["donor species"] = Note(("human",), "not stated; as in a study file")
    return "human"


def _kinship(line: Line) -> list[str]:
    words = f"{line.modification} {line.arm}".lower()
    return re.findall(r"\b(autologous|allogeneic)\b", words)


def _changes(
    line: Line, form: Form, reasons: Reasons, noted: dict[str, Note]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Give conditionings and engineering of the model; any other one is a reason.

    What acts on cells in culture changes nothing for a form that isn't made there.
    """
    names = shipped_names()
    found: dict[str, list[str]] = {"conditioning": [], "engineering": []}
    for part in re.split(r"[;,]", line.modification):
        text = part.strip()
        conditioned = spelled(text, names.conditioning)
        engineered = spelled(text, names.engineering)
        if conditioned is not None:
            found["conditioning"].append(conditioned)
        elif engineered is not None:
            found["engineering"].append(engineered)
        elif text.lower() not in _UNMODIFIED:
            reasons.append(("modification", f"{text!r} isn't in the model"))
    cultured, made = tuple(found["conditioning"]), tuple(found["engineering"])
    changes = (
        *find_modifiers(cultured, "conditioning"),
        *find_modifiers(made, "engineering"),
    )
    donor = spelled(line.donor, names.donors) or ""
    faults = planned_faults(changes, donor, form, "serum-free")
    reasons += [("modification", text) for text in faults]
    if made and form == "RNA":
        noted["modification"] = _unused(", ".join(made), form)
        made = ()
    if cultured and form not in _CULTURED:
        noted["modification"] = _unused(", ".join(cultured), form)
        return (), made
    return cultured, made


def _unused(words: str, form: Form) -> Note:
    return Note(("not used",), f"{words!r} changes nothing in the model for {form}")


def _isolation(line: Line, form: Form, noted: dict[str, Note]) -> tuple[str, ...]:
    """Give the isolation steps; none where one of them isn't in the tables."""
    if form not in _ISOLATED:
        if line.isolation:
            noted["isolation"] = _unused(line.isolation, form)
        return ()
    if not line.isolation:
        noted["isolation"] = Note(("not stated",), "as for any isolation")
        return ()
    parts = [part.strip() for part in re.split(r"[;,+]", line.isolation)]
    steps = [spelled(part, shipped_names().isolation) for part in parts]
    known = tuple(step for step in steps if step is not None)
    if len(known) < len(steps):
        how = f"{line.isolation!r} isn't in the tables; as for any isolation"
        noted["isolation"] = Note(("not stated",), how)
        return ()
    return known


def _dose(
    line: Line, form: Form, reasons: Reasons, noted: dict[str, Note]
) -> Dose | Studied[Dose] | None:
    """Give the printed dose, or the studied ones of its form where none is printed."""
    if "dose" in line.unreadable:
        text = f"{line.unreadable['dose']!r} can't be read as one dose"
        reasons.append(("dose", text))
        return None
    if line.dose_value is None:
        found = studied_doses(line.species, line.route, form)
        if found is None and not reasons:
            text = f"not stated, and no studied dose of {form} to draw it from"
            reasons.append(("dose", text))
        return found
    dose = printed_dose(line.dose_value, line.dose_unit, line.dose_basis, form)
    if dose is None:
        printed = f"{line.dose_value:g} {line.dose_unit} {line.dose_basis}".strip()
        listed = " or ".join(BASES[form])
        text = f"{printed!r} isn't a dose of {form}, which is counted in {listed}"
        reasons.append(("dose", text))
    elif line.dose_basis in {"not stated", ""} and dose.basis in {"protein", "RNA"}:
        noted["dose basis"] = Note((dose.basis,), "not stated what the unit counts")
    return dose


def _time(line: Line, form: Form, reasons: Reasons) -> Given | None:
    """Give the time of the dose, or studied ones where the words leave it open."""
    words = line.dose_words
    if _REPEATED.search(words.lower()):
        reasons.append(("time of dose", f"{words!r} is more than one dose"))
        return None
    if line.dose_time_h is not None:
        return _printed_time(line, line.dose_time_h, reasons)
    if not is_open(words):
        reasons.append(("time of dose", f"{words!r} isn't one moment"))
        return None
    latest = line.at_h if line.at_h is not None else float("inf")
    after = bool(words) and not words.startswith("not stated")

    def keep(hours: float) -> bool:
        return hours < latest and (hours >= 0.0 or not after)

    found = studied_dose_times(line.species, line.route, line.model, keep, form)
    if found is None and not reasons:
        text = "not stated, and no studied value to draw it from"
        reasons.append(("time of dose", text))
    return found


def _printed_time(line: Line, hours: float, reasons: Reasons) -> float | None:
    """Check a printed time against the protocol."""
    occlusion = line.occlusion_min
    start = 0.0
    if line.dose_anchor == "reperfusion":
        if line.model == "permanent ligation":
            text = "counts from a reperfusion that a permanent ligation doesn't have"
            reasons.append(("time of dose", text))
            return None
        start = occlusion / 60.0 if occlusion is not None else max(0.0, -hours)
    if start + hours < 0.0:
        reasons.append(("time of dose", "before the infarct"))
        return None
    return hours
