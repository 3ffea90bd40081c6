"""What a route does with a dose at once, animal by animal.

Into :mod:`exoheart.prediction.route_ledger`. From the schedule that each animal got,
the recorded amounts and the drawn parameters: what leaks, what escapes by the veins,
what the vessel walls hold in one passage, what goes on. What is left of a state at two
samples, and the rates by which it empties, say how much took which way; so each set of
steps adds up to the dose.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from exoheart.engine.members import Schedule
from exoheart.prediction.account import given_by
from exoheart.prediction.record import Prediction
from exoheart.records.study import Arm

FloatArray = npt.NDArray[np.float64]
WholeArray = npt.NDArray[np.int64]
BROUGHT_BACK = "are brought to vessel walls of the heart by the blood, later"
#: Each step reads on from "vesicles that".
_LEAKS = "leak out of the puncture"
_STAYS = "stay in the muscle, between its cells"
_HELD = "are held by vessel walls of the heart in the first passage"
_GOES_ON = "go on with the blood"
#: Amounts [1e9] below this are no more than the solver's own error.
_RESOLVED = 1e-6


@dataclass(frozen=True)
class Followed:
    """What is needed to follow the dose of one arm; animals in one row each.

    Parameters
    ----------
    prediction, arm
        What is followed.
    values : mapping of text id to ndarray, shape (animal,)
        Parameters of each animal.
    times : ndarray, shape (animal, time)
        Each animal's own samples [h after occlusion].
    given : ndarray, shape (animal,)
        Vesicles of all doses [1e9].
    entered : mapping of state to ndarray, shape (animal, time)
        What doses have put into a state by each sample [1e9].
    """

    prediction: Prediction
    arm: Arm
    values: Mapping[str, FloatArray]
    times: FloatArray
    given: FloatArray
    entered: Mapping[str, FloatArray]

    def __getitem__(self, id_: str) -> FloatArray:
        """Give a parameter, (animal,)."""
        return self.values[id_]

    def state(self, id_: str) -> FloatArray:
        """Give a recorded observable, (animal, time)."""
        found = self.prediction.values(self.arm.name, id_)
        return found.reshape(-1, found.shape[-1])

    def put_into(self, state: str) -> FloatArray:
        """Give what doses have put into a state, (animal, time)."""
        return self.entered.get(state, np.zeros_like(self.times))

    def emptied(self, state: str, more: FloatArray | None = None) -> FloatArray:
        """Give what left a state between samples, (animal, time - 1).

        `more` is what else has come in by each sample.
        """
        came = self.put_into(state) + (0.0 if more is None else more)
        return np.maximum(np.diff(came - self.state(state), axis=-1), 0.0)

    def mass(self, zone: str) -> FloatArray:
        """Give the mass of a zone [g], (animal,)."""
        return self[f"anatomy_{zone}_mass"]

    def flow(self, zone: str) -> FloatArray:
        """Give blood flow of a zone [mL/h/g], (animal, time)."""
        fold = np.maximum(self.state(f"port_flow_{zone}"), 0.0)
        return fold * self["delivery_myocardial_flow"][:, None]

    def wall(self, zone: str) -> FloatArray:
        """Give what the wall takes out of still blood [mL/h/g], (animal, time)."""
        ligand = 1.0 if zone == "remote" else self["delivery_ligand_endothelium"]
        adheres = self.state("delivery_adhesion") * np.reshape(ligand, (-1, 1))
        fold = self.state(f"port_permeability_{zone}")
        return np.asarray(adheres + self.state("delivery_wall") * fold)

    def held(self, zone: str) -> FloatArray:
        """Give the share that the wall takes out in one passage, (animal, time).

        Binding, lodging and the little that crosses against what flows on.
        """
        flow = self.flow(zone)
        taken = self.wall(zone) + self.state("delivery_lodging_ratio") * flow
        return np.divide(taken, flow + taken, out=np.zeros_like(flow), where=flow > 0)


def follow(prediction: Prediction, arm: Arm) -> Followed:
    """Put together what is needed to follow the dose of one arm."""
    block = prediction.members(arm.name)
    names = prediction.cohort.model.parameters
    size = prediction.cohort.size
    entered = entered_by(Schedule.of(block.schedule), block.sample_times)
    given = np.repeat(given_by(prediction, arm)[:, 0, -1], size.animals)
    values = {id_: block.parameters[:, k] for k, id_ in enumerate(names)}
    return Followed(prediction, arm, values, block.sample_times, given, entered)


def entered_by(schedule: Schedule, times: FloatArray) -> dict[str, FloatArray]:
    """Give what doses have put into each state of delivery by each sample [1e9].

    Parameters
    ----------
    schedule
        Of all animals.
    times : ndarray, shape (animal, time)
        Samples [h].

    Returns
    -------
    dict of state to ndarray, shape (animal, time)
        An infusion that is never stopped isn't counted.
    """
    entered: dict[str, FloatArray] = {}
    for what, (action, target) in enumerate(schedule.names):
        if action == "set" or not target.startswith("delivery_"):
            continue
        into = entered.setdefault(target, np.zeros_like(times))
        rows = np.flatnonzero(schedule.what == what)
        member = schedule.member[rows]
        turns = np.arange(rows.size) - np.searchsorted(member, member)
        # the first row of every animal, then the second of those that have one
        for turn in range(int(turns.max(initial=-1)) + 1):
            now = np.flatnonzero(turns == turn)
            if action == "add":
                into[member[now]] += _at_once(schedule, rows[now], times)
            elif turn > 0:
                into[member[now]] += _over(schedule, rows[now - 1], rows[now], times)
    return entered


def _at_once(schedule: Schedule, rows: WholeArray, times: FloatArray) -> FloatArray:
    """Give what doses at once have put in by each sample, (row, time)."""
    own, at = times[schedule.member[rows]], schedule.time_h[rows, None]
    return np.asarray(schedule.value[rows, None] * (own > at))


def _over(
    schedule: Schedule, starts: WholeArray, ends: WholeArray, times: FloatArray
) -> FloatArray:
    """Give what has run in by each sample from one rate to the next, (row, time)."""
    since, until = schedule.time_h[starts, None], schedule.time_h[ends, None]
    ran = np.clip(times[schedule.member[starts]], since, until) - since
    return np.asarray(schedule.value[starts, None] * ran)


def first_steps(followed: Followed) -> dict[str, FloatArray]:
    """Give the first steps of a dose as shares of it, in order, each (animal,).

    They add up to one, up to the solver's error.
    """
    keys, route = followed.arm.delivery, followed.arm.route
    if route in ("patch", "pericardial") or "gel_release_half_time" in keys:
        giga = _around(followed)
    elif route == "intracoronary" and "flow_arrest" in keys:
        giga = _behind_balloon(followed, float(keys["flow_arrest"]))
    else:
        giga = _BY_ROUTE[str(route)](followed)
    return {words: value / followed.given for words, value in giga.items()}


def _injected(followed: Followed) -> dict[str, FloatArray]:
    """Follow a needle: leak, escape by veins and lymph, what stays."""
    stays = np.zeros_like(followed.given)
    left = np.zeros_like(followed.given)
    kept = followed["delivery_depot_retained"][:, None]
    emptying = followed["delivery_depot_emptying"][:, None]
    lymph = (
        followed["delivery_lymph_turnover"] * followed["delivery_mobile_fraction"]
    )[:, None]
    still = followed["delivery_escape_without_flow"][:, None]
    fold = followed["delivery_escape_fold"][:, None]
    for zone in ("risk", "border"):
        flow = np.maximum(followed.state(f"port_flow_{zone}"), 0.0)
        spreads = emptying * kept
        escapes = fold * emptying * (1.0 - kept) * (still + (1.0 - still) * flow)
        share = spreads / (spreads + escapes + lymph)
        between = 0.5 * (share[:, 1:] + share[:, :-1])
        depot = f"delivery_depot_{zone}"
        stays += np.sum(followed.emptied(depot) * between, axis=-1)
        left += followed.state(depot)[:, -1]
    leaks = followed.put_into("delivery_outside")[:, -1]
    return {
        _LEAKS: leaks,
        "escape by veins and lymph": followed.given - leaks - stays - left,
        _STAYS: stays + left,
    }


def _infused(followed: Followed) -> dict[str, FloatArray]:
    """Follow an infusion into the artery: one passage through risk and border."""
    part = followed["delivery_coronary_border_share"][:, None]
    fed: dict[str, FloatArray] = {"risk": np.ones_like(part), "border": part}
    flows = {
        zone: share * followed.flow(zone) * followed.mass(zone)[:, None]
        for zone, share in fed.items()
    }
    whole = np.sum(list(flows.values()), axis=0)
    taken = np.sum([flows[zone] * followed.held(zone) for zone in fed], axis=0)
    share = np.divide(taken, whole, out=np.zeros_like(whole), where=whole > 0.0)
    between = 0.5 * (share[:, 1:] + share[:, :-1])
    held = np.sum(followed.emptied("delivery_coronary") * between, axis=-1)
    left = followed.state("delivery_coronary")[:, -1]
    return {_HELD: held, _GOES_ON: followed.given - held - left} | _rest(
        "are still in the artery", left
    )


def _behind_balloon(followed: Followed, arrest_h: float) -> dict[str, FloatArray]:
    """Follow a dose that stands in the vessels at risk until flow returns.

    What these vessels can't hold goes on with the blood.
    """
    filled = followed.put_into("delivery_vessels_risk")
    start = np.argmax(filled > 0.0, axis=-1)[:, None]
    wall = np.take_along_axis(followed.wall("risk"), start, -1)[:, 0]
    passage = np.take_along_axis(followed.held("risk"), start, -1)[:, 0]
    stands = -np.expm1(-wall / followed["delivery_vascular_volume"] * arrest_h)
    held = filled[:, -1] * (stands + (1.0 - stands) * passage)
    words = "are held by vessel walls of the heart until flow has returned"
    return {words: held, _GOES_ON: followed.given - held}


def _into_vein(followed: Followed) -> dict[str, FloatArray]:
    """Follow an injection into a vein: the lungs come first."""
    came = np.diff(followed.put_into("delivery_venous"), axis=-1)
    share = followed.state("delivery_extraction_lung")[:, 1:]
    held = np.sum(np.maximum(came, 0.0) * share, axis=-1)
    return {
        "are held by the lungs in the first passage": held,
        _GOES_ON: followed.given - held,
    }


def _inhaled(followed: Followed) -> dict[str, FloatArray]:
    """Follow what is breathed in: device, cilia, lung cells, blood."""
    ways = {
        way: followed[f"delivery_airway_{way}"]
        for way in ("absorption", "capture", "clearance")
    }
    whole = np.sum(list(ways.values()), axis=0)
    left = followed.state("delivery_airway")[:, -1]
    out = followed.put_into("delivery_airway")[:, -1] - left
    lost = followed.put_into("delivery_outside")[:, -1]
    return {
        "are lost before the airways": lost,
        "are carried out of the airways again": out * ways["clearance"] / whole,
        "are taken up from the airways by the lungs": out * ways["capture"] / whole,
        "pass from the airways into blood": out * ways["absorption"] / whole,
    } | _rest("are still in the airways", left)


def _around(followed: Followed) -> dict[str, FloatArray]:
    """Follow a gel, a patch or a dose into the pericardial sac."""
    contact = followed["delivery_gel_contact"]
    entry = followed["delivery_pericardial_entry"]
    drain = followed["delivery_pericardial_drainage"]
    left = followed.state("delivery_gel")[:, -1]
    released = followed.put_into("delivery_gel")[:, -1] - left
    in_sac = followed.state("delivery_pericardial")[:, -1]
    through = (
        released * (1.0 - contact)
        + followed.put_into("delivery_pericardial")[:, -1]
        - in_sac
    )
    leaks = followed.put_into("delivery_outside")[:, -1]
    steps = _rest(_LEAKS, leaks)
    steps["pass into the muscle"] = released * contact + through * entry / (
        entry + drain
    )
    steps["drain from the pericardial sac"] = through * drain / (entry + drain)
    return (
        steps
        | _rest("are still in the gel or patch", left)
        | _rest("are still in the pericardial sac", in_sac)
    )


def _rest(words: str, giga: FloatArray) -> dict[str, FloatArray]:
    """Give a step, or none where no animal has anything in it."""
    return {words: giga} if (giga > _RESOLVED).any() else {}


_BY_ROUTE: Mapping[str, Callable[[Followed], dict[str, FloatArray]]] = {
    "intramyocardial": _injected,
    "intracoronary": _infused,
    "intravenous": _into_vein,
    "inhaled": _inhaled,
}
