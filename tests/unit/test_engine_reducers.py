"""Reducers give what NumPy gives of all members, with the same bits in any order."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exoheart.engine.associations import Associations, Column
from exoheart.engine.endpoints import Endpoints
from exoheart.engine.members import Block
from exoheart.engine.moments import Moments
from exoheart.engine.quantiles import Quantiles
from exoheart.engine.reducers import LEAF
from exoheart.errors import InputError

SAMPLES, OBSERVABLES = 3, 2
OUTPUTS = [(2, 0), (0, 1), (1, 1)]
COLUMNS = [Column("rate", 0, logarithm=True), Column("shift", 2), Column("flat", 1)]
MAKERS = {
    "quantiles": lambda: Quantiles(SAMPLES, OBSERVABLES),
    "moments": lambda: Moments(SAMPLES, OBSERVABLES),
    "associations": lambda: Associations(COLUMNS, OUTPUTS),
    "endpoints": lambda: Endpoints(OUTPUTS),
}
TOTAL = 1500  # 23 whole leaves and one of 28 members


def ensemble(total=TOTAL, seed=0):
    """Parameters and values that depend on them, of either sign, some not there."""
    rng = np.random.default_rng(seed)
    parameters = np.column_stack(
        [rng.lognormal(size=total), np.full(total, 0.1), rng.normal(size=total)]
    )
    values = (
        rng.normal(size=(total, SAMPLES, OBSERVABLES))
        * 10.0 ** np.arange(-4, 2, 2)[:, None]
    )
    values[:, :, 0] += np.log(parameters[:, :1])
    values[:, :, 1] += parameters[:, 2:]
    values[rng.random(total) < 0.01] = np.nan  # failed members
    values[7, 0, 1], values[9, 2, 0] = np.inf, np.nan  # one value each
    values[11, 1, 0] = 0.0
    return parameters, values


def block_of(parameters):
    return Block(parameters, np.zeros((len(parameters), 0)), (), np.zeros((1, 1)))


def feed(reducer, data, size=LEAF, order=None, part=slice(None)):
    parameters, values = data
    firsts = np.arange(0, len(values), size)[part]
    for first in firsts if order is None else order(firsts):
        rows = slice(first, first + size)
        reducer.add(int(first), block_of(parameters[rows]), values[rows])
    return reducer


def same_bits(one, other):
    return list(one) == list(other) and all(
        one[name].dtype == other[name].dtype
        and one[name].shape == other[name].shape
        and one[name].tobytes() == other[name].tobytes()
        for name in one
    )


@pytest.mark.parametrize("kind", MAKERS)
@pytest.mark.parametrize("size", [192, 1024, 2048])
def test_the_size_of_blocks_leaves_no_trace(kind, size):
    data = ensemble()
    one = feed(MAKERS[kind](), data)
    assert same_bits(one.state(), feed(MAKERS[kind](), data, size).state())


@pytest.mark.parametrize("kind", MAKERS)
def test_the_layout_of_values_in_memory_leaves_no_trace(kind):
    parameters, values = ensemble()
    turned = np.asfortranarray(parameters), np.asfortranarray(values)
    one = feed(MAKERS[kind](), (parameters, values))
    assert same_bits(one.state(), feed(MAKERS[kind](), turned, 1024).state())


@pytest.mark.parametrize("kind", MAKERS)
@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_blocks_leaves_no_trace(kind, seed):
    data = ensemble()
    one = feed(MAKERS[kind](), data)
    turned = feed(MAKERS[kind](), data, order=np.flip)
    mixed = feed(MAKERS[kind](), data, order=np.random.default_rng(seed).permutation)
    assert same_bits(one.state(), turned.state())
    assert same_bits(one.state(), mixed.state())


@pytest.mark.parametrize("kind", MAKERS)
@pytest.mark.parametrize(
    "parts",
    [
        (slice(0, 11), slice(11, None)),
        (slice(11, None), slice(0, 11)),
        (slice(0, None, 2), slice(1, None, 2)),
    ],
    ids=["halves", "halves turned", "every other leaf"],
)
def test_merged_parts_are_the_whole(kind, parts):
    data = ensemble()
    one, other = (feed(MAKERS[kind](), data, part=part) for part in parts)
    one.merge(other)
    assert same_bits(one.state(), feed(MAKERS[kind](), data).state())


@pytest.mark.parametrize("kind", MAKERS)
def test_a_restored_reducer_goes_on_to_the_same_bits(kind):
    data = ensemble()
    begun = feed(MAKERS[kind](), data, part=slice(3, 17))
    again = MAKERS[kind]()
    again.restore(begun.state())
    assert same_bits(begun.state(), again.state())
    feed(again, data, part=slice(17, None))
    feed(again, data, part=slice(0, 3))
    assert same_bits(again.state(), feed(MAKERS[kind](), data).state())


@pytest.mark.parametrize("kind", MAKERS)
def test_failed_members_are_counted_apart(kind):
    data = ensemble()
    reducer = feed(MAKERS[kind](), data)
    failed = np.isnan(data[1]).all(axis=(1, 2)).sum()
    assert failed > 0
    assert (reducer.tally.members, reducer.tally.failed) == (TOTAL, failed)


@pytest.mark.parametrize("kind", ["quantiles", "moments"])
def test_single_values_that_are_not_finite_are_counted_where_they_are(kind):
    missing = np.zeros((SAMPLES, OBSERVABLES))
    missing[0, 1] = missing[2, 0] = 1
    assert np.array_equal(feed(MAKERS[kind](), ensemble()).missing, missing)


@pytest.mark.parametrize("kind", MAKERS)
def test_blocks_that_cut_leaves_or_come_twice_are_refused(kind):
    data = ensemble()
    cut = feed(MAKERS[kind](), data, size=1472 + 28)
    with pytest.raises(InputError, match="second time"):
        feed(feed(MAKERS[kind](), data), data, part=slice(5, 6))
    with pytest.raises(InputError, match="multiple of 64"):
        MAKERS[kind]().add(32, block_of(data[0][:64]), data[1][:64])
    with pytest.raises(InputError, match="is cut"):
        cut.add(1536, block_of(data[0][:64]), data[1][:64])
    with pytest.raises(InputError, match="is cut"):
        feed(MAKERS[kind](), data, size=100, part=slice(0, 1)).merge(
            feed(MAKERS[kind](), data, part=slice(20, 22))
        )
    with pytest.raises(InputError, match="second time"):
        cut.merge(feed(MAKERS[kind](), data, part=slice(2, 3)))


@pytest.mark.parametrize("kind", ["quantiles", "moments"])
def test_values_of_another_shape_are_refused(kind):
    with pytest.raises(InputError, match=r"\(members, 3, 2\)"):
        MAKERS[kind]().add(0, block_of(np.ones((2, 3))), np.zeros((2, 2, 3)))


def test_reducers_of_other_settings_are_not_merged():
    with pytest.raises(InputError, match="bits=9"):
        Quantiles(1, 1).merge(Quantiles(1, 1, bits=8))


# --- quantiles

NUMBERS = st.floats(allow_nan=False, allow_infinity=False)


@settings(max_examples=200, deadline=None)
@given(
    st.lists(NUMBERS, min_size=1, max_size=200),
    st.floats(0.0, 1.0),
    st.sampled_from([1e-12, 0.3, 1e-300]),
)
def test_a_quantile_is_within_its_stated_error(numbers, q, smallest):
    values = np.array(numbers)
    quantiles = Quantiles(1, 1, smallest)
    feed(quantiles, (np.ones((len(values), 1)), values[:, None, None]))
    exact = np.quantile(values, q, method="inverted_cdf")
    met = quantiles.quantile(q)[0, 0]
    if abs(exact) < smallest:
        assert met == 0.0
    else:
        assert abs(met - exact) <= quantiles.error * abs(exact)


def test_quantiles_of_every_cell_are_its_own():
    _, values = data = ensemble()
    quantiles = feed(MAKERS["quantiles"](), data)
    for sample in range(SAMPLES):
        for observable in range(OBSERVABLES):
            column = values[:, sample, observable]
            column = column[np.isfinite(column)]
            for q in (0.0, 0.05, 0.5, 0.95, 1.0):
                exact = np.quantile(column, q, method="inverted_cdf")
                met = quantiles.quantile(q)[sample, observable]
                assert met == pytest.approx(exact, rel=quantiles.error)


def test_the_default_error_is_below_one_in_a_thousand():
    assert Quantiles(1, 1).error < 1e-3


def test_observables_can_have_their_own_smallest_value():
    quantiles = Quantiles(1, 2, smallest=[1.0, 1e-6])
    values = np.full((LEAF, 1, 2), 0.5)
    quantiles.add(0, block_of(np.ones((LEAF, 1))), values)
    low, kept = quantiles.quantile(0.5)[0]
    assert low == 0.0
    assert kept == pytest.approx(0.5, rel=quantiles.error)


def test_a_quantile_of_nothing_is_no_number():
    quantiles = Quantiles(2, 1)
    quantiles.add(0, block_of(np.ones((LEAF, 1))), np.full((LEAF, 2, 1), np.nan))
    assert np.isnan(quantiles.quantile(0.5)).all()
    quantiles.add(LEAF, block_of(np.ones((1, 1))), np.array([[[1.0], [np.nan]]]))
    assert np.isfinite(quantiles.quantile(0.5)).tolist() == [[True], [False]]


def test_counts_need_a_few_megabytes_for_an_observable_of_100_samples():
    rng = np.random.default_rng(1)
    quantiles = Quantiles(100, 1)
    sizes = 10.0 ** np.linspace(-8, 8, 100)[:, None]
    values = sizes * rng.lognormal(size=(4096, 100, 1))
    feed(quantiles, (np.ones((4096, 1)), values), size=1024)
    assert sum(array.nbytes for array in quantiles.state().values()) < 3e6


@pytest.mark.parametrize("bad", [0.0, -1.0, np.nan, np.inf, 1e-310])
def test_a_smallest_value_that_is_none_is_refused(bad):
    with pytest.raises(InputError, match="smallest"):
        Quantiles(1, 1, smallest=bad)


@pytest.mark.parametrize("bits", [0, 21])
def test_too_few_or_too_many_bits_are_refused(bits):
    with pytest.raises(InputError, match="1 to 20"):
        Quantiles(1, 1, bits=bits)


@pytest.mark.parametrize("q", [-0.1, 1.1, np.nan])
def test_a_quantile_outside_its_range_is_refused(q):
    with pytest.raises(InputError, match="0 to 1"):
        Quantiles(1, 1).quantile(q)


# --- moments


def test_moments_are_those_of_numpy():
    _, values = data = ensemble()
    moments = feed(MAKERS["moments"](), data)
    finite = np.where(np.isfinite(values), values, np.nan)
    scale = np.nanstd(finite, axis=0)
    assert np.array_equal(moments.count, np.isfinite(values).sum(axis=0))
    assert np.all(np.abs(moments.mean - np.nanmean(finite, axis=0)) < 1e-12 * scale)
    variance = np.nanvar(finite, axis=0, ddof=1)
    assert moments.variance == pytest.approx(variance, rel=1e-12)
    assert np.array_equal(moments.low, np.nanmin(finite, axis=0))
    assert np.array_equal(moments.high, np.nanmax(finite, axis=0))


def test_a_small_variance_beside_a_large_mean_is_kept():
    rng = np.random.default_rng(2)
    values = 1e4 + rng.normal(size=(TOTAL, 1, 1))
    moments = feed(Moments(1, 1), (np.ones((TOTAL, 1)), values))
    exact = np.var(values - 1e4, ddof=1)
    assert moments.variance[0, 0] == pytest.approx(exact, rel=1e-12)


def test_moments_of_nothing_are_no_numbers():
    moments = Moments(1, 1)
    moments.add(0, block_of(np.ones((1, 1))), np.full((1, 1, 1), np.nan))
    shown = (moments.mean, moments.variance, moments.low, moments.high)
    assert all(np.isnan(part).all() for part in shown)
    assert moments.tally.failed == 1


def test_nearly_ordered_blocks_leave_few_nodes():
    moments = Moments(1, 1)
    leaf = np.zeros((LEAF, 1, 1)), block_of(np.ones((LEAF, 1)))
    most = 0
    for k in range(0, 1024, 4):
        for near in (k + 2, k, k + 3, k + 1):
            moments.add(near * LEAF, leaf[1], leaf[0])
        most = max(most, len(moments.state()["tree_nodes"]))
    assert most <= 10


# --- associations


def used_of(data):
    parameters, values = data
    outputs = np.column_stack([values[:, s, o] for s, o in OUTPUTS])
    used = np.isfinite(outputs).all(axis=1)
    columns = np.column_stack([np.log(parameters[:, 0]), parameters[:, 2]])
    return columns[used], outputs[used]


def test_correlations_are_those_of_numpy():
    data = ensemble()
    found = feed(MAKERS["associations"](), data)
    columns, outputs = used_of(data)
    exact = np.corrcoef(columns, outputs, rowvar=False)[:2, 2:]
    assert np.max(np.abs(found.correlation[:2] - exact)) < 1e-9
    assert np.abs(exact).max() > 0.5
    assert found.used == len(outputs)


def test_slopes_are_those_of_least_squares():
    data = ensemble()
    found = feed(MAKERS["associations"](), data)
    columns, outputs = used_of(data)
    for k, column in enumerate(columns.T):
        design = np.column_stack([np.ones_like(column), column])
        exact = np.linalg.lstsq(design, outputs, rcond=None)[0][1]
        assert np.abs(found.slope[k] - exact).max() < 1e-9
        scaled = exact * np.std(column, ddof=1)
        assert np.abs(found.slope_per_deviation[k] - scaled).max() < 1e-9


def test_a_parameter_that_does_not_vary_has_no_correlation():
    found = feed(MAKERS["associations"](), ensemble())
    assert np.isnan(found.correlation[2]).all()
    assert np.isnan(found.slope[2]).all()
    assert np.isfinite(found.correlation[:2]).all()


def test_members_left_out_are_counted_by_output():
    found = feed(MAKERS["associations"](), ensemble())
    assert found.missing.tolist() == [1, 1, 0]
    assert found.used == TOTAL - found.tally.failed - 2


def test_associations_of_nothing_are_no_numbers():
    found = MAKERS["associations"]()
    assert np.isnan(found.correlation).all()
    feed(found, (np.ones((3, 3)), np.full((3, SAMPLES, OBSERVABLES), np.nan)))
    assert np.isnan(found.slope_per_deviation).all()
    assert found.used == 0


def test_a_parameter_without_a_logarithm_is_named():
    parameters, values = ensemble()
    parameters[70, 0] = 0.0
    with pytest.raises(InputError, match=r"rate = 0.0 in member 70.*above zero"):
        feed(MAKERS["associations"](), (parameters, values))


def test_associations_of_no_parameters_are_refused():
    with pytest.raises(InputError, match="0 parameters"):
        Associations([], OUTPUTS)


# --- endpoints


def test_the_table_of_endpoints_keeps_every_member():
    data = ensemble()
    endpoints = feed(MAKERS["endpoints"](), data, order=np.flip)
    exact = np.column_stack([data[1][:, s, o] for s, o in OUTPUTS])
    assert np.array_equal(endpoints.table(), exact, equal_nan=True)
    assert np.array_equal(endpoints.members(), np.arange(TOTAL))


def test_endpoints_of_some_members_say_which():
    endpoints = feed(MAKERS["endpoints"](), ensemble(), part=slice(1, None, 2))
    members = endpoints.members()
    assert len(members) == len(endpoints.table())
    assert members[0] == LEAF
    assert set(members // LEAF % 2) == {1}


def test_outputs_that_are_not_there_are_refused():
    with pytest.raises(InputError, match=r"\[\(3, 0\), \(-1, 1\)\]"):
        feed(Endpoints([(3, 0), (0, 0), (-1, 1)]), ensemble())
