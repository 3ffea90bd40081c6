"""Exported files in other people's simulators, against the engine, for the same animal.

libRoadRunner (CVODE) and COPASI (LSODA) read the files and do the events themselves;
they share neither compiler, nor integrator, nor the handling of doses with the engine.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from xml.etree import ElementTree
from zipfile import ZipFile

import numpy as np
import pytest

from exoheart import engine
from exoheart.exchange import arm_models, export, sbml_text
from exoheart.prediction.sampling import sample_times
from exoheart.study import load_study, parse_study

roadrunner = pytest.importorskip("roadrunner")
basico = pytest.importorskip("basico")

EXAMPLES = Path(__file__).parents[2] / "examples"
SED = "{http://sed-ml.org/sed-ml/level1/version3}"
#: Difference from the engine over the value and a thousandth of its largest one.
AGREES = 1e-4
#: Protocols that the mouse example lacks, in the place of its one dose.
ONCE = 'dose = "1e10 particles"          # USER\'S CHOICE; a dose always says what was'
AT = 'route = "intravenous"\nat = "5 min before reperfusion"\n'
PROTOCOLS = {
    "mouse, four infusions": AT + 'over = "30 min"\nevery = "2 d"\ntimes = 4\n',
    "mouse, inhaled": 'route = "inhaled"\nat = "5 min before reperfusion"\n',
    "mouse, three doses up to occlusion": 'route = "intravenous"\n'
    'at = "24 h before occlusion"\nevery = "12 h"\ntimes = 3\n',
}
FILES = {
    "pig": "pig_reperfused_infarct.toml",
    "pig, four weeks later": "pig_chronic_infarct.toml",
}
CASES = [
    ("pig", "CDC IM", "central"),
    ("pig", "CDC IM", 8),
    ("pig", "vehicle IM", "central"),
    ("pig, four weeks later", "CDC vesicles", "central"),
    ("mouse, four infusions", "MSC vesicles", "central"),
    ("mouse, four infusions", "MSC vesicles", 8),
    ("mouse, three doses up to occlusion", "MSC vesicles", "central"),
    ("mouse, inhaled", "MSC vesicles", 8),
]


@lru_cache(maxsize=8)
def study_of(name):
    if name in FILES:
        return load_study(EXAMPLES / FILES[name])
    head, found, dose = (
        (EXAMPLES / "mouse_tail_vein.toml").read_text("utf-8").partition(ONCE)
    )
    assert found
    assert AT in dose
    return parse_study(head + found + dose.replace(AT, PROTOCOLS[name], 1), "mouse")


@lru_cache(maxsize=16)
def arm_of(name, arm, member):
    found = arm_models(study_of(name), member)
    return next(one for one in found if one.arm == arm)


def by_engine(one, times):
    """What the engine makes of an arm, shape (time, observable), at a tight 1e-8."""
    parameters = np.array([[one.parameters[id_] for id_ in one.model.parameters]])
    initial = np.array([[one.initial[id_] for id_ in one.model.states]])
    members = engine.Table(parameters, initial, one.schedule, times[None])
    solution = engine.solve(one.model, members, rtol=1e-8)
    assert solution.status[0] == engine.Status.SOLVED, solution.messages
    return solution.values[0]


@lru_cache(maxsize=8)
def in_roadrunner_once(text):
    roadrunner.Logger.setLevel(roadrunner.Logger.LOG_FATAL)
    return roadrunner.RoadRunner(text)


def in_roadrunner(text, ids, times, rtol, atol):
    """Simulate a file by libRoadRunner, shape (time, id).

    It would multiply a single absolute tolerance by the value of each state; given for
    every state, it is what it says.
    """
    runner = in_roadrunner_once(text)
    runner.resetToOrigin()
    integrator = runner.getIntegrator()
    integrator.setValue("relative_tolerance", rtol)
    states = len(runner.getRatesOfChange())
    integrator.setValue("absolute_tolerance", [atol] * states)
    integrator.setValue("maximum_num_steps", 50_000)
    runner.timeCourseSelections = ["time", *ids]
    # it starts at the first time that it is given
    from_start = np.union1d([0.0], times)
    table = np.asarray(runner.simulate(times=from_start.tolist()))
    return table[np.isin(from_start, times), 1:]


def in_copasi(text, ids, times, rtol, atol):
    """Simulate a file by COPASI, shape (time, id)."""
    model = basico.load_model_from_string(text)
    try:
        quantities = set(basico.get_parameters(model=model).sbml_id)
        shown = [f"Values[{id_}]" if id_ in quantities else f"[{id_}]" for id_ in ids]
        table = basico.run_time_course_with_output(
            ["Time", *shown],
            model=model,
            method="lsoda",
            values=times.tolist(),
            start_time=0.0,
            r_tol=rtol,
            a_tol=atol,
            max_steps=50_000,
        ).to_numpy()
    finally:
        basico.remove_datamodel(model)
    # a row may come twice, its time is rounded to the last digits
    rows = [int(np.argmin(np.abs(table[:, 0] - time))) for time in times]
    np.testing.assert_allclose(table[rows, 0], times, rtol=1e-9, atol=1e-9)
    return table[rows, 1:]


SIMULATORS: dict[str, Callable] = {"libRoadRunner": in_roadrunner, "COPASI": in_copasi}


def differences(found, wanted):
    """Difference over the value and a thousandth of the largest, by time and id.

    What is never there has to be absent: its difference counts as it is.
    """
    largest = np.abs(wanted).max(axis=0)
    size = np.abs(wanted) + 1e-3 * largest
    return np.abs(found - wanted) / np.where(largest > 0, size, 1.0)


@pytest.mark.parametrize("simulator", SIMULATORS)
@pytest.mark.parametrize(("name", "arm", "member"), CASES)
def test_every_observable_agrees_at_every_sample_time(name, arm, member, simulator):
    """States, ports and outcomes within 1e-4, with the tolerances of the file.

    Dose times are among the sample times: a value there is the one before the dose.
    Only at the start the file holds what has happened by then.
    """
    one = arm_of(name, arm, member)
    times = sample_times(study_of(name))
    times = times[times > one.start_h]
    doses = {row.time_h for row in one.schedule if row.time_h > one.start_h}
    assert doses & set(times.tolist())
    found = SIMULATORS[simulator](
        sbml_text(one), one.model.observables, times - one.start_h, one.rtol, one.atol
    )
    off = differences(found, by_engine(one, times))
    worst = np.unravel_index(np.argmax(off), off.shape)
    assert off.max() < AGREES, (one.model.observables[worst[1]], times[worst[0]])


@pytest.mark.parametrize("simulator", SIMULATORS)
def test_the_comparison_sees_a_dose_that_is_a_thousandth_too_large(simulator):
    one = arm_of("pig", "CDC IM", "central")
    rows = tuple(
        replace(row, value=row.value * 1.001) if row.action == "add" else row
        for row in one.schedule
    )
    times = np.array([1.0, 3.0, 49.5])
    found = SIMULATORS[simulator](
        sbml_text(replace(one, schedule=rows)),
        one.model.observables,
        times,
        one.rtol,
        one.atol,
    )
    assert differences(found, by_engine(one, times)).max() > 5 * AGREES


def test_a_late_dose_runs_in_libroadrunner_with_a_single_tolerance():
    """As tools do that run an archive; the page says when it doesn't."""
    name = "pig, four weeks later"
    one = arm_of(name, "CDC vesicles", "central")
    times = sample_times(study_of(name))
    runner = in_roadrunner_once(sbml_text(one))
    runner.resetToOrigin()
    integrator = runner.getIntegrator()
    integrator.setValue("relative_tolerance", one.rtol)
    integrator.setValue("absolute_tolerance", one.atol)
    runner.timeCourseSelections = list(one.model.observables)
    found = np.asarray(runner.simulate(times=times.tolist()))
    assert differences(found, by_engine(one, times))[1:].max() < AGREES


# --- archives -------------------------------------------------------------------------


@lru_cache(maxsize=4)
def packed(name):
    return export(study_of(name))


def tasks(made):
    """What the simulations of an archive ask for: file, times, ids, tolerances."""
    with ZipFile(BytesIO(made.files[".omex"])) as zipped:
        files = {name: zipped.read(name).decode() for name in zipped.namelist()}
    root = ElementTree.fromstring(files["simulations.sedml"])
    named = {element.get("id"): element for element in root.iter()}
    for task in root.iter(f"{SED}task"):
        model = named[task.get("modelReference")]
        course = named[task.get("simulationReference")]
        rows = int(course.get("numberOfPoints")) + 1
        times = np.linspace(0.0, float(course.get("outputEndTime")), rows)
        terms = {
            o.get("kisaoID"): o.get("value") for o in course.iter() if o.get("value")
        }
        read = [
            variable.get("target").partition("@id='")[2].rstrip("']")
            for variable in root.iter(f"{SED}variable")
            if variable.get("taskReference") == task.get("id")
            and variable.get("target")
        ]
        tolerances = float(terms["KISAO:0000209"]), float(terms["KISAO:0000211"])
        yield model.get("name"), files[model.get("source")], times, read, tolerances


@pytest.mark.parametrize("simulator", SIMULATORS)
@pytest.mark.parametrize(
    ("name", "arms"),
    [
        ("pig", {"vehicle IM", "CDC IM"}),
        ("mouse, four infusions", {"vehicle", "MSC vesicles"}),
    ],
)
def test_an_archive_runs_by_its_own_instructions(name, arms, simulator):
    """Every endpoint at every row, with the times and tolerances given there."""
    made = packed(name)
    run = [task for task in tasks(made) if task[0] in arms]
    assert {task[0] for task in run} == arms
    for arm, text, times, ids, tolerances in run:
        one = next(one for one in made.arms if one.arm == arm)
        columns = [one.model.observables.index(id_) for id_ in ids]
        found = SIMULATORS[simulator](text, ids, times, *tolerances)
        wanted = by_engine(one, times + one.start_h)[:, columns]
        assert differences(found, wanted).max() < AGREES, arm


def test_the_last_row_of_a_simulation_is_the_endpoint():
    """Every endpoint of the study is the last row of one simulation of each arm."""
    made = packed("mouse, four infusions")
    read = {
        (arm, times[-1], id_) for arm, _, times, ids, _ in tasks(made) for id_ in ids
    }
    wanted = {
        (one.arm, one.in_file(reading.at_h), reading.observable)
        for one in made.arms
        for reading in one.readings
    }
    assert read == wanted


def test_copasi_opens_an_archive_by_itself(tmp_path):
    """It takes the first arm with its simulation, and lands on the endpoint."""
    import COPASI

    made = export(study_of("pig"), arm="CDC IM")
    file = made.write(tmp_path / "pig.omex")[0]
    model = COPASI.CRootContainer.addDatamodel()
    assert model.openCombineArchive(str(file))
    settings = basico.get_task_settings("Time-Course", model=model)
    assert settings["method"]["Relative Tolerance"] == 1e-7
    assert settings["method"]["Absolute Tolerance"] == 1e-18
    one = made.arms[0]
    ids = [reading.observable for reading in one.readings]
    shown = [f"Values[{id_}]" for id_ in ids]
    table = basico.run_time_course_with_output(["Time", *shown], model=model).to_numpy()
    basico.remove_datamodel(model)
    at = np.array([one.readings[0].at_h])
    columns = [one.model.observables.index(id_) for id_ in ids]
    assert table[-1, 0] == pytest.approx(at[0])
    assert table[-1, 1:] == pytest.approx(by_engine(one, at)[0, columns], rel=AGREES)


def test_the_code_of_the_page_runs_and_both_simulators_land_on_the_endpoint(
    tmp_path, monkeypatch
):
    page = (Path(__file__).parents[2] / "docs" / "export.md").read_text("utf-8")
    study = EXAMPLES / FILES["pig"]
    (tmp_path / study.name).write_bytes(study.read_bytes())
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    for code in re.findall(r"```python\n(.*?)```", page, re.DOTALL):
        exec(compile(code, "export.md", "exec"), names)
    one = names["made"].arms[0]
    column = one.model.observables.index("outcome_ejection_fraction")
    wanted = by_engine(one, np.array([49.5]))[0, column]
    assert np.asarray(names["table"])[-1, 1] == pytest.approx(wanted, rel=AGREES)
    assert names["course"].to_numpy()[-1, 1] == pytest.approx(wanted, rel=AGREES)
    basico.remove_datamodel(basico.get_current_model())
