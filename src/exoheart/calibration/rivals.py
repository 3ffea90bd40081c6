"""Rival structures of the heart: the shipped text with something taken out or put in.

Scored by :mod:`exoheart.calibration.structures`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from exoheart.calibration.heart_alone import Terms


@dataclass(frozen=True)
class Structure:
    """One way to write the heart.

    Parameters
    ----------
    name, why
        What it is, and what speaks for it.
    adopted
        Whether the shipped text has what the structure is about: for a structure that
        takes something out, that it is in.
    changes
        Fixed values by set key, in the model's unit; a fit doesn't move them.
    terms, added
        As in :class:`exoheart.calibration.Comparisons`.
    """

    name: str
    why: str
    adopted: bool = True
    changes: Mapping[str, float] = field(default_factory=dict)
    terms: Terms = ()
    added: tuple[str, ...] = ()


_AT_ONCE_H = 0.05
#: A state of its own for scar between the fibres of remote muscle; it follows dilation.
REMOTE_FIBROSIS = """
  candidate_weight has dimensionless;
  candidate_time has hour;
  var candidate_fibrosis; candidate_fibrosis has dimensionless; // scale 0.1: scar
  candidate_fibrosis = 0 dimensionless;
  candidate_fibrosis' = (heart_dilation - candidate_fibrosis) / candidate_time;
"""
STRUCTURES: tuple[Structure, ...] = (
    Structure("shipped", "the text as it is"),
    Structure(
        "without a lag of cytokines",
        "IL-1 is low at three hours in mice and rats",
        changes={"heart_alarm_response_time": _AT_ONCE_H},
    ),
    Structure(
        "without washout of danger signals",
        "cytokines fall faster in reperfused hearts",
        changes={"heart_alarmin_washout_rate": 0.0},
    ),
    Structure(
        "without a source of TNFa in ligated scars",
        "ligated rats keep TNFa for weeks, reperfused mice don't",
        changes={"heart_tnf_ligated_gain": 0.0},
    ),
    Structure(
        "without resting scar cells",
        "myofibroblasts lose their fibres after a week and don't divide again",
        terms=(
            (
                "heart_fibroblasts'",
                "{old} + heart_reversion_rate * heart_myofibroblasts"
                " / heart_clock_repair",
            ),
            ("heart_matrifibrocytes'", "0 dimensionless * heart_reversion_rate"),
        ),
    ),
    Structure(
        "without maturation of collagen",
        "messenger RNA falls by day nine, stained collagen grows for weeks",
        changes={"heart_collagen_maturation_time": _AT_ONCE_H},
    ),
    Structure(
        "collagen from myofibroblasts only",
        "messenger RNA is high on day three, before myofibroblasts are many",
        changes={
            "heart_collagen_fibroblast_share": 0.0,
            "heart_collagen_matrifibrocyte_share": 0.0,
        },
    ),
    Structure(
        "without amplification of cytokines by cytokines",
        "mice without TNFa make less IL-1",
        changes={"heart_amplification_gain": 0.0},
    ),
    Structure(
        "without monocyte supply raised by IL-1",
        "an antibody against IL-1 lowers monocytes for a week",
        changes={"heart_monocyte_supply_gain": 0.0},
    ),
    Structure(
        "without TNFa calling neutrophils",
        "mice without TNFa have fewer",
        changes={"heart_neutrophil_tnf_weight": 0.0},
    ),
    Structure(
        "without early release of TGFb",
        "TGFb is doubled on day one, before macrophages are many",
        changes={"heart_tgf_beta_release_gain": 0.0},
    ),
    Structure(
        "with slow loss at the border",
        "was so before; mice without the IL-1 receptor keep more muscle after ligation",
        adopted=False,
        changes={"heart_border_death_rate": 0.03 / 24},
    ),
    Structure(
        "with vessels of dead muscle weighing on the pump",
        "was so before; rats pump better than it says",
        adopted=False,
        terms=(
            (
                "heart_contractility_remote'",
                "(1 dimensionless - heart_contractility_dilation_effect * "
                "heart_dilation / (1 dimensionless + heart_dilation) - "
                "heart_contractility_vessel_effect * "
                "positive(1 dimensionless - heart_vessels, 0 dimensionless) - "
                "heart_contractility_inflammation_effect * heart_local_inflammation - "
                "heart_contractility_remote) / heart_contractility_time",
            ),
        ),
    ),
    Structure(
        "with shallow pruning of vessels",
        "was so before; scars of rats keep a quarter at week four",
        adopted=False,
        changes={
            "heart_vessel_floor_basal": 0.3,
            "heart_vessel_pruning_rate": 0.1 / 24,
        },
    ),
    Structure(
        "without growth of surviving muscle",
        "large infarcts of rats eject more than lost muscle allows",
        changes={"heart_compensation_effect": 0.0},
    ),
    Structure(
        "with fibrosis of remote muscle",
        "vehicle pigs lost 5.4 points between weeks four and eight",
        adopted=False,
        terms=(
            (
                "heart_contractility_remote'",
                "{old} - candidate_fibrosis"
                " * candidate_weight / heart_contractility_time",
            ),
        ),
        changes={"candidate_weight": 0.2, "candidate_time": 1000.0},
        added=(REMOTE_FIBROSIS,),
    ),
    Structure(
        "with tenfold late loss of muscle",
        "vehicle pigs lost 5.4 points between weeks four and eight",
        adopted=False,
        changes={"heart_late_loss_rate": 0.006 / 24},
    ),
)
