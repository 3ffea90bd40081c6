"""``evidence meta``: a table of effects in, a document, tables and a page out."""

from __future__ import annotations

from pathlib import Path

import pytest
from cli_runner import DISCLAIMER, exoheart

from exoheart.evidence.meta import fit
from exoheart.figures.estimates import interval

BAD = Path(__file__).parents[1] / "bad" / "meta"
ROWS = "study,yi,vi,site\nA,1,0.2,X\nB,3,0.4,Y\nC,2,0.3,X\nD,5,0.9,Y\nE,4,0.5,Y\n"
KEYS = {"k", "estimate", "se", "ci95", "pi95", "tau2", "tau2_ci95", "i2", "h2"}


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "effects.csv"
    path.write_text(ROWS, "utf-8")
    return path


def run(table, *more):
    return exoheart("evidence", "meta", "--file", table, *more)


def test_json_is_the_fit_at_the_top(table):
    result = run(table, "--json")
    assert result.code == 0
    document = result.document
    expected = fit([1, 3, 2, 5, 4], [0.2, 0.4, 0.3, 0.9, 0.5]).to_json()
    assert {key: document[key] for key in expected} == expected
    assert set(document) >= KEYS | {"q", "df", "p", "studies", "sensitivity"}
    checks = {"leave_one_out", "egger", "trim_and_fill", "pet_peese"}
    assert set(document["sensitivity"]) == checks
    assert DISCLAIMER in result.err
    assert run(table, "--json").out == result.out


def test_the_terminal_tells_the_next_study_before_the_mean(table):
    told = run(table)
    assert (told.code, told.err) == (0, "")
    assert told.out.index("next study") < told.out.index("mean within")
    assert told.out.index("Next study, 95 %") < told.out.index("Mean, 95 %")
    assert told.out.rstrip().endswith(DISCLAIMER + ".")


def test_method_test_moderators_and_clusters_are_taken(table):
    more = ("--method", "ML", "--test", "knha", "--moderators", "site", "--json")
    document = run(table, *more).document
    assert (document["method"], document["test"]) == ("ML", "knha")
    names = [one["name"] for one in document["coefficients"]]
    assert names == ["intercept", "site: Y"]
    assert document["estimate"] is None
    levels = run(table, "--cluster", "site", "--json").document
    assert len(levels["sigma2"]) == 2
    robust = run(table, "--cluster", "site", "--robust", "--json").document
    assert robust["cluster_model"] == "robust"


@pytest.mark.parametrize("more", [(), ("--moderators", "site")])
def test_the_page_holds_every_figure_with_its_table(table, tmp_path, more):
    page = tmp_path / "page.html"
    assert run(table, "--page", page, *more).code == 0
    text = page.read_text("utf-8")
    for name in ("forest", "funnel", "orchard"):
        assert f'class="figure-{name}"' in text
    assert text.count('class="twin"') == 3
    assert "Each study left out" in text
    assert "https://vega" not in text
    first = page.read_bytes()
    assert run(table, "--page", page, *more).code == 0
    assert page.read_bytes() == first


def test_a_page_is_never_written_over_something_else(table, tmp_path):
    for name in ("notes.html", "effects.csv"):
        other = tmp_path / name
        kept = other.read_text("utf-8") if other.exists() else "mine"
        other.write_text(kept, "utf-8")
        assert run(table, "--page", other).code == 2
        assert other.read_text("utf-8") == kept


def test_moderators_are_separated_by_commas_and_none_is_empty(table):
    for words in (",", "", "site,", "site,site"):
        result = run(table, "--moderators", words)
        assert (result.code, result.out) == (2, "")
        assert "--moderators" in result.err


def test_with_moderators_the_terminal_tells_the_mean_without_them_too(table):
    told = run(table, "--moderators", "site").out
    mean = run(table, "--json").document["ci95"]
    alone = told[told.index("Without the moderators") :]
    assert interval(mean) in alone
    assert "Heterogeneity left by the moderators" in told
    assert "Without the moderators" not in run(table).out


def test_of_a_long_table_the_terminal_shows_forty_rows(table):
    lines = [f"S{i},{i % 7},{0.2 + 0.1 * (i % 5)},X" for i in range(43)]
    table.write_text("\n".join(["study,yi,vi,site", *lines, ""]), "utf-8")
    told = run(table, "--method", "FE").out
    effects = told[: told.index("Small-study")]
    assert "S39 " in effects
    assert "S40 " not in effects
    assert told.count("... and 3 more, with --json") == 2


@pytest.mark.parametrize("path", sorted(BAD.glob("*.csv")), ids=lambda p: p.stem)
def test_a_bad_table_ends_with_2_and_prints_nothing(path):
    more = ("--measure", "ROM") if "ratio" in path.stem else ()
    result = run(path, *more)
    assert (result.code, result.out) == (2, "")
    assert path.name in result.err


def test_options_that_do_not_fit_are_refused_together(table):
    result = run(table, "--robust", "--method", "RELM", "--moderators", "sight")
    assert result.code == 2
    for words in ("--robust", "'REML'", "'site'", "--moderators sight"):
        assert words in result.err
    assert run(table.with_name("none.csv")).code == 2
