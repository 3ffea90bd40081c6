"""The record of a simulated study: arrays, summaries, and the JSON of ``simulate``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from exoheart.engine import Block, Solution
from exoheart.prediction.products import Products
from exoheart.records.prior import Priors
from exoheart.records.study import Study
from exoheart.records.trial import Pool, Trials
from exoheart.therapy import Cohort
from exoheart.trial import ArmSummary, TrialSettings, arms_as_json

if TYPE_CHECKING:
    import xarray

    from exoheart.prediction.run import Setting

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Prediction:
    """What every arm of a study will read, and everything it was drawn from.

    Parameters
    ----------
    study, priors, seed
        What was asked.
    setting
        The study made ready: from it other arms of the study are solved.
    cohort
        Members that were solved (one arm for each distinct schedule).
    solution
        Recorded observables of the members.
    schedule_of
        By arm name, the position of its schedule among the cohort's arms.
    products
        What the arms were given.
    pool, trials, arms
        Endpoints of the animals, simulated trials, their summary.
    settings
        Attrition and the like.
    rtol
        Relative tolerance of the solver.
    warnings
        Where the study leaves the range of the evidence, and what went wrong.
    """

    study: Study
    priors: Priors
    seed: int
    setting: Setting
    cohort: Cohort
    solution: Solution
    schedule_of: Mapping[str, int]
    products: Products
    pool: Pool
    trials: Trials
    arms: tuple[ArmSummary, ...]
    settings: TrialSettings
    rtol: float
    warnings: tuple[str, ...]

    def values(self, arm: str, observable: str) -> FloatArray:
        """Give one observable of one arm, shape (outer, animal, time)."""
        size = self.cohort.size
        first = self.schedule_of[arm] * size.members
        rows = self.solution[observable][first : first + size.members]
        return rows.reshape(size.outer, size.animals, -1)

    def members(self, arm: str) -> Block:
        """Make the members of one arm again: parameters and schedules."""
        size = self.cohort.size
        return self.cohort.block(self.schedule_of[arm] * size.members, size.members)

    @property
    def times(self) -> FloatArray:
        """Sample times [h after occlusion], shape (time,)."""
        return self.cohort.sample_times

    @property
    def failed_members(self) -> int:
        """Members that no solver could solve."""
        return self.solution.failed

    def to_json(self) -> dict[str, Any]:
        """Give the document of ``simulate --json``."""
        from exoheart.version import VERSION

        return {
            "arms": arms_as_json(self.arms),
            "failed_members": self.failed_members,
            "warnings": list(self.warnings),
            "seed": self.seed,
            "version": VERSION,
        }

    @property
    def data(self) -> xarray.Dataset:
        """Recorded observables as labelled arrays (arm, outer, animal, time)."""
        import xarray as xr

        names = [arm.name for arm in self.study.arms]
        dims = ("arm", "outer", "animal", "time")
        recorded = {
            observable: (
                dims,
                np.stack([self.values(name, observable) for name in names]),
                {"unit": self.cohort.model.units.get(observable, "")},
            )
            for observable in self.solution.observables
        }
        infarct = self.study.animal.infarct
        return xr.Dataset(
            recorded,
            coords={
                "arm": names,
                "time": ("time", self.times, {"unit": "h after occlusion"}),
                "mechanism": ("outer", list(self.cohort.labels)),
            },
            attrs={
                "reperfusion_h": np.nan
                if infarct.occlusion_h is None
                else infarct.occlusion_h,
                "seed": self.seed,
            },
        )

    def _repr_html_(self) -> str:
        rows = []
        for arm in self.arms:
            for one in arm.endpoints:
                low, high = one.interval90
                rows.append(
                    f"<tr><th scope='row'>{arm.name}</th>"
                    f"<td>{one.item.endpoint.label}</td>"
                    f"<td>{low:.3g} to {high:.3g} {one.item.unit}</td>"
                    f"<td>{one.median:.3g} {one.item.unit}</td></tr>"
                )
        head = "<tr><th>Arm</th><th>Endpoint</th><th>90 %</th><th>Median</th></tr>"
        note = "Research use only; not medical advice."
        return f"<table>{head}{''.join(rows)}</table><p>{note}</p>"
