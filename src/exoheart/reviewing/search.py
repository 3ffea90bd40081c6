"""Finding parameter sets that turn answers: what `claims/flips.csv` is made by.

Run ``python -m exoheart.reviewing.search --write``. A set that stands in the table and
still turns its claim clearly is kept. For each other claim the parameters are ranked by
how closely the claim's margin follows them over the draws; the first few, at the 5 or
95 % point of their priors, replace the values of the central set until the answer turns
clearly: one value if that suffices, then two, and so on; then the same with one
mechanism acting alone, ranked over its own draws; then the values of a drawn set; then
sets found for other claims, alone and two together; last, what only changes how the
heart is read. Values without which the answer still turns are left out again. Any set
so found lies inside the prior, value by value; that it turns the answer is checked by
each run of ``exoheart review`` and by a test.
"""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, permutations

import numpy as np
import numpy.typing as npt

from exoheart.engine.streams import uniforms
from exoheart.prediction.run import Setting
from exoheart.reviewing.answer import SetAnswer, margin_of, set_answer, turns_to
from exoheart.reviewing.contrast import read
from exoheart.reviewing.quantities import Seen
from exoheart.reviewing.runs import at_centre, ensemble, wanted
from exoheart.reviewing.tables import (
    FLIP_COLUMNS,
    MECHANISM,
    ArmAt,
    Contrast,
    Flip,
    claims_folder,
    load_contrasts,
    load_flips,
)
from exoheart.therapy import MECHANISMS

FloatArray = npt.NDArray[np.float64]
#: Ends of the prior that a set may use.
LOW, HIGH = 0.05, 0.95
#: How many values are replaced, in the order tried.
SIZES = (1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48)
DRAWS = 2048
#: Draws among which a set is looked for as it is.
MANY = 8192
#: Drawn sets that are tried, the clearest first, and values that call for trying them.
TRIED, LONG = 4, 6
#: An answer turns clearly where its margin is at least this.
CLEAR = 0.01
#: Parameters by which a reading or a dose turns and no biology: tried last.
READING = ("outcome.", "product.")


@dataclass(frozen=True)
class Lever:
    """One parameter and where to set it, with how closely the margin follows it."""

    flip: Flip
    weight: float


def levers(
    claim: str,
    margins: FloatArray,
    settings: Sequence[Setting],
    *,
    up: bool,
    readings: bool,
) -> list[Lever]:
    """Rank the parameters by how they move a claim's margin, the strongest first.

    Parameters
    ----------
    claim
        Its id.
    margins : ndarray, shape (draw,)
        NaN where the claim is silent, infinite where the draw isn't to count.
    settings
        The scenarios that it reads.
    up
        Whether the margin is to rise.
    readings
        Whether parameters of :data:`READING` count too.
    """
    order = _ranks(margins)
    kept = np.isfinite(order)
    found: dict[str, Lever] = {}
    for setting in settings:
        for id_, shares in drawn(setting).items():
            if id_.startswith(READING) and not readings:
                continue
            followed = _followed(shares[kept], order[kept])
            one = _lever(claim, setting, id_, followed, up)
            known = found.get(id_)
            if known is None or one.weight > known.weight:
                found[id_] = one
    ranked = sorted(found.values(), key=lambda one: (-one.weight, one.flip.parameter))
    return [one for one in ranked if _inside(one.flip, settings)]


def _ranks(margins: FloatArray) -> FloatArray:
    """Rank margins; silent draws rank lowest, and infinite ones are NaN."""
    counted = ~np.isinf(margins)
    filled = np.where(np.isnan(margins), -np.inf, margins)[counted]
    ranks = np.full(len(margins), np.nan)
    ranks[counted] = filled.argsort(kind="stable").argsort(kind="stable")
    return ranks


def drawn(setting: Setting) -> dict[str, FloatArray]:
    """Give the shares by which each parameter with a spread was drawn, (draw,)."""
    count, priors = setting.size.outer, setting.priors
    shares = setting.draws.shares(0, count)
    for id_, (layer, stream) in setting.products.stream.names.items():
        shares[id_] = uniforms(setting.seed, layer, stream, 0, count)
    return {
        id_: values
        for id_, values in sorted(shares.items())
        if id_ in priors and np.ptp(values) > 0 and _spread(setting, id_)
    }


def _spread(setting: Setting, id_: str) -> bool:
    form = setting.priors[id_].distribution
    return bool(form.quantile(HIGH) > form.quantile(LOW))


def _followed(shares: FloatArray, order: FloatArray) -> float:
    return float(np.corrcoef(shares, order)[0, 1]) if np.ptp(order) else 0.0


def _lever(claim: str, setting: Setting, id_: str, followed: float, up: bool) -> Lever:
    prior = setting.priors[id_]
    end = HIGH if (followed > 0) == up else LOW
    value = float(prior.distribution.quantile(end))
    return Lever(Flip(claim, id_, f"{value:.6g}", prior.unit), abs(followed))


def _inside(flip: Flip, settings: Sequence[Setting]) -> bool:
    """Whether a value lies inside the prior of every scenario that knows it."""
    for setting in settings:
        prior = setting.priors.get(flip.parameter)
        if prior is None or prior.unit != flip.unit:
            return False
        ends = (prior.distribution.quantile(p) for p in (0.01, 0.99))
        low, high = (float(end) for end in ends)
        if not low <= float(flip.value) <= high:
            return False
    return True


def candidates(
    contrasts: Sequence[Contrast],
    margins: FloatArray,
    settings: Sequence[Setting],
    *,
    up: bool,
    readings: bool,
) -> Iterator[tuple[Flip, ...]]:
    """Give the sets to try, the smallest first."""
    claim = contrasts[0].claim
    ranked = levers(claim, margins, settings, up=up, readings=readings)
    for size in SIZES:
        yield tuple(one.flip for one in ranked[:size])
    labels = np.array(settings[0].labels)
    for mechanism in _mechanisms(margins, labels, up):
        own = np.where(labels == mechanism, margins, np.inf)
        ranked = levers(claim, own, settings, up=up, readings=readings)
        alone = Flip(claim, MECHANISM, mechanism, "")
        for size in (0, *SIZES):
            yield (alone, *(one.flip for one in ranked[:size]))


def find(
    contrasts: Sequence[Contrast],
    settings: Mapping[str, Setting],
    seen: Mapping[ArmAt, Seen],
    central: Mapping[ArmAt, Seen],
    *,
    readings: bool = False,
) -> tuple[Flip, ...]:
    """Give a set that turns the answer of the central one; empty where none is found.

    Parameters
    ----------
    contrasts
        All of one claim.
    settings
        The scenarios' draws.
    seen, central
        The arms in every parameter set, and in the central one.
    readings
        Whether parameters of :data:`READING` may be part of it.
    """
    margins = margin_of([read(one, seen) for one in contrasts])
    middle = set_answer(contrasts, central)
    own = [settings[name] for name in wanted(contrasts)]
    up = middle.verdict != "agrees"
    for flips in candidates(contrasts, margins, own, up=up, readings=readings):
        if clearly(middle, answer_at(contrasts, flips)):
            return _without_idle(contrasts, flips, middle)
    return ()


def from_draws(
    contrasts: Sequence[Contrast], central: Mapping[ArmAt, Seen], seed: int
) -> tuple[Flip, ...]:
    """Give a set made of a drawn one whose answer is another; empty where none is."""
    settings: list[Setting] = []
    seen: dict[ArmAt, Seen] = {}
    for name, one in wanted(contrasts).items():
        setting, found = ensemble(name, one, MANY, seed, 2)
        settings.append(setting)
        seen |= found
    margins = margin_of([read(one, seen) for one in contrasts])
    middle = set_answer(contrasts, central)
    side = -margins if middle.verdict == "agrees" else margins
    order = np.argsort(np.where(np.isnan(side), np.inf, -side), kind="stable")
    for place in order[:TRIED].tolist():
        if not side[place] > CLEAR:
            return ()
        flips = _drawn_set(contrasts[0].claim, settings, place)
        if clearly(middle, answer_at(contrasts, flips)):
            return _without_idle(contrasts, flips, middle)
    return ()


def _drawn_set(claim: str, settings: Sequence[Setting], place: int) -> tuple[Flip, ...]:
    """Give the values of one draw, the mechanism first, the unusual ones next."""
    found: dict[str, tuple[float, Flip]] = {}
    for setting in settings:
        for id_, shares in drawn(setting).items():
            prior, share = setting.priors[id_], float(shares[place])
            value = float(prior.distribution.quantile(share))
            flip = Flip(claim, id_, f"{value:.6g}", prior.unit)
            if _inside(flip, settings):
                found[id_] = (abs(share - 0.5), flip)
    ordered = sorted(found.values(), key=lambda one: (-one[0], one[1].parameter))
    values = tuple(flip for _, flip in ordered)
    label = settings[0].labels[place]
    if label not in MECHANISMS:
        return values
    return (Flip(claim, MECHANISM, label, ""), *values)


def clearly(central: SetAnswer, other: SetAnswer) -> bool:
    """Whether a set turns the answer by more than a hair."""
    return turns_to(central, other) and abs(other.margin) >= CLEAR


def answer_at(contrasts: Sequence[Contrast], flips: Sequence[Flip]) -> SetAnswer:
    """Answer a claim for the central animal with some values replaced."""
    at: dict[ArmAt, Seen] = {}
    for name, one in wanted(contrasts).items():
        at |= at_centre(name, one, flips)
    return set_answer(contrasts, at)


def _mechanisms(
    margins: FloatArray, labels: npt.NDArray[np.str_], up: bool
) -> list[str]:
    """Order the mechanisms by the margins of their draws, the most helpful first."""
    filled = np.where(np.isfinite(margins), margins, -1.0 if up else 1.0)
    mean = {m: float(np.mean(filled[labels == m])) for m in MECHANISMS}
    return sorted(mean, key=lambda m: -mean[m] if up else mean[m])


def _without_idle(
    contrasts: Sequence[Contrast], flips: tuple[Flip, ...], middle: SetAnswer
) -> tuple[Flip, ...]:
    """Leave out the values without which the answer still turns, many at a time."""
    kept, size = flips, max(1, len(flips) // 2)
    while size:
        for end in range(len(kept), 0, -size):
            fewer = kept[: max(0, end - size)] + kept[end:]
            if fewer and clearly(middle, answer_at(contrasts, fewer)):
                kept = fewer
        size //= 2
    return kept


def borrowed(
    contrasts: Sequence[Contrast],
    settings: Mapping[str, Setting],
    central: Mapping[ArmAt, Seen],
    known: Sequence[tuple[Flip, ...]],
) -> tuple[Flip, ...]:
    """Give a set made of those found for other claims; empty where none turns."""
    claim = contrasts[0].claim
    middle = set_answer(contrasts, central)
    own = [settings[name] for name in wanted(contrasts)]
    sets = [
        tuple(
            replace(one, claim=claim)
            for one in flips
            if one.parameter == MECHANISM or _inside(one, own)
        )
        for flips in known
    ]
    pairs = (_together(one, other) for one, other in permutations(sets, 2))
    for flips in dict.fromkeys(chain(sets, pairs)):
        if flips and clearly(middle, answer_at(contrasts, flips)):
            return _without_idle(contrasts, flips, middle)
    return ()


def _together(one: tuple[Flip, ...], other: tuple[Flip, ...]) -> tuple[Flip, ...]:
    """Join two sets; where both give a value the first counts."""
    taken = {flip.parameter for flip in one}
    return (*one, *(flip for flip in other if flip.parameter not in taken))


def search(draws: int = DRAWS, seed: int = 0) -> str:
    """Give the text of `flips.csv` for every claim that the model answers."""
    contrasts = load_contrasts()
    settings: dict[str, Setting] = {}
    seen: dict[ArmAt, Seen] = {}
    central: dict[ArmAt, Seen] = {}
    for name, one in wanted(contrasts).items():
        settings[name], found = ensemble(name, one, draws, seed, 2)
        seen |= found
        central |= at_centre(name, one)
    claims = dict.fromkeys(one.claim for one in contrasts)
    of = {name: [one for one in contrasts if one.claim == name] for name in claims}
    kept = {
        name: flips
        for name, flips in load_flips().items()
        if name in of
        and clearly(set_answer(of[name], central), answer_at(of[name], flips))
    }
    sets = {
        name: kept.get(name) or find(own, settings, seen, central)
        for name, own in of.items()
    }
    for name, flips in sets.items():
        if name in kept:
            continue
        if not flips or len(flips) > LONG:
            drawn_one = from_draws(of[name], central, seed)
            sets[name] = min(filter(None, (flips, drawn_one)), key=len, default=())
    known = list(dict.fromkeys(flips for flips in sets.values() if flips))
    for name, flips in sets.items():
        treated = seen[of[name][0].arm].supply is not None
        if not flips and treated:
            sets[name] = borrowed(of[name], settings, central, known) or find(
                of[name], settings, seen, central, readings=True
            )
    return _table(sets)


def _table(sets: Mapping[str, tuple[Flip, ...]]) -> str:
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(FLIP_COLUMNS)
    for claim, flips in sets.items():
        named = ", ".join(f"{one.parameter} {one.value}" for one in flips)
        print(claim, named or "no set found", flush=True)
        for flip in flips:
            rows.writerow((claim, flip.parameter, flip.value, flip.unit))
    return text.getvalue()


if __name__ == "__main__":
    made = search()
    if "--write" in sys.argv:
        (claims_folder() / "flips.csv").write_text(made, encoding="utf-8")
