"""The page of a qualification: one self-contained HTML file, misses first."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import TYPE_CHECKING

from markupsafe import Markup

from exoheart.calibration.perturbations import Count
from exoheart.evidence import load_bibliography, reference
from exoheart.figures import numbers, to_svg
from exoheart.figures.comparison import key
from exoheart.qualification import words
from exoheart.qualification.cards import Card, cards
from exoheart.qualification.comparisons import USES, Compared
from exoheart.report.blocks import Table, linked, table
from exoheart.report.template import template
from exoheart.version import VERSION

if TYPE_CHECKING:
    from exoheart.qualification.record import Qualification

_MODULES = ("injury", "inflammation", "repair", "ventricle")
_PERTURBED = (
    *("Perturbation", "Read", "Day", "Published", "Model", "Agrees"),
    *("Published model", "Source"),
)


@dataclass(frozen=True, slots=True)
class Page:
    """All that the template is given."""

    version: str
    standing: str
    foot: Markup
    context: str
    held_out: str
    lead: str
    uses: Table
    modules: Table
    kinds: Table
    key: Markup
    bands: str
    missed: tuple[Card, ...]
    met: tuple[Card, ...]
    peaks: Table
    signs: str
    sign_counts: Table
    perturbed: Table
    unperturbed: Table
    missing: Table
    comparisons: Table
    sources: tuple[tuple[str, Markup], ...]
    repeat: Table
    style: Markup


def render_page(found: Qualification) -> str:
    """Write a qualification as one HTML file that needs nothing else.

    A pure function: the same record gives the same bytes.
    """
    return template("exoheart.qualification", "page.html.jinja").render(
        page=build_page(found)
    )


def build_page(found: Qualification) -> Page:
    """Turn a qualification into the record that the template draws."""
    drawn = cards(found.pictures, found.lines, found.rows)
    style = resources.files("exoheart.report").joinpath("report.css")
    standing = _standing(found.kinds)
    return Page(
        version=VERSION,
        standing=standing,
        foot=Markup(json.dumps(standing, ensure_ascii=False)),
        context=words.CONTEXT_OF_USE,
        held_out=words.held_out(found.rows),
        lead=_lead(found),
        uses=_uses(found),
        modules=_modules(found.rows),
        kinds=_kinds(found.kinds),
        key=Markup(to_svg(key())),
        bands=_bands(found),
        missed=tuple(card for card in drawn if card.missed),
        met=tuple(card for card in drawn if not card.missed),
        peaks=_peaks(found.rows),
        signs=words.signs(found.signs["all"]),
        sign_counts=_sign_counts(found.signs),
        perturbed=_perturbed(found),
        unperturbed=_unperturbed(found),
        missing=_missing(found),
        comparisons=_comparisons(found.rows),
        sources=_sources(found),
        repeat=_repeat(found),
        style=Markup(style.read_text(encoding="utf-8")),
    )


def _known(kinds: Mapping[str, Mapping[str, int]], name: str) -> tuple[int, int]:
    """Give how many parameters are of one kind, and how many there are."""
    own = sum(counted.get(name, 0) for counted in kinds.values())
    return own, sum(sum(counted.values()) for counted in kinds.values())


def _standing(kinds: Mapping[str, Mapping[str, int]]) -> str:
    shares = []
    for name in next(iter(kinds.values()), {}):
        own, of = _known(kinds, name)
        shares.append(f"{numbers.percent(own / of)} {name}")
    return (
        "Research use only, not medical advice. The heart's parameters, all species "
        f"taken together: {', '.join(shares)}."
    )


def _lead(found: Qualification) -> str:
    inside = sum(row.inside for row in found.rows)
    return (
        f"For {inside} of {len(found.rows)} published numbers of untreated animals the "
        "model, at central values, lies inside the pass mark that was fixed before any "
        f"fit; for {len(found.rows) - inside} it doesn't, and these come first below. "
        f"{len(found.not_represented)} further published rows have no counterpart in "
        "the model."
    )


def _bands(found: Qualification) -> str:
    if not found.animals:
        return "No animals were drawn, so there are no bands."
    failed = words.failures(found.rows)
    return (
        f"Bands hold nine tenths of {found.animals} single animals of each species, "
        "each with its own draw of every parameter, as for an animal of which no more "
        "is known than species and protocol. Published numbers are means of groups. A "
        "wide band is no merit: inside or outside is judged at central values only. "
        + failed
    ).strip()


def _uses(found: Qualification) -> Table:
    body = [
        (
            use,
            words.USE_WORDS[use],
            str(one["inside"]),
            str(one["rows"]),
            numbers.percent(one["inside"] / one["rows"]),
        )
        for use, one in found.counts.items()
    ]
    columns = ("Use", "What its rows may do", "Inside", "Rows", "Share")
    return table("Rows inside their pass mark, by use", columns, body, (2, 3, 4))


def _modules(rows: Sequence[Compared]) -> Table:
    body = []
    for module in _MODULES:
        own = [row for row in rows if row.control.module == module]
        by_use = [[row for row in own if row.control.use == use] for use in USES]
        body.append((module, *(_of(listed) for listed in (*by_use, own))))
    columns = ("Part of the heart", *USES, "all")
    return table("Inside, of rows, by part of the heart", columns, body, (1, 2, 3, 4))


def _of(rows: Sequence[Compared]) -> str:
    return f"{sum(row.inside for row in rows)} of {len(rows)}" if rows else "none"


def _kinds(kinds: Mapping[str, Mapping[str, int]]) -> Table:
    names = list(next(iter(kinds.values()), {}))
    body = []
    for name in names:
        counted = [(own.get(name, 0), sum(own.values())) for own in kinds.values()]
        shares = [f"{own} ({numbers.percent(own / of)})" for own, of in counted]
        body.append((name, *shares))
    columns = ("How the value is known", *kinds)
    return table(
        "Parameters of the heart, by kind", columns, body, range(1, 1 + len(kinds))
    )


def _peaks(rows: Sequence[Compared]) -> Table:
    own = [row for row in rows if row.control.relation == "peak time"]
    return table("Moments of peaks", words.COLUMNS, map(_linked_cells, own))


def _linked_cells(row: Compared) -> tuple[str, ...]:
    *cells, source = words.cells(row)
    return (*cells, cited(source))


def cited(source: str) -> Markup:
    """Link a source to its line in the list at the end of the page."""
    return Markup('<a href="#source-{}">{}</a>').format(source, source)


def _comparisons(rows: Sequence[Compared]) -> Table:
    ranked = sorted(rows, key=lambda row: row.inside)
    body = [(*_linked_cells(row), row.control.use) for row in ranked]
    columns = (*words.COLUMNS, "Use")
    return table("Every comparison, misses first", columns, body)


def _sign_counts(counts: Mapping[str, Count]) -> Table:
    body = [
        (
            name,
            str(one.agreeing),
            str(one.agreeing_narrow),
            str(one.published_represented),
            str(one.decrease),
            str(one.represented),
            str(one.published),
            str(one.listed),
        )
        for name, one in counts.items()
    ]
    columns = (
        *("Selection", "Agree", "Agree at 1 %", "Published model, same rows"),
        *("Always decrease", "Represented", "Published model, all", "Listed"),
    )
    return table("Signs that agree", columns, body, range(1, 8))


def _perturbed(found: Qualification) -> Table:
    ranked = words.outside_first(found.perturbations)
    body = [
        (
            row.perturbation.perturbation,
            row.perturbation.quantity,
            numbers.number(row.perturbation.day),
            row.perturbation.expected,
            words.change(row),
            words.agrees(row),
            "yes" if row.perturbation.published_model else "no",
            cited(row.perturbation.source),
        )
        for row in ranked
        if row.perturbation.represented
    ]
    title = "Represented perturbations, disagreeing signs first"
    return table(title, _PERTURBED, body, (2, 4))


def _unperturbed(found: Qualification) -> Table:
    body = [
        (
            row.perturbation.perturbation,
            row.perturbation.quantity,
            numbers.number(row.perturbation.day),
            row.perturbation.expected,
            "yes" if row.perturbation.published_model else "no",
            row.perturbation.note,
            cited(row.perturbation.source),
        )
        for row in found.perturbations
        if not row.perturbation.represented
    ]
    columns = (
        *("Perturbation", "Read", "Day", "Published", "Published model"),
        *("Why it is not represented", "Source"),
    )
    return table("Perturbations that are not represented", columns, body, (2,))


def _missing(found: Qualification) -> Table:
    body = [
        (what, why, count, Markup(", ").join(cited(s) for s in sources.split(", ")))
        for what, why, count, sources in words.missing(found.not_represented)
    ]
    columns = ("Quantity", "Why it is not represented", "Rows", "Source")
    title = "Published rows without a counterpart in the model"
    return table(title, columns, body, (2,))


def _sources(found: Qualification) -> tuple[tuple[str, Markup], ...]:
    keys = {row.control.source for row in found.rows}
    keys |= {row.perturbation.source for row in found.perturbations}
    keys |= {row["source"] for row in found.not_represented}
    known = load_bibliography()
    told = {one: reference(known[one]) if one in known else "" for one in keys - {""}}
    return tuple(
        # what has no author is told by its key, which stands there already
        (one, linked(told[one].removeprefix(f"{one}. ") or "no reference"))
        for one in sorted(told, key=str.lower)
    )


def _repeat(found: Qualification) -> Table:
    command = f"exoheart qualify --seed {found.seed} --animals {found.animals}"
    rows = (
        ("Command", Markup("<code>{}</code>").format(command)),
        ("Version of exoheart", VERSION),
        ("Seed", str(found.seed)),
        ("Animals of each species", str(found.animals)),
    )
    return table("Command, version, seed", ("What", "Value"), rows)
