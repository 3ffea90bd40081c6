"""A lot file to begin with, written from the specification so that it never lags.

Part of :mod:`exoheart.product.release`.
"""

from __future__ import annotations

from collections.abc import Iterator

from exoheart.errors import InputError, closest
from exoheart.product.lot import FORMS
from exoheart.product.reporting_items import shipped_items
from exoheart.product.specification import (
    MECHANISMS,
    ReleaseRequirement,
    specification,
)

_HEAD = """\
# One lot: what was measured of it, beside limits that you set.
#
# A test without a value counts as not measured, a value without a limit as measured
# with no limit set: neither passes. No limit ships with exoheart; those said to be
# assumed are recalled from practice and are never used. Research use only.

[lot]
name = "lot 1"                   # yours
product = "cdc"                  # name of the product in the study file
form = "{form}"
# mechanism = "survival"         # claimed; one of {mechanisms}
"""
_REPORTING = """
# What no file of the program holds, in your own words, by item (see
# `exoheart product reporting`). "not applicable: <reason>" takes an item out.
[reporting]
"""
#: Items offered in the file; every other item of the standards may be added.
_OFFERED = ("M18-F2", "EVT-01", "ARR-3a", "ARR-5", "ARR-8b", "ARR-14", "SYR-05")
_PLACES = {"membrane marker": "CD63", "luminal marker": "TSG101"} | {
    "negative marker": "calnexin",
    "soluble factor": "VEGF",
}


def lot_template(form: str = "vesicles") -> str:
    """Give a commented lot file of a form, which loads as it stands.

    Parameters
    ----------
    form
        Decides which tests stand in it.

    Raises
    ------
    InputError
        There is no such form.

    Examples
    --------
    >>> "[reporting]" in lot_template("cells")
    True
    """
    if form not in FORMS:
        raise InputError(
            f"met form {form!r}; allowed: {', '.join(FORMS)}; nearest: "
            f"{closest(form, FORMS) or 'none'}; name one of them"
        )
    head = _HEAD.format(form=form, mechanisms=", ".join(MECHANISMS))
    tests = "".join(_test(asked) for asked in specification(form))
    return head + tests + _REPORTING + "".join(_items())


def _test(asked: ReleaseRequirement) -> str:
    lines = [f"# {asked.attribute}: {asked.method}"]
    if asked.recalled:
        lines.append(f"# assumed, not used: {asked.recalled}")
    lines += ["[[test]]", f'name = "{asked.test}"']
    if asked.test in _PLACES:
        lines.append(f'of = "{_PLACES[asked.test]}"')
    lines += _finding(asked) if asked.kind == "finding" else _number(asked)
    lines += ['# method = ""', "# date = 2026-05-31"]
    return "\n" + "\n".join(lines) + "\n"


def _finding(asked: ReleaseRequirement) -> list[str]:
    words = " or ".join(f'"{word}"' for word in asked.findings)
    return [f"# value = {words}", f'# must_be = "{asked.must_be}"']


def _number(asked: ReleaseRequirement) -> list[str]:
    unit = asked.unit or "% of reference"
    lines = ["# value = 0.0", f'# unit = "{unit}"']
    if asked.test == "potency":
        lines.append('# mechanism = "survival"   # the same as the lot claims')
    return [*lines, "# low = 0.0", "# high = 0.0"]


def _items() -> Iterator[str]:
    words = {item.item: item.words for item in shipped_items()}
    for name in _OFFERED:
        yield f'# {name} = ""   # {words[name]}\n'
