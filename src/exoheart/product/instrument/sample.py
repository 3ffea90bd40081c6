"""From a reading to a counted sample: captures chosen, dilution settled, errors found.

The mean over captures is what a laboratory reports. Its standard error says how well
one instrument repeats itself in one sitting; what another laboratory would count is a
far larger error, which the ledger adds.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np

from exoheart.errors import InputError
from exoheart.product.written import written
from exoheart.records.instrument import (
    Capture,
    FloatArray,
    InstrumentReading,
    MeasuredSample,
)

#: Setting that the captures of one sample share.
CAMERA = "Camera Level"


def measured_sample(
    reading: InstrumentReading,
    *,
    dilution: float | None = None,
    protein_ug_per_ml: float | None = None,
    camera_level: int | None = None,
) -> MeasuredSample:
    """Give a counted sample.

    Parameters
    ----------
    reading
        As read from the instrument's file.
    dilution
        Factor between the sample counted and the vial; needed where the file has none.
        Where it has one, the same number or nothing.
    protein_ug_per_ml
        Protein of the same vial [ug/mL].
    camera_level
        Use only the captures at this level.

    Returns
    -------
    MeasuredSample

    Raises
    ------
    InputError
        No dilution is known or two that differ, no capture has the camera level, or
        the captures saw no particle; all that is wrong is listed.
    """
    faults: list[str] = []
    kept = _chosen(reading, camera_level, faults)
    factor = _dilution(reading, dilution, faults)
    if kept and not any(each.per_ml > 0 for each in kept.captures):
        faults.append(
            "met no particle in any capture; allowed: a count above zero; count the "
            "sample again"
        )
    if protein_ug_per_ml is not None and not protein_ug_per_ml > 0:
        faults.append(
            f"met {written(protein_ug_per_ml)} ug/mL of protein; allowed: above "
            "zero; give what the assay measured, or leave it out"
        )
    if faults or kept is None or factor is None:
        raise InputError("\n".join(f"{reading.file}: {fault}" for fault in faults))
    counts = np.array([each.per_ml for each in kept.captures])
    means = _mean_diameters(kept)
    scale = 1.0 if kept.adjusted else factor
    return MeasuredSample(
        reading=kept,
        dilution=factor,
        per_ml=float(np.mean(counts)) * scale,
        cv=_standard_error(counts),
        mean_nm=float(np.mean(means)),
        mean_nm_cv=_standard_error(means),
        protein_ug_per_ml=protein_ug_per_ml,
        flags=_flags(kept, camera_level),
    )


def camera_levels(reading: InstrumentReading) -> dict[str, int]:
    """Give the camera levels of a reading, each with its number of captures."""
    levels = (each.settings.get(CAMERA) for each in reading.captures)
    return dict(Counter(level for level in levels if level is not None))


def capture_flags(reading: InstrumentReading) -> list[str]:
    """Give the warnings of the captures, each once with the captures that have it."""
    held: dict[str, list[str]] = {}
    for each in reading.captures:
        for flag in each.flags:
            held.setdefault(flag, []).append(each.name)
    count = len(reading.captures)
    return [f"{flag} ({_which(names, count)})" for flag, names in held.items()]


def _which(names: list[str], count: int) -> str:
    if len(names) == count > 1:
        return f"all {count} captures"
    return ", ".join(names) if len(names) <= 3 else f"{len(names)} of {count} captures"


def _chosen(
    reading: InstrumentReading, camera_level: int | None, faults: list[str]
) -> InstrumentReading | None:
    """Cut a reading to the captures at one camera level."""
    if camera_level is None:
        return reading
    places = [
        place
        for place, each in enumerate(reading.captures)
        if each.settings.get(CAMERA) == str(camera_level)
    ]
    if not places:
        levels = ", ".join(camera_levels(reading)) or "none written in the file"
        faults.append(
            f"met camera level {camera_level}; allowed: {levels}; name one of them, or "
            "leave it out to use every capture"
        )
        return None
    return replace(
        reading,
        captures=tuple(reading.captures[place] for place in places),
        per_ml_bin=reading.per_ml_bin[places],
    )


def _dilution(
    reading: InstrumentReading, given: float | None, faults: list[str]
) -> float | None:
    """Settle the dilution: the file's, or the user's where it has none."""
    own = reading.dilution
    if given is not None and not (np.isfinite(given) and given >= 1.0):
        faults.append(
            f"met a dilution of {written(given)}; allowed: 1 or more; give total "
            "volume over sample volume (1 where nothing was diluted)"
        )
        return None
    if own is None and given is None:
        faults.append(
            "met no dilution, the file has none recorded; allowed: 1 or more; give it "
            "(1 where the sample was counted undiluted)"
        )
        return None
    if own is not None and given is not None and not np.isclose(own, given):
        faults.append(
            f"met a dilution of {written(given)} where the file has {written(own)}; "
            "allowed: the file's own; leave yours out, or mend the file at the "
            "instrument"
        )
        return None
    return given if own is None else own


def _mean_diameters(reading: InstrumentReading) -> FloatArray:
    """Give the mean diameter of each capture [nm]: as written, else of its bins.

    A capture that saw no particle has none.
    """
    return np.array(
        [
            _mean_diameter(each, row, reading.centres_nm)
            for each, row in zip(reading.captures, reading.per_ml_bin, strict=True)
            if each.per_ml > 0
        ]
    )


def _mean_diameter(capture: Capture, row: FloatArray, centres: FloatArray) -> float:
    if capture.mean_nm is not None:
        return capture.mean_nm
    return float(np.average(centres, weights=row))


def _standard_error(values: FloatArray) -> float | None:
    """Give the relative standard error of a mean; None for one value."""
    if len(values) < 2:
        return None
    return float(np.std(values, ddof=1) / np.sqrt(len(values)) / np.mean(values))


def _flags(reading: InstrumentReading, camera_level: int | None) -> tuple[str, ...]:
    """Say what a reader must know: warnings, mixed settings, a single capture."""
    flags = [*reading.flags, *capture_flags(reading)]
    levels = camera_levels(reading)
    if len(levels) > 1 and camera_level is None:
        met = ", ".join(f"{count} at {level}" for level, count in levels.items())
        flags.append(
            f"captures at different camera levels ({met}) are averaged: what is "
            "counted depends on the level; choose one with camera_level"
        )
    names = Counter(each.name for each in reading.captures)
    twice = [name for name, count in names.items() if count > 1]
    if twice:
        flags.append(f"captures of the same name: {', '.join(twice)}")
    if len(reading.captures) < 3:
        flags.append(
            f"{len(reading.captures)} capture(s): three or more show how well the "
            "count repeats"
        )
    return tuple(flags)
