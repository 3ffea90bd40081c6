"""Parameter rows load as written, and one row of several is chosen by rule."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from exoheart.errors import DataError, InputError
from exoheart.evidence import (
    cite,
    load_bibliography,
    load_choices,
    load_parameters,
    load_scaling,
    resolve,
)
from exoheart.evidence.bibliography import parse_bibliography, reference
from exoheart.evidence.row_rules import mass_outside
from exoheart.evidence.tables import ParameterRow
from exoheart.records.distribution import parse_distribution

SOUND = Path(__file__).parents[1] / "bad" / "data" / "sound"


def row(species: str = "all", value: float = 1.0, source: str = "") -> ParameterRow:
    first = load_parameters(SOUND)[0]
    return replace(first, species=species, value=value, source=source)


def test_a_row_loads_as_it_is_written() -> None:
    first, second = load_parameters(SOUND)
    assert (first.id, first.value, first.unit) == ("heart.rate", 0.5, "1/hour")
    assert (first.low, first.high, first.bound_low) == (0.1, 1.0, 0.0)
    assert first.bound_high is None
    assert str(first.distribution) == "lognormal(median=0.5, gsd=2)"
    assert (first.kind, first.source, first.row) == ("measured", "Good2020", 2)
    assert str(second.distribution) == "fixed(value=2)"  # no distribution given
    assert load_scaling(SOUND) == {"heart.rate": "heart.width"}
    assert load_choices(SOUND) == {}


def test_loading_stops_at_text_where_a_number_belongs(tmp_path: Path) -> None:
    bad = SOUND.parent / "parameters" / "value_is_text.csv"
    (tmp_path / "parameters").mkdir()
    (tmp_path / "parameters" / "heart.csv").write_text(bad.read_text())
    with pytest.raises(DataError, match=r"row 3, column value: met 'about two'"):
        load_parameters(tmp_path)


def test_a_row_of_the_species_beats_a_row_for_all() -> None:
    rows = [row("all", 1.0), row("pig", 2.0), row("mouse", 3.0)]
    assert resolve(rows, "pig")["heart.rate"].value == 2.0
    assert resolve(rows, "human")["heart.rate"].value == 1.0
    assert resolve(rows, "mouse")["heart.rate"].species == "mouse"


def test_a_choice_names_the_source_that_counts() -> None:
    rows = [row("pig", 1.0, "Old1990"), row("pig", 2.0, "New2020")]
    chosen = resolve(rows, "pig", {("heart.rate", "pig"): "New2020"})
    assert chosen["heart.rate"].value == 2.0
    assert chosen["heart.rate"].source == "New2020"


def test_rows_that_disagree_without_a_choice_are_refused() -> None:
    rows = [row("pig", 1.0, "Old1990"), row("pig", 2.0, "New2020")]
    with pytest.raises(DataError, match=r"2 rows of 'heart\.rate' for 'pig'"):
        resolve(rows, "pig")


def test_a_choice_between_general_rows_does_not_matter_where_a_species_row_is() -> None:
    rows = [row("all", 1.0, "A"), row("all", 2.0, "B"), row("rat", 3.0)]
    assert resolve(rows, "rat")["heart.rate"].value == 3.0


@pytest.mark.parametrize(
    ("text", "floor", "ceiling", "share"),
    [
        ("normal(mean=0, sd=1)", 0.0, None, 0.5),
        ("normal(mean=0, sd=1)", -1.959964, 1.959964, 0.05),  # standard normal table
        ("uniform(low=0, high=4)", 1.0, 3.0, 0.5),
        ("beta(a=2, b=2)", 0.0, 1.0, 0.0),
        ("lognormal(median=1, gsd=2)", 0.0, 2.0, 0.158655),  # beyond one sd
    ],
)
def test_the_mass_outside_the_bounds_agrees_with_the_closed_form(
    text: str, floor: float, ceiling: float | None, share: float
) -> None:
    found = mass_outside(parse_distribution(text), floor, ceiling)
    assert found == pytest.approx(share, abs=1e-6)


def test_bibtex_is_read_with_nested_braces_quotes_and_bare_numbers() -> None:
    text = (
        "@comment{ignored, @article{no, year = 1} }\n"
        '@article{Key2020,\n author = {M{\\"u}ller, A and Other, B},\n'
        ' title = "A {pH} study", year = 2020, doi = {10.1/x=y}}'
    )
    (entry,), faults = parse_bibliography(text)
    assert not faults
    assert entry.key == "Key2020"
    assert entry.fields["title"] == "A pH study"
    assert entry.fields["year"] == "2020"
    assert entry.fields["doi"] == "10.1/x=y"
    assert entry.locator == "10.1/x=y"


def test_a_citation_names_authors_year_and_where_to_find_it() -> None:
    line = reference(load_bibliography(SOUND)["Good2020"])
    assert line == "Good, Ann (2020). doi:10.1000/good."
    assert cite(["Good2020", "Good2020"], SOUND) == f"[Good2020] {line}"


def test_an_unknown_source_key_is_refused_with_the_nearest() -> None:
    with pytest.raises(InputError, match="nearest: Good2020"):
        cite(["Goood2020"], SOUND)
