"""What a solve gives back: observables, and a status with a sentence per member."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import numpy.typing as npt

from exoheart.errors import ModelError, closest


class Status(IntEnum):
    """How a member ended."""

    SOLVED = 0
    SOLVED_BY_FALLBACK = 1
    FAILED = 2


@dataclass(frozen=True, slots=True)
class Outcomes:
    """How the members of one block ended.

    Parameters
    ----------
    status : ndarray of int, shape (count,)
        A :class:`Status` for each member.
    steps : ndarray of int, shape (count,)
        Steps of the integrator, refused ones included.
    messages
        Sentence for every member that was not solved at the first try, by its index in
        the block.
    """

    status: npt.NDArray[np.int64]
    steps: npt.NDArray[np.int64]
    messages: dict[int, str]


@dataclass(frozen=True, slots=True)
class Solution:
    """Observables of every member at its own sample times.

    Parameters
    ----------
    values : ndarray, shape (member, sample, observable)
        NaN for a member that failed.
    times : ndarray, shape (member, sample)
        Hours after the onset of occlusion.
    observables
        Names of the last axis.
    status : ndarray of int, shape (member,)
        A :class:`Status` for each member.
    messages
        Sentence for every member that was not solved at the first try, by index.
    steps : ndarray of int, shape (member,)
        Steps of the integrator, refused ones included.
    """

    values: npt.NDArray[np.float64]
    times: npt.NDArray[np.float64]
    observables: tuple[str, ...]
    status: npt.NDArray[np.int64]
    messages: dict[int, str]
    steps: npt.NDArray[np.int64]

    def __getitem__(self, observable: str) -> npt.NDArray[np.float64]:
        """Give one observable, shape (member, sample).

        Raises
        ------
        ModelError
            The observable was not recorded.
        """
        try:
            return self.values[:, :, self.observables.index(observable)]
        except ValueError:
            raise ModelError(
                f"observable {observable!r} was not recorded; nearest: "
                f"{closest(observable, self.observables)}; name it in compile_model"
            ) from None

    @property
    def failed(self) -> int:
        """How many members have no result."""
        return int(np.sum(self.status == Status.FAILED))
