"""Words for a moment, turned into hours: of a reading, of a dose, of an occlusion.

Only one moment in plain words is read (``30 min after reperfusion``, ``day 7``,
``4 weeks post-MI``); ranges, lists and series are not.
"""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

#: Hours of a unit of time; a month is 730 h, as in the project's tables.
_HOURS = {"s": 1 / 3600, "mi": 1 / 60, "h": 1.0, "d": 24.0, "w": 168.0}
_HOURS |= {"mo": 730.0, "y": 8760.0}
_UNIT = (
    r"(s|secs?|seconds?|min|mins|minutes?|h|hrs?|hours?|d|days?|wks?|weeks?|months?|"
    r"years?)"
)
_AMOUNT = re.compile(rf"(?:at |after |on )?(\d+(?:\.\d+)?)[ -]?{_UNIT}\b(.*)")
_COUNTED = re.compile(r"(?:at |on )?(?:post-?operative )?(day|week|month) (\d+)\b(.*)")
_SIDE = re.compile(r"[ -]*(before|after|post|following|of)?[ -]*(.*)")
_DOSE = re.compile(r"treatment|therapy|injection|infusion|dos(e|ing)|delivery")
_REPERFUSION = re.compile(r"reperf|\bi/r\b")
_INFARCT = re.compile(r"\ba?mi\b|infarct|ligat|occlu|isch|injury|surgery")
_AT_ONCE = re.compile(
    r"(?:at|immediately after|right after|at the (?:time|moment|onset)"
    r" of) (.+)"
)
#: Words that leave a time open: nothing, or an anchor without a number.
_OPEN = re.compile(
    r"|not stated.*|(shortly |soon )?(after|following|post)[ -](coronary )?"
    r"(reperfusion|i/r|occlusion|ligation|infarct(ion)?|mi|ischaemia/reperfusion)"
)
_BRACKETS = re.compile(r"\([^()]*\)")
_OCCLUDED = r"(?:occlusion|isch(?:a?emia)|ligation|occluded|i/r)"
_MINUTES = (
    re.compile(rf"(\d+(?:\.\d+)?)[ -]?(min|minutes?|h|hours?)\b[a-z -]*?{_OCCLUDED}"),
    re.compile(rf"{_OCCLUDED},?[a-z ]*? (\d+(?:\.\d+)?)[ -]?(min|minutes?|h|hours?)\b"),
)


class Spoken(NamedTuple):
    """A moment in words: hours after an anchor; None and empty where unread."""

    hours: float | None
    anchor: Literal["occlusion", "reperfusion", "dose", ""]


UNREAD = Spoken(None, "")


def plain(text: str, *, lower: bool = True) -> str:
    """Take off brackets and double blanks, and capitals unless told otherwise.

    Examples
    --------
    >>> plain("LVEF (CMR)  at rest")
    'lvef at rest'
    """
    short = text
    while _BRACKETS.search(short):
        short = _BRACKETS.sub(" ", short)
    short = " ".join(short.split()).strip(" ,")
    return short.lower() if lower else short


def is_open(words: str) -> bool:
    """Say whether words for a time name no time at all.

    Examples
    --------
    >>> is_open("after reperfusion"), is_open("1 to 3 months after infarct")
    (True, False)
    """
    return _OPEN.fullmatch(plain(words)) is not None


def names_anchor(words: str) -> bool:
    """Say whether words for a time tell what it counts from.

    Examples
    --------
    >>> names_anchor("48 h"), names_anchor("48 h after reperfusion")
    (False, True)
    """
    return any(form.search(plain(words)) for form in (_DOSE, _REPERFUSION, _INFARCT))


def reading_moment(words: str) -> Spoken:
    """Read the time of a reading; without an anchor it counts from the onset.

    Examples
    --------
    >>> reading_moment("4 weeks post-MI")
    Spoken(hours=672.0, anchor='occlusion')
    >>> reading_moment("4 and 8 weeks").hours is None
    True
    """
    hours, rest = _amount(plain(words))
    side, after = _sides(rest)
    anchor = _anchor(after) if after else "occlusion"
    if hours is None or side == "before" or not anchor:
        return UNREAD
    return Spoken(hours, anchor)


def dose_moment(words: str) -> Spoken:
    """Read the time of a dose; without an anchor it counts from the onset.

    Examples
    --------
    >>> dose_moment("5 min before reperfusion")
    Spoken(hours=-0.08333333333333333, anchor='reperfusion')
    >>> dose_moment("immediately after I/R")
    Spoken(hours=0.0, anchor='reperfusion')
    """
    text = plain(words)
    now = _AT_ONCE.fullmatch(text)
    hours, rest = (0.0, now.group(1)) if now else _amount(text)
    side, after = _sides(rest)
    anchor = _anchor(after) if after else "occlusion"
    if hours is None or anchor in {"", "dose"}:
        return UNREAD
    return Spoken(-hours if side == "before" else hours, anchor)


def occlusion_minutes(words: str) -> float | None:
    """Read how long the artery was shut [min]; None where the words don't say.

    Examples
    --------
    >>> occlusion_minutes("90 min occlusion, reperfused")
    90.0
    >>> occlusion_minutes("ischaemia/reperfusion, 24 h of reperfusion") is None
    True
    """
    for form in _MINUTES:
        match = form.search(words.lower())
        if match:
            return float(match.group(1)) * (60.0 if match.group(2)[0] == "h" else 1.0)
    return None


def _amount(text: str) -> tuple[float | None, str]:
    """Part a number with its unit of time from what follows."""
    match = _AMOUNT.fullmatch(text)
    if match:
        number, unit, rest = match.groups()
        return float(number) * _unit_hours(unit), rest
    match = _COUNTED.fullmatch(text)
    if match:
        unit, number, rest = match.groups()
        return float(number) * _unit_hours(unit), rest
    return None, ""


def _unit_hours(unit: str) -> float:
    return _HOURS[unit[:2] if unit.startswith("m") else unit[0]]


def _sides(rest: str) -> tuple[str, str]:
    match = _SIDE.fullmatch(rest)
    return (match.group(1) or "", match.group(2)) if match else ("", rest)


def _anchor(words: str) -> Literal["occlusion", "reperfusion", "dose", ""]:
    """Say what a time counts from; nothing where the words hold another number."""
    if re.search(r"\d", words.replace("i/r", "")):
        return ""
    if _DOSE.search(words):
        return "dose"
    if _REPERFUSION.search(words):
        return "reperfusion"
    return "occlusion" if _INFARCT.search(words) else ""
