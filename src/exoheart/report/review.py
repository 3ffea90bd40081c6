"""The page of ``exoheart review``: every claim, disagreements first, a figure each.

A pure function from the command's document to one HTML file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib import resources
from typing import Any

from markupsafe import Markup

from exoheart.figures import numbers
from exoheart.figures.claims import claim, claim_rows
from exoheart.report.blocks import (
    Block,
    Fold,
    Heading,
    Items,
    Part,
    Section,
    Table,
    Text,
    linked,
    picture,
    table,
)
from exoheart.report.page import Page, css_string
from exoheart.report.template import template

#: What tells these pages from other files.
MARK = "The review, executable"
STANDING = (
    "Research use only, not medical advice; verdicts of the model rest on assumed "
    "numbers for the larger part, and no therapy result was used to fit them."
)
_INTRO = (
    "Each claim of the review is answered by the model where it can be read from "
    "simulated arms, else by rows and facts of texts that were read, else it is "
    "outside. Doses that no text gives are assumed, so a disagreement says: at this "
    "dose, with the numbers as known before any comparison with therapy, most "
    "parameter sets give no such effect. Either more was given, or a cell needs fewer "
    "vesicles than the prior thinks likely, or the published effect is too large. One "
    "parameter set in five has no effect by construction, so a claim of benefit can "
    "hardly agree and a claim of no effect easily does: no agreement below says that a "
    "therapy works."
)
_VERDICT_WORDS = (
    ("disagrees", "Disagreements"),
    ("undecided", "Undecided"),
    ("agrees", "Agreements"),
)
_KINDS = (
    ("effect", "claims of an effect"),
    ("no effect", "claims of no effect"),
    ("comparison", "claims that compare"),
    ("donor", "claims on donor cells"),
)
_VERDICTS = ("disagrees", "undecided", "agrees", "not answered")


def render_review(document: Mapping[str, Any]) -> str:
    """Write the document of ``exoheart review --json`` as one HTML file.

    A pure function: the same document gives the same bytes.
    """
    claims = document["claims"]
    style = resources.files("exoheart.report").joinpath("report.css")
    page = Page(
        title="Exosome therapy of the heart: the review's claims, answered",
        question="",
        file="",
        version=str(document["version"]),
        standing=STANDING,
        foot=css_string(STANDING),
        facts=_facts(document),
        head=(Text(_INTRO, "lead"),),
        sections=tuple(_sections(claims, document)),
        style=Markup(style.read_text(encoding="utf-8")),
        kind=MARK,
    )
    return template("exoheart.report", "report.html.jinja").render(page=page)


def _facts(document: Part) -> tuple[tuple[str, str], ...]:
    own = document["own_studies"]
    return (
        ("Claims", str(len(document["claims"]))),
        (
            "Parameter sets",
            f"{document['draws']} of the prior, seed {document['seed']}",
        ),
        ("Your own studies", ", ".join(own) or "none"),
    )


def _sections(claims: Sequence[Part], document: Part) -> Iterable[Section]:
    readings = document["summary"]["model_readings"]
    yield Section("counts", "Counts", tuple(_counts(claims, readings)))
    conflict = document["summary"]["model_against_read_texts"]
    chosen = [one for one in claims if one["claim_id"] in conflict]
    yield Section(
        "conflicts",
        "Where model and read texts point opposite ways",
        _conflicts(chosen),
    )
    model = [one for one in claims if one["answered_by"] == "model"]
    counted = [
        one for one in model if one["basis"] != "built in" and one["kind"] != "open"
    ]
    for verdict, title in _VERDICT_WORDS:
        own = [one for one in counted if one["verdict"] == verdict]
        words = f"{title} of the model ({len(own)})"
        yield Section(f"model-{verdict}", words, _all(own, _told))
    opened = [one for one in model if one["kind"] == "open"]
    yield Section("open", f"Open questions ({len(opened)})", _all(opened, _told))
    built = [
        one for one in model if one["basis"] == "built in" and one["kind"] != "open"
    ]
    note = Text(
        "No parameter set of the prior was found that turns these verdicts (for an "
        "input of the donor: none that changes its sign). They count neither as "
        "agreement nor as disagreement.",
        "note",
    )
    yield Section("built-in", f"Built in ({len(built)})", (note, *_all(built, _told)))
    rows = [one for one in claims if one["answered_by"] == "evidence"]
    yield Section("rows", f"Answered by texts ({len(rows)})", _all(rows, _by_rows))
    outside = [one for one in claims if one["answered_by"] == "outside"]
    yield Section(
        "outside", f"Outside ({len(outside)})", (_topics(), _outside(outside))
    )
    yield Section("scenarios", "What was simulated", (_scenarios(document),))


def _counts(claims: Sequence[Part], readings: int) -> Iterable[Block]:
    groups: list[tuple[str, Callable[[Part], bool]]] = [
        *((f"model, {words}", _of_kind(kind)) for kind, words in _KINDS),
        ("model, an open question", lambda one: one["kind"] == "open"),
        ("model, built in (no agreement)", lambda one: one["basis"] == "built in"),
        ("texts that were read", lambda one: one["answered_by"] == "evidence"),
        ("outside", lambda one: one["answered_by"] == "outside"),
    ]
    body = []
    for name, belongs in groups:
        own = [one for one in claims if belongs(one)]
        each = [str(sum(c["verdict"] == v for c in own)) for v in _VERDICTS]
        body.append((name, *each, str(len(own))))
    columns = ("Answered by", *_VERDICTS, "claims")
    yield table("Claims by answer", columns, body, range(1, 6))
    yield Text(
        "The model agrees where a claim holds in at least four of five parameter "
        "sets, disagrees where it holds in at most one of five, and is undecided "
        "between. Arms differ where they are more than a twentieth apart. Texts agree "
        "where every cohort read supports a claim; these thresholds are assumed. The "
        f"model's answers rest on {readings} different readings: some claims ask the "
        "same.",
        "note",
    )


def _of_kind(kind: str) -> Callable[[Part], bool]:
    return lambda one: one["kind"] == kind and one["basis"] != "built in"


def _conflicts(claims: Sequence[Part]) -> tuple[Block, ...]:
    if not claims:
        return (Text("None."),)
    body = [
        (
            one["claim_id"],
            one["claim"],
            f"{one['verdict']}, {one['basis']}",
            one["evidence"]["verdict"],
            _few([f"{c['what']} [{c['source']}]" for c in _pro_con(one["evidence"])]),
        )
        for one in claims
    ]
    columns = ("Claim", "What it says", "Model", "Texts", "Read in")
    return (table("The model against texts that were read", columns, body),)


def _few(texts: Sequence[str], shown: int = 2) -> str:
    kept = list(dict.fromkeys(texts))
    rest = len(kept) - shown
    return "; ".join(kept[:shown]) + (f"; and {rest} more" if rest > 0 else "")


def _pro_con(evidence: Part) -> list[Part]:
    return [*evidence["supporting"], *evidence["contradicting"]]


def _all(
    claims: Sequence[Part], tell: Callable[[Part], Iterable[Block]]
) -> tuple[Block, ...]:
    if not claims:
        return (Text("None."),)
    return tuple(block for one in claims for block in tell(one))


def _told(one: Part) -> Iterable[Block]:
    """Give the blocks of a claim that the model answers."""
    yield Heading(f"{one['claim_id']}: {one['claim']}")
    yield Text(one["reason"])
    turned = one["numbers"]["flip"] is not None
    columns = ("Reading", "90 %", "Median", "Central set", "Turned set")
    rows = claim_rows(one["numbers"])
    kept = len(columns) if turned else len(columns) - 1
    twin = table(
        "Differences over parameter sets, %",
        columns[:kept],
        [row[:kept] for row in rows],
        range(1, kept),
    )
    spec = claim(one["numbers"], one["claim_id"], one["claim"])
    caption = _caption(one["numbers"], turned=turned)
    yield picture(f"claim-{one['claim_id']}", spec, caption, twin)
    yield Fold("By mechanism", (_mechanisms(one["numbers"]["by_mechanism"]),))
    if one["numbers"]["flip"] is not None:
        yield _turning(one["numbers"]["flip"]["parameters"])
    yield from _texts(one["evidence"])


def _caption(numbers_: Part, *, turned: bool) -> str:
    sets = "the central one, and the one that turns the answer"
    text = f"Over the parameter sets, for {sets if turned else 'the central one'}"
    against = [one["against"] for one in numbers_["readings"]]
    if any(one is not None for one in against):
        text += "; differences in the grey band count as none"
    if any(one is None for one in against):
        text += "; against a threshold zero is the threshold"
    return f"{text}."


def _mechanisms(counts: Part) -> Table:
    """Give for each mechanism in how many of its sets a claim holds."""
    body = [
        (name, f"{each['hold']} of {each['speak']}") for name, each in counts.items()
    ]
    return table("Parameter sets that speak and hold", ("Mechanism", "Holds"), body)


def _turning(parameters: Sequence[Part]) -> Fold:
    """Give the set that turns an answer as it may stand in the scenario's file."""
    lines = ["[override]"]
    for one in parameters:
        if one["id"] == "every parameter":
            lines = ["# every parameter at its median: the central set"]
            continue
        if one["id"] == "mechanism":
            lines.insert(0, f"# the {one['value']} mechanism acts alone")
            continue
        lines.append(
            f'"{one["id"]}" = {{ median = {one["value"]}, unit = "{one["unit"]}", '
            'source = "turns a claim" }'
        )
    words = "The set that turns the verdict"
    return Fold(words, (Text("\n".join(lines), "code"),))


def _by_rows(one: Part) -> Iterable[Block]:
    """Give the blocks of a claim that texts answer."""
    yield Heading(f"{one['claim_id']}: {one['claim']}")
    yield Text(f"{one['verdict'].capitalize()}: {one['reason']}.")
    yield from _texts(one["evidence"])


def _texts(evidence: Part) -> Iterable[Block]:
    sides = (
        ("supporting", "For it"),
        ("contradicting", "Against it"),
        ("limiting", "Limits"),
        ("retracted", "Retracted, not counted"),
    )
    lists = [
        Items(tuple(linked(_cited(one)) for one in evidence[side]), title)
        for side, title in sides
        if evidence[side]
    ]
    if lists:
        count = sum(len(one.items) for one in lists)
        words = f"What was read: {evidence['verdict']} ({count} rows and facts)"
        yield Fold(words, tuple(lists))


def _cited(one: Part) -> str:
    own = ", your own" if one["own"] else ""
    note = f" ({one['note']})" if one["note"] else ""
    return f"{one['what']} [{one['source']}, {one['verification']}{own}]{note}"


def _topics() -> Text:
    words = "What these topics mean stands in the README, under"
    title = "What of the review it does not answer"
    return Text(f"{words} \u201c{title}\u201d.", "note")


def _outside(claims: Sequence[Part]) -> Table:
    body = [
        (one["claim_id"], one["claim"], str(one["topic"] or ""), one["reason"])
        for one in claims
    ]
    return table("Not answered", ("Claim", "What it says", "Topic", "Why"), body)


def _scenarios(document: Part) -> Table:
    failed = document["failed_parameter_sets"]
    body = [
        (name, title, numbers.number(failed.get(name, 0)))
        for name, title in document["scenarios"].items()
    ]
    columns = ("Scenario", "What it is", "Sets without a result")
    return table("Scenarios, files of data/claims/scenarios", columns, body, (2,))
