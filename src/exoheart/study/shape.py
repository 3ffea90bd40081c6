"""Whether a file has the shape of a study, and that shape as JSON Schema.

Part of :mod:`exoheart.study`: pydantic's complaints become faults that name the key,
what was met, what is allowed and the nearest name. Loads pydantic on import.
"""

from __future__ import annotations

import copy
import json
from functools import lru_cache
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from exoheart.errors import Fault, closest
from exoheart.study.names import Names
from exoheart.study.schema import FILE, TABLE, FileKeys

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_KINDS = {
    "a valid string": "a text in quotes",
    "a valid integer": "a whole number",
    "a valid number": "a number",
    "a valid boolean": "true or false",
    "a valid dictionary": "a table",
    "a valid list": "a list in square brackets",
    "String should have at least 1 character": "a text that is not empty",
}
Path = tuple[str | int, ...]


def shape_faults(data: dict[str, Any]) -> tuple[list[Fault], dict[str, Any]]:
    """Give the faults of keys and types, and the file with None for faulty values.

    What is left can be read further, so that one run finds every fault.
    """
    left = copy.deepcopy(data)
    faults = _unquoted(left)
    try:
        FileKeys.model_validate(left)
    except ValidationError as bad:
        errors = bad.errors(include_url=False)
    else:
        return list(faults.values()), left
    for error in errors:
        path = _path_in_file(error, data)
        where = written(path)
        faults.setdefault(where, _fault(where, path, error))
        if error["type"] != "missing":
            _blank(left, path)
    return list(faults.values()), left


def _unquoted(data: dict[str, Any]) -> dict[str, Fault]:
    """Take out parameter ids without quotes, which TOML reads as tables in tables."""
    overrides = data.get("override")
    faults: dict[str, Fault] = {}
    for name, value in list(overrides.items() if isinstance(overrides, dict) else ()):
        inner = value if isinstance(value, dict) else {}
        if inner and all(isinstance(each, dict) for each in inner.values()):
            where, key = f"override.{name}", f"{name}.{next(iter(inner))}"
            allowed = f'the id in quotes: "{key}" = {{ ... }}'
            faults[where] = Fault(where, f"{key} without quotes", allowed)
            del data["override"][name]
    return faults


def written(path: Path) -> str:
    """Write a path as a user reads it; items count from 1.

    Examples
    --------
    >>> written(("arm", 1, "dose"))
    'arm[2].dose'
    """
    text = ""
    for part in path:
        dot = "." if text and isinstance(part, str) else ""
        text += f"[{part + 1}]" if isinstance(part, int) else f"{dot}{part}"
    return text


def json_schema(names: Names) -> dict[str, Any]:
    """Give the shape as JSON Schema 2020-12, with the names of the tables in it."""
    schema = copy.deepcopy(_shape())
    parts = schema["$defs"]
    parts["ArmKeys"]["properties"]["route"]["anyOf"][0]["enum"] = [
        name for name, route in names.routes.items() if route.modelled
    ]
    ligands = (each.options.get("ligand", ()) for each in names.routes.values())
    parts["DeliveryKeys"]["properties"]["ligand"]["anyOf"][0]["enum"] = sorted(
        {name for options in ligands for name in options}
    )
    regions = sorted({of for rows in names.endpoints.values() for of in rows if of})
    parts["EndpointKeys"]["properties"]["of"]["anyOf"][0]["enum"] = regions
    parts["EndpointKeys"]["properties"]["quantity"]["enum"] = list(names.endpoints)
    parts["ProductKeys"]["properties"]["donor"]["examples"] = sorted(
        set(names.donors.values())
    )
    for key, options in (
        ("isolation", names.isolation),
        ("conditioning", names.conditioning),
    ):
        examples = [[name] for name in sorted(set(options.values()))]
        parts["ProductKeys"]["properties"][key]["examples"] = examples
    return {"$schema": DIALECT, **schema}


def key_table() -> str:
    """Give every key of a study file as one Markdown table."""
    lines = ["| Key | Type | Default | Meaning | Example |", "|---|---|---|---|---|"]
    lines += _key_rows(_shape(), _shape()["$defs"], "")
    return "\n".join(lines) + "\n"


def _key_rows(table: dict[str, Any], parts: dict[str, Any], above: str) -> list[str]:
    rows = []
    for name, key in table["properties"].items():
        inner = _table_of(key, parts)
        if inner is not None:
            mark = {"array": "[]", "object": ".<name>"}.get(str(key.get("type")), "")
            rows += _key_rows(inner, parts, f"{above}{name}{mark}.")
            continue
        default = "required" if name in table.get("required", ()) else key["default"]
        cells = (
            f"`{above}{name}`",
            _kind_of(key),
            default if default == "required" else _toml(default),
            key["description"].replace("|", "\\|"),
            f"`{_toml(key['examples'][0])}`" if key.get("examples") else "",
        )
        rows.append("| " + " | ".join(str(cell) for cell in cells) + " |")
    return rows


def _toml(value: object) -> str:
    """Write a value as a study file does; nothing for an empty one."""
    if isinstance(value, dict) and value:
        pairs = ", ".join(f"{key} = {_toml(each)}" for key, each in value.items())
        return f"{{ {pairs} }}"
    return "" if value in (None, "", [], {}) else json.dumps(value)


def _kind_of(key: dict[str, Any]) -> str:
    given = next(iter(key.get("anyOf", [key])))
    options = given.get("enum", [])
    if options or "const" in given:
        return " \\| ".join(str(o) for o in options or [given["const"]])
    kind = str(given["type"])
    return {"string": "text", "object": "table", "array": "list"}.get(kind, kind)


@lru_cache(maxsize=1)
def _shape() -> dict[str, Any]:
    return FileKeys.model_json_schema(by_alias=True)


def _table_of(key: dict[str, Any], parts: dict[str, Any]) -> dict[str, Any] | None:
    """Give the table that a key holds (also in a list or under names), or None."""
    inner = key.get("items") or key.get("additionalProperties")
    options = [
        one for each in key.get("anyOf", ()) for one in (each, *each.get("oneOf", ()))
    ]
    for held in (key, *options, inner):
        if isinstance(held, dict) and "$ref" in held:
            found: dict[str, Any] = parts[held["$ref"].rsplit("/", 1)[-1]]
            return found
    return None


def _table_at(path: Path) -> dict[str, Any]:
    """Give the shape of the table that holds the last part of a path."""
    schema = _shape()
    table: dict[str, Any] = schema
    named = False
    for part in path[:-1]:
        if isinstance(part, int) or named:
            named = False
            continue
        key = table.get("properties", {}).get(part, {})
        table = _table_of(key, schema["$defs"]) or {}
        named = "$ref" in (key.get("additionalProperties") or {})
    return table


def _path_in_file(error: ErrorDetails, data: Any) -> Path:
    """Cut off what pydantic adds to a path behind the last part of the file."""
    path: list[str | int] = []
    for part in error["loc"]:
        if part in {FILE, TABLE}:
            continue
        held = isinstance(data, dict) and part in data
        if held or (isinstance(data, list) and isinstance(part, int)):
            data = data[part]
        elif error["type"] != "missing":
            break
        path.append(part)
    return tuple(path)


def _blank(data: Any, path: Path) -> None:
    """Put None in the place of a value that can't be read further."""
    for part in path[:-1]:
        data = data[part]
        if data is None:
            return
    data[path[-1]] = None


def _fault(where: str, path: Path, error: ErrorDetails) -> Fault:
    name = str(path[-1])
    keys = list(_table_at(path).get("properties", {}))
    if error["type"] == "extra_forbidden":
        return Fault(
            where, f"unknown key {name!r}", ", ".join(keys), closest(name, keys)
        )
    if error["type"] == "missing":
        key = _table_at(path)["properties"][name]
        example = f", such as {key['examples'][0]!r}" if key.get("examples") else ""
        needed = f"at least one [[{name}]]" if "items" in key else key["description"]
        return Fault(where, "nothing", f"{needed}{example} (required)")
    met = error["input"]
    allowed = error["msg"].removeprefix("Input should be ")
    allowed = allowed.partition(" or instance of")[0]
    nearest = None
    if error["type"] == "literal_error":
        key = _table_at(path)["properties"][name]
        options = next(iter(key.get("anyOf", [key]))).get("enum", [])
        nearest = closest(met, options) if isinstance(met, str) else None
    if error["type"] == "too_short":
        allowed = f"at least one [[{name}]]"
    return Fault(where, _shown(met), _KINDS.get(allowed, allowed), nearest)


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
