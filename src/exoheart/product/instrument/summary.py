"""A reading and its counted sample as one document, for tables, pages and pictures.

In: an :class:`exoheart.records.instrument.InstrumentReading` and, where the dilution is
known, its sample. Out: plain data. Concentrations of captures, levels and sizes are
those of the file; only those of the sample are of the vial.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from scipy import special

from exoheart.product.instrument.sample import CAMERA, capture_flags
from exoheart.product.instrument.sizes import percentiles
from exoheart.records.distribution import Distribution
from exoheart.records.instrument import (
    Capture,
    FloatArray,
    InstrumentReading,
    MeasuredSample,
)

Row = dict[str, Any]
#: Ends of a 90 % interval.
_ENDS = (0.05, 0.95)
#: Shares of all particles below and above the sizes that are shown.
_SHOWN = (0.001, 0.995)
#: Widths of the coarse bins of a table [nm], and the most rows that it may have.
_WIDTHS, _MOST_ROWS = (5.0, 10.0, 20.0, 25.0, 50.0, 100.0, 200.0), 30


def summarise(
    reading: InstrumentReading,
    sample: MeasuredSample | None,
    count_ratio: Distribution,
    capture_cv: float,
    notes: Sequence[str] = (),
) -> dict[str, Any]:
    """Give the document of one file.

    Parameters
    ----------
    reading
        The whole file.
    sample
        What was made of it; None where it can't be, for want of a dilution.
    count_ratio
        Counted over true particles, between laboratories.
    capture_cv
        Relative error of one capture where only one was taken.
    notes
        What else a reader must know; stands first among the flags.

    Returns
    -------
    dict
        ``file, instrument, dilution, adjusted, captures, levels, settings,
        distribution, histogram, sample, flags``.
    """
    groups = _groups(reading)
    bins = _shown_bins(reading)
    return {
        "file": reading.file,
        "instrument": reading.instrument,
        "dilution": reading.dilution,
        "adjusted": reading.adjusted,
        "captures": [_capture(each) for each in reading.captures],
        "levels": _levels(reading, groups, capture_cv),
        "settings": _settings(reading.captures),
        "distribution": _distribution(reading, groups, bins),
        "histogram": _histogram(reading, groups, bins),
        "sample": sample and _sample(sample, count_ratio, capture_cv),
        "flags": [
            *notes,
            *(sample.flags if sample else (*reading.flags, *capture_flags(reading))),
        ],
    }


def _capture(one: Capture) -> dict[str, Any]:
    return {
        "name": one.name,
        "camera_level": one.settings.get(CAMERA),
        "per_ml": one.per_ml,
        "mean_nm": one.mean_nm,
        "mode_nm": one.mode_nm,
        "sd_nm": one.sd_nm,
        "d10_nm": one.d10_nm,
        "d50_nm": one.d50_nm,
        "d90_nm": one.d90_nm,
        "settings": dict(one.settings),
        "flags": list(one.flags),
    }


def _groups(reading: InstrumentReading) -> dict[str | None, list[int]]:
    """Give the captures at each camera level, lowest level first."""
    found: dict[str | None, list[int]] = {}
    for place, each in enumerate(reading.captures):
        found.setdefault(each.settings.get(CAMERA), []).append(place)
    return dict(sorted(found.items(), key=lambda pair: _order(pair[0])))


def _order(level: str | None) -> tuple[bool, float, str]:
    """Sort levels as numbers, then what is none, then no level."""
    plain = level is not None and level.isdecimal()
    return level is None, float(level or 0) if plain else float("inf"), level or ""


def _levels(
    reading: InstrumentReading,
    groups: Mapping[str | None, list[int]],
    capture_cv: float,
) -> list[dict[str, Any]]:
    """Give count and size at each camera level, and the ratio to the lowest level."""
    levels: list[dict[str, Any]] = []
    for level, places in groups.items():
        captures = [reading.captures[place] for place in places]
        counts = np.array([each.per_ml for each in captures])
        sizes = [each.mean_nm for each in captures if each.mean_nm is not None]
        mean = float(np.mean(counts))
        levels.append(
            {
                "camera_level": level,
                "captures": len(places),
                "per_ml": mean,
                "standard_error": _standard_error(counts),
                "mean_nm": float(np.mean(sizes)) if sizes else None,
            }
        )
    return [{**each, **_ratio(each, levels[0], capture_cv)} for each in levels]


def _ratio(one: Mapping[str, Any], first: Mapping[str, Any], cv: float) -> Row:
    """Give a level's count over that of the first level, with its 90 % interval.

    The errors of the two means are lognormal and independent. A level of one capture
    has the error `cv`; a level that counted nothing has no ratio.
    """
    pair = (one, first)
    if not all(each["per_ml"] > 0 for each in pair):
        return {
            "ratio_to_first": None,
            "ratio_interval90": None,
            "ratio_error_assumed": False,
        }
    ratio = one["per_ml"] / first["per_ml"]
    alone = [each["standard_error"] is None for each in pair]
    errors = [
        cv
        if each["standard_error"] is None
        else each["standard_error"] / each["per_ml"]
        for each in pair
    ]
    spread = np.sqrt(np.sum(np.log1p(np.square(errors))))
    ends = ratio * np.exp(spread * special.ndtri(_ENDS))
    same = one is first
    return {
        "ratio_to_first": ratio,
        "ratio_interval90": None if same else ends.tolist(),
        "ratio_error_assumed": not same and any(alone),
    }


def _standard_error(values: FloatArray) -> float | None:
    if len(values) < 2:
        return None
    return float(np.std(values, ddof=1) / np.sqrt(len(values)))


def _settings(captures: Sequence[Capture]) -> dict[str, Any]:
    """Part the settings into those all captures share and those that differ."""
    names = dict.fromkeys(name for each in captures for name in each.settings)
    shared: dict[str, str] = {}
    differing: dict[str, list[str]] = {}
    for name in names:
        values = list(dict.fromkeys(each.settings.get(name, "") for each in captures))
        if len(values) == 1:
            shared[name] = values[0]
        else:
            differing[name] = values
    return {"shared": shared, "differing": differing}


def _shown_bins(reading: InstrumentReading) -> slice:
    """Give the bins between the sizes that are shown."""
    pooled = np.sum(reading.per_ml_bin, axis=0)
    low, high = percentiles(reading.centres_nm, pooled, _SHOWN)
    first = int(np.searchsorted(reading.centres_nm, low))
    last = int(np.searchsorted(reading.centres_nm, high, side="right"))
    return slice(max(first - 1, 0), min(last + 1, len(pooled)))


def _distribution(
    reading: InstrumentReading, groups: Mapping[str | None, list[int]], bins: slice
) -> dict[str, Any]:
    """Give the sizes of each camera level: captures, mean and its standard error."""
    return {
        "centres_nm": reading.centres_nm[bins].tolist(),
        "groups": [
            {
                "camera_level": level,
                "captures": [
                    {
                        "name": reading.captures[place].name,
                        "per_ml_bin": reading.per_ml_bin[place, bins].tolist(),
                    }
                    for place in places
                ],
                **_mean_and_error(reading.per_ml_bin[places][:, bins]),
            }
            for level, places in groups.items()
        ],
    }


def _mean_and_error(rows: FloatArray) -> dict[str, Any]:
    """Give mean and standard error of each bin, shape (bins,); no error of one row."""
    error = None
    if len(rows) > 1:
        error = (np.std(rows, axis=0, ddof=1) / np.sqrt(len(rows))).tolist()
    return {"mean": np.mean(rows, axis=0).tolist(), "standard_error": error}


def _histogram(
    reading: InstrumentReading, groups: Mapping[str | None, list[int]], bins: slice
) -> dict[str, Any]:
    """Give the sizes in coarse bins of round width, for a table or a line of text."""
    centres = reading.centres_nm[bins]
    span = float(centres[-1] - centres[0])
    fine = float(np.max(np.diff(centres))) if len(centres) > 1 else 0.0
    wide = (w for w in _WIDTHS if w >= fine and span / w <= _MOST_ROWS)
    width = next(wide, max(fine, span / _MOST_ROWS, 1.0))
    cells = np.floor(centres / width).astype(int)
    cells -= (start := int(cells[0]))
    count = int(cells[-1]) + 1
    rows = np.array(
        [
            np.bincount(cells, weights=row[bins], minlength=count)
            for row in reading.per_ml_bin
        ]
    )
    return {
        "edges_nm": [width * (start + k) for k in range(count + 1)],
        "groups": [
            {"camera_level": level, **_mean_and_error(rows[places])}
            for level, places in groups.items()
        ],
    }


def _sample(
    sample: MeasuredSample, count_ratio: Distribution, capture_cv: float
) -> dict[str, Any]:
    """Give the vial: mean, error across captures, error between laboratories."""
    protein = sample.protein_ug_per_ml
    cv = capture_cv if sample.cv is None else sample.cv
    size_cv = sample.mean_nm_cv
    return {
        "dilution": sample.dilution,
        "dilution_given": sample.reading.dilution is None,
        "dilution_in_file_numbers": sample.reading.adjusted,
        "captures": [each.name for each in sample.reading.captures],
        "per_ml": sample.per_ml,
        "standard_error": None if sample.cv is None else sample.cv * sample.per_ml,
        "error_assumed": sample.cv is None,
        "counted_interval90": _interval(sample.per_ml, cv, None),
        "true_interval90": _interval(sample.per_ml, cv, count_ratio),
        "mean_nm": sample.mean_nm,
        "mean_nm_standard_error": None if size_cv is None else size_cv * sample.mean_nm,
        "protein_ug_per_ml": protein,
        "counted_per_ug": sample.per_ml / protein if protein else None,
    }


def _interval(
    per_ml: float, cv: float, count_ratio: Distribution | None
) -> list[float]:
    """Give the 90 % interval of a concentration [1/mL].

    The error across captures is lognormal, as in the dose ledger; with a count ratio
    the counted number is also divided by it, on a grid of their joint quantiles.
    """
    shares = (np.arange(400) + 0.5) / 400
    error = np.exp(np.sqrt(np.log1p(cv**2)) * special.ndtri(shares))
    if count_ratio is None:
        spread = np.quantile(error, _ENDS)
    else:
        ratio = count_ratio.quantile(shares)
        spread = np.quantile(error[:, None] / ratio[None, :], _ENDS)
    return [float(per_ml * end) for end in spread]
