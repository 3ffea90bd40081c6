"""What the document of a table says of itself: notes, groups, refits that fail."""

from __future__ import annotations

import pytest

from exoheart.errors import DataError, Fault, SolveError
from exoheart.evidence import meta_document as document_module
from exoheart.evidence.meta.sensitivity import LeftOut
from exoheart.evidence.meta_document import (
    MetaChoices,
    meta_document,
    meta_from_file,
)
from exoheart.evidence.meta_file import read_meta_file
from exoheart.report import meta as meta_report
from exoheart.report.meta import render_meta, sensitivity_tables

SITES = "XYXYYZZX"
LINES = [
    f"{name},{i % 5},{0.2 + 0.1 * i},{site},{'uv'[i % 2]}"
    for i, (name, site) in enumerate(zip("ABCDEFGH", SITES, strict=True))
]


@pytest.fixture
def made(tmp_path):
    def document(lines=LINES, moderators=(), **choices):
        path = tmp_path / "table.csv"
        path.write_text("\n".join(["study,yi,vi,site,kind", *lines, ""]), "utf-8")
        read = read_meta_file(
            path, moderators=moderators, cluster=choices.get("cluster")
        )
        return meta_document(read, MetaChoices(**choices))

    return document


def told(document, words):
    return any(words in note for note in document["notes"])


def test_few_effects_with_normal_quantiles_point_to_knapp_and_hartung(made):
    assert told(made(), "--test knha (Knapp and Hartung) is usually wider")
    assert not told(made(test="knha"), "usually wider")
    many = [f"S{i},{i % 4},{0.2 + 0.01 * i},X,u" for i in range(12)]
    assert not told(made(many), "usually wider")


def test_robust_errors_of_few_clusters_are_warned_of(made):
    assert told(made(cluster="site", cluster_model="robust"), "3 clusters: robust")
    assert not told(made(cluster="site"), "robust")
    many = [f"S{i},{i % 4},{0.2 + 0.01 * i},L{i % 11},u" for i in range(22)]
    assert not told(made(many, cluster="site", cluster_model="robust"), "robust")


def test_groups_beside_clusters_say_that_they_take_effects_as_independent(made):
    grouped = made(moderators=["kind"], cluster="site")
    assert told(grouped, "The groups, and the test of their differences")
    assert not told(made(moderators=["kind"]), "The groups, and the test")


def test_a_group_that_does_not_settle_ends_nothing_and_is_told(made, monkeypatch):
    def failing(*_, **__):
        raise SolveError("tau2 doesn't settle")

    monkeypatch.setattr(document_module, "subgroups", failing)
    document = made(moderators=["kind"])
    assert [one["label"] for one in document["groups"]] == ["all effects"]
    assert told(document, "can't be fitted apart: tau2 doesn't settle")


def test_another_fault_of_the_groups_is_not_hidden(made, monkeypatch):
    def failing(*_, **__):
        raise DataError("table", [Fault("groups", "a mistake", "none")])

    monkeypatch.setattr(document_module, "subgroups", failing)
    with pytest.raises(DataError, match="a mistake"):
        made(moderators=["kind"])


def test_a_refit_that_does_not_settle_keeps_its_row_with_the_reason(made, monkeypatch):
    lost = (LeftOut("A", None, "tau2 doesn't settle"), LeftOut("B", None))
    monkeypatch.setattr(document_module, "leave_one_out", lambda *_, **__: lost)
    document = made()
    (row,) = document["sensitivity"]["leave_one_out"]
    assert (row["left_out"], row["estimate"]) == ("A", None)
    assert row["reason"] == "tau2 doesn't settle"
    shown = sensitivity_tables(document)[-1]
    assert "not given: tau2 doesn't settle" in str(shown.rows[0])


def test_equal_effects_by_knapp_and_hartung_are_warned_of(made):
    equal = [f"{name},1,{v},X,u" for name, v in (("A", 0.2), ("B", 0.4), ("C", 0.3))]
    assert told(made(equal, test="knha"), "--test z gives the wider, normal interval")
    assert not told(made(equal, test="z"), "narrower")
    apart = [f"{name},{y},0.1,X,u" for name, y in (("A", 0), ("B", 4), ("C", 9))]
    assert not told(made(apart, test="knha"), "narrower")


def test_moderators_that_explain_too_well_are_warned_of_too(made):
    line = [f"S{i},{i},{0.2 + 0.1 * i},{i},u" for i in range(1, 7)]
    assert told(made(line, moderators=["site"], test="knha"), "narrower")


def test_one_true_effect_with_knapp_and_hartung_has_a_note(made):
    assert told(made(method="FE", test="knha"), "with FE they only scale")
    assert not told(made(method="FE"), "with FE they only scale")
    assert not told(made(test="knha"), "with FE they only scale")


def test_a_name_in_several_rows_is_told_unless_clusters_hold_it(made):
    twice = [*LINES, "A,3,0.5,X,u", "B,2,0.5,X,u", "B,1,0.5,Y,u"]
    words = "A stands in 2 rows, B stands in 3 rows, taken as independent; --cluster"
    assert told(made(twice), words)
    assert not told(made(twice, cluster="study"), "taken as independent; --cluster")
    assert not told(made(), "stands in")
    every = [*LINES, *LINES]
    assert told(made(every), "C stands in 2 rows and 5 more names in several, taken")


def test_of_very_many_effects_none_is_left_out_and_it_says_why(made, monkeypatch):
    monkeypatch.setattr(document_module, "MOST_LEFT_OUT", 7)
    document = made()
    reason = document["sensitivity"]["leave_one_out"]["reason"]
    assert reason == "more than 7 effects: one of them hardly moves the mean"
    (checks,) = sensitivity_tables(document)
    assert ("Each study left out", "", f"not given: {reason}") in checks.rows
    monkeypatch.setattr(document_module, "MOST_LEFT_OUT", 8)
    assert len(made()["sensitivity"]["leave_one_out"]) == 8


def test_every_refit_is_told_of(made, tmp_path):
    made()
    seen = []
    tell = lambda done, total: seen.append((done, total))  # noqa: E731
    meta_document(read_meta_file(tmp_path / "table.csv"), MetaChoices(), tell)
    assert seen == [(done, 8) for done in range(1, 9)]


@pytest.mark.parametrize(
    ("moderators", "words"),
    [
        (["site", "site"], "--moderators site: met the column named 2 times"),
        (["", ""], "--moderators: met an empty name"),
        (["sight"], r"row 1, --moderators sight: met no column 'sight'"),
        (["same"], "--moderators same: met 'same', collinear"),
        (["kind", "other"], "--moderators other: met 'other: v', collinear"),
    ],
)
def test_a_fault_of_a_moderator_names_the_file_and_the_option(
    tmp_path, moderators, words
):
    path = tmp_path / "table.csv"
    head = "study,yi,vi,site,kind,other,same"
    lines = [f"{line},{line[-1]},7" for line in LINES]
    path.write_text("\n".join([head, *lines, ""]), "utf-8")
    with pytest.raises(DataError, match=words) as caught:
        meta_from_file(path, MetaChoices(), moderators=moderators)
    assert str(caught.value).startswith("table.csv: 1 fault")


def test_without_a_mean_the_page_claims_none_and_the_effects_together_stand_beside(
    made,
):
    def drawn(**how):
        return render_meta({"file": "t.csv", "version": "0", **made(**how)})

    plain, moderated = drawn(), drawn(moderators=["kind"])
    assert "where a next study is expected; the diamond is the mean" in plain
    assert "the diamond is the mean" not in moderated
    assert "Heterogeneity left by the moderators" in moderated
    assert "Without the moderators" in moderated
    assert "Without the moderators" not in plain


def test_a_long_table_of_effects_is_folded(made):
    def folded(count):
        lines = [f"S{i},{i % 5},{0.2 + 0.01 * i},X,u" for i in range(count)]
        document = {"file": "t.csv", "version": "0", **made(lines, method="FE")}
        (forest,) = meta_report._studies(document)
        return forest.folded

    assert not folded(20)
    assert folded(201)
