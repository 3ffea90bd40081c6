"""The published shape of a study file agrees with loader, docs and tables."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import jsonschema
import pytest

from exoheart.delivery import FORMS, routes
from exoheart.delivery.settings import INJECTION_ZONES, LIGANDS
from exoheart.donor import DONORS
from exoheart.product.isolation import ALIASES, STEPS, canonical_steps
from exoheart.records.study import BASES
from exoheart.study import json_schema
from exoheart.study.names import shipped_names, spelled
from exoheart.study.shape import key_table

ROOT = Path(__file__).parents[2]
EXAMPLES = sorted((ROOT / "examples").glob("*.toml"))


def test_the_schema_is_valid_json_schema_2020_12() -> None:
    schema = json.loads(json.dumps(json_schema()))
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    jsonschema.Draft202012Validator.check_schema(schema)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_every_example_fits_the_schema(path: Path) -> None:
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(json_schema()).validate(data)


def test_the_schema_refuses_an_unknown_key_and_an_unknown_route() -> None:
    data = tomllib.loads(EXAMPLES[-1].read_text(encoding="utf-8"))
    data["arm"][0]["rout"] = "intravenous"
    data["arm"][1]["route"] = "by mouth"
    errors = list(jsonschema.Draft202012Validator(json_schema()).iter_errors(data))
    assert len(errors) == 2


def test_every_key_has_a_description_and_every_leaf_an_example() -> None:
    schema = json_schema()
    tables = [schema, *schema["$defs"].values()]
    for table in tables:
        for name, key in table["properties"].items():
            assert key.get("description"), name
            holds_a_table = "Keys" in json.dumps(key)
            assert key.get("examples") or holds_a_table, name


def test_the_docs_hold_the_table_of_every_key() -> None:
    page = (ROOT / "docs" / "study_file.md").read_text(encoding="utf-8")
    assert key_table() in page


def test_donors_are_those_that_the_donor_stage_knows() -> None:
    names = shipped_names()
    assert set(names.donors.values()) == set(DONORS)
    for donor, others in DONORS.items():
        assert all(spelled(name, names.donors) == donor for name in (donor, *others))


def test_isolation_steps_are_read_as_the_product_stage_reads_them() -> None:
    names = shipped_names().isolation
    for given in (*STEPS, *ALIASES):
        step = spelled(given, names)
        assert step is not None, given
        assert canonical_steps((step,)) == canonical_steps((given,))


def test_names_of_route_keys_are_those_that_delivery_knows() -> None:
    """The table that a study file is read with says what the stage can do."""
    for name, route in shipped_names().routes.items():
        assert route.forms == routes()[name].forms
        assert set(route.options.get("ligand", ())) == set(LIGANDS)
        assert set(route.options.get("zone", INJECTION_ZONES)) == set(INJECTION_ZONES)
        assert set(route.options) <= route.keys
    keys = json_schema()["$defs"]["DeliveryKeys"]["properties"]
    assert set(keys["ligand"]["anyOf"][0]["enum"]) == set(LIGANDS)
    assert set(keys["zone"]["anyOf"][0]["enum"]) == set(INJECTION_ZONES)
    assert keys["arrested_heart"]["anyOf"][0]["type"] == "boolean"


def test_every_key_of_a_route_is_a_key_of_the_file() -> None:
    keys = set(json_schema()["$defs"]["DeliveryKeys"]["properties"])
    assert keys == {key for route in routes().values() for key in route.keys}


def test_forms_are_the_same_for_file_records_and_delivery() -> None:
    form = json_schema()["$defs"]["ProductKeys"]["properties"]["form"]
    assert set(form["enum"]) == set(BASES) == set(FORMS)


def test_routes_and_endpoints_of_the_tables_are_all_there() -> None:
    names = shipped_names()
    modelled = {name for name, route in names.routes.items() if route.modelled}
    assert {"intravenous", "intracoronary", "intramyocardial"} <= modelled
    assert set(names.endpoints["infarct size"]) == {"area at risk", "left ventricle"}
    for regions in names.endpoints.values():
        for endpoint in regions.values():
            assert endpoint.default_method in endpoint.methods
