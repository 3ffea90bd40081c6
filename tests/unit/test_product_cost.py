"""Costs: the user's prices times the plan, nothing invented, every fault at once."""

from __future__ import annotations

import tomllib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from exoheart.errors import DataError, InputError
from exoheart.product.cost import (
    ITEMS,
    Prices,
    cost_sheet,
    price_template,
    read_prices,
)
from exoheart.records.making import MakePlan, ProductMake, Timing
from exoheart.records.product import FloatArray

TIMING = Timing("allogeneic stock", 0.0, 1.0, "in time")


def plan_of(**amounts: FloatArray) -> MakePlan:
    one = ProductMake("p", 1, (), np.ones(3), TIMING, (), (), (), amounts=amounts)
    return MakePlan({"p": one})


MADE = plan_of(
    medium_litre=np.array([1.0, 2.0, 3.0]), vial=np.array([30.0, 20.0, 10.0])
)


def test_the_total_is_summed_draw_by_draw() -> None:
    """Litres up where vials go down: the total's interval is that of the sums."""
    sheet = cost_sheet(MADE, 12, Prices("EUR", {"medium_litre": 100.0, "vial": 10.0}))
    assert sheet.total is not None
    # 400, 400, 400 in the three draws
    assert (sheet.total.low, sheet.total.median, sheet.total.high) == (400, 400, 400)
    assert sheet.total.unit == "EUR"


def test_what_nobody_priced_stays_blank_and_is_named() -> None:
    """The line keeps its quantity, has no cost, and isn't in the total."""
    sheet = cost_sheet(MADE, 12, Prices("EUR", {"vial": 10.0, "rna_ug": 2.0}))
    lines = {line.item: line for line in sheet.lines}
    assert lines["medium_litre"].price is None
    assert lines["medium_litre"].cost is None
    assert lines["medium_litre"].quantity.median == 2.0
    assert sheet.unpriced == ("medium_litre (p)", "animal")
    assert sheet.idle == ("rna_ug",)
    assert sheet.total is not None
    assert sheet.total.median == 200.0


def test_without_a_price_there_is_no_total() -> None:
    """Nothing known is not zero; a price of zero is one."""
    assert cost_sheet(MADE, 12, Prices("EUR", {})).total is None
    free = cost_sheet(MADE, 12, Prices("EUR", {"animal": 0.0})).total
    assert free is not None
    assert free.median == 0.0


@given(st.floats(0, 1e6), st.floats(0, 1e6))
def test_a_higher_price_never_costs_less(price: float, more: float) -> None:
    """The total grows with every price."""
    low, high = (
        cost_sheet(MADE, 1, Prices("EUR", {"medium_litre": each})).total
        for each in (price, price + more)
    )
    assert low is not None
    assert high is not None
    assert low.median <= high.median
    assert low.high <= high.high


def test_every_fault_of_a_price_list_is_told_at_once(tmp_path: Path) -> None:
    """With what was met, what is allowed and the nearest name."""
    file = tmp_path / "prices.toml"
    file.write_text(
        'curency = "EUR"\n[price]\nmedium_liter = 1.0\nvial = "10"\nanimal = -5\n'
        "vessel = true\nstaff_day = nan\ndonor = 3\n",
        "utf-8",
    )
    with pytest.raises(DataError) as caught:
        read_prices(file)
    where = {fault.where: fault for fault in caught.value.faults}
    assert set(where) == {
        *("curency", "currency", "price.medium_liter", "price.vial"),
        *("price.animal", "price.vessel", "price.staff_day"),
    }
    assert where["curency"].nearest == "currency"
    assert where["price.medium_liter"].nearest == "medium_litre"


@pytest.mark.parametrize("text", ['currency = "EUR"', 'currency = "EUR"\nprice = 3'])
def test_a_list_without_a_table_of_prices_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "prices.toml"
    file.write_text(text, "utf-8")
    with pytest.raises(DataError, match=r"table \[price\]"):
        read_prices(file)


def test_no_file_and_no_toml_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="can't be read"):
        read_prices(tmp_path / "none.toml")
    bad = tmp_path / "bad.toml"
    bad.write_text("medium 60", "utf-8")
    with pytest.raises(InputError, match="no TOML"):
        read_prices(bad)


def test_the_template_holds_every_item_and_no_price(tmp_path: Path) -> None:
    """As written it prices nothing; with its lines freed it is read whole."""
    text = price_template()
    assert tomllib.loads(text)["price"] == {}
    file = tmp_path / "prices.toml"
    file.write_text(_freed(text), "utf-8")
    assert set(read_prices(file).price) == set(ITEMS)


def _freed(text: str) -> str:
    """Take the # off the lines of the items."""
    return "\n".join(
        line.removeprefix("# ") if " = 0.0" in line else line
        for line in text.splitlines()
    )
