"""The heart's equations in plain Python, written from the formulas, for comparison.

Symbols: V viable, J jeopardised, C committed, D debris, A alarmin, R oxidant (ROS),
E energy depletion, F flow, K contractility at risk, N neutrophils, M1 and M2
macrophages, I1, I6, TN, I10, TG cytokines, FB and MY fibroblasts, CO collagen, VE
vessels, DI dilation, CR contractility elsewhere, L leak. No therapy: all signals zero.
"""

import math

#: State -> id in the model text.
STATES = {
    "F": "heart_flow",
    "E": "heart_energy_depletion",
    "V": "heart_viable",
    "J": "heart_jeopardised",
    "C": "heart_committed",
    "D": "heart_debris",
    "A": "heart_alarmin",
    "R": "heart_oxidant",
    "K": "heart_contractility_risk",
    "L": "heart_leak",
    "N": "heart_neutrophils",
    "M1": "heart_macrophages_inflammatory",
    "M2": "heart_macrophages_reparative",
    "I1": "heart_interleukin_1",
    "I6": "heart_interleukin_6",
    "TN": "heart_tnf",
    "I10": "heart_interleukin_10",
    "TG": "heart_tgf_beta",
    "FB": "heart_fibroblasts",
    "MY": "heart_myofibroblasts",
    "CO": "heart_collagen",
    "VE": "heart_vessels",
    "DI": "heart_dilation",
    "CR": "heart_contractility_remote",
}
ONES = ("F", "V", "K", "I1", "I6", "TN", "I10", "TG", "FB", "VE", "CR")


def start(p):
    """Give the healthy heart."""
    y = dict.fromkeys(STATES, 0.0) | dict.fromkeys(ONES, 1.0)
    y["CO"] = p["heart_collagen_normal"]
    return [y[name] for name in STATES]


def part(x, half, power=1):
    """Give x^n / (half^n + x^n) for x above zero, else 0."""
    return 0.0 if x <= 0 else x**power / (half**power + x**power)


class Parameters:
    """Parameters by their name after ``heart_``."""

    def __init__(self, values):
        self.values = values

    def __getattr__(self, name):
        """Give one; the area at risk is anatomy's."""
        return self.values[f"heart_{name}"]


def rates(y, values, target):  # noqa: PLR0915 - one line an equation
    """Give the rate of change of every state, in the order of STATES, per hour."""
    p = Parameters(values)
    s = dict(zip(STATES, y, strict=True))
    risk = values["anatomy_area_at_risk"]
    up = {k: max(s[k] - 1, 0.0) for k in ("I1", "I6", "TN", "I10", "TG")}

    isch = max(1 - s["F"] / p.critical_flow, 0.0)
    clock = p.clock_laboratory * p.clock_animal
    mac, rep = p.clock_macrophage, p.clock_repair
    wave = isch * max(s["E"], 0.0) ** p.lag_exponent / (p.injury_step_time * clock)
    harm = part(
        up["TN"] + p.inflammation_interleukin_1_weight * up["I1"], p.inflammation_half
    )
    shield = 1 / (1 + up["I10"] / p.interleukin_10_half_protection)
    brake = 1 / (1 + up["I10"] / p.interleukin_10_half_suppression)

    injured = wave * max(s["V"] - p.surviving_share, 0.0)
    dead_i = p.step_ratio * wave * s["J"]
    dead_r = p.reperfusion_death_rate * s["R"] * s["J"]
    doomed = s["J"] * (p.delayed_death_rate + p.inflammatory_death_rate * harm * shield)
    rescued = p.rescue_rate * (1 - isch) * s["J"]
    share = p.late_loss_dilation_share
    late = s["V"] * (
        p.border_death_rate * harm * shield * (1 - s["V"])
        + p.late_loss_rate * (share * s["DI"] + (1 - share) * max(1 - s["VE"], 0.0))
    )

    alarm = part(s["A"], p.alarmin_half)
    macs = s["M1"] + s["M2"]
    eaten = (
        p.clearance_rate
        * (p.clearance_neutrophil_weight * s["N"] + macs)
        * s["D"]
        / mac
    )
    turn = (
        p.polarisation_basal
        + p.polarisation_debris_weight * part(s["D"] * macs, p.polarisation_debris_half)
        + p.polarisation_interleukin_10_weight
        * part(up["I10"], p.polarisation_interleukin_10_half)
        + p.polarisation_tgf_beta_weight * part(up["TG"], p.tgf_beta_half)
    )
    turned = p.polarisation_rate * turn * s["M1"] / mac
    call = part(
        s["D"]
        + p.chemotaxis_alarmin_weight * s["A"]
        + p.chemotaxis_tnf_weight * up["TN"],
        p.chemotaxis_half,
        2,
    )
    open_n = p.neutrophil_delivery_without_flow
    open_m = p.monocyte_delivery_without_flow
    d = {}
    d["F"] = (target - s["F"]) / p.flow_time
    d["E"] = (
        isch * (1 - s["E"]) / (p.energy_depletion_time * clock)
        - (1 - isch) * s["E"] / p.energy_recovery_time
    )
    d["V"] = rescued - injured - late
    d["J"] = injured - dead_i - dead_r - doomed - rescued
    d["C"] = doomed + late - s["C"] / p.committed_time
    d["D"] = dead_i + dead_r + s["C"] / p.committed_time - eaten
    d["A"] = (
        dead_i
        + dead_r
        + p.alarmin_delayed_share * s["C"] / p.committed_time
        - s["A"] / p.alarmin_time
    )
    d["R"] = p.oxidant_rate * (1 - isch) * s["F"] * s["E"] - s["R"] / p.oxidant_time
    d["K"] = (
        isch * (p.stunning_floor - s["K"]) / p.akinesia_time
        + (1 - isch) * (1 - s["K"]) / p.stunning_time
    )
    d["L"] = (
        max(s["F"] - p.critical_flow, 0.0)
        / (1 - p.critical_flow)
        * s["E"]
        / p.energy_recovery_time
        - s["L"] / p.permeability_time
    )
    d["N"] = (
        p.neutrophil_rate
        * (open_n + (1 - open_n) * s["F"])
        * part(
            up["I1"] + p.neutrophil_interleukin_6_weight * up["I6"],
            p.neutrophil_half,
            2,
        )
        - s["N"] / p.neutrophil_time
    )
    d["M1"] = (
        p.monocyte_rate * (open_m + (1 - open_m) * s["F"]) * call / mac
        - turned
        - s["M1"] / (p.macrophage_inflammatory_time * mac)
    )
    d["M2"] = turned - s["M2"] / (p.macrophage_reparative_time * mac)
    for name, long in (("I1", "interleukin_1"), ("I6", "interleukin_6")):
        gain, cells, time = (
            values[f"heart_{long}_{what}"] for what in ("gain", "cell_share", "time")
        )
        made = gain * (alarm + cells * (s["N"] + s["M1"])) * brake
        d[name] = (made - (s[name] - 1)) / time
    d["TN"] = (
        p.tnf_gain
        * (alarm + p.tnf_macrophage_share * s["M1"] + p.tnf_neutrophil_share * s["N"])
        * brake
        * (1 - p.tnf_tgf_beta_effect * part(up["TG"], p.tnf_tgf_beta_half))
        - (s["TN"] - 1)
    ) / p.tnf_time
    d["I10"] = (
        p.interleukin_10_alarmin_gain * alarm
        + p.interleukin_10_macrophage_gain
        * (s["M2"] + p.interleukin_10_inflammatory_share * s["M1"])
        - (s["I10"] - 1)
    ) / p.interleukin_10_time
    d["TG"] = (
        p.tgf_beta_gain * (s["M2"] + p.tgf_beta_inflammatory_share * s["M1"])
        + p.tgf_beta_myofibroblast_gain * s["MY"]
        - (s["TG"] - 1)
    ) / p.tgf_beta_time

    tgf = part(up["TG"], p.tgf_beta_half, 2)
    drive = tgf / (1 + p.fibroblast_interleukin_1_weight * up["I1"])
    converted = p.conversion_rate * drive * s["FB"]
    back = p.reversion_rate * s["MY"]
    room = 1 - (s["FB"] + s["MY"]) / p.fibroblast_capacity
    d["FB"] = (
        p.fibroblast_growth_rate * drive * s["FB"] * room
        - converted
        + back
        - p.fibroblast_turnover_rate * (s["FB"] - 1)
    ) / rep
    d["MY"] = (converted - back) / rep
    makers = s["MY"] + p.collagen_fibroblast_share * max(s["FB"] - 1, 0.0) * tgf
    basal = p.collagen_basal_turnover
    d["CO"] = (
        p.collagen_deposition_rate * makers * (1 - s["CO"] / p.collagen_highest)
        - p.collagen_turnover_rate
        * (
            (basal + p.collagen_leukocyte_turnover * (s["N"] + s["M1"])) * s["CO"]
            - basal * p.collagen_normal
        )
    ) / rep
    ceiling = p.vessel_ceiling_basal + p.vessel_ceiling_flow * s["F"]
    grown = (
        p.vessel_growth_rate
        * (s["M2"] + p.vessel_hypoxia_weight * part(1 - s["VE"], p.vessel_hypoxia_half))
        * max(ceiling - s["VE"], 0.0)
        / mac
    )
    floor = p.vessel_floor_basal + p.vessel_floor_flow * s["F"]
    pruned = (
        p.vessel_pruning_rate
        * part(s["CO"] - p.collagen_normal, p.vessel_pruning_half, 2)
        * max(s["VE"] - floor, 0.0)
        / rep
    )
    d["VE"] = grown - pruned - (dead_i + dead_r) * s["VE"]

    weak = 1 - part(s["CO"], p.dilation_collagen_half)
    aim = (
        p.dilation_highest
        * part(risk * (1 - s["V"]), p.dilation_half, 2)
        * (1 + p.dilation_weak_scar * weak)
        * (1 - p.dilation_open_artery_effect * s["F"])
    )
    d["DI"] = (aim - s["DI"]) / (p.dilation_time * rep)
    d["CR"] = (
        1
        - p.contractility_dilation_effect * s["DI"] / (1 + s["DI"])
        - p.contractility_vessel_effect * max(1 - s["VE"], 0.0)
        - p.contractility_inflammation_effect * harm
        - s["CR"]
    ) / p.contractility_time
    return [d[name] for name in STATES]


def ejection_fraction(y, p):
    """Give the ejection fraction [%] of states, from its own formula."""
    s = dict(zip(STATES, y, strict=True))
    risk = p["anatomy_area_at_risk"]
    pump = (1 - p["heart_lost_muscle_effect"] * risk * (1 - s["V"])) * s["CR"]
    pump -= p["heart_stunning_effect"] * risk * s["V"] * (1 - s["K"])
    floor = p["outcome_contractile_floor"]
    if pump <= floor:
        pump = floor * math.exp(pump / floor - 1)
    return 100 * p["heart_ejection_fraction_normal"] * pump
