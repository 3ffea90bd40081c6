"""The export of a study: from the study to the bytes of its files."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Literal

from exoheart.errors import InputError, closest
from exoheart.exchange.animal import CENTRAL, arm_models
from exoheart.exchange.archive import Entry, archive
from exoheart.exchange.notes import MARK
from exoheart.exchange.record import ArmModel
from exoheart.exchange.sbml import sbml_text
from exoheart.exchange.sedml import sedml_text
from exoheart.exchange.writing import write_files
from exoheart.records.study import Study

#: What can be written.
FORMATS: tuple[str, ...] = ("sbml", "omex")
_SIMULATIONS = "simulations.sedml"


@dataclass(frozen=True, slots=True)
class Export:
    """A study as other people's simulators read it.

    Parameters
    ----------
    name
        Of the study; files are named after it.
    format
        ``sbml`` or ``omex``.
    arms
        What was written, with all numbers.
    files
        By the ending of its name (``-cdc_im.xml``, ``.omex``), the bytes of each file.
    """

    name: str
    format: str
    arms: tuple[ArmModel, ...]
    files: Mapping[str, bytes]

    @property
    def animal(self) -> str:
        """Whose numbers these are, in words."""
        return self.arms[0].animal

    def write(
        self, out: str | Path | None = None, folder: str | Path = "."
    ) -> tuple[Path, ...]:
        """Write the files; earlier exports are replaced.

        Parameters
        ----------
        out
            The file to write; of several, each has its arm's name before the dot.
            Default: named after the study.
        folder
            Where files named after the study go.

        Returns
        -------
        tuple of Path

        Raises
        ------
        InputError
            A file exists that is no export, or can't be written; then none is.
        """
        paths = self._paths(None if out is None else Path(out), Path(folder))
        return write_files(dict(zip(paths, self.files.values(), strict=True)))

    def _paths(self, out: Path | None, folder: Path) -> list[Path]:
        if out is None:
            return [folder / f"{self.name}{ending}" for ending in self.files]
        if len(self.files) == 1:
            return [out]
        return [out.with_name(f"{out.stem}{ending}") for ending in self.files]


def export(  # noqa: PLR0913 - all but the study are options
    study: Study,
    *,
    format: Literal["sbml", "omex"] = "omex",
    arm: str | None = None,
    member: int | Literal["central"] = CENTRAL,
    seed: int = 0,
    replaced: Mapping[str, str] = MappingProxyType({}),
    constants: Mapping[str, float] = MappingProxyType({}),
) -> Export:
    """Write a study so that other people's simulators can run it.

    Parameters
    ----------
    study
        From :func:`exoheart.study.load_study`.
    format
        ``sbml``: a file for each arm. ``omex``: one archive with these files, the
        simulations to run (SED-ML) and the study file.
    arm
        Name of the one arm to write; default: all.
    member
        Whose numbers: ``central``, or the place of an animal among an arm's members,
        from 0.
    seed
        Of the ensemble that the animal is from.
    replaced, constants
        A user's own mechanism blocks, as in :func:`exoheart.prediction.simulate`.

    Returns
    -------
    Export

    Raises
    ------
    InputError
        There is no such format, arm or member, or the study asks for something that
        isn't modelled.
    """
    _require("format", format, FORMATS)
    known = [one.name for one in study.arms]
    if arm is not None:
        _require("arm", arm, known)
    every = arm_models(study, member, seed=seed, replaced=replaced, constants=constants)
    chosen = tuple(one for one in every if arm in {None, one.arm})
    names = file_names(known)
    if format == "sbml":
        files = {f"-{names[one.arm]}.xml": sbml_text(one).encode() for one in chosen}
    else:
        ending = ".omex" if arm is None else f"-{names[arm]}.omex"
        files = {ending: _packed(study, chosen, names)}
    return Export(study.name, format, chosen, files)


def file_names(arms: Sequence[str]) -> dict[str, str]:
    """Give each arm a name that any file system takes, all of them different.

    Examples
    --------
    >>> file_names(["CDC IM", "cdc im", "10 µg"])
    {'CDC IM': 'cdc_im', 'cdc im': 'cdc_im_2', '10 µg': '10_g'}
    """
    found: dict[str, str] = {}
    for number, arm in enumerate(arms, 1):
        plain = re.sub(r"[^a-z0-9]+", "_", arm.lower()).strip("_") or "arm"
        taken = set(found.values())
        while plain in taken:
            plain = f"{plain}_{number}"
        found[arm] = plain
    return found


def _require(what: str, met: str, allowed: Sequence[str]) -> None:
    if met not in allowed:
        raise InputError(
            f"{what} {met!r} is unknown; allowed: {', '.join(allowed)}; nearest: "
            f"{closest(met, allowed) or 'none'}"
        )


def _packed(study: Study, arms: Sequence[ArmModel], names: Mapping[str, str]) -> bytes:
    """Give the archive of some arms."""
    files = {one.arm: f"{names[one.arm]}.xml" for one in arms}
    entries = [
        Entry(_SIMULATIONS, "SED-ML", sedml_text(arms, files), first=True),
        *(Entry(files[one.arm], "SBML", sbml_text(one)) for one in arms),
    ]
    if study.text:
        entries.append(Entry(f"{study.name}.toml", "study", study.text))
    described = f"{MARK} Numbers: {arms[0].animal}."
    return archive(tuple(entries), study.title, described)
