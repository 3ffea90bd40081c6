"""A user's table of effects: every layout, every fault, and what comes of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exoheart.errors import DataError
from exoheart.evidence.meta import fit
from exoheart.evidence.meta.effects import MD, NMD, SMD
from exoheart.evidence.meta_document import MetaChoices, meta_document, meta_from_file
from exoheart.evidence.meta_file import read_meta_file

BAD = Path(__file__).parents[1] / "bad" / "meta"
Z = 1.959963984540054
ROWS = "study,yi,vi,dose,site\nA,1,0.2,5,X\nB,3,0.4,10,Y\nC,2,0.3,20,X\nD,5,0.9,9,Y\n"


@pytest.fixture
def table(tmp_path):
    def write(text, name="table.csv"):
        path = tmp_path / name
        path.write_text(text, "utf-8")
        return path

    return write


def test_effects_and_variances_are_read_as_they_stand(table):
    read = read_meta_file(table(ROWS), moderators=["dose", "site"], cluster="site")
    assert (read.yi, read.vi) == ((1, 3, 2, 5), (0.2, 0.4, 0.3, 0.9))
    assert read.labels == ("A", "B", "C", "D")
    assert read.moderators == {"dose": (5, 10, 20, 9), "site": ("X", "Y", "X", "Y")}
    assert read.cluster == ("X", "Y", "X", "Y")
    assert read_meta_file(table(ROWS)).unused == ("dose", "site")


def test_semicolons_and_decimal_commas_mean_the_same(table):
    european = ROWS.replace(",", ";").replace(".", ",")
    assert read_meta_file(table(european)) == read_meta_file(table(ROWS))
    assert read_meta_file(table("\ufeff" + ROWS)) == read_meta_file(table(ROWS))


def test_a_decimal_comma_is_read_in_numbers_and_nowhere_else(table):
    text = "study;yi;vi;dose;site\n1,5;0,5;0,2;2,5;1,5\n2,5;1,5;0,4;5;north\n"
    read = read_meta_file(table(text), moderators=["dose", "site"], cluster="study")
    assert read.labels == read.cluster == ("1,5", "2,5")
    assert (read.yi, read.vi) == ((0.5, 1.5), (0.2, 0.4))
    assert read.moderators == {"dose": (2.5, 5), "site": ("1,5", "north")}


def test_a_number_that_is_none_is_told_as_it_was_written(table):
    with pytest.raises(DataError, match="'1,5 g'"):
        read_meta_file(table("study;yi;vi\nA;1,5 g;0,2\nB;1;0,3\n"))


@pytest.mark.parametrize("mark", [";", "\t"])
def test_a_comma_beside_decimal_points_is_a_fault(table, mark):
    text = "study,yi,vi\nA,1|234,0.5\nB,2,0.25\n".replace(",", mark)
    with pytest.raises(DataError, match="a file with one decimal sign") as told:
        read_meta_file(table(text.replace("|", ",")))
    assert [fault.where for fault in told.value.faults] == [
        "table.csv row 2, column yi"
    ]


@pytest.mark.parametrize("column", ["yi", "m1", "effect"])
def test_the_effect_is_no_moderator_and_no_cluster_of_itself(table, column):
    for options in ({"moderators": [column]}, {"cluster": column}):
        with pytest.raises(DataError, match="the effect itself"):
            read_meta_file(table(ROWS), **options)
    assert read_meta_file(table(ROWS), moderators=["vi"]).moderators["vi"][0] == 0.2


def test_names_of_metafor_and_other_case_are_the_same_columns(table):
    metafor = GROUPS.replace("m1,sd1,n1,m2,sd2,n2", "m1i,sd1i,n1i,M2i,sd2i,n2i")
    assert "m1i" in metafor
    assert read_meta_file(table(metafor)) == read_meta_file(table(GROUPS))
    titled = ROWS.replace("study,yi", "Study,YI")
    assert read_meta_file(table(f"sep=,\n{titled}")) == read_meta_file(table(ROWS))
    one = read_meta_file(table("slab,yi,sei\nA,1,0.5\nB,2,0.5\n"))
    two = read_meta_file(table("study,effect,se\nA,1,0.5\nB,2,0.5\n"))
    assert one == two


def test_numbers_that_are_names_can_be_a_factor(table):
    read = read_meta_file(table(ROWS), moderators=["factor:dose"])
    assert read.moderators == {"dose": ("5", "10", "20", "9")}


@pytest.mark.parametrize("mark", [",", ";"])
def test_lines_that_begin_with_a_hash_are_left_out_and_rows_keep_numbers(table, mark):
    told = '# effects\n"# of my own, all"\n' + ROWS.replace(",", mark)
    assert read_meta_file(table(told)) == read_meta_file(table(ROWS))
    bad = told.replace(f"B{mark}3", f"B{mark}three")
    with pytest.raises(DataError, match="row 5, column yi"):
        read_meta_file(table(bad))


def test_a_quote_that_never_ends_is_a_fault(table):
    with pytest.raises(DataError, match="a table with a header"):
        read_meta_file(table(ROWS + '"E,1,0.2,5,X\n'))


@given(st.floats(-50, 50), st.floats(0.1, 20))
def test_an_interval_is_worth_its_standard_error(tmp_path_factory, effect, error):
    folder = tmp_path_factory.mktemp("intervals")
    ends = f"{effect - Z * error},{effect + Z * error}"
    both = {
        "ci": f"study,effect,ci_low,ci_high\nA,{effect},{ends}\nB,{effect},{ends}\n",
        "se": f"study,effect,se\nA,{effect},{error}\nB,{effect},{error}\n",
    }
    read = {}
    for name, text in both.items():
        path = folder / f"{name}.csv"
        path.write_text(text, "utf-8")
        read[name] = read_meta_file(path).vi
    assert read["ci"] == pytest.approx(read["se"], rel=1e-9)
    assert read["se"][0] == pytest.approx(error**2)


GROUPS = "study,m1,sd1,n1,m2,sd2,n2,m_sham\nA,45,5,8,38,6,8,70\nB,50,6,6,41,5,7,72\n"


@pytest.mark.parametrize(
    ("measure", "expected"),
    [
        (None, MD(45, 5, 8, 38, 6, 8)),
        ("SMD", SMD(45, 5, 8, 38, 6, 8)),
        ("NMD", NMD(45, 5, 8, 38, 6, 8, sham=70)),
    ],
)
def test_group_means_become_the_measure_asked_for(table, measure, expected):
    read = read_meta_file(table(GROUPS), measure=measure)
    assert (read.yi[0], read.vi[0]) == expected
    assert read.measure == (measure or "MD")


FAULTS = {
    "misspelt_column": ["row 1", "'yi'", "did you mean 'y1'"],
    "no_study_column": ["row 1", "did you mean 'trial'"],
    "text_and_blank_for_numbers": [
        "row 2, column yi: met 'half'",
        "row 3, column vi: met an empty cell",
    ],
    "variance_not_above_zero": ["row 2, column vi", "row 3, column vi"],
    "effect_outside_its_interval": ["row 2, column effect", "6 to 9"],
    "one_effect": ["1 row", "two or more"],
    "part_of_an_animal": ["row 2, column n1: met '4.5'", "row 3, column n1: met '1'"],
    "nameless_study": ["row 2, column study"],
    "comma_too_many": ["row 2: met 4 cells"],
    "effect_without_error": ["row 1", "effect, ci_low, ci_high; or effect, se"],
    "empty": ["1 fault", "an empty file"],
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_told_with_row_and_column(name):
    with pytest.raises(DataError) as told:
        read_meta_file(BAD / f"{name}.csv")
    for words in FAULTS[name]:
        assert words in str(told.value)


def test_a_ratio_of_a_negative_mean_is_refused_with_its_row():
    with pytest.raises(DataError, match=r"row 2: met mt \* mc"):
        read_meta_file(BAD / "ratio_of_a_negative_mean.csv", measure="ROM")


def test_every_bad_file_is_tried():
    listed = {path.stem for path in BAD.glob("*.csv")}
    assert listed == {*FAULTS, "ratio_of_a_negative_mean"}


def test_faults_of_options_and_of_the_file_come_together():
    choices = MetaChoices(method="RELM", cluster="labb")  # type: ignore[arg-type]
    with pytest.raises(DataError) as told:
        meta_from_file(
            BAD / "misspelt_column.csv", choices, measure="MDD", moderators=["dose"]
        )
    for words in ("'REML'", "'MD'", "'dose'", "'labb'", "'y1'"):
        assert words in str(told.value)


def test_the_document_is_the_fit_and_more(table):
    read = read_meta_file(table(ROWS))
    document = meta_document(read, MetaChoices(method="DL", test="knha"))
    expected = fit(read.yi, read.vi, method="DL", test="knha").to_json()
    assert {key: document[key] for key in expected} == expected
    assert [one["study"] for one in document["studies"]] == ["A", "B", "C", "D"]
    assert sum(one["share"] for one in document["studies"]) == pytest.approx(1.0)
    left = document["sensitivity"]["leave_one_out"]
    assert [one["left_out"] for one in left] == ["A", "B", "C", "D"]
    without = fit(read.yi[1:], read.vi[1:], method="DL", test="knha")
    assert left[0]["estimate"] == pytest.approx(without.estimate)


def test_a_factor_groups_the_orchard_and_a_number_does_not(table):
    read = read_meta_file(table(ROWS), moderators=["site"])
    groups = meta_document(read, MetaChoices())["groups"]
    assert [(one["label"], one["k"]) for one in groups] == [("X", 2), ("Y", 2)]
    read = read_meta_file(table(ROWS), moderators=["dose"])
    document = meta_document(read, MetaChoices())
    assert [one["label"] for one in document["groups"]] == ["all effects"]
    assert document["estimate"] is None
    assert document["unmoderated"]["estimate"] is not None


def test_a_check_that_two_effects_cannot_bear_says_why(table):
    two = table("\n".join(ROWS.splitlines()[:3]) + "\n")
    document = meta_document(read_meta_file(two), MetaChoices())
    for check in ("egger", "pet_peese", "trim_and_fill"):
        assert document["sensitivity"][check]["reason"]
    assert document["sensitivity"]["leave_one_out"] == []
