"""The whole page: eight sections in order, one template, one style sheet."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any

from markupsafe import Markup

from exoheart.report import head
from exoheart.report.alternatives import alternatives
from exoheart.report.animals import animals
from exoheart.report.answer import answer
from exoheart.report.blocks import Block, Section
from exoheart.report.how import how
from exoheart.report.make import make
from exoheart.report.published import published
from exoheart.report.roadblocks import roadblocks
from exoheart.report.template import template
from exoheart.report.trust import trust

SECTIONS = (
    answer,
    published,
    how,
    animals,
    make,
    roadblocks,
    alternatives,
    trust,
)


@dataclass(frozen=True, slots=True)
class Page:
    """All that the template is given.

    `kind` says what sort of page it is; `standing` is the line of the head and of every
    page foot, `foot` the same line as a CSS string.
    """

    title: str
    question: str
    file: str
    version: str
    standing: str
    foot: Markup
    facts: tuple[tuple[str, str], ...]
    head: tuple[Block, ...]
    sections: tuple[Section, ...]
    style: Markup
    kind: str = "Study plan"


def css_string(text: str) -> Markup:
    """Quote a text for CSS; what could end the string or the style is escaped."""
    escaped = json.dumps(text, ensure_ascii=False)[1:-1].replace("<", "\\3c ")
    return Markup(f'"{escaped}"')


def build_page(plan: Mapping[str, Any]) -> Page:
    """Turn a plan document into the record that the template draws."""
    standing = head.standing(plan)
    style = resources.files("exoheart.report").joinpath("report.css")
    return Page(
        title=plan["study"]["title"],
        question=plan["study"].get("question") or "",
        file=plan["study"].get("file") or "",
        version=str(plan["prediction"].get("version") or ""),
        standing=standing,
        foot=css_string(standing),
        facts=head.facts(plan["study"]),
        head=head.head(plan),
        sections=tuple(section(plan) for section in SECTIONS),
        style=Markup(style.read_text(encoding="utf-8")),
    )


def render_report(plan: Mapping[str, Any]) -> str:
    """Write a plan document as one HTML file that needs nothing else.

    A pure function: the same document gives the same bytes.

    Parameters
    ----------
    plan
        The plan document (JSON Schema in ``data/schema/plan.json``).

    Returns
    -------
    str
        The page: text, tables, style and figures in one file, no outside loads.
    """
    return template("exoheart.report", "report.html.jinja").render(
        page=build_page(plan)
    )
