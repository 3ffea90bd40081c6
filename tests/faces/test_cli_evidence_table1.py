"""``evidence table1`` in the terminal, as JSON, as CSV and as a page."""

from __future__ import annotations

import csv
import re
import shutil
from html.parser import HTMLParser

import pytest
from cli_runner import DISCLAIMER, exoheart

from exoheart.evidence import data_folder
from exoheart.evidence.table1.effects import EFFECTS
from exoheart.report.table1 import EFFECTS as HEADS

ORDER = [46, 32, 48, 58, 65, 53, 54, 52, 51, 49, 50, 55, 71, 59]
VOID = {"meta", "br", "wbr", "link", "img", "hr", "input"}


def table1(*asked):
    return exoheart("evidence", "table1", *asked)


def test_the_terminal_shows_every_reference_and_what_differs():
    page = table1()
    assert (page.code, page.err) == (0, "")
    assert all(f"[{reference}]" in page.out for reference in ORDER)
    assert "[52] increased cardiac function, reduced fibrosis: holds for" in page.out
    assert "28 marks survive" in page.out
    assert DISCLAIMER in page.out


def test_the_terminal_says_results_in_words():
    page = table1()
    line = next(x for x in page.out.splitlines() if x.lstrip().startswith("[58]"))
    assert re.search(r"yes, differs .* yes, read +in culture, read", line)
    assert "no effect: tested, nothing found" in page.out
    fibroblast = [x for x in page.out.splitlines() if " fibroblast " in x]
    assert any("no effect" in x for x in fibroblast)
    assert "disputed" in page.out


def test_the_document_holds_rows_marks_and_later_studies():
    document = table1("--json").document
    assert [row["reference"] for row in document["review"]] == ORDER
    assert document["marks"]["ticks"] == 32
    later = {row["study"] for row in document["later"]}
    assert "Gallet2017_PigReperfusion" in later
    assert "Bian2014_RatInfarct" not in later
    assert set(document["sources"]) >= {"Gallet2017", "Feng2014"}


def test_the_same_command_gives_the_same_bytes():
    assert table1("--json").out == table1("--json").out


def test_the_reviews_own_rows_can_stand_alone():
    document = table1("--review-only", "--json").document
    assert len(document["review"]) == len(ORDER)
    assert "later" not in document
    assert "Beyond" not in table1("--review-only").out


def test_the_csv_holds_both_parts_with_their_readings(tmp_path):
    path = tmp_path / "table1.csv"
    assert table1("--csv", path).code == 0
    with path.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    review = [row for row in rows if row["part"] == "review"]
    assert [int(row["reference"]) for row in review] == ORDER
    gray = next(row for row in review if row["reference"] == "52")
    assert (gray["fibrosis"], gray["fibrosis_reading"]) == ("yes", "differs")
    assert gray["infarct_size"] == ""
    gallet = next(row for row in rows if row["study"] == "Gallet2017_PigReperfusion")
    assert (gallet["infarct_size"], gallet["infarct_size_reading"]) == (
        "mixed",
        "disputed in its cohort",
    )


def test_effects_have_the_same_keys_in_table_page_and_csv(tmp_path):
    path = tmp_path / "table1.csv"
    assert table1("--csv", path).code == 0
    head = path.read_text("utf-8").split("\n")[0].split(",")
    keys = [effect.key for effect in EFFECTS]
    assert [name for name in head if f"{name}_reading" in head] == keys == list(HEADS)


def test_a_dispute_inside_a_cohort_is_shown_as_that_and_not_between_studies(tmp_path):
    path = tmp_path / "table1.html"
    told = " ".join(table1("--page", path).out.split())
    page = " ".join(path.read_text("utf-8").split())
    for text in (told, page):
        assert "within one cohort (CDC_vesicles_pig;" in text
        assert "between studies of CDC, intracoronary, pig" not in text
        assert "between studies of MSC, intravenous, mouse" in text
        assert "yes, disputed in its cohort" in text


@pytest.mark.parametrize("command", ["table1", "gaps"])
def test_a_page_has_the_ending_of_a_page(tmp_path, command):
    path = tmp_path / "page.csv"
    result = exoheart("evidence", command, "--page", path)
    assert (result.code, result.out) == (2, "")
    assert "ends in .html" in result.err
    assert not path.exists()


def test_a_users_own_study_follows_into_table_and_gaps(tmp_path, monkeypatch):
    shipped = data_folder() / "studies" / "Shao2017_RatInfarct"
    shutil.copytree(shipped, tmp_path / "Mine2026_RatInfarct")
    for path in (tmp_path / "Mine2026_RatInfarct").glob("*.csv"):
        text = path.read_text(encoding="utf-8").replace("Shao2017_", "Mine2026_")
        path.write_text(text.replace("intramyocardial", "patch"), encoding="utf-8")
    monkeypatch.setenv("EXOHEART_STUDIES", str(tmp_path))
    later = {one["study"]: one for one in table1("--json").document["later"]}
    mine = later["Mine2026_RatInfarct"]
    assert mine["own"] is True
    assert mine["effects"]["fibrosis"]["result"] == "yes"
    gaps = exoheart("evidence", "gaps", "--by", "donor,route", "--json").document
    cells = {(one["row"], one["column"]): one for one in gaps["maps"][0]["cells"]}
    assert cells["MSC", "patch"]["studies"] == ["Mine2026_RatInfarct"]
    own = exoheart("evidence", "show", "--own", "--json").document["outcomes"]
    assert {row["study"] for row in own} == {"Mine2026_RatInfarct"}


class Balance(HTMLParser):
    """Counts rows of tables and checks that every element is closed."""

    def __init__(self):
        super().__init__()
        self.open, self.addresses, self.headings = [], [], 0

    def handle_starttag(self, tag, attrs):
        if tag not in VOID:
            self.open.append(tag)
        self.headings += tag == "h2"
        self.addresses += [value for name, value in attrs if name == "src"]

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_the_page_stands_alone_and_is_whole(tmp_path):
    path = tmp_path / "table1.html"
    assert table1("--page", path).code == 0
    text = path.read_text(encoding="utf-8")
    read = Balance()
    read.feed(text)
    assert read.open == []
    assert read.addresses == []
    assert read.headings == 3
    assert "What differs" in text
    assert DISCLAIMER.split(";")[0] in text
    first = path.read_bytes()
    assert table1("--page", path).code == 0
    assert path.read_bytes() == first


def test_nothing_is_written_over_another_file(tmp_path):
    path = tmp_path / "mine.html"
    path.write_text("mine", encoding="utf-8")
    result = table1("--page", path, "--csv", tmp_path / "table1.csv")
    assert (result.code, result.out) == (2, "")
    assert path.read_text(encoding="utf-8") == "mine"
    assert not (tmp_path / "table1.csv").exists()
