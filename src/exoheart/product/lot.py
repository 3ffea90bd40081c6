"""A lot file: what was measured of one lot, with the maker's own limits.

In: TOML text. Out: a frozen :class:`Lot`, or every fault of the file at once. Read
next: :mod:`exoheart.product.lot_reading` (how one test is read),
:mod:`exoheart.product.release` (what it says of the lot).
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, get_args

from exoheart.errors import DataError, Fault, closest
from exoheart.product.lot_reading import LotTest, read_test
from exoheart.product.reporting_items import RISK_ANSWERS, STANDARDS, shipped_items
from exoheart.product.specification import MECHANISMS
from exoheart.records.study import Form
from exoheart.textfile import read_text

FORMS: tuple[str, ...] = get_args(Form)
_TABLES = ("lot", "test", "reporting")
_LOT_KEYS = ("name", "product", "form", "mechanism")
_NOT_APPLICABLE = "not applicable:"


@dataclass(frozen=True, slots=True)
class Lot:
    """One lot of a product.

    Parameters
    ----------
    name
        As the maker calls it.
    product
        Name of the product in a study file.
    form
        What it is; decides which tests it needs.
    mechanism
        How it is claimed to act, one of
        :data:`exoheart.product.specification.MECHANISMS`; empty where nothing is
        claimed.
    tests
        What was measured, in the order of the file.
    reporting
        Reporting item to the user's words on it.
    """

    name: str
    product: str
    form: str
    mechanism: str
    tests: tuple[LotTest, ...]
    reporting: Mapping[str, str] = field(default_factory=dict)


def load_lot(path: str | Path) -> Lot:
    """Read a lot file.

    Raises
    ------
    DataError
        The file can't be opened or is no lot file; every fault is listed.
    """
    path = Path(path)
    text = read_text(path, "a lot file in TOML")
    if isinstance(text, Fault):
        raise DataError(str(path), [text])
    return parse_lot(text, str(path))


def parse_lot(text: str, name: str = "lot") -> Lot:
    """Read the text of a lot file.

    Parameters
    ----------
    text
        TOML: ``[lot]``, any number of ``[[test]]``, and ``[reporting]`` if wanted.
    name
        What to call the file in messages.

    Raises
    ------
    DataError
        Lists every fault: tables, keys, names, numbers, units, limits, items.

    Examples
    --------
    >>> parse_lot("lot = {name = 'A1', product = 'cdc'}").form
    'vesicles'
    """
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as bad:
        fault = Fault(name, str(bad), "TOML: key = value, texts in double quotes")
        raise DataError(name, [fault]) from None
    faults: list[Fault] = []
    _known(data, _TABLES, "", faults)
    head = _table(data, "lot", faults)
    texts = {key: _text(head, key, faults) for key in _LOT_KEYS}
    _check_head(head, texts, faults)
    form = texts["form"] or "vesicles"
    tests = _tests(data, form, faults)
    reporting = _reporting(data, faults)
    if faults:
        raise DataError(name, faults)
    return Lot(
        name=texts["name"],
        product=texts["product"],
        form=form,
        mechanism=texts["mechanism"],
        tests=tests,
        reporting=reporting,
    )


def _known(
    table: Mapping[str, Any],
    allowed: tuple[str, ...],
    where: str,
    faults: list[Fault],
) -> None:
    """Note every key that isn't one of `allowed`."""
    for key in table:
        if key not in allowed:
            place = f"{where}.{key}" if where else key
            near = closest(key, allowed)
            faults.append(Fault(place, "an unknown key", ", ".join(allowed), near))


def _table(data: Mapping[str, Any], key: str, faults: list[Fault]) -> dict[str, Any]:
    found = _found(data, key, {})
    if isinstance(found, dict):
        return found
    faults.append(Fault(key, repr(found), f"a table [{key}]"))
    return {}


def _found(data: Mapping[str, Any], key: str, default: Any) -> Any:
    """Give what stands under a key, or under a misspelling of it.

    The misspelling is a fault of its own; what it holds is read, so that its faults
    come with the others.
    """
    wrong = (other for other in data if other not in _TABLES)
    meant = (other for other in wrong if closest(other, _TABLES) == key)
    return data[key] if key in data else data.get(next(meant, key), default)


def _text(table: Mapping[str, Any], key: str, faults: list[Fault]) -> str:
    """Give the text of a key of ``[lot]``; empty where it isn't there."""
    value = table.get(key, "")
    if isinstance(value, str):
        return value.strip()
    faults.append(Fault(f"lot.{key}", repr(value), "a text in double quotes"))
    return ""


def _check_head(
    head: Mapping[str, Any], texts: Mapping[str, str], faults: list[Fault]
) -> None:
    """Note what is wrong with ``[lot]``."""
    _known(head, _LOT_KEYS, "lot", faults)
    for key in ("name", "product"):
        if not texts[key] and isinstance(head.get(key, ""), str):
            faults.append(Fault(f"lot.{key}", "nothing", "a name in double quotes"))
    for key, allowed in (("form", FORMS), ("mechanism", MECHANISMS)):
        if texts[key] and texts[key] not in allowed:
            near = closest(texts[key], allowed)
            met, listed = repr(texts[key]), ", ".join(allowed)
            faults.append(Fault(f"lot.{key}", met, listed, near))


def _tests(
    data: Mapping[str, Any], form: str, faults: list[Fault]
) -> tuple[LotTest, ...]:
    """Read every ``[[test]]``; the same test of the same thing counts once."""
    given = _found(data, "test", [])
    if not isinstance(given, list) or not all(isinstance(x, dict) for x in given):
        faults.append(Fault("test", "no list of tables", "[[test]], once for each"))
        return ()
    found: dict[tuple[str, str], str] = {}
    tests = []
    for number, raw in enumerate(given, start=1):
        where = f"test[{number}]"
        one = read_test(raw, form, where, faults)
        if one is None:
            continue
        key = (one.test, one.of)
        if key in found:
            what = f"{one.test} of {one.of}" if one.of else one.test
            faults.append(Fault(where, f"{what} again", f"once; see {found[key]}"))
        found.setdefault(key, where)
        tests.append(one)
    return tuple(tests)


def _reporting(data: Mapping[str, Any], faults: list[Fault]) -> dict[str, str]:
    """Read ``[reporting]``: words of the user, by item."""
    given = _table(data, "reporting", faults)
    items = {item.item: item for item in shipped_items()}
    for key, text in given.items():
        where = f"reporting.{key}"
        if key not in items:
            near = closest(key, items)
            allowed = f"an item of {', '.join(STANDARDS)}"
            faults.append(Fault(where, "an unknown item", allowed, near))
        elif not isinstance(text, str) or not text.strip():
            allowed = "words on it, or leave the line out"
            faults.append(Fault(where, repr(text), allowed))
        elif _bare_not_applicable(text):
            allowed = f"'{_NOT_APPLICABLE} <reason>'"
            faults.append(Fault(where, repr(text), allowed))
        elif items[key].standard == "SYRCLE" and not _answers_risk(text):
            allowed = f"{', '.join(RISK_ANSWERS)}, then why ('low: <reason>')"
            faults.append(Fault(where, repr(text), allowed))
    return {key: text.strip() for key, text in given.items() if isinstance(text, str)}


def _bare_not_applicable(text: str) -> bool:
    plain = text.strip().lower()
    reason = plain.removeprefix(_NOT_APPLICABLE).strip()
    return plain.startswith("not applicable") and (
        not plain.startswith(_NOT_APPLICABLE) or not reason
    )


def _answers_risk(text: str) -> bool:
    return text.strip().lower().split(":")[0].strip() in RISK_ANSWERS
