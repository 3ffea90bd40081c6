"""docs/model.md is what the model text says, and the page on replacing a term works."""

from __future__ import annotations

import math
import random
import re
import sys
from functools import lru_cache
from pathlib import Path

import libsbml
import pytest

from exoheart.therapy import therapy_model

DOCS = Path(__file__).parents[2] / "docs"
sys.path.insert(0, str(DOCS))

import latex  # noqa: E402 - scripts of docs/, not of the package
import model_page  # noqa: E402
import model_text  # noqa: E402


@lru_cache(maxsize=1)
def page() -> str:
    return (DOCS / "model.md").read_text("utf-8")


def equations() -> list[str]:
    return re.findall(r"^\$\$\n(.*?)\n\$\$$", page(), re.M | re.S)


def tex(formula: str) -> str:
    return latex.latex(latex.read(libsbml.parseL3Formula(formula)))


def test_the_page_is_the_one_that_the_script_makes():
    """After a change of text or tables: python docs/model_page.py --write."""
    assert page() == model_page.page()


def test_every_state_rule_reaction_and_parameter_has_one_place_on_the_page():
    model = model_text.sbml().getModel()
    wanted = {rule.getVariable() for rule in model.getListOfRules()}
    wanted |= {reaction.getId() for reaction in model.getListOfReactions()}
    compiled = therapy_model()
    wanted |= {*compiled.states, *compiled.parameters}
    anchors = re.findall(r'<a id="(\w+)"></a>', page())
    assert sorted(set(anchors)) == sorted(anchors)
    assert wanted <= set(anchors)
    assert len(wanted) > 400


def test_every_link_of_the_page_leads_somewhere():
    targets = {
        *re.findall(r'<a id="([\w-]+)"></a>', page()),
        *("functions-and-units", "index"),
    }
    assert set(re.findall(r"\]\(#([\w-]+)\)", page())) <= targets
    assert all(
        (DOCS / name).exists() for name in re.findall(r"\]\((\w+\.md)\)", page())
    )


def test_braces_and_brackets_of_every_equation_balance():
    assert len(equations()) > 100
    for text in equations():
        depth = 0
        for mark in re.findall("[{}]", text):
            depth += 1 if mark == "{" else -1
            assert depth >= 0, text
        assert depth == 0, text
        assert len(re.findall(r"\\left\W", text)) == len(re.findall(r"\\right\W", text))
        assert text.count(r"\Bigl(") == text.count(r"\Bigr)"), text
        assert text.count(r"\begin") == text.count(r"\end"), text


def test_markdown_leaves_the_equations_alone():
    """No escape before punctuation, no emphasis, no line that begins a list."""
    for text in equations():
        assert not re.search(
            r"\\[^a-zA-Z ,]|\\,[^ ]|[_*~`<]", text.replace(r",\ ", "")
        ), text
        assert not re.search(r"^\s*[-+=#>]", text, re.M), text


def test_every_grade_of_the_text_is_on_the_page():
    """As many equations of each grade as there are lines, alike ones counted once."""
    shown = re.findall(r"\. \*(established|supported|assumed)\*: ", page())
    graded = {
        (entry.grade, entry.words)
        for block in model_text.blocks()
        for entry in block.entries
        if entry.grade
    }
    assert len(shown) >= len(graded)
    for grade, words in graded:
        assert f"*{grade}*: {model_page.prose(words)}." in page(), words


def test_every_value_of_a_species_is_on_the_page():
    """The row that counts for a species stands in the table of its block."""
    for species, known in model_page.priors().items():
        prior = known["heart.stunning_time"]
        assert re.search(
            rf"\| {species} \| {prior.value:g} \| {prior.unit} \| "
            rf"[^|]+ \| {prior.kind} \| ",
            page().split("heart.stunning_time`")[1],
        )


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("a / (b + c) * d", r"\frac{A}{B + C} \cdot D"),
        ("a - (b - c)", r"A - \left( B - C \right)"),
        ("a + (b - c)", r"A + B - C"),
        ("-a + b", r"- A + B"),
        ("(a + b) * c", r"\left( A + B \right) \cdot C"),
        ("(a / b)^(c + d)", r"{\left( \frac{A}{B} \right)}^{C + D}"),
        ("2 * 1e9 * a", r"2 \cdot 10^{9} \cdot A"),
        ("max(a, 0)", r"\max\left( A,\ 0 \right)"),
        ("f_of(a)", r"\operatorname{f\ of}\left( A \right)"),
        ("sqrt(a)", r"\sqrt{A}"),
        (
            "piecewise(a, b < c, d)",
            r"\begin{cases} A & \mathrm{if}\ B \lt C \cr D & \mathrm{otherwise} "
            r"\end{cases}",
        ),
    ],
)
def test_formulas_are_typeset(formula, expected):
    """Brackets only where they change the meaning."""
    assert tex(formula) == re.sub(
        "[A-D]", lambda m: rf"\mathrm{{{m[0].lower()}}}", expected
    )


def test_names_become_words_and_placeholders_stand_out():
    assert latex.label("flow_of_<zone>") == r"\mathrm{flow\ of\ }\mathit{zone}"


def value(term: latex.Term, known: dict[str, float]) -> float:  # noqa: PLR0911
    """Compute a term of the page."""
    parts = [value(part, known) for part in term.parts]
    match term.kind:
        case "number":
            return float(term.text)
        case "name":
            return known[term.text]
        case "sum":
            signs = (1 if sign == "+" else -1 for sign in term.text)
            return math.fsum(s * p for s, p in zip(signs, parts, strict=True))
        case "product":
            return math.prod(parts)
        case "fraction":
            return parts[0] / parts[1]
        case "power":
            return parts[0] ** parts[1]
    known_functions = model_text.functions()
    if term.text not in known_functions:
        named = {"max": max, "min": min, "ln": math.log, "exp": math.exp}
        return named[term.text](*parts)
    function = known_functions[term.text]
    numbers = {"zero": 0.0, "one": 1.0}
    own = [name for name in function.arguments if name not in numbers]
    body = latex.simplified(function.body, known_functions)
    return value(body, numbers | dict(zip(own, parts, strict=True)))


def computed(node: libsbml.ASTNode, known: dict[str, float]) -> float:
    """Compute a formula as libSBML writes it, without reading its tree ourselves."""
    text = re.sub(r"(?<=\d) [a-z]\w*", "", libsbml.formulaToL3String(node))
    named = {"max": max, "min": min, "ln": math.log, "exp": math.exp}
    return float(eval(text.replace("^", "**"), {"__builtins__": {}}, named | known))


def test_what_is_typeset_computes_what_the_text_computes():
    """Every equation of the page against libSBML's own reading, at random values."""
    document = model_text.sbml().clone()
    expand = libsbml.ConversionProperties()
    expand.addOption("expandFunctionDefinitions", True)
    assert document.convert(expand) == libsbml.LIBSBML_OPERATION_SUCCESS
    model = document.getModel()
    draws = random.Random(0)
    entries = [entry for block in model_text.blocks() for entry in block.entries]
    assert len(entries) > 250
    for entry in entries:
        known = {name: draws.uniform(0.1, 2.0) for name in latex.names(entry.term)}
        holder = model.getRuleByVariable(entry.id)
        if entry.kind == "reaction":
            holder = model.getReaction(entry.id).getKineticLaw()
        expected = pytest.approx(computed(holder.getMath(), known), rel=1e-12)
        assert value(entry.term, known) == expected, entry.id


def test_long_equations_are_broken_and_keep_every_name():
    term = latex.read(
        libsbml.parseL3Formula(
            "(first_long_name * (second_long_name + third_long_name * fourth_long_name"
            " + fifth_long_name) - sixth_long_name / seventh_long_name) / eighth_name"
        )
    )
    text = latex.equation(r"\mathrm{x}", 1, term)
    assert text.count(r"\cr") >= 2
    for name in latex.names(term):
        assert latex.label(name) in text


@lru_cache(maxsize=1)
def replace_page() -> str:
    return (DOCS / "replace_a_term.md").read_text("utf-8")


def test_the_example_of_replacing_a_term_runs(capsys):
    """Its units are right, both animals are solved, and qualify rows are not read."""
    (code,) = re.findall(r"```python\n(.*?)```", replace_page(), re.S)
    names: dict[str, object] = {}
    exec(compile(code, "replace_a_term.md", "exec"), names)
    shown = capsys.readouterr().out
    assert "unit faults: []" in shown
    assert len(re.findall(r"\d+ of \d+ inside", shown)) == 4
    assert "nan" not in shown
    assert {control.use for control in names["rows"]} == {"calibrate", "select"}


def test_the_unit_check_of_the_example_can_fail():
    """A share in the place of a rate is a fault."""
    from exoheart import calibration, engine

    wrong = (("heart_vessels_pruned", "heart_vessels"),)
    assert engine.unit_faults(calibration.heart_text(wrong))
