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
#: The model of a study without an animal: never set beside a plan.
IN_VITRO = "in vitro"
MODELS = (
    "ischaemia-reperfusion",
    "permanent ligation",
    "infarct, type not stated",
    "ameroid constriction",
    "isolated heart",
    "heart failure",
    "muscular dystrophy",
    "none",
    IN_VITRO,
    "",
)
FORMS_GIVEN = (
    "vesicles",
    "conditioned medium",
    "secretome",
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
#: Read of a title alone: it says what was tested, and decides nothing.
TITLE = "title"
#: How a text was read, the best first.
VERIFICATIONS = (
    "full text",
    "table page",
    "figure page",
    "abstract",
    "secondary",
    TITLE,
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
        "change in end-systolic volume": "volume",
        "relative change in end-diastolic volume": "volume",
        "relative change in end-systolic volume": "volume",
        "end-diastolic diameter": "volume",
        "end-systolic diameter": "volume",
        "remodelling": "volume",
        "wall stress": "volume",
        "fibrosis": "fibrosis",
        "perivascular collagen": "fibrosis",
        "cardiomyocyte hypertrophy": "fibrosis",
        "capillary density": "vessels",
        "vessel density": "vessels",
        "arteriole density": "vessels",
        "blood flow": "vessels",
        "apoptosis": "death",
        "relative change in apoptosis": "death",
        "macrophages": "inflammation",
        "reparative share": "inflammation",
        "inflammation": "inflammation",
        "arginase-1": "inflammation",
        "daily diuretic need": "clinical",
        "NT-proBNP": "clinical",
        "arrhythmia": "safety",
        "serious adverse events": "safety",
        "retention in heart": "retention",
        "activity in lung": "retention",
        "heart-to-body activity": "retention",
        "half-life in heart": "retention",
        "labelled volume": "retention",
        "engraftment": "retention",
        "change in T2*": "retention",
        "vector copies": "retention",
        "cell survival": "retention",
        "protection": "infarct",
        "vesicle release": "release",
        "IL-6": "inflammation",
        "IL-10": "inflammation",
        "TNF-alpha": "inflammation",
        "autophagic vesicles": "death",
        "helix angle transmurality": "structure",
        "relative change in helix angle transmurality": "structure",
        "within-animal SD of ejection fraction": "measurement",
        "same-reader difference in ejection fraction": "measurement",
        "two-reader difference in ejection fraction": "measurement",
        # cells in a dish; the region names whose they are
        "cardiomyocyte survival": "in vitro",
        "cardiomyocyte death": "in vitro",
        "cardiomyocyte apoptosis": "in vitro",
        "cardiomyocyte protection": "in vitro",
        "caspase activity": "in vitro",
        "mitochondrial membrane potential": "in vitro",
        "endothelial tube formation": "in vitro",
        "endothelial proliferation": "in vitro",
        "endothelial migration": "in vitro",
        "tube formation": "in vitro",
        "cell proliferation": "in vitro",
        "cell migration": "in vitro",
        "profibrotic gene expression": "in vitro",
        "protein expression": "in vitro",
        "vesicle uptake": "in vitro",
        # what vesicles hold; the region names the molecule
        "vesicle diameter": "cargo",
        "miRNA content": "cargo",
        "number of raised miRNAs": "cargo",
        "miRNA in recipient tissue": "cargo",
        "correlation with potency in vivo": "cargo",
        "number of Rab proteins that promote release": "release",
    }
)
#: Outcomes that are shares of a whole where their unit is per cent.
SHARES = (
    *("infarct size", "scar size", "ejection fraction", "fractional shortening"),
    *("fractional area change", "fibrosis", "apoptosis", "reparative share"),
    *("retention in heart", "activity in lung", "labelled volume"),
)
