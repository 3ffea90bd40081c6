"""What the document of a table says of itself: notes, groups, refits that fail."""

from __future__ import annotations

import pytest

from exoheart.errors import DataError, Fault, SolveError
from exoheart.evidence import meta_document as document_module
from exoheart.evidence.meta.sensitivity import LeftOut
from exoheart.evidence.meta_document import MetaChoices, meta_document
from exoheart.evidence.meta_file import read_meta_file
from exoheart.report.meta import sensitivity_tables

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
