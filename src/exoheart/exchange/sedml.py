"""The simulations to run, as SED-ML: one for each moment of an endpoint.

Level 1 Version 3, which the usual tools read. SED-ML has uniform time courses only, and
endpoints rarely lie on one grid; so each simulation ends at the moment of an endpoint,
and its last row is the endpoint. Algorithm and tolerances are named by KiSAO terms.
Written with the standard library: python-libsedml, once loaded, breaks the formulas of
python-libsbml in the same process.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from exoheart.exchange.notes import MARK
from exoheart.exchange.record import ArmModel
from exoheart.exchange.sbml import ONSET

#: Steps of one simulation.
STEPS = 400
#: Internal steps that a solver may take between two rows.
MOST_STEPS = 50_000
_CVODE = "KISAO:0000019"
_RELATIVE, _ABSOLUTE, _MOST = "KISAO:0000209", "KISAO:0000211", "KISAO:0000415"
_SEDML = "http://sed-ml.org/sed-ml/level1/version3"
_SBML = "http://www.sbml.org/sbml/level3/version2/core"
_MATH = "http://www.w3.org/1998/Math/MathML"
_XHTML = "http://www.w3.org/1999/xhtml"
_LANGUAGE = "urn:sedml:language:sbml.level-3.version-2"
_TIME = "urn:sedml:symbol:time"
_HOURS = "hours after the onset of occlusion"


def sedml_text(arms: Sequence[ArmModel], files: Mapping[str, str]) -> str:
    """Write the simulations of all arms.

    Parameters
    ----------
    arms
        At least one.
    files
        By name of an arm, the name of its SBML file.

    Returns
    -------
    str
        The same bytes for the same arms.
    """
    root = Element(
        "sedML", {"xmlns": _SEDML, "xmlns:sbml": _SBML, "level": "1", "version": "3"}
    )
    note = SubElement(SubElement(root, "notes"), "p", {"xmlns": _XHTML})
    note.text = f"{MARK} The last row of a simulation is the endpoint it is made for."
    runs = [_Run(one, at_h) for one in arms for at_h in _moments(one)]
    ends = sorted({run.end for run in runs})
    root.append(_listed("Models", [_model(one, files[one.arm]) for one in arms]))
    root.append(_listed("Simulations", [_course(arms[0], ends, end) for end in ends]))
    root.append(_listed("Tasks", [_task(run, ends) for run in runs]))
    root.append(_listed("DataGenerators", [g for run in runs for g in run.generators]))
    plots = [_plot(arms, k) for k in range(len(arms[0].readings))]
    root.append(_listed("Outputs", [*map(_report, runs), *plots]))
    indent(root)
    body = tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{body}\n'


def _moments(one: ArmModel) -> list[float]:
    """Give the moments of an arm's endpoints [h after the onset of occlusion]."""
    return sorted({reading.at_h for reading in one.readings})


@dataclass(frozen=True, slots=True)
class _Run:
    """One arm until one moment [h after the onset of occlusion]."""

    one: ArmModel
    at_h: float

    @property
    def id(self) -> str:
        """Number of the arm and of the moment."""
        return f"{self.one.number}_{_moments(self.one).index(self.at_h) + 1}"

    @property
    def end(self) -> float:
        """The moment in the time of the file [h]."""
        return self.one.in_file(self.at_h)

    @property
    def places(self) -> list[int]:
        """Which endpoints are read at this moment."""
        return [k for k, r in enumerate(self.one.readings) if r.at_h == self.at_h]

    @property
    def generators(self) -> list[Element]:
        """Time since the onset of occlusion, then the endpoints of this moment."""
        return [self._clock(), *(self._value(place) for place in self.places)]

    def _clock(self) -> Element:
        generator = Element("dataGenerator", {"id": f"time_{self.id}", "name": _HOURS})
        variable, onset = f"clock_{self.id}", f"{ONSET}_{self.id}"
        self._read(generator, {"id": variable, "symbol": _TIME})
        SubElement(
            SubElement(generator, "listOfParameters"),
            "parameter",
            {"id": onset, "value": repr(self.one.in_file(0.0))},
        )
        apply = SubElement(SubElement(generator, "math", {"xmlns": _MATH}), "apply")
        SubElement(apply, "minus")
        for name in (variable, onset):
            SubElement(apply, "ci").text = name
        return generator

    def _value(self, place: int) -> Element:
        reading, id_ = self.one.readings[place], value_id(self.one, place)
        name = f"{self.one.arm}: {reading.label} [{reading.unit}]"
        generator = Element("dataGenerator", {"id": id_, "name": name})
        target = (
            "/sbml:sbml/sbml:model/sbml:listOfParameters/"
            f"sbml:parameter[@id='{reading.observable}']"
        )
        self._read(generator, {"id": f"read_{id_}", "target": target})
        math = SubElement(generator, "math", {"xmlns": _MATH})
        SubElement(math, "ci").text = f"read_{id_}"
        return generator

    def _read(self, generator: Element, what: Mapping[str, str]) -> None:
        SubElement(
            SubElement(generator, "listOfVariables"),
            "variable",
            {**what, "taskReference": f"task_{self.id}"},
        )


def value_id(one: ArmModel, place: int) -> str:
    """Give the id under which an endpoint of an arm is read."""
    return f"value_{one.number}_{place + 1}"


def _listed(name: str, elements: Sequence[Element]) -> Element:
    whole = Element(f"listOf{name}")
    whole.extend(elements)
    return whole


def _course(one: ArmModel, ends: Sequence[float], end: float) -> Element:
    """Give the simulation that ends at a time of the file [h]."""
    course = Element(
        "uniformTimeCourse",
        {
            "id": f"course_{ends.index(end) + 1}",
            "name": f"until {end:g} h",
            "initialTime": "0",
            "outputStartTime": "0",
            "outputEndTime": repr(end),
            "numberOfPoints": str(STEPS),
        },
    )
    algorithm = SubElement(course, "algorithm", {"kisaoID": _CVODE})
    terms = SubElement(algorithm, "listOfAlgorithmParameters")
    values = {
        _RELATIVE: repr(one.rtol),
        _ABSOLUTE: f"{one.atol:g}",
        _MOST: str(MOST_STEPS),
    }
    for term, value in values.items():
        SubElement(terms, "algorithmParameter", {"kisaoID": term, "value": value})
    return course


def _model(one: ArmModel, file: str) -> Element:
    return Element(
        "model",
        {
            "id": f"arm_{one.number}",
            "name": one.arm,
            "language": _LANGUAGE,
            "source": file,
        },
    )


def _task(run: _Run, ends: Sequence[float]) -> Element:
    return Element(
        "task",
        {
            "id": f"task_{run.id}",
            "modelReference": f"arm_{run.one.number}",
            "simulationReference": f"course_{ends.index(run.end) + 1}",
        },
    )


def _report(run: _Run) -> Element:
    """Give the columns of one run: time, and the endpoints of its last moment."""
    name = f"{run.one.arm}, until {run.at_h:g} h after the onset of occlusion"
    report = Element("report", {"id": f"report_{run.id}", "name": name})
    columns = SubElement(report, "listOfDataSets")
    labels = {f"time_{run.id}": _HOURS}
    for place in run.places:
        reading = run.one.readings[place]
        labels[value_id(run.one, place)] = f"{reading.label} [{reading.unit}]"
    for id_, label in labels.items():
        named = {"id": f"column_{id_}", "label": label, "dataReference": id_}
        SubElement(columns, "dataSet", named)
    return report


def _plot(arms: Sequence[ArmModel], place: int) -> Element:
    """Give the picture of one endpoint: a curve for each arm."""
    reading = arms[0].readings[place]
    name = f"{reading.label} [{reading.unit}]"
    plot = Element("plot2D", {"id": f"plot_{place + 1}", "name": name})
    curves = SubElement(plot, "listOfCurves")
    for one in arms:
        run = _Run(one, one.readings[place].at_h)
        SubElement(
            curves,
            "curve",
            {
                "id": f"curve_{place + 1}_{one.number}",
                "name": one.arm,
                "logX": "false",
                "logY": "false",
                "xDataReference": f"time_{run.id}",
                "yDataReference": value_id(one, place),
            },
        )
    return plot
