"""How a recipient's immune system may meet a product: known, assumed and unknown.

Beside the make plan. In: the planned product and the species treated. Out: one flag for
each topic, in plain words; what nobody has measured is said to be unknown. Nothing here
moves a number: antibodies against foreign vesicles act in delivery.

References
----------
Review2017 (section 6.2 and figure 2; the papers behind it were not read),
doi 10.1002/jev2.12368, registry NCT05774509.
"""

from __future__ import annotations

from collections.abc import Iterator

from exoheart.product.donor_facts import facts_of
from exoheart.product.kinship import kinship
from exoheart.records.making import RiskFlag
from exoheart.records.study import Product

_REVIEW = "Review2017"
_MACAQUE = "10.1002/jev2.12368"
_FIRST_PATIENTS = "NCT05774509"
_KIN = {
    "autologous": "the recipient's own",
    "allogeneic": "another donor's of the same species",
    "xenogeneic": "of another species",
}


def risk_flags(product: Product, recipient_species: str) -> tuple[RiskFlag, ...]:
    """List what to think of before a recipient meets the product.

    Parameters
    ----------
    product
        As planned.
    recipient_species
        Species treated.

    Returns
    -------
    tuple of RiskFlag
        What comes from the donor first, then from the relation to the recipient, the
        medium, and repeated doses. RNA without vesicles has no donor to be foreign.
    """
    if product.form == "RNA":
        return (_rna(), _complement(product))
    kin = kinship(product, recipient_species)
    return (
        _mhc(product, kin),
        *_tumours(product),
        _foreignness(kin, recipient_species),
        *_sensitised(kin),
        *_medium(product, recipient_species),
        _repeated(kin, recipient_species),
        _complement(product),
    )


def _mhc(product: Product, kin: str) -> RiskFlag:
    """HLA or MHC molecules that come with the donor."""
    if facts_of(product.donor).presents_antigen:
        sentence = (
            f"{product.donor} vesicles present working MHC class I and II, the ground "
            f"for vaccines made of them; the donor here is {_KIN[kin]}. The papers "
            "that the review names for it were not read."
        )
        return RiskFlag("MHC of the donor", "known", sentence, _REVIEW)
    what = "cells carry" if product.form == "cells" else "vesicles may carry"
    sentence = (
        f"{product.donor} {what} MHC class I of their donor. Vesicles of cells outside "
        "the immune system are held to be privileged, which is an assumption; type the "
        "donor and measure MHC on the vesicles."
    )
    return RiskFlag("MHC of the donor", "assumed", sentence, _REVIEW)


def _tumours(product: Product) -> Iterator[RiskFlag]:
    """Tumours from pluripotent donors and production lines."""
    topic, donor = "tumours", facts_of(product.donor)
    if not donor.tumour:
        return
    if donor.family == "pluripotent" and product.form == "cells":
        sentence = (
            f"{product.donor} cells left undifferentiated may form tumours; the risk "
            "goes with the number of such cells in a dose."
        )
        yield RiskFlag(topic, "known", sentence, _REVIEW)
    else:
        sentence = (
            f"Vesicles can't divide, but whether {product.donor} vesicles carry what "
            "makes recipient cells grow is unknown; show that no donor cell is left "
            "and that its DNA is below a limit."
        )
        yield RiskFlag(topic, "unknown", sentence)


def _foreignness(kin: str, species: str) -> RiskFlag:
    """Give what the kin of donor and recipient means for a dose."""
    topic = f"{kin} use"
    if kin == "autologous":
        sentence = (
            "Own vesicles bring no foreign MHC; changes by culture and loading may "
            "still be met as foreign (assumed)."
        )
        return RiskFlag(topic, "assumed", sentence)
    if kin == "allogeneic":
        sentence = (
            "Most animal experiments gave vesicles of another donor or species, and "
            "effects were seen all the same; that phagocytes clear them seems not to "
            "take the effect away. Loss of effect by rejection was hardly looked for."
        )
        return RiskFlag(topic, "assumed", sentence, _REVIEW)
    sentence = (
        f"Crossing the species to a {species} is common (human CDC vesicles in pigs, "
        "human MSC vesicles in rats) and mixes the product with its foreignness: it "
        "says little about antibodies that patients would form."
    )
    return RiskFlag(topic, "known", sentence, _REVIEW)


def _sensitised(kin: str) -> Iterator[RiskFlag]:
    """Recipients who have antibodies already, and those whom the product gives them."""
    if kin == "autologous":
        return
    sentence = (
        "Whether alloantigens on vesicles sensitise a recipient, and whether the "
        "effect is smaller in one who is sensitised (by transfusion, pregnancy, "
        "transplant), is not known; screen for antibodies before and after."
    )
    yield RiskFlag("sensitised recipient", "unknown", sentence, _REVIEW)


def _medium(product: Product, species: str) -> Iterator[RiskFlag]:
    """Protein of the medium that stays with the vesicles of cells that grow in it."""
    if product.medium == "serum-free" or not facts_of(product.donor).grown:
        return
    if product.medium == "platelet lysate":
        what = "Platelet lysate brings protein and vesicles of many blood donors"
    else:
        left = "less, but some, of its" if product.medium == "depleted serum" else "its"
        what = f"Bovine serum leaves {left} protein with the vesicles"
    sentence = (
        f"{what}, foreign to a {species}; how much is left and what antibodies follow "
        "is unknown until residual medium protein is measured in the lot."
    )
    yield RiskFlag("protein of the medium", "unknown", sentence)


def _repeated(kin: str, species: str) -> RiskFlag:
    """Antibodies on repeated doses."""
    topic = "antibodies on repeated doses"
    if kin == "autologous":
        sentence = "None are expected against own vesicles; nobody measured it."
        return RiskFlag(topic, "assumed", sentence)
    if kin == "xenogeneic":
        also = "" if species == "human" else f"; for a {species} it is borrowed"
        sentence = (
            "In macaques the exposure to human vesicles fell from dose to dose, put "
            f"down to antibodies{also}. Give single doses, or measure antibodies."
        )
        return RiskFlag(topic, "known", sentence, _MACAQUE)
    sentence = (
        "Three patients of a first trial were given another donor's vesicles three "
        "times and formed no alloantibodies; more than that is not known."
    )
    return RiskFlag(topic, "unknown", sentence, _FIRST_PATIENTS)


def _complement(product: Product) -> RiskFlag:
    """Complement on the particle's surface, or on RNA."""
    what = "RNA" if product.form == "RNA" else product.form
    sentence = (
        f"Activation of complement in the recipient's blood by {what} of this kind "
        "was not found measured; test it in fresh serum of the species before a "
        "first dose into blood."
    )
    return RiskFlag("complement", "unknown", sentence)


def _rna() -> RiskFlag:
    sentence = (
        "Synthetic RNA can wake sensors of foreign RNA; how much depends on sequence, "
        "chemistry and purity, and is unknown for this one."
    )
    return RiskFlag("sensing of RNA", "unknown", sentence)
