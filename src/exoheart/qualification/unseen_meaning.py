"""What one line of a published study asks of the model, or why the model can't answer.

In: a line and the other lines of its study. Out: a :class:`Case` (the arm, what it is
set beside, the reading) or every reason in words. Read next:
:mod:`exoheart.qualification.unseen_arms` (what an arm was given),
:mod:`exoheart.qualification.unseen_reading` (what was read, and when),
:mod:`exoheart.qualification.unseen_run` (the simulation).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from exoheart.errors import closest
from exoheart.evidence.own.lines import Line, Note
from exoheart.evidence.own.times import plain
from exoheart.qualification.unseen_arms import (
    Given,
    Reasons,
    Treatment,
    form_of,
    is_control,
    not_infarcted,
    treatment,
)
from exoheart.qualification.unseen_reading import Reading, reading_of
from exoheart.qualification.unseen_record import SIGNS
from exoheart.qualification.unseen_values import studied_sizes

SPECIES = ("mouse", "rat", "pig", "human", "dog")
PROTOCOLS = ("ischaemia-reperfusion", "permanent ligation")
#: Words of the tables for an infarct that nothing more is said of.
_UNSAID = ("", "infarct, type not stated")


@dataclass(frozen=True, slots=True)
class Case:
    """A line that the model can answer.

    Parameters
    ----------
    line
        The line.
    what
        ``difference`` to the comparator, or the ``arm mean`` of a control.
    reading
        What was read, and when.
    arm, comparator
        What each was given; None for a control.
    n, n_comparator
        Animals; studied values where none is printed.
    observed
        The published number in the endpoint's unit, or None.
    direction
        Published sign: 1, -1, 0 (tested, nothing found), or None.
    noted
        What was taken for granted, by what it concerns.
    remark
        What to know about the published number.
    """

    line: Line
    what: Literal["difference", "arm mean"]
    reading: Reading
    arm: Treatment | None
    comparator: Treatment | None
    n: Given
    n_comparator: Given
    observed: float | None
    direction: int | None
    noted: Mapping[str, Note]
    remark: str

    @property
    def unit(self) -> str:
        """Unit of the prediction: points where a difference is in per cent."""
        return self.reading.unit_of(self.what)


def understand(line: Line, study: Sequence[Line]) -> Case | tuple[tuple[str, str], ...]:
    """Turn a line into a case, or give every reason why that can't be done.

    Parameters
    ----------
    line
        The line.
    study
        All lines of its study and protocol, itself among them.

    Returns
    -------
    Case, or tuple of (kind, sentence)
    """
    reasons: Reasons = list(_protocol_reasons(line))
    noted = dict(line.noted)
    arm = None if line.control else treatment(line, reasons, noted)
    comparator, partner = (None, None)
    if not line.control and arm is not None:
        comparator, partner = _comparator(line, study, reasons, noted)
    reading = reading_of(line, study, arm, reasons, noted)
    n = _size(line, study, reasons)
    if reasons or reading is None or n is None:
        return tuple(dict.fromkeys(reasons))
    observed, remark = _observed(line, partner, reading)
    return Case(
        line=line,
        what="arm mean" if line.control else "difference",
        reading=reading,
        arm=arm,
        comparator=comparator,
        n=n,
        n_comparator=_other_size(line, partner, n, noted),
        observed=observed,
        direction=None if line.control else _direction(line, observed),
        noted=noted,
        remark=remark,
    )


def _protocol_reasons(line: Line) -> Iterator[tuple[str, str]]:
    """Say what of the study as a whole the model doesn't have."""
    if line.retracted:
        yield "retracted", "the study was withdrawn"
    yield from _species_reasons(line)
    if line.model == "none" or not_infarcted(line.arm):
        yield "protocol", "an arm without an infarct"
    elif line.model in _UNSAID:
        yield "protocol", "not stated whether the artery was opened again"
    elif line.model not in PROTOCOLS:
        listed = " and ".join(PROTOCOLS)
        text = f"{line.model!r} isn't in the model, which has {listed}"
        yield "protocol", _meant(text, line.model, PROTOCOLS)


def _species_reasons(line: Line) -> Iterator[tuple[str, str]]:
    if not line.species:
        yield "species", "not stated"
    elif line.species not in SPECIES:
        text = f"{line.species!r} isn't in the model, which has {', '.join(SPECIES)}"
        yield "species", _meant(text, line.species, SPECIES)
    elif line.species == "dog" and not line.control:
        yield "species", "the model has the dog's heart alone, so no treated arm"


def _meant(text: str, word: str, names: Sequence[str]) -> str:
    near = closest(word, names)
    return f"{text}; did you mean {near!r}?" if near else text


def _comparator(
    line: Line, study: Sequence[Line], reasons: Reasons, noted: dict[str, Note]
) -> tuple[Treatment | None, Line | None]:
    """Find what the arm is set beside: its treatment (None: control) and its line."""
    name = line.comparator or _only_control(study, noted)
    if not name:
        reasons.append(("comparator", "none is named"))
        return None, None
    if not_infarcted(name):
        reasons.append(("comparator", f"{name!r} has no infarct"))
        return None, None
    named = [other for other in study if _same(other.arm, name)]
    partner = next((other for other in named if _same_reading(other, line)), None)
    known = partner or (named[0] if named else None)
    if known is None and not is_control(name):
        text = f"{name!r} has no line of its own, so what it was given isn't known"
        reasons.append(("comparator", text))
    if known is None or known.control:
        return None, partner
    found: Reasons = []
    given = treatment(known, found, noted)
    reasons += [("comparator", f"{kind}, {said}") for kind, said in found]
    return given, partner


def _only_control(study: Sequence[Line], noted: dict[str, Note]) -> str:
    """Give the study's only control, for arms that name none; empty otherwise."""
    names = sorted({one.arm for one in study if one.control})
    if len(names) != 1:
        return ""
    noted["comparator"] = Note((names[0],), "none is named; the study's only control")
    return names[0]


def _same(one: str, other: str) -> bool:
    return plain(one) == plain(other)


def _same_reading(one: Line, other: Line) -> bool:
    keys = [
        (x.outcome, x.region, x.unit, x.at_h, plain(x.at_words)) for x in (one, other)
    ]
    return keys[0] == keys[1]


def _size(line: Line, study: Sequence[Line], reasons: Reasons) -> Given | None:
    """Give the animals; for a control those of what its study tests."""
    if line.n is not None:
        return float(line.n)
    tested = [form for one in (line, *study) if (form := form_of(one)) is not None]
    form = tested[0] if tested else "vesicles"
    found = studied_sizes(line.species, "" if line.control else line.route, form)
    if found is None:
        reasons.append(("n", "not stated, and no studied value to draw it from"))
    return found


def _other_size(
    line: Line, partner: Line | None, n: Given, noted: dict[str, Note]
) -> Given:
    """Give the comparator's animals; as many as in the arm where none are printed."""
    printed = partner.n if partner is not None else None
    printed = printed or line.n_comparator
    if printed is not None:
        return float(printed)
    if not line.control:
        how = "not stated; as many as in the arm"
        noted["n of comparator"] = Note(("as in the arm",), how)
    return n


def _observed(
    line: Line, partner: Line | None, reading: Reading
) -> tuple[float | None, str]:
    """Give the published number in the endpoint's unit, and what to know of it."""
    if line.mean is None:
        words = line.unreadable.get("mean")
        return None, f"the published {words!r} isn't one number" if words else ""
    if reading.scale is None:
        unit = line.unit or "no unit"
        return None, f"the published number ({unit}) can't be set beside {reading.unit}"
    own = line.mean * reading.scale
    if line.control or reading.kind == "difference":
        return own, ""
    if partner is None or partner.mean is None:
        return None, "of the two means only the arm's is printed"
    return round(own - partner.mean * reading.scale, 10), ""


def _direction(line: Line, observed: float | None) -> int | None:
    """Give the published sign, from the number where no word is printed."""
    if line.direction:
        return SIGNS.get(line.direction, 0)
    if observed:
        return 1 if observed > 0 else -1
    return None
