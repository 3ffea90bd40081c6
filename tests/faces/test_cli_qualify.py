"""``qualify``: counts and rows on the terminal, one document, one offline page."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from types import SimpleNamespace

import pytest
from cli_runner import DISCLAIMER, exoheart

from exoheart import outcome
from exoheart.calibration import perturbations
from exoheart.qualification import run

WANTED = ("dog_40", "dog_180", "mouse_60_il1_3h", "mouse_60_il1_24h", "pig_60_cmr")
VOID = {"meta", "br", "link", "img", "hr", "input", "wbr"}


class Outline(HTMLParser):
    """Reads a page: tags with attributes, and whether they pair up."""

    def __init__(self, page):
        super().__init__()
        self.tags, self.open, self.faults = [], [], []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.faults.append(tag)

    def values(self, name):
        return [found[name] for _, found in self.tags if name in found]


@pytest.fixture(autouse=True)
def _few_rows(monkeypatch):
    """Five comparisons and six perturbations, so that a run takes a second."""
    shipped = outcome.load_controls()
    rows = tuple(row for row in shipped if row.id in WANTED)
    few = perturbations.load_perturbations()[:6]
    monkeypatch.setattr(outcome, "load_controls", lambda: rows)
    monkeypatch.setattr(run, "judge", lambda **k: perturbations.judge(few, **k))


def qualify(folder, *arguments):
    page = folder / "page.html"
    told = exoheart("qualify", "--out", page, "--workers", 1, *arguments)
    return told, page


def test_rows_outside_their_pass_mark_are_told_and_are_no_error(tmp_path):
    """It is a report, not a gate."""
    result, page = qualify(tmp_path, "--animals", 0)
    assert result.code == 0
    assert re.search(r" no +[A-Z]", result.out)
    for use in ("calibrate", "qualify"):
        assert re.search(rf"{use} +\d of \d", result.out)
    for word in ("mouse", "published, not represented", "no state for mmp-9"):
        assert word in result.out.lower()
    assert "changelog" in result.out
    assert re.search(r"\d of \d represented agree", result.out)
    assert str(page) in result.out
    assert DISCLAIMER in result.out
    assert page.exists()


def test_the_document_is_one_and_the_same_twice(tmp_path):
    """Same command, same bytes, on standard output and on the page."""
    told = [qualify(tmp_path, "--animals", 3, "--json") for _ in range(2)]
    assert told[0][0].out == told[1][0].out
    document = told[0][0].document
    assert {row["id"] for row in document["comparisons"]} == set(WANTED)
    assert {"not_represented", "counts", "perturbations", "seed", "version"} <= set(
        document
    )
    for row in document["comparisons"]:
        low, high = row["band90"]
        assert low <= high
        assert row["pass_low"] <= row["observed"] <= row["pass_high"]
    assert "changelog" in told[0][0].err


def test_another_seed_gives_another_band_and_the_same_numbers(tmp_path):
    """Only the band is random."""
    one, other = (
        qualify(tmp_path, "--animals", 3, "--seed", seed, "--json")[0].document
        for seed in (0, 1)
    )
    for first, second in zip(one["comparisons"], other["comparisons"], strict=True):
        # the same animal solved in another block moves by the solver's tolerance
        assert first["predicted"] == pytest.approx(second["predicted"], rel=1e-6)
        assert first["band90"] != second["band90"]


def test_the_page_needs_nothing_else_and_hangs_together(tmp_path):
    """No outside load, tags in pairs, links inside the page have their ends."""
    _, path = qualify(tmp_path, "--animals", 2)
    page = path.read_text("utf-8")
    outline = Outline(page)
    assert not outline.faults
    assert not outline.open
    names = {tag for tag, _ in outline.tags}
    assert not names & {"script", "link", "img", "iframe", "image"}
    assert not outline.values("src")
    assert "url(" not in page.replace("url(#", "")
    ids = outline.values("id")
    assert len(ids) == len(set(ids))
    inside = [h[1:] for h in outline.values("href") if h.startswith("#")]
    assert set(inside) <= set(ids)
    assert page.count("<figure") == page.count("As a table")


def test_the_page_says_what_it_is_for_and_what_it_rests_on(tmp_path):
    """Research use, context, kinds of parameters; misses before the rest."""
    _, path = qualify(tmp_path, "--animals", 0)
    page = path.read_text("utf-8")
    for words in (
        *("Research use only, not medical advice", "Context of use"),
        *("assumed", "borrowed", "changelog", "no state for MMP-9"),
    ):
        assert words in page
    assert page.index('id="missed"') < page.index('id="met"')


@pytest.mark.parametrize("name", ["no_such_folder/page.html", "mine.html", "folder"])
def test_a_page_that_cannot_be_written_ends_with_2_before_any_work(
    tmp_path, monkeypatch, name
):
    """A missing folder, another's file and a folder are refused at once."""
    (tmp_path / "mine.html").write_text("mine")
    (tmp_path / "folder").mkdir()

    def never(**_):
        raise AssertionError("was solved")

    monkeypatch.setattr("exoheart.qualification.qualify", never)
    result = exoheart("qualify", "--out", tmp_path / name)
    assert (result.code, result.out) == (2, "")
    assert "allowed" in result.err
    assert (tmp_path / "mine.html").read_text() == "mine"


def answered(path, *, seed, members, workers, on_progress):
    """Stands for the prediction of unseen studies."""
    row = {"study_id": "Someone2030", "arm": "vesicles", "outcome": "infarct size"}
    row |= {"at": "48 h", "reason": None, "assumed": {}, "observed": -3.0}
    made = {"median": -5.0, "interval90": [-9.0, -1.0]}
    known = {**row, "status": "predicted", "inside": True, "unit": "points"}
    known["predicted"] = {**made, "probability_of_direction": 0.97}
    refused = {**row, "status": "not predictable", "reason": "route: no such route"}
    refused |= {"predicted": None, "observed": None, "inside": None, "unit": None}
    share = {"yes": 1, "of": 1, "share": 1.0}
    summary = {"rows": 2, "predicted": 1, "inside": share, "direction": share}
    summary["not_predictable"] = {"route": 1}
    document = {"rows": [known, refused], "summary": summary}
    document |= {"seed": seed, "members": members, "file": path.name}
    return SimpleNamespace(to_json=lambda: document)


def test_unseen_studies_are_handed_on_and_shown(monkeypatch, tmp_path):
    """Every row is shown, those that can't be predicted with the reason."""
    home = "exoheart.qualification.unseen.qualify_studies"
    monkeypatch.setattr(home, answered)
    table = tmp_path / "studies.csv"
    given = ("qualify", "--studies", table, "--seed", 3, "--members", 32)
    result = exoheart(*given)
    assert result.code == 0
    assert "1 of 2 rows predicted" in result.out
    assert "no such route" in result.out
    assert DISCLAIMER in result.out
    document = exoheart(*given, "--json").document
    assert (document["seed"], document["members"]) == (3, 32)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (("--studies", "x.csv", "--out", "p.html", "--animals", "4"), "--animals"),
        (("--members", "32"), "--members"),
    ],
)
def test_options_that_would_do_nothing_are_refused(given, told):
    result = exoheart("qualify", *given)
    assert (result.code, result.out) == (2, "")
    assert told in result.err


def test_the_package_offers_it():
    """``exoheart.qualify`` is the function behind the command."""
    import exoheart as package

    assert package.qualify is run.qualify
    found = package.qualify(animals=0)
    assert {row.control.id for row in found.rows} == set(WANTED)
