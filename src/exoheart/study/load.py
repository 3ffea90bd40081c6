"""Reading a study file: text to record, and the parameters that go with it.

The order of work: TOML, then keys and types, then meaning; faults of all steps are
collected and raised together.
"""

from __future__ import annotations

import dataclasses
import re
import tomllib
from pathlib import Path
from types import MappingProxyType
from typing import Any

from exoheart.errors import Fault, StudyError
from exoheart.evidence import load_choices, load_correlation, load_parameters, resolve
from exoheart.records.prior import Priors
from exoheart.records.study import Study
from exoheart.study.arms import build_arms
from exoheart.study.build import (
    Draft,
    build_animal,
    build_design,
    build_endpoints,
    build_overrides,
)
from exoheart.study.faults import Reader
from exoheart.study.names import Names, laboratory_clock, shipped_names
from exoheart.study.overrides import overridden
from exoheart.study.products import build_products
from exoheart.study.template import template
from exoheart.study.unused import unused_keys
from exoheart.textfile import read_text

_PLACE = re.compile(r"^(?P<what>.*) \(at (?P<where>.*)\)$", re.DOTALL)


def load_study(path: str | Path) -> Study:
    """Read a study file.

    Raises
    ------
    StudyError
        The file can't be opened or is no study; every fault is listed.
    """
    path = Path(path)
    text = read_text(path, "a study file in TOML")
    if isinstance(text, Fault):
        raise StudyError(str(path), [text])
    return parse_study(text, path.stem, folder=path.parent)


def parse_study(
    text: str,
    name: str = "study",
    *,
    names: Names | None = None,
    folder: str | Path = ".",
) -> Study:
    """Read the text of a study file.

    Parameters
    ----------
    text
        TOML, schema 1.
    name
        What to call the file in messages; the title where the file has none.
    names
        Names that the file may use; default: those of the shipped tables.
    folder
        Where files that the study names are looked for; default: the working folder.

    Raises
    ------
    StudyError
        Lists every fault: keys, types, names, units, and what doesn't fit together.

    Examples
    --------
    >>> study = parse_study(template("pig"))
    >>> study.animal.species, study.primary.quantity
    ('pig', 'infarct size')
    """
    from exoheart.study.shape import shape_faults

    data = _toml(text, name)
    faults, left = shape_faults(data)
    names = names or shipped_names()
    draft = Draft(left, names, Reader(), Path(folder))
    study = _build(draft, name, text)
    faults += [f for f in draft.read.faults if f not in faults]
    if faults or study is None:
        raise StudyError(name, faults)
    return dataclasses.replace(study, unused=unused_keys(data, names))


def priors_for(study: Study, *, names: Names | None = None) -> Priors:
    """Give what is known of every parameter, with the user's own values in place.

    Raises
    ------
    DataError
        The tables hold two rows for one parameter and no choice between them.
    """
    priors = resolve(
        load_parameters(), study.animal.species, load_choices(), load_correlation()
    )
    known = names or shipped_names()
    rows = dict(priors.rows)
    own = {override.id for override in study.overrides}
    for override in study.overrides:
        row = known.parameter(override.id, study.animal.species)
        if row is not None:
            rows[override.id] = overridden(priors[override.id], override, row)
    laboratory = study.animal.infarct.laboratory
    named = priors.get(laboratory_clock(laboratory))
    if named is not None and "heart.clock_laboratory" not in own:
        rows["heart.clock_laboratory"] = dataclasses.replace(
            named, id="heart.clock_laboratory"
        )
    return Priors(MappingProxyType(rows), priors.correlation.only(set(rows) - own))


def json_schema() -> dict[str, Any]:
    """Give the study file's shape as JSON Schema (2020-12)."""
    from exoheart.study import shape

    return shape.json_schema(shipped_names())


class StudyFile:
    """The study file as seen from Python: read one, or begin with a template.

    Reading gives a :class:`exoheart.records.study.Study`.

    Examples
    --------
    >>> StudyFile.parse(StudyFile.template("chronic")).animal.species
    'pig'
    """

    load = staticmethod(load_study)
    parse = staticmethod(parse_study)
    template = staticmethod(template)


def _toml(text: str, name: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as bad:
        match = _PLACE.match(str(bad))
        what, where = match.group("what", "where") if match else (str(bad), name)
        fault = Fault(where, what, "TOML: key = value, texts in double quotes")
        raise StudyError(name, [fault]) from None


def _build(draft: Draft, name: str, text: str) -> Study | None:
    """Read every part; None where a fault left a part out."""
    animal = build_animal(draft)
    products = build_products(draft)
    arms, endpoints = build_arms(draft, products), build_endpoints(draft)
    design = build_design(draft)
    species = draft.table("animal").get("species")
    overrides = build_overrides(draft, species)
    whole = [arm for arm in arms if arm is not None]
    asked = [endpoint for endpoint in endpoints if endpoint is not None]
    made = {key: product for key, product in products.items() if product is not None}
    if animal is None or draft.read.faults:
        return None
    head = draft.table("study")
    return Study(
        title=head.get("title") or name,
        question=head.get("question") or "",
        animal=animal,
        products=MappingProxyType(made),
        arms=tuple(whole),
        endpoints=tuple(asked),
        design=design,
        name=name,
        text=text,
        overrides=overrides,
    )
