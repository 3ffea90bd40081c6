"""What must hold of an untreated heart in every species under every protocol."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from heart_protocols import (
    FUNCTION,
    OBSERVED,
    OCCLUSIONS,
    SCALES,
    SHAM,
    SIZE,
    SPECIES,
    STATES,
    broken,
    protocols,
    reperfused,
    samples,
)
from joined_study import study

from exoheart import calibration as ct
from exoheart import engine, heart
from exoheart.prediction import prepare
from exoheart.records.study import Infarct
from exoheart.therapy import therapy_model

NO_REFLOW = (0.0, 0.3)
TREATED = ("mouse", "rat", "pig", "human")
#: Heart alone against joined model, of each state's own size and its scale.
AGREES = 1e-5


@pytest.mark.parametrize("no_reflow", NO_REFLOW)
@pytest.mark.parametrize("species", SPECIES)
def test_nothing_impossible_happens_in_90_days(species, no_reflow):
    """States in range, no cell made, volumes and ejection fraction those of a heart."""
    values = ct.central(ct.heart_model(()), species)
    changes = {"heart_no_reflow": no_reflow}
    runs = [
        ct.Run(species, protocol, samples(protocol, 90), changes)
        for protocol in protocols(species)
    ]
    solved = ct.solve(runs, OBSERVED)
    assert not solved.messages
    assert broken(solved, values) == {}


def test_what_is_impossible_is_seen():
    """A state below zero, a cell too many, a missing number: each by its name."""
    values = ct.central(ct.heart_model(()), "pig")
    protocol = protocols("pig")[1]
    solved = ct.solve([ct.Run("pig", protocol, samples(protocol, 28))], OBSERVED)
    place = {id_: k for k, id_ in enumerate(OBSERVED)}
    for id_, value, name in (
        ("heart_debris", -1e-6, "heart_debris below zero"),
        ("heart_viable", 1.01, "more cells than there were"),
        ("heart_tnf", 0.99, "heart_tnf below normal"),
        (FUNCTION, np.nan, "not a number"),
        (FUNCTION, 101.0, "ejection fraction"),
    ):
        wrong = solved.values.copy()
        wrong[0, 20, place[id_]] = value
        assert broken(replace(solved, values=wrong), values)[name] == [0]


@pytest.mark.parametrize("minutes", range(3))
@pytest.mark.parametrize("species", SPECIES)
def test_no_reflow_never_helps(species, minutes):
    """Withheld flow leaves neither a smaller infarct nor more vessels at any time."""
    protocol = reperfused(OCCLUSIONS[species][minutes])
    times = samples(protocol, 90)
    runs = [
        ct.Run(species, protocol, times, {"heart_no_reflow": share})
        for share in (0.0, 0.1, 0.3)
    ]
    solved = ct.solve(runs, (SIZE, "heart_vessels"))
    assert np.diff(solved[SIZE], axis=0).min() > -1e-3  # points, solver's tolerance
    assert np.diff(solved["heart_vessels"], axis=0).max() < 1e-5


def untreated(species, cases):
    """Members of the joined model, untreated: two animals of two draws a protocol.

    Gives the model, the members and the protocol of each, with its own occlusion.
    """
    setting = prepare(study(species, routes=()), 0, 16)
    model = therapy_model((*STATES, SIZE, FUNCTION))
    setting = replace(setting, model=model)
    plan = setting.products.plan(setting.study.arms[0])
    blocks, schedule, own = [], [], []
    for protocol in cases:
        animal = replace(setting.study.animal, infarct=Infarct(*protocol))
        asked = replace(setting, study=replace(setting.study, animal=animal))
        times = np.append([0.0, 0.1, 0.2], (protocol[1] or 0) + samples(SHAM, 28)[10:])
        block = asked.cohort([plan], times).block(7, 2)
        schedule += [
            replace(action, member=action.member + 2 * len(blocks))
            for action in block.schedule
        ]
        blocks.append(block)
        spread = block.parameters[:, model.index("heart_occlusion_spread")]
        own += [(protocol[0], protocol[1] and protocol[1] * by) for by in spread]
    table = np.concatenate([block.parameters for block in blocks])
    times = np.concatenate([block.sample_times for block in blocks])
    members = engine.Table(table, model.initial(table), tuple(schedule), times)
    return model, members, own


def finely(runs, observables):
    """Solve the heart alone as calibration does, at a finer tolerance."""
    model = ct.heart_model(observables)
    given = [ct.central(model, run.species) | dict(run.changes) for run in runs]
    table = np.array([[values[id_] for id_ in model.parameters] for values in given])
    actions = [
        action
        for member, (run, values) in enumerate(zip(runs, given, strict=True))
        for action in heart.infarct_actions(member, *run.protocol, values)
    ]
    times = np.array([run.times for run in runs])
    members = engine.Table(table, model.initial(table), tuple(actions), times)
    return engine.solve(model, members, rtol=1e-8)


@pytest.mark.parametrize("species", TREATED)
def test_the_heart_alone_is_the_untreated_arm_of_the_joined_model(species):
    """Drawn animals: every state, and at the usual tolerance every endpoint.

    Within 1e-5 for 28 days, under every protocol and none. Signals of a joined model
    without a dose are zero, and nothing else reaches the heart. States are compared at
    1e-8, since at the usual 1e-6 those that move within minutes are 2e-5 off for
    moments, which no endpoint feels.
    """
    model, members, own = untreated(species, (*protocols(species), SHAM))
    joined = engine.solve(model, members, rtol=1e-8)
    assert not joined.messages
    names = set(ct.heart_model(()).parameters) - set(heart.PORTS_READ)
    runs = [
        ct.Run(species, protocol, at, {id_: row[model.index(id_)] for id_ in names})
        for protocol, at, row in zip(own, joined.times, members.parameters, strict=True)
    ]
    scales = SCALES | {SIZE: 100.0, FUNCTION: 1.0}
    for alone in (finely(runs, STATES), ct.solve(runs, (SIZE, FUNCTION))):
        assert not alone.messages
        for id_ in alone.observables:
            size = np.maximum(np.abs(joined[id_]), scales[id_])
            assert np.max(np.abs(alone[id_] - joined[id_]) / size) < AGREES, id_
    assert np.ptp(joined[SIZE], axis=1)[:-2].min() > 0.1  # infarcts, but for shams


def test_a_signal_is_no_control():
    """So the test above can fail: a signal of a thousandth moves states further."""
    times = samples(protocols("pig")[1], 28)
    quiet, signalled = (
        ct.Run("pig", protocols("pig")[1], times, {"port_signal_survival": signal})
        for signal in (0.0, 1e-3)
    )
    solved = finely([quiet, signalled], STATES)
    moved = np.abs(np.diff(solved.values, axis=0)[0]) / list(SCALES.values())
    assert moved.max() > 10 * AGREES
