"""Names, sizes and words: what every file of the package keeps to."""

from __future__ import annotations

import ast
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src" / "exoheart"
FILES = sorted(PACKAGE.rglob("*.py"))
#: Names that say nothing of what is inside.
EMPTY_NAMES = {"utils", "util", "helpers", "common", "misc", "base", "manager", "tools"}
MOST_LINES = 400


def shown(path: Path) -> str:
    return str(path.relative_to(ROOT))


def trees() -> list[tuple[Path, ast.Module]]:
    return [(path, ast.parse(path.read_text("utf-8"))) for path in FILES]


def tracked() -> list[Path]:
    """Files that are or would be committed; all below the root outside a checkout."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode == 0:
        paths = [ROOT / line for line in listed.stdout.splitlines()]
    else:
        hidden = (".venv", ".git", ".mypy_cache", ".pytest_cache", "__pycache__")
        paths = [p for p in ROOT.rglob("*") if not set(p.parts) & set(hidden)]
    return [path for path in paths if path.is_file()]


def texts() -> list[tuple[str, str]]:
    """Name and text of every tracked file that is text."""
    found = []
    for path in tracked():
        try:
            found.append((shown(path), path.read_text("utf-8")))
        except UnicodeDecodeError:
            continue
    return found


def test_no_module_has_a_name_that_says_nothing():
    parts = {p.removesuffix(".py") for f in FILES for p in f.relative_to(PACKAGE).parts}
    assert parts & EMPTY_NAMES == set()


def test_no_source_or_test_file_is_longer_than_400_lines():
    kinds = (".py", ".ant", ".jinja", ".css", ".mjs", ".js")
    long = {
        name: text.count("\n")
        for name, text in texts()
        if name.startswith(("src/", "tests/")) and name.endswith(kinds)
        if text.count("\n") > MOST_LINES
    }
    assert long == {}


def public(tree: ast.Module) -> list[ast.AST]:
    """Public functions and classes of a module, and public methods of its classes."""
    found: list[ast.AST] = []
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    for node in tree.body:
        if isinstance(node, kinds) and not node.name.startswith("_"):
            found.append(node)
            if isinstance(node, ast.ClassDef):
                found += [
                    n
                    for n in node.body
                    if isinstance(n, kinds) and not n.name.startswith("_")
                ]
    return found


def test_every_module_says_what_it_is():
    assert [shown(p) for p, tree in trees() if not ast.get_docstring(tree)] == []


def test_every_public_function_class_and_method_has_a_docstring():
    bare = [
        f"{shown(path)}: {node.name}"
        for path, tree in trees()
        for node in public(tree)
        if not ast.get_docstring(node)
    ]
    assert bare == []


def test_every_documented_parameter_exists():
    """A name in a Parameters section that nobody can pass misleads."""
    wrong = []
    for path, tree in trees():
        for node in public(tree):
            if isinstance(node, ast.ClassDef):
                continue
            arguments = node.args
            known = {
                a.arg
                for a in (
                    *arguments.posonlyargs,
                    *arguments.args,
                    *arguments.kwonlyargs,
                    *(x for x in (arguments.vararg, arguments.kwarg) if x),
                )
            }
            said = documented(ast.get_docstring(node) or "")
            wrong += [f"{shown(path)}: {node.name}: {n}" for n in said - known]
    assert wrong == []


def documented(docstring: str) -> set[str]:
    """Names of the Parameters section of a NumPy docstring."""
    match = re.search(
        r"^Parameters\n-+\n(.*?)(?=^\w[\w ]*\n-+\n|\Z)", docstring, re.M | re.S
    )
    if match is None:
        return set()
    heads = [line for line in match[1].splitlines() if line and line[0] not in " \t"]
    names = [name for head in heads for name in head.split(":")[0].split(",")]
    return {name.strip().lstrip("*") for name in names}


def test_no_bare_assert():
    """Python drops it under -O; a condition of the user's data needs an error."""
    found = [
        f"{shown(path)}:{node.lineno}"
        for path, tree in trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.Assert)
    ]
    assert found == []


def test_names_of_all_exist_and_are_sorted_into_all_once():
    for path, tree in trees():
        for node in tree.body:
            if not (isinstance(node, ast.Assign) and len(node.targets) == 1):
                continue
            if getattr(node.targets[0], "id", "") != "__all__":
                continue
            names = [ast.literal_eval(e) for e in node.value.elts]
            assert len(names) == len(set(names)), shown(path)


#: Word, where it may stand, why it may stand nowhere else.
FORBIDDEN = {
    # no comparison of a model with data ends that way
    "validated": r"\b(?:in)?validated\b",
    "a note to oneself": r"\b(?:TODO|FIXME|XXX|HACK)\b",
    "a path of one machine": r"(?<![\w.])/(?:home|Users|root|work|mnt)/\w",
    "a registry's host": r"\b(?:files\.pythonhosted\.org|pypi\.org/simple)\b",
    "a private address": r"\b(?:10\.\d+|192\.168)\.\d+\.\d+\b",
}
#: This file spells them out.
HERE = shown(Path(__file__).resolve())


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_tracked_file_holds(what):
    pattern = re.compile(FORBIDDEN[what], re.IGNORECASE if what == "validated" else 0)
    met = [
        f"{name}:{number}: {line.strip()[:100]}"
        for name, text in texts()
        if name != HERE and not (what == "validated" and name.startswith("tests/"))
        for number, line in enumerate(text.splitlines(), 1)
        if pattern.search(line)
    ]
    assert met == []


@pytest.mark.parametrize(
    ("what", "line"),
    [
        ("validated", "a Validated model"),
        ("a note to oneself", "# TODO: later"),
        ("a path of one machine", "open('/home/me/x')"),
    ],
)
def test_the_search_for_words_can_fail(what, line):
    assert re.search(FORBIDDEN[what], line, re.IGNORECASE)
