"""The model text as records: blocks, states, and every statement that computes.

Comments give meanings and grades; formulas come from the SBML of the joined text.
Read by ``model_page.py``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import latex

from exoheart import therapy
from exoheart.engine.text import to_sbml

PACKAGE = Path(therapy.__file__).parents[1]
GRADES = ("established", "supported", "assumed")
_COMPUTED = re.compile(r"(\w+)('| :=|:)")
_STATE = re.compile(r"(?:var|substanceOnly species) (\w+)")
_DECLARED = re.compile(r"(\w+) has \w+")


@dataclass(frozen=True)
class Entry:
    """A statement that computes.

    `kind` is rate, rule or reaction; `unit` that of its value; `grade` and `words` say
    how well it is known and why; `taken` and `made` are the states a reaction moves.
    """

    id: str
    kind: str
    term: latex.Term
    unit: str
    grade: str
    words: str
    taken: tuple[str, ...] = ()
    made: tuple[str, ...] = ()


@dataclass
class Block:
    """One file of model text."""

    path: Path
    head: list[str] = field(default_factory=list)
    sections: list[tuple[str, list[Entry]]] = field(default_factory=lambda: [("", [])])
    states: list[str] = field(default_factory=list)
    parameters: dict[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """File name with its folder."""
        return self.path.relative_to(PACKAGE).as_posix()

    @property
    def entries(self) -> list[Entry]:
        """All statements that compute, in the order of the file."""
        return [entry for _, entries in self.sections for entry in entries]

    @property
    def own(self) -> list[str]:
        """Ids that this file defines, without parameters."""
        return list(dict.fromkeys([*self.states, *(e.id for e in self.entries)]))

    @property
    def reads(self) -> set[str]:
        """Ids that its equations read."""
        return {name for entry in self.entries for name in latex.names(entry.term)}


@lru_cache(maxsize=1)
def sbml() -> Any:
    """Give the SBML document of the joined text."""
    import libsbml

    return libsbml.readSBMLFromString(to_sbml(therapy.joined_text()))


@lru_cache(maxsize=1)
def functions() -> dict[str, latex.Function]:
    """Give the functions of the model text, by name."""
    found = sbml().getModel().getListOfFunctionDefinitions()
    return {f.getId(): latex.read_function(f) for f in found}


def unit_words(name: str) -> str:
    """Write the name of a unit of the text: per_hour_per_gram -> 1/hour/gram."""
    text = re.sub("^per_", "1/", name).replace("_per_", "/")
    return "1" if text == "dimensionless" else text


@lru_cache(maxsize=1)
def units() -> dict[str, str]:
    """Give the unit that the text declares for each id, as on the page."""
    found = re.findall(r"\b(\w+) has (\w+)", therapy.joined_text())
    return {id_: unit_words(unit) for id_, unit in found}


def blocks() -> list[Block]:
    """Read every block of the joined model, in the order of the chain."""
    order = list(therapy.model.blocks())
    texts = {path: path.read_text("utf-8") for path in PACKAGE.rglob("*.ant")}
    joined = [path for path, text in texts.items() if text in order]
    return [_block(p) for p in sorted(joined, key=lambda p: order.index(texts[p]))]


def _block(path: Path) -> Block:
    block = Block(path)
    said: list[str] = []
    for line in path.read_text("utf-8").splitlines():
        code, mark, comment = (part.strip() for part in line.partition("//"))
        if code or not mark or comment.startswith("---"):
            _place(block, said)
        if code:
            _statements(block, code, comment)
        elif mark:
            said.append(comment)
    return block


def _place(block: Block, said: list[str]) -> None:
    """Make collected comment lines the head of the file or of a section."""
    if not said:
        return
    if not block.head:
        block.head = [*said]
    else:
        block.sections.append((" ".join(said).strip("- "), []))
    said.clear()


def _statements(block: Block, code: str, comment: str) -> None:
    graded = re.match(rf"({'|'.join(GRADES)}): (.+)", comment)
    grade, words = graded.groups() if graded else ("", "")
    for statement in (part.strip() for part in code.split(";")):
        state, declared = _STATE.match(statement), _DECLARED.fullmatch(statement)
        computed = _COMPUTED.match(statement)
        if state:
            block.states.append(state[1])
        elif declared and declared[1] in therapy.therapy_model().parameters:
            block.parameters[declared[1]] = "" if graded else comment
        elif computed:
            entry = _entry(computed[1], computed[2].strip(), grade, words)
            block.sections[-1][1].append(entry)


def _entry(id_: str, mark: str, grade: str, words: str) -> Entry:
    """Give a statement with its formula, as libSBML reads it."""
    model = sbml().getModel()
    taken, made = (), ()
    if mark == ":":
        reaction = model.getReaction(id_)
        node = reaction.getKineticLaw().getMath()
        taken = tuple(one.getSpecies() for one in reaction.getListOfReactants())
        made = tuple(one.getSpecies() for one in reaction.getListOfProducts())
    else:
        node = model.getRuleByVariable(id_).getMath()
    kind = {"'": "rate", ":": "reaction"}.get(mark, "rule")
    unit = units()[(*taken, *made, id_)[0]] + ("" if kind == "rule" else "/hour")
    term = latex.simplified(latex.read(node), functions())
    return Entry(id_, kind, term, unit, grade, words, taken, made)
