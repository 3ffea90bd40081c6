"""A planned product's cell and culture: what the culture's text is solved with.

The cell is worked back from its secretion rate, then its nodes are turned by what is
planned. Read next: :mod:`exoheart.donor.medium`.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from exoheart.donor.biogenesis import (
    HOURS_PER_DAY,
    NODES,
    Cell,
    node_activity,
    reachable,
)
from exoheart.donor.medium import Flask
from exoheart.donor.modifiers import culture_of, find_modifiers
from exoheart.donor.names import COUNTED_FORMS
from exoheart.donor.secretion import cells_per_ml, secretion
from exoheart.records.prior import Priors
from exoheart.records.product import FloatArray, Secretion, Uniforms, draw
from exoheart.records.study import Product


def planned_flask(product: Product, priors: Priors, uniforms: Uniforms) -> Flask:
    """Give the culture of the tables, shape (outer,).

    One window for all draws (the central one of the tables), so that hours are hours.
    """

    def take(name: str, unit: str = "1") -> FloatArray:
        return draw(priors, uniforms, name, unit)

    cultured = find_modifiers(product.conditioning, "conditioning")
    cells = cells_per_ml(culture_of(cultured), take)
    medium = np.zeros_like(cells)
    if product.medium != "serum-free" and product.form in COUNTED_FORMS:
        row = f"donor.medium_particles.{product.medium.replace(' ', '_')}"
        medium = take(row, "particles/mL")
    return Flask(
        cells_per_ml=cells,
        window_h=np.full_like(cells, priors["product.conditioning_time"].value),
        background_per_ml=medium,
        reuptake_clearance=take("donor.reuptake_clearance", "mL/cell/h"),
        adsorption=take("donor.adsorption_rate", "1/hour"),
    )


def planned_cell(
    product: Product,
    out: Secretion,
    flask: Flask,
    priors: Priors,
    uniforms: Uniforms,
) -> Cell:
    """Work an untouched cell back from its rate, then turn what the plan turns.

    Parameters
    ----------
    product
        As planned, of a donor that is grown.
    out
        Its secretion, by the same draws.
    flask
        Its culture: what is lost in the medium was released before it was counted.
    priors, uniforms
        Parameters and the source of the draws.

    Returns
    -------
    Cell
        Arrays of shape (outer,).
    """

    def take(name: str, unit: str = "1") -> FloatArray:
        return draw(priors, uniforms, name, unit)

    bare = replace(
        product, form="vesicles", conditioning=(), engineering=(), donor_state={}
    )
    plain = secretion(bare, priors, uniforms)
    total = plain.vesicles_per_cell_day / HOURS_PER_DAY * flask.gross
    ones = np.ones_like(total)
    return Cell(
        exosomes=total * plain.exosome_share,
        microvesicles=total * (1.0 - plain.exosome_share),
        secretory_share=take("donor.secretory_share"),
        digestion=1.0 / take("donor.lysosome_time", "hour"),
        free_share=take("donor.free_share"),
        vesicles_per_body=take("donor.vesicles_per_body", "particles"),
        death=take("donor.death_rate", "1/hour") * _fold(out, "apoptosis"),
        bodies_per_dead_cell=take("donor.bodies_per_dead_cell", "particles/cell"),
        yield_fold=ones * _fold(out, "secretion"),
        activities=activities(out, take("donor.secretory_share")),
    )


def _fold(out: Secretion, target: str) -> FloatArray | float:
    return math.prod((f.fold for f in out.factors if f.target == target), start=1.0)


def activities(out: Secretion, secretory_share: FloatArray) -> dict[str, FloatArray]:
    """Give the activity of every node that the plan turns [1], shape (outer,)."""
    found = {}
    for factor in out.factors:
        if factor.target in NODES:
            node = NODES[factor.target]
            left = reachable(node, factor.fold, secretory_share)
            found[node] = node_activity(node, left, secretory_share)
    return found
