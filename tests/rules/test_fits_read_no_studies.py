"""No fit reads a therapy study, a shipped one or a user's own."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[2] / "src" / "exoheart"
EVIDENCE = PACKAGE / "evidence"
#: Modules that hold studies.
STUDIES = ("exoheart.evidence.own", "exoheart.evidence.studies")
LOADER = "load_studies"


def imports(tree: ast.AST) -> Iterator[tuple[str, str]]:
    """Modules imported, each with the name taken from it, if one is."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield from ((node.module, alias.name) for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from ((alias.name, "") for alias in node.names)


def homes() -> dict[str, str]:
    """Where each name that the evidence package hands on comes from."""
    tree = ast.parse((EVIDENCE / "__init__.py").read_text("utf-8"))
    return {name: module for module, name in imports(tree)}


def holds_studies(module: str) -> bool:
    return any(module == one or module.startswith(f"{one}.") for one in STUDIES)


def reads_studies(tree: ast.AST) -> bool:
    """Whether a text names the loader, or takes something from where studies are."""
    named = {getattr(n, "id", getattr(n, "attr", "")) for n in ast.walk(tree)}
    return LOADER in named or any(
        name == LOADER or holds_studies(module) or holds_studies(f"{module}.{name}")
        for module, name in imports(tree)
    )


def evidence_module(module: str, name: str, known: dict[str, str]) -> str:
    """The module behind an import: the home of a name that the package hands on."""
    if module != "exoheart.evidence":
        return module
    return known.get(name, f"{module}.{name}")


def readers() -> set[str]:
    """Modules of the evidence that read studies."""
    found = set()
    for path in EVIDENCE.rglob("*.py"):
        parts = path.relative_to(PACKAGE).with_suffix("").parts
        if parts != ("evidence", "__init__") and reads_studies(
            ast.parse(path.read_text("utf-8"))
        ):
            found.add(".".join(("exoheart", *parts)).removesuffix(".__init__"))
    return found


def forbidden(tree: ast.AST) -> set[str]:
    """What of the evidence a text uses that reads studies."""
    known, read = homes(), readers()
    used = {evidence_module(module, name, known) for module, name in imports(tree)}
    found = {one for one in used if one in read or holds_studies(one)}
    return found | ({LOADER} if reads_studies(tree) else set())


FITS = sorted((PACKAGE / "calibration").rglob("*.py"))


@pytest.mark.parametrize("path", FITS, ids=lambda p: p.name)
def test_no_fit_reads_a_study(path):
    assert forbidden(ast.parse(path.read_text("utf-8"))) == set()


def test_there_are_fits_and_readers():
    assert len(FITS) > 5
    assert {"exoheart.evidence.nearest", "exoheart.evidence.largest_dose"} <= readers()


@pytest.mark.parametrize(
    "text",
    [
        "from exoheart.evidence import load_studies",
        "from exoheart import evidence\nevidence.load_studies()",
        "import exoheart.evidence.studies",
        "from exoheart.evidence.studies import StudyRecord",
        "from exoheart.evidence import studies",
        "from exoheart.evidence.own.studies import own_studies",
        "from exoheart.evidence import add_studies",
        "from exoheart.evidence import largest_dose",
        "from exoheart.evidence.pooling.pools import pool",
        "def fit():\n    from exoheart.evidence.own import store",
    ],
)
def test_each_way_to_a_study_is_found(text):
    assert forbidden(ast.parse(text))


def test_values_and_their_sources_may_be_read():
    text = "from exoheart.evidence import load_parameters, resolve, load_correlation"
    assert forbidden(ast.parse(text)) == set()
