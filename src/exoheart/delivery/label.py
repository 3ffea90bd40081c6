"""What a camera or counter reads: the label, which is not the vesicle.

Beside the chain: driven by a solution, read where a model is compared with imaging or
counting. In: amounts of the states of delivery over time, a body, a tag. Out: where the
label is: on intact vesicles, left behind in an organ by digested ones, free in blood,
gone. Two pools follow the vesicles linearly: what digestion leaves in an organ is lost
into blood (some labels are destroyed instead), and what is free in blood is eliminated.
What an organ reads also holds the label of the blood left in it. Read before:
:mod:`exoheart.delivery.account`.

References
----------
KimReview2019 (label in the blood of mice), VesicleHalfLives (half-lives that papers
cite), B16BL6Iodine2015 (organs, iodine), GlucBOrgans (order of organs, luciferase),
VesicleRoutesMouse (dye seen and not seen), Bonios2011 (cells in rats),
VassilisminRatPBPK (particles that are not digested).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from exoheart.delivery.account import FATES
from exoheart.delivery.blocks import ZONES
from exoheart.errors import InputError, ModelError, closest

FloatArray = npt.NDArray[np.float64]
#: One animal's value, or those of n animals with shape (n, 1).
Number = float | FloatArray
Amounts = Mapping[str, FloatArray]

#: Labels with rows of their own; dye stands for DiD, DiR and other fluorophores.
TAGS: tuple[str, ...] = ("dye", "iodine", "luciferase", "nanoluciferase", "zirconium")
#: Rows of a tag, without its name -> the unit that :func:`tag_of` wants.
TAG_ROWS: Mapping[str, str] = MappingProxyType(
    {
        "delivery_label_free_share": "1",
        "delivery_label_organ_half_life": "hour",
        "delivery_label_returned": "1",
        "delivery_label_blood_half_life": "hour",
        "delivery_detection_limit": "giga_item/g",
    }
)
_TINY = float(np.finfo(np.float64).tiny)
_VESSELS = tuple(f"delivery_vessels_{zone}" for zone in ZONES)
#: Organ -> states with intact vesicles outside blood. Airways are counted with the
#: lung, a gel with the heart that it lies on.
TISSUE: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "liver": FATES["liver"],
        "spleen": FATES["spleen"],
        "lung": FATES["lung"] + FATES["airways"],
        "kidney": FATES["kidney"],
        "gut": FATES["gut"],
        "other": FATES["other organs"],
        "heart": FATES["gel or patch"]
        + tuple(
            state
            for zone in ZONES
            for state in FATES[f"heart, {zone}"]
            if state not in _VESSELS
        ),
    }
)
#: Places that can be read.
ORGANS: tuple[str, ...] = ("blood", *TISSUE)
_ELSEWHERE = FATES["outside"] + FATES["pericardial fluid"]
#: States whose vesicles are digested outside the heart, and where label stays then.
_DIGESTING: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "blood": FATES["blood cells"],
        **{o: FATES["other organs" if o == "other" else o] for o in list(TISSUE)[:-1]},
    }
)


@dataclass(frozen=True, slots=True)
class Tag:
    """A label and how it parts from its vesicle.

    Parameters
    ----------
    name
        One of :data:`TAGS`, or a name of one's own.
    free_share
        Share of the label that is on no vesicle when it is given; it enters blood.
    organ_half_life
        Of label left behind in an organ by digested vesicles [h]; may be infinite.
    returned
        Share of the label that an organ loses which enters blood; the rest is gone.
    blood_half_life
        Of free label in blood [h]; what leaves it is gone.
    detection_limit
        Label per gram of organ, as that of 1e9 vesicles [1e9 vesicles/g].
    """

    name: str
    free_share: float
    organ_half_life: float
    returned: float
    blood_half_life: float
    detection_limit: float


@dataclass(frozen=True, slots=True)
class Body:
    """Organs as a reader meets them: masses [g], and blood left in each [mL].

    `capture_digestion` and `blood_cell_entry` [1/h] divide what is digested outside
    the heart among the places that digest.
    """

    mass: Mapping[str, Number]
    blood_left: Mapping[str, Number]
    blood_volume: Number
    capture_digestion: Number
    blood_cell_entry: Number


@dataclass(frozen=True, slots=True)
class Label:
    """Where the label is over time, in the label of 1e9 vesicles; shape (..., time).

    Parameters
    ----------
    intact
        On intact vesicles, by organ; vesicles in the heart's small vessels count as
        blood.
    left_behind
        Left by digested vesicles, by organ; under blood what blood cells digested.
    residual
        In the blood that stays in an organ when it is taken out, by organ. Part of
        blood's own label, so it doesn't add to the account.
    free, eliminated, elsewhere
        Free in blood, gone for good, and on vesicles outside all organs: leaked,
        coughed up, or in the pericardial sac.
    """

    intact: Mapping[str, FloatArray]
    left_behind: Mapping[str, FloatArray]
    residual: Mapping[str, FloatArray]
    free: FloatArray
    eliminated: FloatArray
    elsewhere: FloatArray

    def reading(self, organ: str) -> FloatArray:
        """Give what is read in an organ, its blood included; in all blood: all of it.

        Raises
        ------
        InputError
            No such organ.
        """
        if organ not in ORGANS:
            raise InputError(
                f"organ {organ!r}; allowed: {', '.join(ORGANS)}; nearest: "
                f"{closest(organ, ORGANS) or 'none'}"
            )
        own = self.intact[organ] + self.left_behind[organ]
        return own + (self.free if organ == "blood" else self.residual[organ])

    def given(self) -> FloatArray:
        """Give all label given so far, wherever it is now."""
        held = [*self.intact.values(), *self.left_behind.values()]
        parts = [*held, self.free, self.eliminated, self.elsewhere]
        return np.asarray(np.sum(parts, axis=0))


def tag_of(name: str, values: Mapping[str, float]) -> Tag:
    """Make a tag from its rows.

    Parameters
    ----------
    name
        One of :data:`TAGS`.
    values
        By text id (``delivery_label_free_share_dye``), in the units of
        :data:`TAG_ROWS`.

    Raises
    ------
    InputError
        An unknown tag.
    """
    if name not in TAGS:
        raise InputError(
            f"tag {name!r}; allowed: {', '.join(TAGS)}; nearest: "
            f"{closest(name, TAGS) or 'none'}"
        )
    return Tag(name, *(float(values[f"{row}_{name}"]) for row in TAG_ROWS))


def body_of(values: Mapping[str, Number], body_mass: Number) -> Body:
    """Make a body from the parameters of one animal.

    A millilitre of tissue is taken as a gram (true within 6 %); gut and all others
    have the blood fraction of the rest of the body.

    Parameters
    ----------
    values
        By text id, in the units of the model text; ``delivery_blood_fraction_*`` and
        the masses of kidney and gut included. Arrays of shape (n, 1) for n animals.
    body_mass
        [g]

    Raises
    ------
    InputError
        The organs and the blood leave the rest of the body nothing.
    """
    mass = {
        organ: values[f"delivery_{organ}_mass"]
        for organ in ("liver", "spleen", "lung", "kidney", "gut")
    }
    mass["heart"] = sum(values[f"anatomy_{zone}_mass"] for zone in ZONES)
    volume = values["delivery_blood_volume"]
    mass["other"] = body_mass - volume - sum(mass.values())
    if np.any(mass["other"] <= 0.0):
        raise InputError(
            f"{np.min(mass['other']):g} g of body left beside organs and blood; "
            "allowed: above zero; give body_mass in grams"
        )
    known = ("liver", "spleen", "lung", "kidney", "other")
    fraction = {organ: values[f"delivery_blood_fraction_{organ}"] for organ in known}
    fraction["gut"] = fraction["other"]
    fraction["heart"] = values["delivery_vascular_volume"]
    return Body(
        mass | {"blood": volume},
        {organ: fraction[organ] * mass[organ] for organ in mass},
        volume,
        values["delivery_capture_digestion"],
        values["delivery_blood_cell_entry"],
    )


def observe(
    amounts: Amounts,
    times_h: FloatArray,
    body: Body,
    tag: Tag,
    *,
    blood_kept: float = 1.0,
) -> Label:
    """Give where the label is at each sample.

    With D vesicles digested in an organ so far, L label left behind there, F free::

        dL/dt = (1 - f) dD/dt - ln2/t_o L
        dF/dt = f dG/dt + r sum(ln2/t_o L) - ln2/t_b F

    f free share, r share returned to blood, G vesicles given so far (those released by
    living donor cells are counted as labelled), t_o and t_b half-lives of the tag. The
    pools are integrated exactly for amounts that are straight lines between samples,
    so sample closely after a dose. Digestion outside the heart is one state of the
    model; each interval's share of it goes to the places that digest by amount times
    rate.

    Parameters
    ----------
    amounts : mapping of id to ndarray of shape (..., t)
        Every state of :data:`exoheart.delivery.FATES` [1e9].
    times_h : ndarray of shape (t,)
        Rising [h], beginning before the first dose.
    body, tag
        The animal and the label.
    blood_kept
        Share of an organ's blood that stays in it: 1 for organs as they are, 0 where
        they are rinsed or the blood is subtracted.

    Raises
    ------
    InputError
        Times that don't rise, or a dose before the first of them.
    ModelError
        A state is missing.
    """
    missing = [s for held in FATES.values() for s in held if s not in amounts]
    if missing:
        raise ModelError(
            f"amounts lack {', '.join(missing[:3])}; allowed: all states of "
            "delivery.FATES; record delivery.STATES"
        )
    given = _sum(amounts, tuple(s for held in FATES.values() for s in held))
    _check(times_h, given)
    on = 1.0 - tag.free_share
    left, free, gone = _drained(
        {organ: on * grown for organ, grown in _digested(amounts, body).items()},
        tag.free_share * np.diff(given),
        np.diff(times_h),
        tag,
    )
    vessels = on * _sum(amounts, _VESSELS)
    flowing = on * _sum(amounts, FATES["blood"])
    on_cells = on * _sum(amounts, FATES["blood cells"])
    held = on_cells + left["blood"] + free
    intact = {organ: on * _sum(amounts, states) for organ, states in TISSUE.items()}
    share = {organ: body.blood_left[organ] / body.blood_volume for organ in TISSUE}
    residual = {organ: blood_kept * share[organ] * (flowing + held) for organ in TISSUE}
    # the model has the heart's own blood, but not what blood cells bring into it
    residual["heart"] = blood_kept * (vessels + share["heart"] * held)
    intact["blood"] = flowing + on_cells + vessels
    return Label(intact, left, residual, free, gone, on * _sum(amounts, _ELSEWHERE))


def detection_margin(label: Label, organ: str, body: Body, tag: Tag) -> FloatArray:
    """Give label per gram of an organ over the tag's limit: seen at 1 or more.

    "Not detected" is then a censored observation: the label lies below the limit.

    Parameters
    ----------
    label, organ, body, tag
        As for :func:`observe`; a gram of blood is a millilitre.
    """
    return label.reading(organ) / body.mass[organ] / tag.detection_limit


def _check(times_h: FloatArray, given: FloatArray) -> None:
    if times_h.ndim != 1 or np.any(np.diff(times_h) <= 0.0):
        raise InputError(
            f"times of shape {times_h.shape}, smallest step "
            f"{np.min(np.diff(times_h), initial=np.inf):g} h; allowed: one rising "
            "series; sort them and leave out doubles"
        )
    if np.any(given[..., 0] != 0.0):
        raise InputError(
            f"{np.max(given[..., 0]):g} billion vesicles at the first sample; allowed: "
            "none, since their label has a past; begin before the first dose"
        )


def _sum(amounts: Amounts, states: tuple[str, ...]) -> FloatArray:
    return np.asarray(np.sum([amounts[state] for state in states], axis=0))


def _digested(amounts: Amounts, body: Body) -> dict[str, FloatArray]:
    """Give the vesicles digested in each organ from sample to sample (..., t - 1)."""
    weights = {}
    for organ, states in _DIGESTING.items():
        rate = body.blood_cell_entry if organ == "blood" else body.capture_digestion
        held = np.maximum(_sum(amounts, states), 0.0)  # a solver's rounding
        weights[organ] = rate * (held[..., 1:] + held[..., :-1]) + _TINY
    total = np.sum(list(weights.values()), axis=0)
    outside = np.diff(amounts["delivery_degraded_body"])
    grown = {organ: weight / total * outside for organ, weight in weights.items()}
    return grown | {"heart": np.diff(amounts["delivery_degraded_heart"])}


def _drained(
    left: Mapping[str, FloatArray], free: FloatArray, gaps: FloatArray, tag: Tag
) -> tuple[dict[str, FloatArray], FloatArray, FloatArray]:
    """Follow label left behind by organ, free, and gone; each of shape (..., t).

    `left` and `free` is what enters from sample to sample, at a steady pace. A chain of
    two losses has a closed form in divided differences of exp, which stay exact where
    the two rates are equal, and zero.
    """
    loss = np.log(2.0) / tag.organ_half_life * gaps
    out = np.log(2.0) / tag.blood_half_life * gaps
    low, high = np.minimum(loss, out), np.maximum(loss, out)
    through = np.exp(-low) * _mean_left(high - low)  # of label left at the start
    entered = (_mean_left(low) - through) / np.maximum(high, _TINY)  # of label entering
    held = {o: _held(one * _mean_left(loss), np.exp(-loss)) for o, one in left.items()}
    total, inflow = (np.sum(list(parts.values()), axis=0) for parts in (held, left))
    back = tag.returned * loss * (through * total[..., :-1] + entered * inflow)
    pool = _held(free * _mean_left(out) + back, np.exp(-out))
    return held, pool, _held(inflow + free, np.ones_like(out)) - total - pool


def _mean_left(loss: FloatArray) -> FloatArray:
    """Give what is left at the end of a gap of what entered it at a steady pace."""
    loss = np.maximum(loss, _TINY)
    return np.asarray(-np.expm1(-loss) / loss)


def _held(arrived: FloatArray, kept: FloatArray) -> FloatArray:
    """Follow a pool from empty: the share `kept` of it, and what arrived, each gap."""
    pool = np.zeros((*arrived.shape[:-1], arrived.shape[-1] + 1))
    for gap, share in enumerate(kept):
        pool[..., gap + 1] = share * pool[..., gap] + arrived[..., gap]
    return pool
