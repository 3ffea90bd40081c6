"""Files of an export: names, archive, simulations, and what is never overwritten."""

from __future__ import annotations

import subprocess
import sys
from io import BytesIO
from pathlib import Path
from xml.etree import ElementTree
from zipfile import ZipFile

import exchange_studies as studies
import pytest

from exoheart.errors import InputError
from exoheart.exchange import Export, export
from exoheart.exchange.archive import Entry, archive
from exoheart.exchange.run import file_names
from exoheart.exchange.sedml import STEPS

SED = "{http://sed-ml.org/sed-ml/level1/version3}"
OMEX = "{http://identifiers.org/combine.specifications/omex-manifest}"


@pytest.fixture(scope="module")
def packed():
    return export(studies.pig())


@pytest.fixture(scope="module")
def simulations(packed):
    return ElementTree.fromstring(inside(packed)["simulations.sedml"])


def inside(packed: Export) -> dict[str, str]:
    with ZipFile(BytesIO(packed.files[".omex"])) as zipped:
        return {name: zipped.read(name).decode() for name in zipped.namelist()}


def test_the_archive_holds_arms_simulations_and_the_study_itself(packed):
    files = inside(packed)
    assert files["pig_reperfused_infarct.toml"] == studies.pig().text
    arms = ("vehicle_im", "cdc_im", "vehicle_ic", "cdc_ic")
    assert {f"{arm}.xml" for arm in arms} < set(files)
    alone = export(studies.pig(), format="sbml", arm="CDC IM").files
    assert alone == {"-cdc_im.xml": files["cdc_im.xml"].encode()}
    assert "Research use only" in files["metadata.rdf"]
    assert studies.pig().title in files["metadata.rdf"]


def test_the_manifest_lists_every_file_once_and_names_what_to_open(packed):
    files = inside(packed)
    listed = ElementTree.fromstring(files["manifest.xml"]).findall(f"{OMEX}content")
    places = [one.get("location") for one in listed]
    assert sorted(places) == sorted([".", *(f"./{name}" for name in files)])
    assert [o.get("location") for o in listed if o.get("master") == "true"] == [
        "./simulations.sedml"
    ]


def test_every_name_that_the_simulations_use_exists(packed, simulations):
    """Models, courses, tasks, readings; ids come once; targets are in the SBML."""
    ids = [one.get("id") for one in simulations.iter() if one.get("id")]
    assert len(ids) == len(set(ids))
    keys = ("modelReference", "simulationReference", "taskReference")
    keys += ("dataReference", "xDataReference", "yDataReference")
    used = {one.get(key) for one in simulations.iter() for key in keys} - {None}
    assert used <= set(ids)
    files = inside(packed)
    sources = {one.get("source") for one in simulations.iter(f"{SED}model")}
    assert sources < set(files)
    targets = {one.get("target") for one in simulations.iter(f"{SED}variable")} - {None}
    assert len(targets) == 2
    for target in targets:
        wanted = target.partition("@id='")[2].rstrip("']")
        assert all(f'id="{wanted}"' in files[source] for source in sources)


def test_each_simulation_ends_at_an_endpoint_with_tolerances_and_cvode(simulations):
    courses = list(simulations.iter(f"{SED}uniformTimeCourse"))
    assert [float(one.get("outputEndTime")) for one in courses] == [49.5]
    assert courses[0].get("numberOfPoints") == str(STEPS)
    algorithm = courses[0].find(f"{SED}algorithm")
    terms = {
        o.get("kisaoID"): o.get("value") for o in algorithm.iter() if o.get("value")
    }
    assert algorithm.get("kisaoID") == "KISAO:0000019"
    assert float(terms["KISAO:0000209"]) == 1e-7
    assert terms["KISAO:0000211"] == "1e-18"


def test_endpoints_at_two_moments_make_two_simulations_of_each_arm():
    made = export(studies.patients())
    root = ElementTree.fromstring(inside(made)["simulations.sedml"])
    courses = root.iter(f"{SED}uniformTimeCourse")
    ends = [float(one.get("outputEndTime")) for one in courses]
    wanted = [reading.at_h for reading in made.arms[0].readings]
    assert ends == pytest.approx(wanted)
    assert len(list(root.iter(f"{SED}task"))) == 2


def test_the_same_study_gives_the_same_archive(packed):
    assert export(studies.pig()).files == packed.files


def test_an_arm_of_an_archive_can_stand_alone():
    made = export(studies.pig(), arm="CDC IC")
    assert list(made.files) == ["-cdc_ic.omex"]
    assert [one.arm for one in made.arms] == ["CDC IC"]


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"format": "petab"}, "allowed: sbml, omex"),
        ({"arm": "CDC MI"}, "nearest: CDC IM"),
        ({"member": -1}, "central"),
    ],
)
def test_what_there_is_not_is_refused(asked, words):
    with pytest.raises(InputError, match=words):
        export(studies.pig(), **asked)


def test_names_of_files_differ_whatever_the_arms_are_called():
    names = file_names(["A b", "a-b", "A B 2", "ü", "é"])
    assert len({*names.values()}) == len(names)
    assert all(name.isascii() and name for name in names.values())


def test_files_are_named_after_study_and_arm(tmp_path):
    made = export(studies.pig(), format="sbml")
    written = made.write(folder=tmp_path)
    assert written[1] == tmp_path / "pig_reperfused_infarct-cdc_im.xml"
    other = made.write(tmp_path / "mine.sbml")
    assert other[1] == tmp_path / "mine-cdc_im.xml"
    assert {path.name for path in tmp_path.iterdir()} == {
        path.name for path in (*written, *other)
    }


def test_one_file_gets_the_name_asked_for_and_may_be_replaced(tmp_path, packed):
    for _ in range(2):
        assert packed.write(tmp_path / "mine.zip") == (tmp_path / "mine.zip",)
    assert (tmp_path / "mine.zip").read_bytes() == packed.files[".omex"]


def test_a_file_of_another_kind_stays_and_nothing_is_written(tmp_path):
    made = export(studies.pig(), format="sbml")
    mine = tmp_path / "pig_reperfused_infarct-cdc_ic.xml"
    mine.write_text("<sbml/>", "utf-8")
    with pytest.raises(InputError, match="exists and is no export"):
        made.write(folder=tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [mine.name]
    assert mine.read_text("utf-8") == "<sbml/>"


def test_a_folder_that_is_not_there_is_named(tmp_path, packed):
    with pytest.raises(InputError, match="is no folder"):
        packed.write(tmp_path / "no" / "x.omex")


def test_an_archive_is_marked_beyond_what_a_zip_file_needs():
    """Another program's archive of the same files isn't taken for an export."""
    own = archive((Entry("a.txt", "study", "a"),), "t", "d")
    with ZipFile(BytesIO(own)) as zipped:
        assert b"exoheart" in zipped.comment
        assert zipped.testzip() is None


#: libSEDML and libSBML can't live in one process.
CHECK = """
import sys, zipfile, libsedml
text = zipfile.ZipFile(sys.argv[1]).read("simulations.sedml").decode()
document = libsedml.readSedMLFromString(text)
print(document.getNumErrors(), document.getNumTasks(), document.getNumOutputs())
"""


def test_libsedml_reads_the_simulations_without_a_complaint(tmp_path: Path, packed):
    file = packed.write(tmp_path / "x.omex")[0]
    ran = subprocess.run(
        [sys.executable, "-c", CHECK, file], capture_output=True, text=True, check=False
    )
    if "No module named 'libsedml'" in ran.stderr:
        pytest.skip("python-libsedml isn't installed")
    assert ran.stdout.split() == ["0", "4", "6"], ran.stderr


def test_libcombine_reads_the_archive(tmp_path: Path, packed):
    library = pytest.importorskip("libcombine")
    file = packed.write(tmp_path / "x.omex")[0]
    read = library.CombineArchive()
    assert read.initializeFromArchive(str(file))
    assert read.getMasterFile().getLocation() == "./simulations.sedml"
    assert "Research use only" in read.getMetadataForLocation(".").getDescription()
