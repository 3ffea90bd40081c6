"""The protein of a counted vial, as written by a user."""

from __future__ import annotations

import pytest

from exoheart.errors import InputError
from exoheart.product.instrument import protein_content


@pytest.mark.parametrize(
    ("text", "value"), [("0.4 mg/mL", 400.0), ("25 ug/mL", 25.0), ("2 g/L", 2000.0)]
)
def test_a_mass_per_volume_is_read(text, value):
    assert protein_content(text) == pytest.approx(value)


@pytest.mark.parametrize("text", ["0 mg/mL", "-1 ug/mL", "4", 0.4, "much", "3 mg", ""])
def test_anything_else_is_refused_with_what_is_allowed(text):
    with pytest.raises(InputError, match="allowed: a mass above zero per volume"):
        protein_content(text)
