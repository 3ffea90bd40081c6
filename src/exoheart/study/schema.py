"""The shape of a study file: its keys, their types and what each means.

Part of :mod:`exoheart.study`. Here stands what can be said of one key alone; what
depends on other keys or on the shipped tables is in :mod:`exoheart.study.build`.
Loads pydantic, so it is imported on first use. Read next:
:mod:`exoheart.study.shape`.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag

#: How a counted sample may be written: pydantic puts these into a fault's path.
FILE, TABLE = "as a file", "as a table"


def _key(default: Any, text: str, *examples: Any, **limits: Any) -> Any:
    return Field(default, description=text, examples=list(examples), **limits)


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)


class StudyKeys(_Table):
    """What the study is called and asks."""

    title: str = _key("", "Title of the study; default: the file's name", "CDC in pig")
    question: str = _key("", "The question in one sentence", "Does IM beat IC?")


class InfarctKeys(_Table):
    """How the infarct is made."""

    model: Literal["ischaemia-reperfusion", "permanent ligation", "none"] = _key(
        ..., "Protocol; 'none' is a sham operation", "ischaemia-reperfusion"
    )
    occlusion: str | None = _key(
        None, "Time from occlusion to reperfusion; ischaemia-reperfusion only", "90 min"
    )
    laboratory: str = _key(
        "default", "Laboratory whose injury clock applies", "default"
    )


class AnimalKeys(_Table):
    """The animal that is treated."""

    species: Literal["mouse", "rat", "pig", "human", "dog"] = _key(
        ..., "Species treated; dog has the heart only: control arms only", "pig"
    )
    sex: Literal["female", "male", "mixed"] = _key("mixed", "Sex", "female")
    body_mass: str | None = _key(
        None, "Mean body mass; default: the species' reference mass", "30 kg"
    )
    infarct: InfarctKeys = _key(..., "How the infarct is made")


class StorageKeys(_Table):
    """How the product waits before use."""

    temperature: str = _key("-80 degC", "Storage temperature", "-80 degC")
    duration: str = _key("0 d", "Storage time", "30 d")
    freeze_thaw: int = _key(0, "Freeze-thaw cycles", 1, ge=0, le=1000)
    tube: Literal["ordinary", "low-binding"] = _key(
        "ordinary", "Tube; counts while liquid", "low-binding"
    )
    buffer: Literal["saline", "saline with sugar", "conditioned medium"] = _key(
        "saline", "What the vesicles wait in", "saline with sugar"
    )
    lyophilised: bool = _key(False, "Whether the product waits dry", True)


class MeasuredKeys(_Table):
    """A counted sample of the vials; takes the place of assumed numbers."""

    file: str = _key(..., "File of a particle counter, beside the study", "nta.csv")
    dilution: float | None = _key(
        None, "Dilution before counting, where the file has none", 1000, gt=0
    )
    protein: str | None = _key(
        None, "Protein of the same vial", "0.4 mg/mL", "400 ug/mL"
    )
    camera_level: int | None = _key(
        None, "Use only the captures at this camera level", 15, ge=0, le=100
    )


def _written_as(value: object) -> str:
    return TABLE if isinstance(value, dict) else FILE


_Measured = Annotated[
    Annotated[str, Tag(FILE)] | Annotated[MeasuredKeys, Tag(TABLE)],
    Discriminator(_written_as),
]


class ProductKeys(_Table):
    """One product, made from one donor."""

    form: Literal["vesicles", "conditioned medium", "cells", "RNA"] = _key(
        "vesicles", "What is given", "vesicles"
    )
    donor: str = _key(..., "Donor cell; with RNA: whose signals it carries", "CDC")
    donor_species: str = _key("human", "Species of the donor cell", "human")
    donor_state: dict[str, str | float | bool] = _key(
        {},
        "State of the donor: autologous, age, disease, passage, senescent",
        {"autologous": True, "age": "60 years"},
    )
    conditioning: list[str] = _key([], "Conditioning of the donor cells", ["spheroid"])
    engineering: list[str] = _key(
        [], "Changes made to donor cells or vesicles", ["GATA4 overexpression"]
    )
    isolation: list[str] = _key(
        [], "Isolation steps in order; not with conditioned medium", ["ultrafiltration"]
    )
    storage: StorageKeys = _key(StorageKeys(), "How the product waits")
    medium: Literal["serum-free", "depleted serum", "platelet lysate", "serum"] = _key(
        "serum-free", "Medium that the donor cells condition", "serum-free"
    )
    measured: _Measured | None = _key(
        None, "File of a particle counter, or a table with one", "nta_file.csv"
    )


class DeliveryKeys(_Table):
    """Keys of single routes; a key that the route doesn't take is refused."""

    zone: Literal["border", "risk", "both"] | None = _key(
        None, "Zone injected, or under the patch; default: border", "border"
    )
    sites: int | None = _key(
        None, "Number of injections that share volume; default: 1", 10, ge=1, le=1000
    )
    volume: str | None = _key(None, "Volume given in all", "2 mL")
    flow_arrest: str | None = _key(
        None, "Time for which a balloon stops the infarct artery", "3 min"
    )
    gel_release_half_time: str | None = _key(
        None, "Half-time of release; says that a gel carries the dose", "3 d"
    )
    ligand: str | None = _key(
        None, "Targeting ligand on the vesicles", "ischaemic heart peptide"
    )
    arrested_heart: bool | None = _key(
        None, "True for an injection into a heart that stands still", True
    )


class ArmKeys(_Table):
    """One group of animals."""

    name: str = _key(..., "Name of the arm, unique", "CDC IM", min_length=1)
    control: bool = _key(False, "True for a vehicle or untreated group", True)
    product: str | None = _key(None, "Name of a [product.<name>] table", "cdc")
    compare_to: str | None = _key(
        None, "Control to compare with; default: the only control", "vehicle IM"
    )
    dose: str | None = _key(
        None,
        "<number> <unit> particles|protein|donor cells|RNA [per kg|per g heart], or "
        "the volume of a counted vial",
        "7.5 mg protein",
        "2e9 particles per kg",
        "50 ug RNA",
    )
    route: str | None = _key(
        None, "Route; a control without one is untreated", "intramyocardial"
    )
    at: str | None = _key(
        None,
        "When (first) given: <number> <unit> before|after occlusion|reperfusion",
        "30 min after reperfusion",
    )
    over: str | None = _key(None, "Length of an infusion; default: at once", "30 min")
    every: str | None = _key(None, "Time from dose to dose, with times", "7 d")
    times: int | None = _key(None, "Number of doses, with every", 3, ge=1, le=1000)
    n: int = _key(..., "Animals in the arm", 6, ge=1, le=100_000)
    delivery: DeliveryKeys | None = _key(None, "Keys of the route")


class EndpointKeys(_Table):
    """What is measured, where, when and how."""

    quantity: str = _key(..., "What is measured", "infarct size")
    of: str | None = _key(None, "Region or denominator", "area at risk")
    at: str = _key(..., "When it is measured", "48 h after reperfusion")
    method: str | None = _key(None, "How; default: the usual method", "TTC")
    primary: bool = _key(False, "True for the one primary endpoint", True)


class DesignKeys(_Table):
    """How the trial is analysed."""

    alpha: float = _key(0.05, "Two-sided error rate", 0.05, gt=0, lt=1)
    power: float = _key(0.8, "Power asked for", 0.8, gt=0, lt=1)
    analysis: Literal["welch", "student", "mann-whitney"] = _key(
        "welch", "Test of each treated arm against its control", "welch"
    )
    effect: float | None = _key(
        None, "Difference in the primary endpoint, in its unit", -15.0
    )
    attrition: float | None = _key(
        None, "Share of animals lost; default: of the species", 0.1, ge=0, lt=1
    )
    lots: int = _key(1, "Product lots used", 2, ge=1, le=1000)
    blocking: int | None = _key(
        None, "Animals per randomisation block", 4, ge=1, le=100_000
    )


class OverrideKeys(_Table):
    """A user's value in the place of a shipped one."""

    median: float = _key(..., "Value, in unit", 0.05)
    gsd: float | None = _key(
        None, "Geometric standard deviation; default: a fixed value", 2.0, ge=1
    )
    unit: str = _key(..., "Unit; '1' for a plain number", "1")
    source: str = _key(..., "Where the value is from", "own assay", min_length=1)


class FileKeys(_Table):
    """A study file of schema 1."""

    schema_: Literal[1] = Field(
        ..., alias="schema", description="Version of the file's schema", examples=[1]
    )
    study: StudyKeys = _key(StudyKeys(), "Title and question")
    animal: AnimalKeys = _key(..., "The animal and its infarct")
    product: dict[str, ProductKeys] = _key({}, "Products by name")
    arm: list[ArmKeys] = _key(..., "Groups of animals", min_length=1)
    endpoint: list[EndpointKeys] = _key(..., "What is measured", min_length=1)
    design: DesignKeys = _key(DesignKeys(), "How the trial is analysed")
    override: dict[str, OverrideKeys] = _key({}, "Replaced values by parameter id")
