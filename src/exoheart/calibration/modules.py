"""The modules of the heart: what each fit may move, and which rows it is held against.

Modules are fitted one after the other; a later one takes the medians of the earlier
ones. Numbers that no untreated animal can inform (how strong a therapy's signal is) are
never here, nor are numbers that only set a unit.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from exoheart import outcome
from exoheart.calibration.problem import Unknown, clock, unknown
from exoheart.errors import InputError
from exoheart.outcome import Control

#: Order matters: each takes what the ones before it found.
MODULES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "injury": (
            "heart.step_ratio",
            "heart.reperfusion_death_rate",
            "heart.delayed_death_rate",
            "heart.inflammatory_death_rate",
            "heart.rescue_rate",
            "heart.border_death_rate",
            "heart.oxidant_time",
            "heart.energy_recovery_time",
            "heart.critical_flow",
            "outcome.jeopardised_weight",
            "outcome.early_excess@pig",
            "outcome.early_excess_time",
        ),
        "inflammation": (
            "heart.alarmin_time",
            "heart.alarmin_half",
            "heart.alarmin_washout_rate",
            "heart.alarm_response_time",
            "heart.interleukin_1_time",
            "heart.interleukin_6_time",
            "heart.tgf_beta_gain",
            "heart.tgf_beta_inflammatory_share",
            "heart.tgf_beta_release_gain",
            "heart.tgf_beta_myofibroblast_gain",
            "heart.tgf_beta_matrifibrocyte_gain",
            "heart.neutrophil_half",
            "heart.neutrophil_tnf_weight",
            "heart.neutrophil_time",
            "heart.monocyte_rate",
            "heart.monocyte_supply_gain",
            "heart.chemotaxis_half",
            "heart.chemotaxis_debris_weight",
            "heart.macrophage_reparative_time",
            "heart.polarisation_rate",
        ),
        "repair": (
            "heart.clock_repair@rat",
            "outcome.young_collagen_share",
            "heart.tgf_beta_half",
            "heart.fibroblast_growth_rate",
            "heart.fibroblast_capacity",
            "heart.conversion_rate",
            "heart.reversion_rate",
            "heart.collagen_deposition_rate",
            "heart.collagen_turnover_rate",
            "heart.collagen_fibroblast_share",
            "heart.collagen_matrifibrocyte_share",
            "heart.collagen_maturation_time",
        ),
        "ventricle": (
            "heart.contractility_dilation_effect",
            "heart.contractility_vessel_effect",
            "heart.contractility_inflammation_effect",
            "heart.lost_muscle_effect",
            "heart.stunning_effect",
            "heart.compensation_effect",
        ),
    }
)
#: Judged numbers that decide how much a product can show; untreated animals move the
#: first three at most, and the page says how far.
JUDGED: tuple[str, ...] = (
    "heart.contractility_vessel_effect",
    "heart.inflammatory_death_rate",
    "heart.reperfusion_death_rate",
    "heart.delayed_death_rate",
    "heart.interleukin_10_therapy_gain",
    "heart.polarisation_effect",
    "heart.nfkb_effect",
    "heart.survival_effect",
)


def rows_of(module: str, uses: Iterable[str] = ("calibrate",)) -> tuple[Control, ...]:
    """Give the published rows of a module that a fit may read.

    Raises
    ------
    InputError
        Rows marked ``qualify`` were asked for: no fit reads them.
    """
    wanted = tuple(uses)
    if "qualify" in wanted:
        raise InputError(
            f"a fit was asked to read {', '.join(wanted)}; allowed: calibrate and "
            "select, never qualify; leave that use out"
        )
    return tuple(
        control
        for control in outcome.load_controls()
        if control.module == module and control.use in wanted
    )


def unknowns_of(module: str, rows: Iterable[Control]) -> tuple[Unknown, ...]:
    """Give what a module's fit may move.

    The injury fit has one clock for each laboratory among `rows`: laboratories of one
    species differ in how fast the same infarct grows.
    """
    given = [unknown(name) for name in MODULES[module]]
    if module == "injury":
        pairs = dict.fromkeys((row.species, row.laboratory) for row in rows)
        given += [clock(species, laboratory) for species, laboratory in pairs]
    return tuple(given)
