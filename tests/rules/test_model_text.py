"""Every block of model text keeps the rules of model text (docs/ and DESIGN of it).

Written against the files themselves, so that a new block is held to them unasked.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from exoheart import donor, engine
from exoheart.therapy import joined_text, therapy_model

PACKAGE = Path(__file__).parents[2] / "src" / "exoheart"
#: The stage of each folder that holds blocks: the prefixes of the ids it may define.
PREFIXES = {
    "donor": ("donor_",),
    "delivery": ("delivery_",),
    "heart": ("heart_",),
    "heart/mechanisms": ("mechanism_", "uptake_"),
    "outcome": ("outcome_",),
}
#: Folders whose ids a folder may read besides ports and anatomy. Outcome is nothing but
#: a reading of the heart's states.
READS = {"outcome": ("heart_",)}
SHARED = ("port_", "anatomy_")
MOST_STATES = 120

NUMBER = re.compile(r"(?<![\w.])(\d+\.?\d*(?:[eE][+-]?\d+)?)(?:\s*([A-Za-z_]\w*))?")
WORD = re.compile(r"[A-Za-z_]\w*")
GRADE = re.compile(r"\b(established|supported|assumed)\b: \w")
STATE = re.compile(r"^(?:var|substanceOnly species) (\w+)")
RULE = re.compile(r"^(\w+) (:=) (.+)$|^(\w+)(') = (.+)$|^(\w+)(:) (.+)$")
WORDS_OF_THE_LANGUAGE = {
    *("var", "substanceOnly", "species", "in", "body", "has", "unit", "ln", "exp"),
    *("max", "min", "positive", "hill", "saturating", "saturating2", "falling"),
}


@dataclass(frozen=True)
class Line:
    """One line of a block: its statements and the comment behind them."""

    file: str
    number: int
    statements: tuple[str, ...]
    comment: str

    def __str__(self) -> str:
        return f"{self.file}:{self.number}: {'; '.join(self.statements)[:100]}"


def read(path: Path) -> list[Line]:
    """Cut a block into lines, statements and comments."""
    lines = []
    for number, text in enumerate(path.read_text("utf-8").splitlines(), 1):
        code, _, comment = text.partition("//")
        statements = tuple(s.strip() for s in code.split(";") if s.strip())
        if statements:
            name = str(path.relative_to(PACKAGE))
            lines.append(Line(name, number, statements, comment.strip()))
    return lines


FILES = sorted(p for p in PACKAGE.rglob("*.ant") if p.parent.name != "engine")
LINES = [line for path in FILES for line in read(path)]
UNITS = {
    *WORD.findall(" ".join(re.findall(r"unit (\w+) =", joined_text()))),
    "dimensionless",
}


def folder(line: Line) -> str:
    return str(Path(line.file).parent)


def states() -> dict[str, Line]:
    """Every declared state and the line it is declared on."""
    found = {}
    for line in LINES:
        for statement in line.statements:
            match = STATE.match(statement)
            if match:
                found[match[1]] = line
    return found


def rules(*kinds: str) -> list[tuple[Line, str, str]]:
    """Rules and reactions: line, what they define, what they compute."""
    found = []
    for line in LINES:
        for statement in line.statements:
            match = RULE.match(statement)
            if match:
                target, kind, right = (part for part in match.groups() if part)
                if kind in kinds:
                    found.append((line, target, right))
    return found


def defined() -> dict[str, list[Line]]:
    """Every id that a block gives a unit, a state, a rule or a reaction."""
    found: dict[str, list[Line]] = {}
    for line in LINES:
        for statement in line.statements:
            match = re.match(r"(\w+) has \w+$", statement)
            if match:
                found.setdefault(match[1], []).append(line)
    for line, target, _ in rules(":"):
        found.setdefault(target, []).append(line)
    return found


def used(line: Line) -> set[str]:
    """Ids that a line reads or sets, without units and words of the language."""
    words: set[str] = set()
    for statement in line.statements:
        code = re.sub(r" has \w+$", "", statement)
        code = NUMBER.sub(" ", code)
        words |= set(WORD.findall(code))
    return words - WORDS_OF_THE_LANGUAGE


def test_the_blocks_are_found():
    """Sixteen blocks in five folders; fewer would mean that the rules see nothing."""
    assert len(FILES) >= 16
    assert {folder(line) for line in LINES} == set(PREFIXES)
    own = donor.biogenesis_model().states
    assert len(states()) == len(therapy_model().states) + len(own)


def test_every_number_carries_a_unit_that_is_declared():
    bare = [
        f"{line}: {number} {unit}"
        for line in LINES
        for statement in line.statements
        for number, unit in NUMBER.findall(statement)
        if unit not in UNITS
    ]
    assert bare == []


def test_numbers_are_part_of_a_form_and_never_a_parameter():
    """0 and 1, the 2 of a half-life, 100 per cent, and 1e9 particles in a giga."""
    met = {
        number
        for line in LINES
        for statement in line.statements
        for number, _ in NUMBER.findall(statement)
    }
    assert met <= {"0", "1", "2", "100", "1e9"}
    twos = [
        line
        for line in LINES
        if re.search(r"(?<![\w.])2 ", " ".join(line.statements))
        and "ln(2 dimensionless)" not in " ".join(line.statements)
    ]
    assert twos == []


def test_functions_take_every_constant_as_an_argument():
    """No number stands in the functions that all blocks share, and no piecewise."""
    text = (PACKAGE / "engine" / "functions.ant").read_text("utf-8")
    code = "\n".join(line.partition("//")[0] for line in text.splitlines())
    assert NUMBER.findall(code.replace("saturating2", "")) == []
    assert "piecewise" not in code


@pytest.mark.parametrize(
    ("what", "pattern"),
    [
        ("explicit time", r"\btime\b"),
        ("an event", r"\bat\s*\("),
        ("a delay", r"\bdelay\s*\("),
        # a solver looks for the roots of its conditions and restarts there; positive,
        # max and min say the same without
        ("a piecewise", r"\bpiecewise\b"),
        ("a function of its own", r"\b(function|model|end)\b"),
        ("a constant", r"\bconst\b"),
    ],
)
def test_no_block_holds(what, pattern):
    met = [
        str(line)
        for line in LINES
        for statement in line.statements
        if re.search(pattern, statement)
    ]
    assert met == [], what


def test_only_states_have_a_value_and_it_is_zero_one_or_a_parameter():
    """Every other number comes from the tables."""
    declared = states()
    wrong = []
    for line in LINES:
        for statement in line.statements:
            match = re.match(r"(\w+) = (.+)$", statement)
            if match is None:
                continue
            target, value = match.groups()
            number = re.fullmatch(r"[01] [a-z]\w*", value)
            parameter = value in defined() and value not in declared
            if target not in declared or not (number or parameter):
                wrong.append(str(line))
    assert wrong == []


def test_every_state_declares_unit_scale_and_meaning_on_its_line():
    wrong = [
        str(line)
        for id_, line in states().items()
        if not re.match(r"scale [0-9.]+(e[+-]?\d+)?: \w", line.comment)
        or not any(re.match(rf"{id_} has \w+$", s) for s in line.statements)
    ]
    assert wrong == []
    scales = dict(zip(therapy_model().states, therapy_model().scales, strict=True))
    assert all(scale > 0 for scale in scales.values())


def test_every_equation_and_reaction_says_how_well_it_is_known():
    """established, supported or assumed, and why, on the line."""
    graded = rules("'", ":")
    assert len(graded) > 100
    assert [str(line) for line, _, _ in graded if not GRADE.search(line.comment)] == []


#: Assignments that claim nothing about nature: a sum, a port, a change of unit, a
#: volume's concentration, a form that its block's head grades for all cells at once.
DEFINITIONS = re.compile(
    r"heart_\w+_excess|heart_scar_drive|delivery_(flow|concentration|binding)_\w+"
    r"|delivery_(clearance|intrinsic|room)_?\w*|delivery_adhesion"
    r"|port_(bound|taken_up|rna|soluble)_\w+|mechanism_(cargo|relay)_uptake_\w+"
    r"|mechanism_relay_uptake"
    r"|mechanism_cargo_occupancy_of_\w+|mechanism_drive_\w+"
)


def test_every_assignment_that_computes_is_graded_or_known_as_a_definition():
    computing = [
        (line, target)
        for line, target, right in rules(":=")
        if re.search(r" [*/+-] |\(", right)
    ]
    assert len(computing) > 50
    ungraded = [
        str(line)
        for line, target in computing
        if not GRADE.search(line.comment) and not DEFINITIONS.fullmatch(target)
    ]
    assert ungraded == []


def test_ids_begin_with_the_prefix_of_their_stage():
    wrong = [
        f"{line}: {id_}"
        for id_, lines in defined().items()
        for line in lines
        if not id_.startswith((*PREFIXES[folder(line)], *SHARED))
        and not id_.startswith(READS.get(folder(line), ()))
    ]
    assert wrong == []


def test_a_block_reads_another_stage_only_through_ports_and_anatomy():
    wrong = []
    for line in LINES:
        here = folder(line)
        allowed = (*PREFIXES[here], *SHARED, *READS.get(here, ()))
        wrong += [f"{line}: {id_}" for id_ in used(line) if not id_.startswith(allowed)]
    assert wrong == []


def test_what_outcome_reads_of_the_heart_the_heart_or_a_table_gives():
    """Outcome may name the heart's ids, and defines none of them by a rule."""
    targets = [t for line, t, _ in rules(":=", "'", ":") if folder(line) == "outcome"]
    assert [t for t in targets if not t.startswith("outcome_")] == []


ZONES = ("risk", "border", "remote")
CELLS = ("cardiomyocyte", "endothelial", "fibroblast", "macrophage", "progenitor")
SIGNALS = ("survival", "polarisation", "il10", "nfkb", "angiogenic")
SIGNALS = (*SIGNALS, "antifibrotic", "renewal")
#: Port -> the folder that defines it and the one that reads it.
PORTS = {
    **{
        f"port_{what}_{zone}_{cell}": ("delivery", "heart/mechanisms")
        for what in ("taken_up", "bound", "rna")
        for zone in ZONES
        for cell in CELLS
    },
    **{f"port_soluble_{zone}": ("delivery", "heart/mechanisms") for zone in ZONES},
    **{f"port_signal_{s}": ("heart/mechanisms", "heart") for s in SIGNALS},
    **{
        f"port_{what}_{zone}": ("heart", "delivery")
        for what in ("flow", "permeability")
        for zone in ZONES
    },
    **{
        f"port_cells_{zone}_{cell}": ("heart", "delivery")
        for zone in ZONES
        for cell in CELLS
    },
}
#: Ports that no mechanism listens to yet: of the remote zone only cardiomyocytes are
#: heard, and of the border's macrophages only what they take up of vesicles.
UNHEARD = {
    *(f"port_{w}_remote_{c}" for w in ("taken_up", "bound", "rna") for c in CELLS[1:]),
    "port_bound_border_macrophage",
    "port_rna_border_macrophage",
}


def test_every_port_is_defined_once_by_the_stage_that_owns_it():
    owners: dict[str, list[str]] = {}
    for line, target, _ in rules(":=", "'"):
        if target.startswith("port_"):
            owners.setdefault(target, []).append(folder(line))
    assert owners == {port: [owner] for port, (owner, _) in PORTS.items()}


def test_every_port_is_read_by_the_stage_at_its_other_end():
    readers: dict[str, set[str]] = {}
    for line in LINES:
        for id_ in used(line):
            if id_.startswith("port_"):
                readers.setdefault(id_, set()).add(folder(line))
    unheard = {
        port for port, (_, reader) in PORTS.items() if reader not in readers[port]
    }
    assert unheard == UNHEARD
    assert set(readers) == set(PORTS), "a port that the list above doesn't have"


def test_powers_act_only_on_what_cannot_be_negative():
    """A sampled exponent on a state that overshoots below zero is not a number."""
    text = [" ".join(line.statements) for line in LINES]
    text += (PACKAGE / "engine" / "functions.ant").read_text("utf-8").splitlines()
    powers = [t for t in text if "^" in t]
    assert powers
    for statement in powers:
        code = re.sub(r"positive\((?:[^()]|\([^()]*\))*\)", "positive", statement)
        assert not re.search(r"(?<!positive)\^", code), statement
        assert "pow(" not in code


def test_units_of_the_joined_text_are_right():
    """libSBML has nothing to say, warnings that it can't check included."""
    assert engine.unit_faults(joined_text()) == []


def test_the_unit_check_of_the_joined_text_can_fail():
    wrong = joined_text().replace("/ heart_flow_time;", ";")
    assert wrong != joined_text()
    assert engine.unit_faults(wrong)


def test_the_joined_model_keeps_its_budget_of_states():
    assert len(therapy_model().states) <= MOST_STATES


def test_the_joined_model_is_autonomous_so_that_pieces_may_start_at_zero():
    """No explicit time in the text: doses and protocols are the schedule's."""
    assert "symbols/time" not in therapy_model().source
