"""A run cites what it used, and nothing that other products would have used."""

from __future__ import annotations

from exoheart.prediction import prepare, sources_of, used_parameters
from exoheart.study import parse_study, template


def used(text):
    made = prepare(parse_study(text), seed=0, members=16)
    ids = used_parameters(made.study, made.priors, made.draws, made.products)
    return set(ids), set(sources_of(ids, made.priors))


def test_rows_of_other_donors_and_methods_are_not_used():
    ids, sources = used(template("pig"))
    assert "product.recovery.ultrafiltration" in ids
    assert not any(id_.endswith((".MSC", ".tangential_flow")) for id_ in ids)
    assert {"outcome.sd_infarct_area_at_risk.TTC", "trial.attrition"} <= ids
    assert "PMID3440266" in sources  # collateral flow of every species


def test_an_overridden_value_is_the_users_own():
    line = (
        '[override]\n"heart.collateral_flow" = '
        '{ median = 0.01, unit = "1", source = "own maps" }\n'
    )
    _, sources = used(f"{template('pig')}\n{line}")
    assert "own maps" not in sources
