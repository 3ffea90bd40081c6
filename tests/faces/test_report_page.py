"""The report: one offline page, eight sections, nothing missing, nothing unsafe."""

from __future__ import annotations

import copy
import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from exoheart import figures
from exoheart.report import render_report
from exoheart.report.blocks import Fold, Picture, Table, linked
from exoheart.report.page import build_page

SAMPLE = Path(__file__).parent / "plan_sample.json"
TITLES = [
    "Answer",
    "Published",
    "How it happens",
    "How many animals",
    "Can it be made",
    "Roadblocks",
    "Alternatives",
    "Trust",
]
VOID = {"meta", "br", "link", "img", "hr", "input", "wbr"}


class Outline(HTMLParser):
    """Reads a page: its tags with attributes, its headings, whether tags pair up."""

    def __init__(self, page):
        super().__init__()
        self.tags, self.open, self.headings, self.faults = [], [], [], []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)
        if tag in {"h1", "h2", "h3"}:
            self.headings.append([tag, ""])

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.faults.append(tag)

    def handle_data(self, data):
        if self.open and self.open[-1] in {"h1", "h2", "h3"}:
            self.headings[-1][1] += data

    def attributes(self, tag):
        return [found for name, found in self.tags if name == tag]


@pytest.fixture(scope="module")
def plan():
    return json.loads(SAMPLE.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def page(plan):
    return render_report(plan)


@pytest.fixture(scope="module")
def outline(page):
    return Outline(page)


def pictures(plan):
    """Give every figure block of the report, folded ones too."""

    def walk(blocks):
        for block in blocks:
            if isinstance(block, Picture):
                yield block
            elif isinstance(block, Fold):
                yield from walk(block.parts)

    return [p for section in build_page(plan).sections for p in walk(section.blocks)]


def empty(value):
    """Give the same document with every list emptied."""
    if isinstance(value, dict):
        return {key: empty(entry) for key, entry in value.items()}
    return [] if isinstance(value, list) else value


def without_numbers(value):
    """Give the same document with every float missing, intervals kept as pairs."""
    if isinstance(value, dict):
        return {key: without_numbers(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [without_numbers(entry) for entry in value]
    return None if isinstance(value, float) else value


def test_same_document_gives_the_same_bytes_and_is_left_alone(plan, page):
    given = copy.deepcopy(plan)
    assert render_report(given) == page
    assert given == plan


def test_the_eight_sections_stand_in_order(outline):
    assert [text for tag, text in outline.headings if tag == "h2"] == TITLES
    assert [text for tag, text in outline.headings if tag == "h1"] == [
        "Sample document for tests"
    ]


def test_every_tag_is_closed(outline):
    assert outline.faults == []
    assert outline.open == []


def test_nothing_is_loaded_from_outside(page, outline):
    loading = {"script", "link", "img", "iframe", "object", "embed", "image", "base"}
    assert not loading & {tag for tag, _ in outline.tags}
    for tag, found in outline.tags:
        for name, value in found.items():
            if name in {"src", "srcset", "data", "action", "poster"}:
                pytest.fail(f"<{tag} {name}={value}>")
            if name in {"href", "xlink:href"} and not value.startswith("#"):
                assert tag == "a", (tag, value)
    style = page[page.index("<style>") : page.index("</style>")]
    assert "url(" not in style
    assert "@import" not in style


def test_links_inside_the_page_lead_somewhere(outline):
    ids = [found["id"] for _, found in outline.tags if "id" in found]
    assert len(ids) == len(set(ids))
    for found in outline.attributes("a"):
        if found["href"].startswith("#"):
            assert found["href"][1:] in ids


def test_every_figure_is_in_the_report_with_alt_text_and_table(plan, page):
    drawn = pictures(plan)
    assert {picture.name for picture in drawn} == set(figures.NAMES)
    for picture in drawn:
        assert len(picture.alt) > 30
        assert picture.caption
        assert picture.twin.rows
        assert picture.twin.caption in page
        width = len(picture.twin.columns)
        assert all(len(row) == width for row in picture.twin.rows)


def test_tables_have_captions_and_scopes(outline):
    names = [tag for tag, _ in outline.tags]
    assert names.count("table") == names.count("caption") > 15
    assert all(
        found.get("scope") in {"row", "col"} for found in outline.attributes("th")
    )


def test_head_and_page_foot_say_what_the_answer_rests_on(plan, page):
    said = "Research use only, not medical advice; 18\u00a0% of this answer"
    assert said in page[page.index("<header>") : page.index("</header>")].replace(
        "&#39;", "'"
    )
    foot = page[page.index("@bottom-left { content:") : page.index("</style>")]
    assert said in foot
    unknown = copy.deepcopy(plan)
    unknown["answer"]["measured_share"] = None
    assert "measured values is not available" in render_report(unknown)


def test_the_interval_stands_before_the_median(plan):
    table = next(p for p in pictures(plan) if p.name == "answer").twin
    chance, interval, median = (
        next(i for i, name in enumerate(table.columns) if word in name)
        for word in ("Probability", "interval", "Median")
    )
    assert chance < interval < median
    assert table.rows[0][interval] == "\u221221.4 to 4.9\u00a0points"


def test_a_missing_number_reads_not_available(plan):
    changed = copy.deepcopy(plan)
    changed["answer"]["rows"][0]["median"] = None
    changed["answer"]["rows"][0]["interval90"] = [None, None]
    table = next(p for p in pictures(changed) if p.name == "answer").twin
    assert table.rows[0][-2:] == ("not available", "not available")


def test_what_a_product_does_not_need_is_left_out_of_its_table(plan):
    changed = copy.deepcopy(plan)
    product = changed["make"]["products"][0]
    nothing = {"median": None, "interval90": [None, None]}
    product["medium_litre"] = nothing
    product["rna_ug"] = {"median": 72.0, "interval90": [69.0, 77.0]}
    table = _needed(changed)
    assert "Culture medium" not in [row[0] for row in table.rows]
    assert ("RNA", "69 to 77\u00a0µg", "72\u00a0µg") in table.rows
    product["rna_ug"] = nothing
    assert "RNA" not in [row[0] for row in _needed(changed).rows]


def _needed(plan):
    blocks = next(s for s in build_page(plan).sections if s.id == "make").blocks
    return next(block for block in blocks if isinstance(block, Table))


def test_a_document_without_any_finite_number_still_gives_a_whole_page(plan):
    page = render_report(without_numbers(plan))
    outline = Outline(page)
    assert [text for tag, text in outline.headings if tag == "h2"] == TITLES
    assert outline.faults == []
    assert not re.search(r">\s*(None|nan|NaN)\b", page)


def test_an_empty_section_says_why(plan):
    changed = empty(plan)
    changed["how"]["matched_dose"] = None
    sections = build_page(changed).sections
    assert [section.title for section in sections] == TITLES
    assert all(section.blocks for section in sections)
    page = render_report(changed)
    for reason in (
        "No arm is compared with a control",
        "no study close enough",
        "no dose to follow",
        "no number of animals",
        "nothing has to be made",
        "nothing to vary",
    ):
        assert reason in page


def test_text_of_the_user_is_escaped(plan):
    changed = copy.deepcopy(plan)
    evil = '<script>alert("x")</script>'
    changed["study"]["title"] = evil
    changed["study"]["arms"][1]["name"] = evil
    changed["answer"]["rows"][0]["arm"] = evil
    changed["answer"]["sentences"][0] = evil
    changed["published"]["nearest"][0]["reference"] = evil
    changed["trust"]["command"] = evil
    page = render_report(changed)
    assert "<script" not in page
    assert Outline(page).faults == []


def test_a_reference_links_its_doi_and_pmid_only():
    assert 'href="https://doi.org/10.1234/ab.5"' in linked("A 2020, doi:10.1234/ab.5.")
    assert "pubmed" in linked("PMID 12345678")
    assert "<a" not in linked("http://example.org/10")


def test_no_computer_notation_reaches_the_reader(page):
    text = re.sub(r"<(style|svg)\b.*?</\1>|<[^>]+>", " ", page, flags=re.DOTALL)
    assert not re.search(r"\d[eE][+-]?\d", text)


def test_long_tables_are_folded(plan):
    changed = copy.deepcopy(plan)
    changed["published"]["nearest"] *= 5
    page = render_report(changed)
    assert "Published studies closest to this plan (15 rows)</summary>" in page
