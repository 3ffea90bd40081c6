"""A study file becomes records in the program's units, as docs/study_file.md says."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from exoheart.errors import InputError, StudyError
from exoheart.study import TEMPLATES, load_study, parse_study, template

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
SHIPPED = ROOT / "src" / "exoheart" / "data" / "templates"
CANONICAL = HERE / "test_study_canonical.toml"
CONTROLS = """schema = 1
[animal]
species = "{species}"
[animal.infarct]
model = "permanent ligation"
[[arm]]
name = "ligated"
control = true
n = 8
[[endpoint]]
quantity = "ejection fraction"
at = "4 weeks after occlusion"
"""


def test_the_canonical_file_loads_verbatim() -> None:
    study = load_study(CANONICAL)
    assert study.animal.body_mass_kg == 30
    assert study.animal.infarct.occlusion_h == 1.5
    vehicle, treated = study.arms
    assert (vehicle.control, vehicle.product, vehicle.dose) == (True, None, None)
    assert study.control_of(treated) is vehicle
    assert treated.dose is not None
    assert (treated.dose.basis, treated.dose.value) == ("protein", 7500.0)  # 7.5 mg
    assert treated.at is not None
    assert (treated.at.offset_h, treated.at.anchor) == (0.5, "reperfusion")
    assert dict(treated.delivery) == {"zone": "border"}
    product = study.products["cdc"]
    assert (product.donor, product.isolation) == ("CDC", ("ultrafiltration",))
    assert (product.storage.temperature_c, product.storage.duration_h) == (-80.0, 720.0)
    assert study.primary.method == "TTC"
    assert study.overrides[0].id == "uptake.endosomal_escape_fraction"
    assert study.text == CANONICAL.read_text(encoding="utf-8")


@pytest.mark.parametrize("path", sorted((ROOT / "examples").glob("*.toml")), ids=str)
def test_every_example_loads_and_is_the_shipped_template(path: Path) -> None:
    load_study(path)
    assert path.read_bytes() == (SHIPPED / path.name).read_bytes()


def test_every_shipped_template_is_an_example() -> None:
    shipped = {path.name for path in SHIPPED.iterdir()}
    assert shipped == {path.name for path in (ROOT / "examples").glob("*.toml")}
    assert set(TEMPLATES.values()) <= shipped


def test_an_unknown_template_names_the_nearest() -> None:
    with pytest.raises(InputError, match="nearest: chronic"):
        template("chronik")


def test_the_main_example_gives_equal_doses_against_each_own_vehicle() -> None:
    study = load_study(ROOT / "examples" / "pig_reperfused_infarct.toml")
    treated = [arm for arm in study.arms if not arm.control]
    assert len({arm.dose for arm in treated}) == 1
    for arm in treated:
        control = study.control_of(arm)
        assert control is not None
        assert (control.route, control.at) == (arm.route, arm.at)
    assert (study.primary.quantity, study.primary.of) == (
        "infarct size",
        "area at risk",
    )


@pytest.mark.parametrize("species", ["mouse", "rat", "pig", "human", "dog"])
def test_a_file_with_controls_only_takes_every_default(species: str) -> None:
    study = parse_study(CONTROLS.format(species=species), "my controls")
    assert study.title == "my controls"
    assert study.arms[0].route is None
    assert study.animal.body_mass_kg is None
    assert (study.design.alpha, study.design.analysis) == (0.05, "welch")
    assert study.endpoints[0].method == "CMR"  # default_method of data/endpoints.csv
    assert study.unused == ()


def test_a_dose_of_zero_is_legal_and_dropped() -> None:
    study = parse_study(template("pig").replace("7.5 mg protein", "0 mg protein"))
    assert [arm.dose for arm in study.arms] == [None] * 4
    assert [arm.product for arm in study.arms] == [None, "cdc", None, "cdc"]


def test_repeated_doses_and_other_spellings_are_read() -> None:
    text = template("mouse").replace(
        'dose = "1e10 particles"',
        'dose = "5e9 particles per kg"\nover = "30 min"\nevery = "7 d"\ntimes = 3',
    )
    text = text.replace('donor = "MSC"', 'donor = "bm-msc"').replace(
        '"tangential flow filtration", "size exclusion"', '"TFF", "SEC"'
    )
    study = parse_study(text)
    arm, product = study.arms[1], study.products["msc"]
    assert (arm.over_h, arm.every_h, arm.times) == (0.5, 168.0, 3)
    assert arm.dose is not None
    assert (arm.dose.value, arm.dose.per) == (5e9, "kg")
    assert product.donor == "MSC"
    assert product.isolation == ("tangential flow filtration", "size exclusion")


def test_keys_that_change_nothing_are_listed() -> None:
    text = template("pig").replace(
        "[[arm]]", '[product.other]\ndonor = "MSC"\n\n[[arm]]', 1
    )
    text = text.replace('zone = "border"', 'zone = "border"\nsites = 10')
    text = text.replace('name = "vehicle IC"', 'name = "vehicle IC"\nover = "3 min"')
    assert set(parse_study(text).unused) == {
        "animal.sex",
        "product.other",
        "arm[2].delivery.sites",
        "arm[3].over",
    }


def _unused(form: str, dose: str, route: str, keys: str) -> set[str]:
    """Give the delivery keys that are listed as unused for an arm of a form."""
    text = template("pig").replace('form = "vesicles"', f'form = "{form}"')
    if form != "vesicles":
        text = text.replace('isolation = ["ultrafiltration"]\n', "")
    text = text.replace("7.5 mg protein", dose)
    text = text.replace('route = "intramyocardial"', f'route = "{route}"')
    text = text.replace('zone = "border"', keys)
    listed = parse_study(text).unused
    head = "arm[2].delivery."
    return {key.removeprefix(head) for key in listed if key.startswith(head)}


GEL, VOLUME = 'gel_release_half_time = "3 d"', 'volume = "2 mL"'


@pytest.mark.parametrize(
    ("route", "keys", "silent"),
    [
        ("intracoronary", VOLUME, {"volume"}),
        ("intracoronary", f'{VOLUME}\nflow_arrest = "3 min"', set()),
        ("intramyocardial", f"{VOLUME}\nsites = 10\narrested_heart = true", set()),
        ("intramyocardial", "sites = 10", {"sites"}),
        ("intramyocardial", f"{VOLUME}\nsites = 10\n{GEL}", {"volume", "sites"}),
        ("intramyocardial", f"arrested_heart = true\n{GEL}", {"arrested_heart"}),
        ("pericardial", f"{VOLUME}\n{GEL}", {"volume"}),
        ("patch", f'zone = "risk"\n{GEL}', set()),
        ("inhaled", 'ligand = "adhesion molecule"', set()),
    ],
)
def test_a_key_that_does_nothing_beside_the_others_is_listed(
    route: str, keys: str, silent: set[str]
) -> None:
    assert _unused("vesicles", "7.5 mg protein", route, keys) == silent


@pytest.mark.parametrize(
    ("form", "dose", "route", "keys", "silent"),
    [
        ("RNA", "5 ug RNA", "intravenous", 'ligand = "adhesion molecule"', {"ligand"}),
        ("RNA", "5 ug RNA", "intracoronary",
         f'{VOLUME}\nflow_arrest = "3 min"', {"volume"}),
        ("cells", "1e6 donor cells", "patch", GEL, {"gel_release_half_time"}),
        ("cells", "1e6 donor cells", "intramyocardial", f"{GEL}\n{VOLUME}", set()),
        ("conditioned medium", "1 mg protein", "patch", GEL, set()),
    ],
)  # fmt: skip
def test_a_key_that_does_nothing_for_the_form_is_listed(
    form: str, dose: str, route: str, keys: str, silent: set[str]
) -> None:
    assert _unused(form, dose, route, keys) == silent


def test_keys_of_a_product_that_its_form_does_not_need_are_listed() -> None:
    """Isolation, storage and conditioning say nothing of cells or of RNA."""
    cells = template("pig").replace('form = "vesicles"', 'form = "cells"')
    cells = cells.replace("7.5 mg protein", "1e7 donor cells")
    assert set(parse_study(cells).unused) == {
        *("animal.sex", "product.cdc.isolation", "product.cdc.storage"),
    }
    rna = template("pig").replace("7.5 mg protein", "50 ug RNA")
    rna = rna.replace('form = "vesicles"', 'form = "RNA"\nconditioning = ["spheroid"]')
    assert set(parse_study(rna).unused) == {
        *("animal.sex", "product.cdc.isolation", "product.cdc.storage"),
        *("product.cdc.conditioning", "product.cdc.donor_species"),
    }


@pytest.mark.parametrize(
    ("head", "listed"),
    [
        ('donor = "HEK293"\ndonor_state = { passage = 9 }', {"donor_state.passage"}),
        ('donor = "perfused heart"\nmedium = "serum"', {"medium"}),
        ('donor = "explant"\ndonor_state = { disease = "cardiovascular" }',
         {"donor_state.disease"}),
        ('donor = "CDC"\nform = "cells"\nconditioning = ["hollow fibre"]',
         {"conditioning", "isolation", "storage"}),
        ('donor = "CDC"\nform = "RNA"\ndonor_state = { age = 70, autologous = true }\n'
         'engineering = ["GATA4 overexpression"]\ndonor_species = "pig"',
         {"donor_state.age", "donor_state.autologous", "engineering", "isolation",
          "storage", "donor_species"}),
        ('donor = "CDC"\ndonor_state = { age = 70 }', set()),
    ],
)  # fmt: skip
def test_what_changes_nothing_for_a_donor_is_listed_by_check(
    head: str, listed: set[str]
) -> None:
    """A key that the donor stage passes over is recorded, not used, each once."""
    assert _unused_of_product(head) == sorted(f"product.cdc.{key}" for key in listed)


def _unused_of_product(head: str) -> list[str]:
    """Give the keys listed for the product of the pig file, made as `head` says."""
    text = template("pig").replace('form = "vesicles"\n', "")
    doses = {"cells": "1e7 donor cells", "RNA": "50 ug RNA"}
    for form, dose in doses.items():
        if f'form = "{form}"' in head:
            text = text.replace("7.5 mg protein", dose)
    if "donor_species" in head:
        text = text.replace('donor_species = "human"\n', "")
    text = text.replace('donor = "CDC"', head)
    found = parse_study(text).unused
    return sorted(key for key in found if key.startswith("product."))


@pytest.mark.parametrize(
    ("form", "dose", "engineering", "words"),
    [
        ("cells", "1e7 donor cells", "RNA loading", "form = 'vesicles'"),
        ("cells", "1e7 donor cells", "adhesion molecule", "arm.delivery.ligand"),
        ("conditioned medium", "1 mg protein", "drug loading", "form = 'vesicles'"),
        ("vesicles", "1 mg protein", "priming with vesicles", "form = 'cells'"),
    ],
)
def test_changes_that_a_form_cannot_have_are_refused_with_what_to_do(
    form: str, dose: str, engineering: str, words: str
) -> None:
    """Nothing is loaded into living cells or whole medium; primed cells are given."""
    text = template("pig").replace("7.5 mg protein", dose)
    head = f'form = "{form}"\nengineering = ["{engineering}"]'
    text = text.replace('form = "vesicles"', head)
    if form != "vesicles":
        text = text.replace('isolation = ["ultrafiltration"]\n', "")
    with pytest.raises(StudyError) as refused:
        parse_study(text)
    (fault,) = refused.value.faults
    assert fault.where == "product.cdc.engineering"
    assert words in fault.allowed
    assert engineering in fault.met


def test_delivery_keys_are_read_in_hours_millilitres_names_and_numbers() -> None:
    keys = (
        'zone = "both"\nsites = 8\nvolume = "400 uL"\narrested_heart = true\n'
        'ligand = "cardiomyocyte peptide"\ngel_release_half_time = "2 d"'
    )
    study = parse_study(template("pig").replace('zone = "border"', keys))
    assert dict(study.arms[1].delivery) == {
        "zone": "both",
        "sites": 8,
        "volume": pytest.approx(0.4),
        "arrested_heart": True,
        "ligand": "cardiomyocyte peptide",
        "gel_release_half_time": pytest.approx(48.0),
    }


def test_a_file_that_is_missing_or_no_text_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(StudyError, match="No such file"):
        load_study(tmp_path / "none.toml")
    (tmp_path / "latin.toml").write_bytes(b'title = "\xe9"')
    with pytest.raises(StudyError, match="UTF-8"):
        load_study(tmp_path / "latin.toml")


def test_a_byte_order_mark_does_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "marked.toml"
    path.write_bytes(b"\xef\xbb\xbf" + template("mouse").encode())
    assert load_study(path).animal.species == "mouse"


def test_the_public_name_reads_files() -> None:
    import exoheart

    assert exoheart.Study.load(CANONICAL) == load_study(CANONICAL)


def test_importing_loads_no_heavy_library() -> None:
    code = (
        "import exoheart.study, sys; "
        "print({'pint', 'pandas', 'xarray', 'altair', 'pydantic'} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "set()"


def test_a_human_line_of_another_species_is_refused() -> None:
    text = template("pig").replace('donor = "CDC"', 'donor = "HEK293"')
    text = text.replace('donor_species = "human"', 'donor_species = "mouse"')
    assert 'donor_species = "mouse"' in text
    with pytest.raises(StudyError, match="HEK293 is a human line"):
        parse_study(text)


@pytest.mark.parametrize(
    ("ligand", "refused"),
    [("cardiomyocyte peptide", False), ("adhesion molecule", True)],
)
def test_an_arm_names_no_other_ligand_than_its_product_carries(
    ligand: str, refused: bool
) -> None:
    text = template("pig").replace(
        'donor = "CDC"', 'donor = "CDC"\nengineering = ["cardiomyocyte peptide"]'
    )
    text = text.replace('zone = "border"', f'zone = "border"\nligand = "{ligand}"')
    if not refused:
        assert parse_study(text).products["cdc"].engineering
        return
    with pytest.raises(StudyError, match="one ligand"):
        parse_study(text)
