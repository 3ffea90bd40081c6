"""LaTeX of the model's formulas: from libSBML's tree to lines that fit on a page.

``read`` makes a small tree of our own, ``simplified`` writes out the text's own
functions, ``equation`` typesets. What comes out holds no backslash before punctuation,
no underscore and no asterisk, so that Markdown leaves it alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

#: Width of a line, in letters.
WIDE = 82
#: Arguments that stand for a number, since functions of the text hold no literals.
STANDS_FOR = {"zero": "0", "one": "1"}
_BUILT_IN = {"max", "min", "exp", "ln", "log", "sin", "cos", "tan", "tanh"}
_COMPARED = {"leq": r"\le", "geq": r"\ge", "lt": r"\lt", "gt": r"\gt", "eq": "="}
_COMPARED |= {"neq": r"\ne"}
_LOGICAL = {"and": r"\wedge", "or": r"\vee"}
Namer = Callable[[str], str]


@dataclass(frozen=True)
class Term:
    """One node: what it is, its own text, and what stands below it.

    `kind` is number, name, sum (`text` holds one sign for each part), product,
    fraction, power, compare, piecewise or call (`text` is what is compared or called).
    """

    kind: str
    text: str = ""
    parts: tuple[Term, ...] = ()


ONE = Term("number", "1")


def read(node: Any) -> Term:  # noqa: PLR0911 - one per kind
    """Read a libSBML formula."""
    import libsbml

    parts = tuple(read(node.getChild(k)) for k in range(node.getNumChildren()))
    kind = node.getType()
    if node.isNumber():
        return Term("number", f"{node.getValue():g}")
    if kind == libsbml.AST_PLUS:
        return _sum("+" * len(parts), parts)
    if kind == libsbml.AST_MINUS:
        return _sum("-" if len(parts) == 1 else "+-", parts)
    if kind == libsbml.AST_TIMES:
        inner = [p.parts if p.kind == "product" else (p,) for p in parts]
        return Term("product", "", tuple(part for group in inner for part in group))
    if kind == libsbml.AST_DIVIDE:
        return Term("fraction", "", parts)
    if kind in {libsbml.AST_POWER, libsbml.AST_FUNCTION_POWER}:
        return Term("power", "", parts)
    if kind == libsbml.AST_FUNCTION_ROOT:
        degree, radicand = parts if len(parts) > 1 else (Term("number", "2"), *parts)
        if degree == Term("number", "2"):
            return Term("call", "sqrt", (radicand,))
        return Term("power", "", (radicand, Term("fraction", "", (ONE, degree))))
    name = node.getName() or ""
    if kind == libsbml.AST_FUNCTION_PIECEWISE:
        return Term("piecewise", "", parts)
    if name in _COMPARED | _LOGICAL:
        return Term("compare", (_COMPARED | _LOGICAL)[name], parts)
    if parts or node.isFunction():
        return Term("call", name, parts)
    return Term("name", name)


def _sum(signs: str, parts: tuple[Term, ...]) -> Term:
    """Join sums of sums where no bracket is needed."""
    made: list[tuple[str, Term]] = []
    for sign, part in zip(signs, parts, strict=True):
        if part.kind == "sum" and sign == "+":
            made += zip(part.text, part.parts, strict=True)
        else:
            made.append((sign, part))
    return Term("sum", "".join(s for s, _ in made), tuple(p for _, p in made))


def names(term: Term) -> Iterator[str]:
    """Give every id that a term reads, as often as it does."""
    if term.kind == "name":
        yield term.text
    for part in term.parts:
        yield from names(part)


def replaced(term: Term, values: Mapping[str, Term]) -> Term:
    """Put terms in the place of names."""
    if term.kind == "name":
        return values.get(term.text, term)
    parts = tuple(replaced(part, values) for part in term.parts)
    return Term(term.kind, term.text, parts)


@dataclass(frozen=True)
class Function:
    """A function of the model text."""

    arguments: tuple[str, ...]
    body: Term


def read_function(definition: Any) -> Function:
    """Read a libSBML function definition."""
    count = definition.getNumArguments()
    arguments = tuple(definition.getArgument(k).getName() for k in range(count))
    return Function(arguments, read(definition.getBody()))


def simplified(term: Term, functions: Mapping[str, Function]) -> Term:
    """Leave out arguments that stand for a number; write out one-step functions.

    Parameters
    ----------
    term
        What to simplify.
    functions
        Of the model text, by name.
    """
    parts = tuple(simplified(part, functions) for part in term.parts)
    known = functions.get(term.text) if term.kind == "call" else None
    if known is None:
        return Term(term.kind, term.text, parts)
    body = simplified(known.body, functions)
    if body.kind == "call" and body.text in _BUILT_IN:
        return replaced(body, dict(zip(known.arguments, parts, strict=True)))
    kept = tuple(
        part
        for name, part in zip(known.arguments, parts, strict=True)
        if part not in (Term("number", STANDS_FOR.get(name, "")), Term("name", name))
        or name not in STANDS_FOR
    )
    return Term("call", term.text, kept)


def shown(name: str, function: Function, functions: Mapping[str, Function]) -> str:
    """Give the definition of a function of the text as an equation."""
    numbers = {id_: Term("number", number) for id_, number in STANDS_FOR.items()}
    given = tuple(Term("name", a) for a in function.arguments if a not in numbers)
    body = simplified(replaced(function.body, numbers), functions)
    return equation(latex(Term("call", name, given), label), len(name) + 20, body)


def label(id_: str) -> str:
    """Write an id as upright words; words in angle brackets are placeholders."""
    words = " ".join(id_.split("_"))
    parts = [part for part in re.split(r"(<\w+>)", words) if part]
    return "".join(
        rf"\mathit{{{part[1:-1]}}}"
        if part.startswith("<")
        else rf"\mathrm{{{part}}}".replace(" ", r"\ ")
        for part in parts
    )


def latex(term: Term, name: Namer = label) -> str:  # noqa: PLR0911 - one per kind
    """Write a term on one line.

    Parameters
    ----------
    term
        What to write.
    name
        How to write an id.
    """
    parts = term.parts
    match term.kind:
        case "number":
            mantissa, _, exponent = term.text.partition("e")
            if not exponent:
                return mantissa
            ten = f"10^{{{int(exponent)}}}"
            return ten if mantissa == "1" else rf"{mantissa} \cdot {ten}"
        case "name":
            return name(term.text)
        case "sum":
            signed = [
                (sign, _inside(part, name, sign == "-"))
                for sign, part in zip(term.text, parts, strict=True)
            ]
            text = " ".join(f"{sign} {part}" for sign, part in signed)
            return text.removeprefix("+ ")
        case "product":
            return r" \cdot ".join(_inside(part, name, True) for part in parts)
        case "fraction":
            return rf"\frac{{{latex(parts[0], name)}}}{{{latex(parts[1], name)}}}"
        case "power":
            base = latex(parts[0], name)
            if parts[0].kind not in {"name", "number", "call"}:
                base = _bracketed(base)
            return f"{{{base}}}^{{{latex(parts[1], name)}}}"
        case "compare":
            return f" {term.text} ".join(_inside(part, name, True) for part in parts)
        case "piecewise":
            return _cases(parts, name)
        case _:
            return _call(term, name)


def _inside(part: Term, name: Namer, brackets: bool) -> str:
    text = latex(part, name)
    return _bracketed(text) if brackets and part.kind in {"sum", "compare"} else text


def _bracketed(text: str) -> str:
    return rf"\left( {text} \right)"


def _cases(parts: tuple[Term, ...], name: Namer) -> str:
    written = [latex(part, name) for part in parts]
    pairs = zip(written[0::2], written[1::2], strict=False)
    rows = [rf"{value} & \mathrm{{if}}\ {when}" for value, when in pairs]
    if len(written) % 2:
        rows.append(rf"{written[-1]} & \mathrm{{otherwise}}")
    return r"\begin{cases} " + r" \cr ".join(rows) + r" \end{cases}"


def _call(term: Term, name: Namer) -> str:
    inside = r",\ ".join(latex(part, name) for part in term.parts)
    if term.text == "sqrt":
        return rf"\sqrt{{{inside}}}"
    if term.text == "abs":
        return rf"\left\vert {inside} \right\vert"
    return f"{_head(term.text)}{_bracketed(inside)}"


def _head(function: str) -> str:
    """Give the name of a function."""
    if function in _BUILT_IN:
        return rf"\{function}"
    words = function.replace("_", r"\ ")
    return rf"\operatorname{{{words}}}"


def width(term: Term, name: Namer = label) -> float:  # noqa: PLR0911 - one per kind
    """Estimate how wide a term is, in letters."""
    inner = [width(part, name) for part in term.parts]
    match term.kind:
        case "number":
            return len(term.text)
        case "name":
            return len(re.sub(r"\\[a-z]+|[{}\\]", "", name(term.text)))
        case "fraction":
            return max(inner) + 1
        case "power":
            return inner[0] + 0.7 * inner[1]
        case "piecewise":
            return max(inner) * 2 + 10
        case "call":
            return len(term.text) + 2 + sum(inner) + 2 * len(inner)
        case _:
            brackets = sum(2 for part in term.parts if part.kind == "sum")
            return sum(inner) + 3 * (len(inner) - 1) + brackets


@dataclass(frozen=True)
class Line:
    """One line of an equation: its text, its width, how far it is indented."""

    text: str
    size: float
    depth: int = 0

    def within(self, before: str, after: str = "", deeper: int = 0) -> Line:
        """Give the line with something around it."""
        text = " ".join(part for part in (before, self.text, after) if part)
        size = self.size + 2 * bool(before) + 2 * bool(after)
        return Line(text, size, self.depth + deeper)


def lines(term: Term, name: Namer = label, wide: float = WIDE) -> list[Line]:
    """Write a term on as many lines as it needs."""
    whole = term.kind not in {"sum", "product", "fraction", "call"} or not term.parts
    over_one = term.kind == "fraction" and term.parts[0] == ONE
    if whole or over_one or width(term, name) <= wide:
        return [Line(latex(term, name), width(term, name))]
    if term.kind == "fraction":
        over, under = term.parts
        factors = over.parts if over.kind == "product" else (over,)
        term = Term("product", "", (Term("fraction", "", (ONE, under)), *factors))
    joints = {"product": [r"\cdot"], "call": [","], "sum": list(term.text)}[term.kind]
    if len(joints) == 1:
        joints = joints * len(term.parts)
    made: list[Line] = []
    for joint, part in zip(joints, term.parts, strict=True):
        found = lines(part, name, wide - 6)
        if part.kind in {"sum", "compare"} and joint in {"-", r"\cdot"}:
            found = _around(found, *_BRACKETS[len(found) > 1])
        made = _joined(made, found, joint, wide)
    if term.kind == "call":
        made = [made[0], *(line.within("", deeper=1) for line in made[1:])]
        return _around(made, rf"{_head(term.text)}\Bigl(", r"\Bigr)")
    return made


#: For a term on one line, and on several.
_BRACKETS = {False: (r"\left(", r"\right)"), True: (r"\Bigl(", r"\Bigr)")}


def _around(found: list[Line], left: str, right: str) -> list[Line]:
    """Put brackets before the first and after the last line."""
    if len(found) == 1:
        return [found[0].within(left, right)]
    return [found[0].within(left), *found[1:-1], found[-1].within("", right)]


def _joined(made: list[Line], found: list[Line], joint: str, wide: float) -> list[Line]:
    """Put more behind what is written: on the same line if there is room."""
    inner = [line.within("", deeper=1) for line in found[1:]]
    if not made:
        first = found[0].within("-") if joint == "-" else found[0]
        return [first, *inner]
    last = made[-1]
    # a term of this sum doesn't hide behind the brackets of the one before it
    hidden = last.depth > 0 and joint in {"+", "-"}
    if not inner and not hidden and last.size + found[0].size + 3 <= wide:
        glue = r",\ " if joint == "," else f" {joint} "
        size = last.size + found[0].size + 3
        return [*made[:-1], Line(last.text + glue + found[0].text, size, last.depth)]
    if joint == ",":
        return [*made[:-1], replace(last, text=f"{last.text},"), *found]
    return [*made, found[0].within(joint), *inner]


def equation(left: str, left_width: float, right: Term, name: Namer = label) -> str:
    """Typeset ``left = right`` as a block of Markdown.

    Parameters
    ----------
    left
        LaTeX of the left side, and how wide it is in letters.
    left_width
        See above.
    right
        The right side.
    name
        How to write an id.
    """
    written = lines(right, name)
    if len(written) == 1 and left_width + width(right, name) <= WIDE:
        return f"$$\n{left} = {written[0].text}\n$$"
    rows = [f"&{left}", rf"&\quad = {written[0].text}"]
    for line in written[1:]:
        rows.append("&" + r"\quad" * (line.depth + 2) + f" {line.text}")
    body = " \\cr\n".join(rows)
    return f"$$\n\\begin{{aligned}}\n{body}\n\\end{{aligned}}\n$$"
