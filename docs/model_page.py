"""Make ``docs/model.md`` from the model text and the parameter tables.

Usage: ``python docs/model_page.py [--write]``; without ``--write`` the page is printed.
Nothing on the page is typed by hand: equations come from the SBML of the joined text,
meanings and grades from its comments, values from ``data/parameters``.
"""

from __future__ import annotations

import math
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import groupby
from pathlib import Path

import latex
from model_text import (
    GRADES,
    PACKAGE,
    Block,
    Entry,
    blocks,
    functions,
    unit_words,
    units,
)

from exoheart import delivery, therapy
from exoheart.evidence import load_choices, load_parameters, load_scaling, resolve
from exoheart.evidence.vocabulary import ROW_SPECIES
from exoheart.heart import mechanisms
from exoheart.records.prior import Prior, Priors
from exoheart.therapy import model as joined

PAGE = Path(__file__).with_name("model.md")
#: Statements that differ in these words alone are shown once.
WILD = {
    word: f"<{name}>"
    for name, words in (
        ("zone", delivery.ZONES),
        ("cell", delivery.CELLS),
        ("signal", mechanisms.SIGNALS),
    )
    for word in words
}
#: Who gives a value that no table holds.
GIVEN = dict.fromkeys(joined.PRODUCT_INPUTS, "the product") | dict.fromkeys(
    joined.COMPUTED, "the animal, the route, the schedule or the draw"
)
INTRODUCTION = """\
<!-- made by docs/model_page.py from the model text: change that, then run it -->
# The model, term by term

Every state, equation and parameter of the joined model, from the text beside the code.
Research use only, not medical advice.

- Time is in hours from the onset of occlusion. A name in an equation is the id without
  its stage (`heart_flow` is "flow"); names of other stages keep theirs.
- Behind each equation stands how well it is known: *established*, *supported* or
  *assumed*, and why. One without a grade is a definition, or the head of its block
  grades it.
- Statements that differ only in a zone, a cell type or a signal are shown once, with
  *zone*, *cell* or *signal* in the name.
- The scale of a state sets the solver's absolute tolerance.
- Values are those that count for each species. Note, range and locator of one:
  `exoheart parameters heart.critical_flow`. A study file's `[override]` replaces any.
- To try another term, see [replace_a_term.md](replace_a_term.md), another mechanism,
  [extend.md](extend.md). An id that you look for is in the [index](#index).
"""


# --- words --------------------------------------------------------------------------


def prose(text: str) -> str:
    """Give a comment as Markdown: ids in code, angle brackets shown."""
    parts = re.split(r"([\w<>{},]*_[\w<>{},]*[\w>}*](?:\.ant)?|\w+\.ant\b)", text)
    return "".join(
        f"`{part}`" if k % 2 else part.replace("<", "&lt;")
        for k, part in enumerate(parts)
    )


def sentence(text: str) -> str:
    """Give a comment with a capital at its start."""
    return prose(text[:1].upper() + text[1:])


def wild(id_: str, target: str) -> str:
    """Put placeholders for the words that `target` has of a zone, cell or signal."""
    known = {word for word in target.split("_") if word in WILD}
    return "_".join(WILD[w] if w in known else w for w in id_.split("_"))


def link(id_: str, shown: str = "") -> str:
    """Link to where an id is defined."""
    return f"[`{shown or id_}`](#{id_})"


def links(ids: Iterable[str]) -> str:
    """Link to several ids; those that differ by zone, cell or signal once."""
    families: dict[str, list[str]] = {}
    for id_ in ids:
        families.setdefault(wild(id_, id_), []).append(id_)
    return ", ".join(
        link(family[0], pattern if len(family) > 1 else "")
        for pattern, family in families.items()
    )


def head(block: Block) -> str:
    """Give the head of a file as paragraphs."""
    text = "\n".join(block.head).strip()
    starts = "In|Out|Comes in|Goes out|Ports \\w+|Anatomy \\w+|Assumed \\w+|Read next"
    text = re.sub(rf"[ \n](?=({starts}):? )", "\n\n", text)
    paragraphs = re.split(r"\n\s*\n", text)
    return "\n\n".join(prose(" ".join(p.split())) for p in paragraphs)


# --- parts of a block ---------------------------------------------------------------


def states(block: Block, found: Sequence[Block]) -> list[str]:
    """Give the table of the states of a file."""
    if not block.states:
        return []
    model = therapy.therapy_model()
    scale = dict(zip(model.states, model.scales, strict=True))
    moved = bool(model.amounts & set(block.states))
    heads = ["State", "Meaning", "Unit", "Scale", "At the start"]
    heads += ["Comes by", "Goes by"] * moved
    rows = [f"| {' | '.join(heads)} |", "|---" * len(heads) + "|"]
    entries = [entry for one in found for entry in one.entries]
    for id_ in block.states:
        start = model.start[id_]
        ruled = any(entry.id == id_ for entry in block.entries)
        cells = [
            link(id_) if ruled else f'<a id="{id_}"></a>`{id_}`',
            sentence(model.meanings[id_]),
            units()[id_],
            f"{scale[id_]:g}",
            link(start) if isinstance(start, str) else f"{start:g}",
        ]
        if moved:
            cells.append(links(e.id for e in entries if id_ in e.made))
            cells.append(links(e.id for e in entries if id_ in e.taken))
        rows.append(f"| {' | '.join(cells)} |")
    return ["### States", "", *rows, ""]


def equations(block: Block) -> list[str]:
    """Give all equations of a file, section by section; alike ones once."""
    groups: dict[tuple[str, ...], list[Entry]] = {}
    place: dict[tuple[str, ...], int] = {}
    titles: dict[int, list[str]] = {}
    for number, (title, entries) in enumerate(block.sections):
        keys = [_shared(entry) for entry in entries]
        for key, entry in zip(keys, entries, strict=True):
            groups.setdefault(key, []).append(entry)
            place.setdefault(key, number)
        if entries and title:
            # a section that only repeats another joins it
            first = place[keys[0]] if number not in map(place.get, keys) else number
            titles.setdefault(first, []).append(title)
    written = []
    stages = [id_.split("_")[0] for id_ in block.own if not id_.startswith("port_")]
    stage = f"{stages[0]}_" if stages else ""
    for number, own in groupby(groups, key=lambda key: place[key]):
        parts = [title.partition(": ") for title in titles.get(number, [])]
        title = "; ".join(sentence(part[0].rstrip(".")) for part in parts)
        written += [f"#### {title}", ""] if title else []
        for rest in dict.fromkeys(part[2] for part in parts if part[2]):
            written += [sentence(rest), ""]
        for key in own:
            written += _equation(groups[key], stage)
    return ["### Equations", "", *written] if written else []


def _shared(entry: Entry) -> tuple[str, ...]:
    """Give what entries have in common that are shown once."""

    def alike(id_: str) -> str:
        return wild(id_, entry.id)

    moved = " ".join(map(alike, (*entry.taken, *entry.made)))
    text = latex.latex(entry.term, alike)
    rest = (entry.kind, text, moved, entry.unit, entry.grade, entry.words)
    return (alike(entry.id), *rest)


def _equation(group: list[Entry], stage: str) -> list[str]:
    """Typeset entries that are alike; names of `stage` go without it."""
    first = group[0]

    varied = _varied(group) if len(group) > 1 else {}

    def shown(id_: str) -> str:
        made = wild(id_, first.id) if varied else id_
        for mark, words in varied.items():
            made = made.replace(mark, words[0]) if len(words) == 1 else made
        return made

    def name(id_: str) -> str:
        return latex.label(shown(id_).removeprefix(stage))

    left = name(first.id)
    if first.kind == "rate":
        left = rf"\frac{{d}}{{dt}}\ {left}"
    anchors = "".join(f'<a id="{entry.id}"></a>' for entry in group)
    said = [_members(group)] if len(group) > 1 else []
    meaning = therapy.therapy_model().meanings.get(first.id, "")
    said += [prose(meaning)] if meaning and len(group) == 1 else []
    if first.taken or first.made:
        ends = (first.taken, first.made)
        moves = (" + ".join(f"`{shown(i)}`" for i in end) for end in ends)
        said.append(" → ".join(moves))
    unit = "No unit" if first.unit == "1" else f"Unit: {first.unit}"
    known = f" *{first.grade}*: {prose(first.words)}." if first.grade else ""
    return [
        f"{anchors}**`{shown(first.id)}`**{': ' * bool(said)}{'; '.join(said)}",
        "",
        latex.equation(left, len(first.id.removeprefix(stage)) + 5, first.term, name),
        "",
        f"{unit}.{known}",
        "",
    ]


def _varied(group: list[Entry]) -> dict[str, list[str]]:
    """Give the words that the ids of a group have for each placeholder."""
    values: dict[str, list[str]] = {}
    for entry in group:
        for word in entry.id.split("_"):
            if word in WILD and word not in values.setdefault(WILD[word], []):
                values[WILD[word]].append(word)
    return values


def _members(group: list[Entry]) -> str:
    """Say for which zones, cells and signals a statement stands."""
    values = {mark: w for mark, w in _varied(group).items() if len(w) > 1}
    if math.prod(map(len, values.values())) != len(group):
        return "stands for " + ", ".join(f"`{entry.id}`" for entry in group)
    return "for " + " and ".join(
        f"{mark[1:-1]} {', '.join(words)}" for mark, words in values.items()
    )


@lru_cache(maxsize=1)
def priors() -> Mapping[str, Priors]:
    """Give what is known of each species, by species."""
    rows, choices = load_parameters(), load_choices()
    species = (name for name in ROW_SPECIES if name != "all")
    return {name: resolve(rows, name, choices) for name in species}


def parameters(block: Block, shown: set[str]) -> list[str]:
    """Give the table of the parameters of a file that no earlier file has shown."""
    ids = [id_ for id_ in block.parameters if id_ not in shown]
    if not ids:
        return []
    rows = ["| Parameter | Species | Value | Unit | Drawn | Kind | Source |"]
    rows.append("|---" * 7 + "|")
    for id_ in ids:
        first = f'<a id="{id_}"></a>`{joined.parameter_id(id_)}`'
        if block.parameters[id_]:
            first += f" ({prose(block.parameters[id_])})"
        for number, cells in enumerate(_values(id_)):
            rows.append(f"| {'' if number else first} | {cells} |")
    return ["### Parameters", "", *rows, ""]


def _values(id_: str) -> list[str]:
    """Give the cells of each distinct row of a parameter."""
    if id_ in GIVEN:
        return [f"| | {units()[id_]} | | given by {GIVEN[id_]} | "]
    found: dict[Prior, list[str]] = {}
    for species, known in priors().items():
        prior = known.get(joined.parameter_id(id_))
        if prior is not None:
            found.setdefault(prior, []).append(species)
    made = []
    for prior, species in found.items():
        whose = "all" if len(species) == len(priors()) else ", ".join(species)
        value = f"{prior.value:g} | {prior.unit}"
        source = f"`{prior.source}`" if prior.source else ""
        drawn = _drawn(id_, prior, priors()[species[0]])
        made.append(f"{whose} | {value} | {drawn} | {prior.kind} | {source}")
    return made


def _drawn(id_: str, prior: Prior, known: Priors) -> str:
    """Say what is drawn, at which layer, and what scales it."""
    fixed = prior.distribution.form == "fixed"
    said = ["fixed" if fixed else f"{prior.distribution}, {prior.spread_kind}"]
    varied = known.get(f"variation.{id_}")
    if varied is not None:
        said.append(f"times {varied.distribution}, {varied.spread_kind}")
    if prior.id in load_scaling():
        said.append(f"scales with body mass by `{load_scaling()[prior.id]}`")
    return "; ".join(said)


# --- the page -----------------------------------------------------------------------


def anchor(block: Block) -> str:
    """Give the anchor of a block's heading."""
    return f"block-{block.path.stem}"


def contents(found: Sequence[Block]) -> list[str]:
    """Give the table of contents with a count of statements by grade."""
    heads = ["Block", "What it is", "States", "Equations", *GRADES, "not graded"]
    rows = [f"| {' | '.join(heads)} |", "|---" * len(heads) + "|"]
    for block in found:
        grades = [entry.grade for entry in block.entries]
        counts = [len(block.states), len(grades), *map(grades.count, (*GRADES, ""))]
        what = re.split(r"\.(?:\s|$)", " ".join(block.head))[0]
        cells = [
            f"[{block.path.name}](#{anchor(block)})",
            prose(what),
            *map(str, counts),
        ]
        rows.append(f"| {' | '.join(cells)} |")
    others = "[Functions and units](#functions-and-units), [index](#index)"
    return ["## Contents", "", *rows, "", f"Also: {others}.", ""]


def functions_and_units() -> list[str]:
    """Define the functions and units of the text."""
    made = ["## Functions and units", ""]
    known = functions()
    for name, function in known.items():
        made += [latex.shown(name, function, known), ""]
    text = (PACKAGE / "engine" / "units.ant").read_text("utf-8")
    defined = re.findall(r"unit (\w+) = (.+);", text)
    used = set(units().values())
    rows = [f"| {unit_words(n)} | {d} |" for n, d in defined if unit_words(n) in used]
    return [*made, "| Unit | Is |", "|---|---|", *rows, ""]


def ports(block: Block, found: Sequence[Block]) -> list[str]:
    """Say what a block reads of others, and who reads it."""
    reads, gives = [], []
    for other in (b for b in found if b is not block):
        read = [id_ for id_ in other.own if id_ in block.reads]
        given = [id_ for id_ in block.own if id_ in other.reads]
        where = f"[{other.path.name}](#{anchor(other)})"
        reads += [f"- reads from {where}: {links(read)}"] if read else []
        gives += [f"- gives to {where}: {links(given)}"] if given else []
    return [*reads, *gives, ""]


def page() -> str:
    """Give the whole page."""
    found = blocks()
    lines = [INTRODUCTION, *contents(found), *functions_and_units()]
    shown: set[str] = set()
    for block in found:
        lines += [f'<a id="{anchor(block)}"></a>', "", f"## {block.name}", ""]
        lines += [head(block), "", *ports(block, found), *states(block, found)]
        lines += [*equations(block), *parameters(block, shown)]
        shown |= set(block.parameters)
    ids = sorted({*shown, *(id_ for block in found for id_ in block.own)})
    lines += ["## Index", ""]
    for stage, group in groupby(ids, key=lambda id_: id_.split("_")[0]):
        lines += [f"**{stage}**: {', '.join(map(link, group))}", ""]
    return "\n".join(lines).rstrip() + "\n"


def main(arguments: Sequence[str]) -> None:
    """Print the page, or write it."""
    if "--write" in arguments:
        PAGE.write_text(page(), "utf-8")
    else:
        print(page(), end="")


if __name__ == "__main__":
    main(sys.argv[1:])
