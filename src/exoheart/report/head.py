"""The head of the report: what was planned, and the line on every page foot."""

from __future__ import annotations

from markupsafe import Markup

from exoheart.figures import numbers
from exoheart.report.blocks import Block, Items, Part, Table, code, linked, table


def standing(plan: Part) -> str:
    """Say what the report is for and how much of it rests on measured values."""
    share = numbers.percent(plan["answer"].get("measured_share"))
    rests = (
        "how much of this answer rests on measured values is not available"
        if share == numbers.MISSING
        else f"{share} of this answer's variance rests on measured or derived values"
    )
    return f"Research use only, not medical advice; {rests}."


def _arms(study: Part) -> Table:
    body = [
        (
            arm["name"],
            "control" if arm.get("control") else str(arm.get("product") or "none"),
            str(arm.get("route") or "untreated"),
            str(arm.get("dose") or "none"),
            str(arm.get("at") or "never"),
            numbers.number(arm.get("n")),
            str(arm.get("compare_to") or "none"),
        )
        for arm in study["arms"]
    ]
    columns = ("Arm", "Product", "Route", "Dose", "Given", "n", "Compared with")
    return table("Arms", columns, body, (5,))


def facts(study: Part) -> tuple[tuple[str, str], ...]:
    """Give the planned study as pairs of a term and its value."""
    infarct = study["infarct"]
    mass = study.get("body_mass_kg")
    occlusion = infarct.get("occlusion_h")
    rows = [
        (
            "Animal",
            f"{study['species']}, {study['sex']}, "
            + (
                "body mass of the species"
                if mass is None
                else numbers.quantity(mass, "kg")
            ),
        ),
        (
            "Infarct",
            infarct["model"]
            + ("" if occlusion is None else f", {_occlusion(occlusion)} occlusion"),
        ),
    ]
    for product in study["products"]:
        rows.append((f"Product {product['name']}", _product(product)))
    for endpoint in study["endpoints"]:
        region = f" of {endpoint['of']}" if endpoint.get("of") else ""
        kind = "Primary endpoint" if endpoint.get("primary") else "Endpoint"
        rows.append(
            (
                kind,
                f"{endpoint['quantity']}{region}, {endpoint['at']}, "
                f"{endpoint['method']}",
            )
        )
    return tuple(rows)


def _product(product: Part) -> str:
    """Say in one line what a product is; what is nothing special is left out."""
    state = ", ".join(product.get("donor_state") or ())
    medium = product.get("medium") or "serum-free"
    parts = (
        f"{product['donor']} ({product['donor_species']}) {product['form']}",
        f"donor: {state}" if state else "",
        ", ".join(product.get("changes") or ()),
        "" if medium == "serum-free" else f"medium with {medium}",
        ", ".join(product.get("isolation") or ()) or "no isolation",
        product.get("storage") or "not stored",
        f"counted in {product['measured']}" if product.get("measured") else "",
    )
    return "; ".join(filter(None, parts))


def _occlusion(hours: object) -> str:
    given = numbers.finite(hours)
    if given is not None and given < 4:
        return f"{numbers.number(round(given * 60.0, 3))}{numbers.SPACE}min"
    return numbers.duration(hours)


def head(plan: Part) -> tuple[Block, ...]:
    """Give the blocks under the title: arms, the user's own values, unused keys."""
    study = plan["study"]
    blocks: list[Block] = [_arms(study)]
    own = tuple(
        Markup("{} = {} ({})").format(
            code(row["id"]),
            numbers.quantity(row.get("median"), row.get("unit")),
            linked(row.get("source") or "no source given"),
        )
        for row in study.get("overrides") or ()
    )
    if own:
        title = "Values of the user, in place of the shipped ones"
        blocks.append(Items(own, title, "notice"))
    unused = tuple(code(key) for key in study.get("unused") or ())
    if unused:
        blocks.append(Items(unused, "Recorded, not used", "notice"))
    return tuple(blocks)
