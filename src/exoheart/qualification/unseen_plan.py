"""The study of one simulation, written from the cases that share it.

In: the cases of one study and protocol, and which studied values this simulation draws.
Out: a :class:`exoheart.records.study.Study`, and for each case where its answer will
stand. Read next: :mod:`exoheart.qualification.unseen_run`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from exoheart.prediction import Prediction
from exoheart.qualification.unseen_arms import Given, Treatment
from exoheart.qualification.unseen_meaning import Case
from exoheart.qualification.unseen_values import Studied
from exoheart.records.study import (
    Anchor,
    Animal,
    Arm,
    Design,
    Endpoint,
    Infarct,
    Moment,
    Product,
    Study,
)

FloatArray = npt.NDArray[np.float64]
Shares = Mapping[str, tuple[float, ...]]


@dataclass(frozen=True)
class Job:
    """The cases of one study and protocol, with what has to be drawn for them.

    Parameters
    ----------
    cases
        Share species, model and occlusion.
    occlusion
        Studied occlusions [min]; None where it is printed or a ligation.
    draws
        How many simulations.
    shares
        By what is drawn, the place in the list of studied values in each simulation.
    """

    cases: tuple[Case, ...]
    occlusion: Studied[float] | None
    draws: int
    shares: Shares

    def infarct(self, draw: int) -> Infarct:
        """Give the infarct of one simulation."""
        line = self.cases[0].line
        if line.model == "permanent ligation":
            return Infarct("permanent ligation", None)
        minutes = line.occlusion_min
        if self.occlusion is not None:
            minutes = _number(self.occlusion, self.shares["occlusion"][draw])
        hours = None if minutes is None else minutes / 60.0
        return Infarct("ischaemia-reperfusion", hours)


def _number(given: Given, share: float) -> float:
    return given.at(share).value if isinstance(given, Studied) else given


@dataclass(frozen=True, slots=True)
class Question:
    """Where a case's answer stands in a prediction: names of arms, endpoints."""

    arm: str
    comparator: str | None
    endpoint: Endpoint
    baseline: Endpoint | None

    def values(self, made: Prediction) -> FloatArray:
        """Give the difference or the mean in each simulated trial, shape (trial,)."""
        names = made.pool.arms
        own, pool = names.index(self.arm), made.pool

        def read(means: FloatArray, arm: int) -> FloatArray:
            column = means[:, arm, pool.index(self.endpoint)]
            if self.baseline is None:
                return column
            return column - means[:, arm, pool.index(self.baseline)]

        if self.comparator is None:
            return read(made.trials.alone, own)
        other = names.index(self.comparator)
        return read(made.trials.mean, own) - read(made.trials.mean, other)


@dataclass(frozen=True)
class Plan:
    """One simulation of a job: the study, and a question for each case."""

    study: Study
    questions: tuple[Question, ...]

    @classmethod
    def of(cls, job: Job, draw: int) -> Plan:
        """Write the study with one set of drawn values."""
        builder = _Builder(job, draw)
        questions = tuple(builder.ask(case) for case in job.cases)
        line = job.cases[0].line
        study = Study(
            title=line.study_id,
            animal=Animal(line.species, "mixed", None, job.infarct(draw)),  # type: ignore[arg-type]  # checked on reading
            products=MappingProxyType(builder.products),
            arms=tuple(builder.arms.values()),
            endpoints=tuple(builder.endpoints),
            # n counts the animals with a result: none is lost on top
            design=Design(attrition=0.0),
            name=line.study_id,
        )
        return cls(study, questions)


class _Builder:
    """Collects the arms, products and endpoints that the cases of a study share."""

    def __init__(self, job: Job, draw: int) -> None:
        self.job, self.draw = job, draw
        self.arms: dict[tuple[object, ...], Arm] = {}
        self.products: dict[str, Product] = {}
        self.endpoints: dict[Endpoint, None] = {}

    def ask(self, case: Case) -> Question:
        """Add what a case needs and say where its answer will stand."""
        n = round(_number(case.n, self.share("n")))
        other = round(_number(case.n_comparator, self.share("n")))
        arm = self.arm(case.arm, case.line.arm, n)
        comparator = None
        if case.what == "difference":
            comparator = self.arm(case.comparator, "control", other)
        reading = case.reading
        moment = self.moment(case)
        baseline = None
        if reading.baseline is not None:
            since = _moment(reading.baseline, reading.baseline_anchor)
            baseline = self.endpoint(case, since)
        endpoint = self.endpoint(case, moment)
        return Question(arm, comparator, endpoint, baseline)

    def share(self, what: str) -> float:
        """Give the place of this simulation's value in a list of studied values."""
        return self.job.shares[what][self.draw]

    def moment(self, case: Case) -> Moment:
        """Give the time of a reading; from the dose, where that one is drawn."""
        reading = case.reading
        if reading.anchor != "dose":
            return _moment(reading.hours, reading.anchor)
        if case.arm is None:
            return _moment(reading.hours, "occlusion")
        at = _number(case.arm.at, self.share("time of dose"))
        return _moment(at + reading.hours, case.arm.anchor)

    def endpoint(self, case: Case, at: Moment) -> Endpoint:
        """Give the endpoint, the same one for all who ask for it."""
        reading = case.reading
        made = Endpoint(reading.quantity, reading.of, at, reading.method)
        self.endpoints.setdefault(made, None)
        return made

    def arm(self, given: Treatment | None, name: str, n: int) -> str:
        """Give the name of the arm with this treatment and size; new where needed."""
        key = (given, n) if given is not None else ("control", n)
        if key not in self.arms:
            stem = f"{name}, n = {n}"
            taken = {arm.name for arm in self.arms.values()}
            free = next(one for one in _names(stem) if one not in taken)
            self.arms[key] = (
                Arm(free, control=True, n=n)
                if given is None
                else self.treated(given, free, n)
            )
        return self.arms[key].name

    def treated(self, given: Treatment, name: str, n: int) -> Arm:
        """Write a treated arm and its product."""
        product = Product(
            name=f"product of {name}",
            form=given.form,
            donor=given.donor,
            donor_species=given.donor_species,
            donor_state=MappingProxyType({"autologous": str(given.autologous)}),
            conditioning=given.conditioning,
            engineering=given.engineering,
            isolation=given.isolation,
        )
        self.products[product.name] = product
        dose = given.dose
        if isinstance(dose, Studied):
            dose = dose.at(self.share("dose")).value
        at = _moment(_number(given.at, self.share("time of dose")), given.anchor)
        return Arm(
            name=name,
            control=False,
            n=n,
            route=given.route,
            product=product.name,
            dose=dose,
            at=at,
        )


def _moment(hours: float, anchor: Anchor) -> Moment:
    side = "before" if hours < 0 else "after"
    return Moment(f"{abs(hours):g} h {side} {anchor}", hours, anchor)


def _names(stem: str) -> Iterator[str]:
    yield stem
    number = 2
    while True:
        yield f"{stem} ({number})"
        number += 1
