"""The words and columns that the data tables may use, in one place.

Read by the loaders and by the checks of this package; `docs/data.md` explains them.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

#: Columns of `parameters/<stage>.csv`.
PARAMETER_COLUMNS = (
    "id",
    "value",
    "unit",
    "low",
    "high",
    "distribution",
    "spread_kind",
    "bound_low",
    "bound_high",
    "kind",
    "species",
    "source",
    "locator",
    "see",
    "method",
    "note",
)
CHOICE_COLUMNS = ("id", "species", "source", "reason")
SCALING_COLUMNS = ("id", "exponent", "note")
STUDY_COLUMNS = (
    "id",
    "doi",
    "pmid",
    "year",
    "first_author",
    "species",
    "model",
    "occlusion_min",
    "reference_in_review",
    "cohort",
    "use",
    "retracted",
    "source",
    "verification",
    "note",
)
OUTCOME_COLUMNS = (
    "arm",
    "comparator",
    "donor",
    "donor_species",
    "form",
    "modification",
    "isolation",
    "dose_value",
    "dose_unit",
    "dose_basis",
    "route",
    "time_of_dose",
    "dose_time_h",
    "dose_anchor",
    "outcome",
    "region",
    "unit",
    "at",
    "at_h",
    "mean",
    "spread",
    "spread_type",
    "n",
    "direction",
    "verification",
    "note",
)
POOLED_COLUMNS = (
    "id",
    "doi",
    "year",
    "form",
    "species",
    "comparison",
    "outcome",
    "measure",
    "unit",
    "studies",
    "pooled",
    "ci_low",
    "ci_high",
    "i2",
    "use",
    "source",
    "verification",
    "note",
)
CONTRADICTION_COLUMNS = (
    "id",
    "title",
    "species",
    "route",
    "form",
    "quantity",
    "claim",
    "source",
    "against",
    "against_source",
    "reading",
)

KINDS = ("measured", "derived", "fitted", "assumed", "borrowed")
#: The animal treated, in a parameter row.
ROW_SPECIES = ("all", "mouse", "rat", "pig", "human", "dog")
#: Species that every parameter needs a value for.
TREATED_SPECIES = ("mouse", "rat", "pig", "human")
#: Prefixes of ids that need a value for the dog too (heart only, control arms only).
DOG_STAGES = ("heart.", "anatomy.")
STUDY_SPECIES = ("mouse", "rat", "pig", "human", "dog", "sheep", "mixed", "")
MODELS = (
    "ischaemia-reperfusion",
    "permanent ligation",
    "infarct, type not stated",
    "ameroid constriction",
    "isolated heart",
    "heart failure",
    "muscular dystrophy",
    "none",
    "",
)
FORMS_GIVEN = (
    "vesicles",
    "conditioned medium",
    "cells",
    "RNA",
    "nanoparticles",
    "virus",
    "gel",
    "conditioning",
    "control",
    "",
)
#: Forms that a plan may hold; only these are compared with a plan.
THERAPY_FORMS = ("vesicles", "conditioned medium", "cells", "RNA")
ROUTES = (
    "intravenous",
    "intracoronary",
    "intramyocardial",
    "pericardial",
    "patch",
    "inhaled",
    "",
)
DOSE_BASES = ("particles", "protein", "donor cells", "cells", "RNA", "not stated", "")
ANCHORS = ("occlusion", "reperfusion", "")
USES = ("calibrate", "select", "qualify", "context")
VERIFICATIONS = (
    "full text",
    "table page",
    "figure page",
    "abstract",
    "secondary",
    "unread",
)
SPREAD_TYPES = ("SD", "SEM", "IQR", "CI95", "unknown", "")
DIRECTIONS = ("increase", "decrease", "none", "")

#: Each outcome that a table may name, and the family it is compared in.
OUTCOMES: Mapping[str, str] = MappingProxyType(
    {
        "infarct size": "infarct",
        "scar size": "infarct",
        "change in scar size": "infarct",
        "relative change in scar size": "infarct",
        "scar mass": "infarct",
        "change in infarct mass": "infarct",
        "viable mass": "infarct",
        "change in viable mass": "infarct",
        "difference in infarct size": "infarct",
        "slope of infarct size on area at risk": "infarct",
        "ejection fraction": "function",
        "change in ejection fraction": "function",
        "difference in ejection fraction": "function",
        "relative change in ejection fraction": "function",
        "relative slowing of ejection fraction decline": "function",
        "fractional shortening": "function",
        "fractional area change": "function",
        "cardiac function": "function",
        "regional contractility": "function",
        "change in circumferential strain": "function",
        "cardiac output": "function",
        "stroke volume": "function",
        "relative change in stroke volume": "function",
        "diastolic pressure-volume relation": "function",
        "NYHA class": "function",
        "end-diastolic volume": "volume",
        "end-systolic volume": "volume",
        "relative change in end-diastolic volume": "volume",
        "relative change in end-systolic volume": "volume",
        "remodelling": "volume",
        "wall stress": "volume",
        "fibrosis": "fibrosis",
        "perivascular collagen": "fibrosis",
        "cardiomyocyte hypertrophy": "fibrosis",
        "capillary density": "vessels",
        "vessel density": "vessels",
        "blood flow": "vessels",
        "apoptosis": "death",
        "relative change in apoptosis": "death",
        "macrophages": "inflammation",
        "reparative share": "inflammation",
        "inflammation": "inflammation",
        "NT-proBNP": "clinical",
        "arrhythmia": "safety",
        "serious adverse events": "safety",
        "retention in heart": "retention",
        "activity in lung": "retention",
        "heart-to-body activity": "retention",
        "half-life in heart": "retention",
        "labelled volume": "retention",
        "engraftment": "retention",
        "vector copies": "retention",
        "cell survival": "retention",
        "protection": "infarct",
        "vesicle release": "release",
        "IL-6": "inflammation",
        "IL-10": "inflammation",
        "TNF-alpha": "inflammation",
        "autophagic vesicles": "death",
    }
)
