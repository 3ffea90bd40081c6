"""The words inside the files: what they hold, whose numbers, how to run them."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from xml.sax.saxutils import quoteattr

from exoheart.exchange.record import ArmModel
from exoheart.exchange.schedule import steps
from exoheart.version import VERSION

#: Stands near the head of every file that is written here.
MARK = f"Written by exoheart {VERSION} export. Research use only; not medical advice."
#: What tells such a file from others, whatever the version.
SIGN = b"Written by exoheart "
_SPACE = 'xmlns:exoheart="urn:exoheart:export"'


def notes(one: ArmModel) -> str:
    """Give the notes of one arm's model, as XHTML."""
    return _body(
        f"{one.title}: {one.arm}",
        (
            MARK,
            f"Numbers: {one.animal}.",
            _time(one),
            "Amounts are in 1e9 particles (giga), masses in grams, volumes in mL, time "
            "in hours.",
            _schedule(one),
            f"Tolerances: relative {one.rtol:g}, absolute {one.atol:g} where one holds "
            "for all states; annotations of the states hold their own.",
            "Read at the endpoints: "
            + "; ".join(f"{r.observable} [{r.unit}], {r.label}" for r in one.readings)
            + ". These are noise-free values, before a method of measurement.",
            "Not in this file: the ensemble, its priors, the errors of measurement.",
        ),
    )


def annotation(one: ArmModel) -> str:
    """Give the same for programs."""
    return (
        f"<annotation><exoheart:export {_SPACE} version={quoteattr(VERSION)} "
        f"study={quoteattr(one.title)} arm={quoteattr(one.arm)} "
        f"animal={quoteattr(one.animal)} start_h={quoteattr(repr(one.start_h))} "
        f"relative_tolerance={quoteattr(repr(one.rtol))} "
        f"absolute_tolerance={quoteattr(f'{one.atol:g}')} "
        'use="research only; not medical advice"/></annotation>'
    )


def state_annotation(one: ArmModel, state: str) -> str:
    """Give what a state is, its scale and its own absolute tolerance."""
    scale = one.model.scales[one.model.states.index(state)]
    meaning = one.model.meanings.get(state, "")
    absolute = one.model.absolute_tolerances[state]
    return (
        f"<annotation><exoheart:state {_SPACE} meaning={quoteattr(meaning)} "
        f"scale={quoteattr(f'{scale:g}')} "
        f"absolute_tolerance={quoteattr(f'{absolute:g}')}/></annotation>"
    )


def _time(one: ArmModel) -> str:
    if one.start_h == 0.0:
        return "Time 0 is the onset of occlusion."
    return (
        f"Time 0 is {-one.start_h:g} h before the onset of occlusion: "
        f"{-one.start_h:g} h have been added to all times."
    )


def _schedule(one: ArmModel) -> str:
    taken = steps(one.schedule)
    first = [step for step in taken if step.time_h <= one.start_h]
    begun = ", ".join(change.target for step in first for change in step.changes)
    told = f"{len(taken) - len(first)} events hold what happens later"
    if not begun:
        return f"Schedule: {told}; an event fires just after its time."
    return (
        f"Schedule: initial values hold what happens at time 0 ({begun}); {told}; an "
        "event fires just after its time."
    )


def _body(title: str, paragraphs: Sequence[str]) -> str:
    inside = "".join(f"<p>{escape(text)}</p>" for text in paragraphs)
    return (
        '<notes><body xmlns="http://www.w3.org/1999/xhtml">'
        f"<h1>{escape(title)}</h1>{inside}</body></notes>"
    )
