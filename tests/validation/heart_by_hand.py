"""The heart's equations in plain Python, written from the formulas, for comparison.

Symbols: V viable, J jeopardised, C committed, D debris, A alarmin, R oxidant (ROS),
E energy depletion, F flow, K contractility at risk, L leak, AR answer to alarmins,
N neutrophils, MO monocytes on offer, M1 and M2 macrophages, I1, I6, TN, I10, TG
cytokines, FB, MY and MF fibroblasts, myofibroblasts and matrifibrocytes, CY and CO
young and mature collagen, VE vessels, DI dilation, CR contractility elsewhere, G growth
of surviving muscle. No therapy: all signals zero.
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
    "AR": "heart_alarm_response",
    "N": "heart_neutrophils",
    "MO": "heart_monocyte_supply",
    "M1": "heart_macrophages_inflammatory",
    "M2": "heart_macrophages_reparative",
    "I1": "heart_interleukin_1",
    "I6": "heart_interleukin_6",
    "TN": "heart_tnf",
    "I10": "heart_interleukin_10",
    "TG": "heart_tgf_beta",
    "FB": "heart_fibroblasts",
    "MY": "heart_myofibroblasts",
    "MF": "heart_matrifibrocytes",
    "CY": "heart_collagen_young",
    "CO": "heart_collagen",
    "VE": "heart_vessels",
    "DI": "heart_dilation",
    "CR": "heart_contractility_remote",
    "G": "heart_compensation",
}
ONES = ("F", "V", "K", "MO", "I1", "I6", "TN", "I10", "TG", "FB", "VE", "CR")


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
        p.chemotaxis_debris_weight * s["D"]
        + p.chemotaxis_alarmin_weight * s["A"]
        + p.chemotaxis_tnf_weight * up["TN"]
        + p.chemotaxis_neutrophil_weight * s["N"],
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
        - s["A"] * (1 / p.alarmin_time + p.alarmin_washout_rate * s["F"])
    )
    d["AR"] = (part(s["A"], p.alarmin_half) - s["AR"]) / p.alarm_response_time
    burst = p.oxidant_rate * (1 - isch) * s["F"] / (1 - p.obstructed_share) * s["E"]
    d["R"] = burst - s["R"] / p.oxidant_time
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
            up["I1"]
            + p.neutrophil_interleukin_6_weight * up["I6"]
            + p.neutrophil_tnf_weight * up["TN"],
            p.neutrophil_half,
            2,
        )
        - s["N"] / p.neutrophil_time
    )
    offer = 1 + p.monocyte_supply_gain * part(up["I1"], p.monocyte_supply_half)
    d["MO"] = (offer - s["MO"]) / (p.monocyte_supply_time * mac)
    d["M1"] = (
        p.monocyte_rate * (open_m + (1 - open_m) * s["F"]) * call * s["MO"] / mac
        - turned
        - s["M1"] / (p.macrophage_inflammatory_time * mac)
    )
    d["M2"] = turned - s["M2"] / (p.macrophage_reparative_time * mac)
    calm = 1 - p.tgf_beta_brake_effect * part(up["TG"], p.tgf_beta_brake_half)
    drive = brake * calm * (1 + p.amplification_gain * harm)
    for name, long in (("I1", "interleukin_1"), ("I6", "interleukin_6")):
        gain, cells, time = (
            values[f"heart_{long}_{what}"] for what in ("gain", "cell_share", "time")
        )
        made = gain * (s["AR"] + cells * (s["N"] + s["M1"])) * drive
        d[name] = (made - (s[name] - 1)) / time
    ligated = p.tnf_ligated_gain * max(1 - s["F"], 0.0) * s["MY"]
    d["TN"] = (
        p.tnf_gain
        * (s["AR"] + p.tnf_macrophage_share * s["M1"] + p.tnf_neutrophil_share * s["N"])
        * drive
        + ligated
        - (s["TN"] - 1)
    ) / p.tnf_time
    d["I10"] = (
        p.interleukin_10_alarmin_gain * s["AR"]
        + p.interleukin_10_macrophage_gain
        * (s["M2"] + p.interleukin_10_inflammatory_share * s["M1"])
        - (s["I10"] - 1)
    ) / p.interleukin_10_time
    d["TG"] = (
        p.tgf_beta_release_gain * s["AR"]
        + p.tgf_beta_gain * (s["M2"] + p.tgf_beta_inflammatory_share * s["M1"])
        + p.tgf_beta_myofibroblast_gain * s["MY"]
        + p.tgf_beta_matrifibrocyte_gain * s["MF"]
        - (s["TG"] - 1)
    ) / p.tgf_beta_time

    tgf = part(up["TG"], p.tgf_beta_half, 2)
    grow = tgf / (1 + p.fibroblast_interleukin_1_weight * up["I1"])
    converted = p.conversion_rate * grow * s["FB"]
    back = p.reversion_rate * s["MY"]
    room = 1 - (s["FB"] + s["MY"] + s["MF"]) / p.fibroblast_capacity
    lost = p.fibroblast_turnover_rate
    d["FB"] = (
        (p.fibroblast_growth_rate * room - p.conversion_rate) * grow * s["FB"]
        - lost * (s["FB"] - 1)
    ) / rep
    d["MY"] = (converted - back) / rep
    d["MF"] = (back - lost * s["MF"]) / rep

    makers = s["MY"] + p.collagen_matrifibrocyte_share * s["MF"]
    makers += p.collagen_fibroblast_share * tgf * s["FB"]
    unfilled = 1 - (s["CY"] + s["CO"]) / p.collagen_highest
    eating = p.collagen_basal_turnover
    eating += p.collagen_leukocyte_turnover * (s["N"] + s["M1"])
    eating *= p.collagen_turnover_rate
    kept = p.collagen_turnover_rate * p.collagen_basal_turnover * p.collagen_normal
    ripe = s["CY"] / p.collagen_maturation_time
    made = p.collagen_deposition_rate * makers * unfilled
    d["CY"] = (made - ripe - eating * s["CY"]) / rep
    d["CO"] = (ripe + kept - eating * s["CO"]) / rep

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
        - p.contractility_vessel_effect * s["V"] * max(1 - s["VE"], 0.0)
        - p.contractility_inflammation_effect * harm
        - s["CR"]
    ) / p.contractility_time
    d["G"] = (risk * (1 - s["V"]) - s["G"]) / (p.compensation_time * rep)
    return [d[name] for name in STATES]


def ejection_fraction(y, p):
    """Give the ejection fraction [%] of states, from its own formula."""
    s = dict(zip(STATES, y, strict=True))
    risk = p["anatomy_area_at_risk"]
    lost = risk * (1 - s["V"]) - p["heart_compensation_effect"] * s["G"]
    pump = (1 - p["heart_lost_muscle_effect"] * lost) * s["CR"]
    pump -= p["heart_stunning_effect"] * risk * s["V"] * (1 - s["K"])
    floor = p["outcome_contractile_floor"]
    if pump <= floor:
        pump = floor * math.exp(pump / floor - 1)
    return 100 * p["heart_ejection_fraction_normal"] * pump
