"""What a particle counter wrote: captures, sizes, settings and its own warnings.

Comes from :mod:`exoheart.product.instrument`; goes to the dose ledger as a measured
sample. Concentrations are those of the file, in particles per mL.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]


def _empty() -> Mapping[str, str]:
    return {}


@dataclass(frozen=True, slots=True)
class Capture:
    """One video, or one run, of a sample.

    Parameters
    ----------
    name
        As the instrument names it.
    per_ml
        Concentration that the file gives [1/mL]; see :class:`InstrumentReading` for
        whether a dilution is in it.
    mean_nm, mode_nm, sd_nm, d10_nm, d50_nm, d90_nm
        Of the size distribution [nm]: as written, else of its bins; None where a
        capture saw no particle.
    settings
        As written: camera level, detection threshold, temperature, ...
    flags
        Warnings of the instrument itself, in its words, each with what it is about.
    """

    name: str
    per_ml: float
    mean_nm: float | None = None
    mode_nm: float | None = None
    sd_nm: float | None = None
    d10_nm: float | None = None
    d50_nm: float | None = None
    d90_nm: float | None = None
    settings: Mapping[str, str] = field(default_factory=_empty)
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class InstrumentReading:
    """One file of a particle counter.

    Parameters
    ----------
    file
        Name of the file, without its folder.
    instrument
        Maker's name and software version.
    captures
        One or more, in the file's order.
    centres_nm : ndarray, shape (bins,)
        Centres of the size bins [nm].
    per_ml_bin : ndarray, shape (captures, bins)
        Concentration in each bin [1/mL], on the scale of the captures'.
    dilution
        Factor written in the file; None where it says that none was recorded.
    adjusted
        Whether the concentrations already hold that factor.
    flags
        What a reader must know of the file as a whole, in words.
    """

    file: str
    instrument: str
    captures: tuple[Capture, ...]
    centres_nm: FloatArray
    per_ml_bin: FloatArray
    dilution: float | None
    adjusted: bool
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class MeasuredSample:
    """A counted sample, ready for the ledger.

    Parameters
    ----------
    reading
        The file it rests on, cut to the captures used.
    dilution
        Factor between what was counted and what is in the vial.
    per_ml
        Mean counted concentration of the vial [1/mL], dilution included.
    cv
        Relative standard error of that mean across captures [1]; None for one capture.
    mean_nm, mean_nm_cv
        Mean diameter [nm] and its relative standard error across captures (None for
        one).
    protein_ug_per_ml
        Protein of the same vial [ug/mL], or None.
    flags
        What a reader of the numbers must know.
    """

    reading: InstrumentReading
    dilution: float
    per_ml: float
    cv: float | None
    mean_nm: float
    mean_nm_cv: float | None
    protein_ug_per_ml: float | None = None
    flags: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        """What the sample rests on: file, counter, captures, camera level, dilution."""
        levels = {each.settings.get("Camera Level") for each in self.reading.captures}
        level = levels.pop() if len(levels) == 1 else None
        parts = (
            self.reading.instrument,
            f"{len(self.reading.captures)} captures",
            "" if level is None else f"camera level {level}",
            f"diluted {self.dilution:g} times",
        )
        return f"{self.reading.file} ({', '.join(filter(None, parts))})"
