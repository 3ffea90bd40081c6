"""The whole of it: rows, lines, perturbations and parameters in one record."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from exoheart import calibration, outcome
from exoheart.calibration.animals import animals as draw_animals
from exoheart.calibration.perturbations import judge
from exoheart.outcome import Control
from exoheart.qualification.comparisons import Progress, compare
from exoheart.qualification.lines import Line, draw_lines
from exoheart.qualification.panels import pictures
from exoheart.qualification.record import Qualification
from exoheart.records.prior import Kind

#: How a value can be known, from best to least.
KINDS: tuple[Kind, ...] = ("measured", "derived", "fitted", "borrowed", "assumed")
DEFAULT_ANIMALS = 128


def qualify(
    *,
    seed: int = 0,
    animals: int = DEFAULT_ANIMALS,
    workers: int = 1,
    controls: Sequence[Control] | None = None,
    on_progress: Progress | None = None,
) -> Qualification:
    """Set the model beside every published comparison.

    Nothing is fitted and nothing chosen: the rows, their uses and their pass marks come
    from the tables. Rows marked ``qualify`` are among them, so that a look at the
    result belongs in the changelog, once for each release.

    Parameters
    ----------
    seed
        Of the animals that make the bands.
    animals
        Of each species; 0 for no band.
    workers
        Processes; the result is the same for any number.
    controls
        The rows; all that ship where none are given.
    on_progress
        Called as ``on_progress(done, total)``.

    Returns
    -------
    Qualification
        With ``to_json()`` and ``write(path)``.

    Raises
    ------
    InputError
        `animals` or `seed` is negative.
    SolveError
        No animal of a species could be solved.
    """
    rows = outcome.load_controls() if controls is None else tuple(controls)
    species = sorted({row.species for row in rows})
    herd = {one: draw_animals(one, animals, seed) for one in species}
    drawn = pictures(rows)
    panels = [panel for picture in drawn for panel in picture.panels]
    total = len(rows) + len(panels) + 1

    def tell(before: int) -> Progress:
        def told(done: int, _: int) -> None:
            if on_progress is not None:
                on_progress(before + done, total)

        return told

    compared = compare(rows, herd, workers=workers, on_progress=tell(0))
    after = tell(len(rows))
    lines = iter(draw_lines(panels, herd, workers=workers, on_progress=after))
    judged = judge(workers=workers)
    tell(len(rows) + len(panels))(1, total)
    return Qualification(
        rows=compared,
        perturbations=judged,
        pictures=drawn,
        lines=tuple(_next(lines, len(picture.panels)) for picture in drawn),
        kinds={one: parameter_kinds(one) for one in species},
        seed=seed,
        animals=animals,
    )


def _next(lines: Iterator[Line], count: int) -> tuple[Line, ...]:
    """Take the next few lines."""
    return tuple(next(lines) for _ in range(count))


def parameter_kinds(species: str) -> dict[str, int]:
    """Count how the heart's parameters of one species are known, in fixed order."""
    known = calibration.priors(species)
    ids = (id_.replace("_", ".", 1) for id_ in calibration.heart_model(()).parameters)
    counted = Counter(known[id_].kind for id_ in ids if id_ in known)
    return {kind: counted[kind] for kind in KINDS}
