"""What was read in a published study, and when, as an endpoint of the model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from exoheart import outcome
from exoheart.errors import UnitError
from exoheart.evidence.own.lines import Anchor, Line, Note
from exoheart.qualification.unseen_arms import Reasons, Treatment
from exoheart.qualification.unseen_values import Studied
from exoheart.records import study as plan
from exoheart.units import factor

Kind = Literal["value", "change", "difference"]
#: Outcomes that are an endpoint by another name: quantity and region.
_ALIASES = {
    "scar size": ("infarct size", "left ventricle"),
    "infarct mass": ("scar mass", ""),
}
_PREFIXES: tuple[tuple[str, Kind], ...] = (
    ("change in ", "change"),
    ("difference in ", "difference"),
)
#: Regions where the source names none; infarct size goes by the time of the reading.
_USUAL_REGION = {"fibrosis": "left ventricle", "capillary density": "border"}
#: Up to here an infarct is usually given as a share of the area at risk [h].
ACUTE_H = 168.0
#: A dose from here on is late enough for a reading before it to be the baseline [h].
LATE_H = 24.0
_AREA_UNITS = {"/mm2", "per mm2", "1/mm^2", "/mm^2", "mm-2", "capillaries/mm2"}


@dataclass(frozen=True, slots=True)
class Reading:
    """One endpoint at one time.

    Parameters
    ----------
    quantity, of, method, unit
        As in a study file.
    kind
        ``value``; ``change`` since the dose; ``difference``, for an outcome that is
        the difference to the comparator itself.
    hours, anchor
        When [h] after the anchor.
    baseline
        For a change: time [h] after the baseline's anchor.
    baseline_anchor
        For a change.
    scale
        Turns a published number into `unit`; None where its unit can't be.
    """

    quantity: str
    of: str | None
    method: str
    unit: str
    kind: Kind
    hours: float
    anchor: Anchor
    baseline: float | None
    baseline_anchor: plan.Anchor
    scale: float | None

    def unit_of(self, what: str) -> str:
        """Give the unit of a difference or a mean; per cent change by points."""
        whole = what == "arm mean" and self.kind == "value"
        return "points" if self.unit == "%" and not whole else self.unit


def reading_of(
    line: Line,
    study: Sequence[Line],
    arm: Treatment | None,
    reasons: Reasons,
    noted: dict[str, Note],
) -> Reading | None:
    """Give the endpoint of a line; adds to `reasons` what the model doesn't read.

    Parameters
    ----------
    line
        The line.
    study
        All lines of its study: a control's baseline is at its partner's dose.
    arm
        What the line's arm was given; None for a control.
    reasons, noted
        Are added to.
    """
    before = len(reasons)
    kind, asked = _parted(line.outcome)
    quantity, region = _ALIASES.get(asked, (asked, line.region))
    known = [one for one in outcome.measures() if one.quantity == quantity]
    if not known:
        reasons.append(("outcome", f"the model doesn't read {line.outcome!r}"))
    when = _when(line, arm, reasons)
    if not known or when is None:
        return None
    hours, anchor = when
    measure = _measure(line, region, known, hours, reasons, noted)
    baseline, since = _baseline(line, study, kind, reasons, noted)
    if measure is None or len(reasons) > before:
        return None
    return Reading(
        quantity=quantity,
        of=measure.of or None,
        method=_method(line, measure, noted),
        unit=measure.unit,
        kind=kind,
        hours=hours,
        anchor=anchor,
        baseline=baseline,
        baseline_anchor=since,
        scale=_scale(line.unit, measure.unit),
    )


def _parted(text: str) -> tuple[Kind, str]:
    for prefix, kind in _PREFIXES:
        if text.startswith(prefix):
            return kind, text.removeprefix(prefix)
    return "value", text


def _measure(
    line: Line,
    region: str,
    known: Sequence[outcome.Measure],
    hours: float,
    reasons: Reasons,
    noted: dict[str, Note],
) -> outcome.Measure | None:
    """Choose the region; where the source names none, the usual one, noted."""
    regions = {one.of: one for one in known}
    if region in regions:
        return regions[region]
    if region:
        listed = ", ".join(name for name in regions if name) or "none"
        text = f"{known[0].quantity} of {region!r}; the model reads it of: {listed}"
        reasons.append(("outcome", text))
        return None
    usual = _USUAL_REGION.get(known[0].quantity)
    if known[0].quantity == "infarct size":
        usual = "area at risk" if hours <= ACUTE_H else "left ventricle"
    chosen = regions.get(usual or "", known[0])
    if len(regions) > 1:
        how = f"not stated of what; usual at {line.at_words or 'this time'}"
        noted["region"] = Note((chosen.of,), how)
    return chosen


def _method(line: Line, measure: outcome.Measure, noted: dict[str, Note]) -> str:
    """Give the method that the words name, else the usual one, noted."""
    named = line.method
    if named == "CMR" and named not in measure.methods and "LGE" in measure.methods:
        named = "LGE"
    if named in measure.methods:
        return named
    noted["method"] = Note((measure.default_method,), "not stated; the usual one")
    return measure.default_method


def _when(
    line: Line, arm: Treatment | None, reasons: Reasons
) -> tuple[float, Anchor] | None:
    """Give the time of the reading and its anchor; it must lie after the dose."""
    late = "counts from a reperfusion that a permanent ligation doesn't have"
    text = ""
    if line.at_h is None:
        words = line.unreadable.get("time of reading") or line.at_words
        text = f"{words!r} isn't one moment" if words else "not stated"
    elif line.at_anchor == "reperfusion" and line.model == "permanent ligation":
        text = late
    elif line.at_anchor == "dose" and arm is None and line.dose_time_h is None:
        text = f"{line.at_words!r} counts from a dose whose time isn't stated"
    elif arm is not None and _before_dose(line, line.at_h, arm):
        text = "not after the dose"
    if text or line.at_h is None:
        reasons.append(("time of reading", text))
        return None
    if line.at_anchor != "dose" or line.dose_time_h is None:
        return line.at_h, line.at_anchor
    return line.at_h + line.dose_time_h, _anchor(line)


def _anchor(line: Line) -> plan.Anchor:
    return "reperfusion" if line.dose_anchor == "reperfusion" else "occlusion"


def _before_dose(line: Line, hours: float, arm: Treatment) -> bool:
    """Say whether a reading is taken before a dose of known time acts."""
    if line.at_anchor == "dose":
        return hours <= 0.0
    if isinstance(arm.at, Studied):
        return False
    length = (line.occlusion_min or 0.0) / 60.0
    late = {"occlusion": 0.0, "reperfusion": length}
    return hours + late[line.at_anchor] <= arm.at + late[arm.anchor]


def _baseline(
    line: Line,
    study: Sequence[Line],
    kind: Kind,
    reasons: Reasons,
    noted: dict[str, Note],
) -> tuple[float | None, plan.Anchor]:
    """Give the time that a change counts from: just before a late dose."""
    if kind != "change":
        return None, "occlusion"
    doses = [line, *(one for one in study if one.comparator == line.arm)]
    timed = next((one for one in doses if one.dose_time_h is not None), None)
    if timed is None or timed.dose_time_h is None or timed.dose_time_h < LATE_H:
        text = "a change, and not stated since when"
        reasons.append(("outcome", text))
        return None, "occlusion"
    noted["baseline"] = Note(("just before the dose",), "not stated since when")
    return timed.dose_time_h, _anchor(timed)


def _scale(unit: str, to: str) -> float | None:
    """Give what turns a published number into the endpoint's unit, or None."""
    if unit == to or (to == "1/mm2" and unit.lower() in _AREA_UNITS):
        return 1.0
    if not unit:
        return None
    try:
        return factor(unit, to)
    except UnitError:
        return None
