"""Tables of ``evidence pool``, for its page and for the terminal."""

from __future__ import annotations

from collections.abc import Sequence

from exoheart.figures import numbers
from exoheart.report.blocks import Part, Table, Text, linked, table
from exoheart.report.estimates import NOT_GIVEN, ends, p_value

#: Names of the two bounds.
BOUND = {"SD": "bound: spreads read as SD", "SEM": "bound: spreads read as SEM"}


def split(document: Part) -> tuple[list[Part], list[Part]]:
    """Part the pools with something to show from those with rows left out only."""
    parts = ("effects", "bounds", "published")
    shown = [one for one in document["pools"] if any(one[part] for part in parts)]
    return shown, [one for one in document["pools"] if one not in shown]


def nothing_words(document: Part) -> str:
    """Say that no row was found, by what was asked for."""
    asked = "this form" if document["outcome"] is None else "this outcome in this form"
    animal = "" if document["species"] is None else " and animal"
    return f"No row tells of {asked}{animal}."


def overview_table(document: Part) -> Table:
    """Give every pool in one line: effects, rows, what can be said."""
    body = [
        (title(one), str(one["k"]), str(one["rows"]), _said(one))
        for one in document["pools"]
    ]
    columns = ("Outcome", "Effects", "Rows", "What can be said")
    return table(f"What can be pooled: {document['form']}", columns, body, (1, 2))


def _said(one: Part) -> str:
    """Say the most that a pool can tell, in few words."""
    fit, told = one["fit"], []
    if fit:
        told.append(f"mean within {ends(fit['ci95'])}")
    elif one["effects"]:
        told.append("one effect, nothing to pool")
    if fit and fit["pi95"]:
        told.insert(0, f"next study within {ends(fit['pi95'])}")
    if any("narrower than the normal" in words for words in one["words"]):
        told.append("narrower than the normal interval")
    if one["bounds"]:
        told.append("bounds")
    if one["published"]:
        count = len(one["published"])
        told.append(f"{count} row{'' if count == 1 else 's'} of reviews beside")
    return "; ".join(told) or _mostly(one)


def _mostly(one: Part) -> str:
    """Name the reason that keeps most rows out."""
    reasons = _reasons(one)
    if not reasons:
        return "nothing"
    most = max(reasons, key=lambda name: reasons[name])
    short = most.partition("; ")[0]
    return short if len(reasons) == 1 else f"mostly: {short}"


def below(made: Table, *names: str) -> tuple[Table, list[str]]:
    """Part a table from its columns of long texts.

    Returns
    -------
    tuple
        The table without the columns `names`, and their texts, each after the name of
        its row; a text that several rows share is told once.
    """
    places = [made.columns.index(name) for name in names]
    keep = [at for at in range(len(made.columns)) if at not in places]
    rows = [[row[at] for at in keep] for row in made.rows]
    numeric = [new for new, at in enumerate(keep) if at in made.numeric]
    columns = [made.columns[at] for at in keep]
    of: dict[str, list[str]] = {}
    for row in made.rows:
        for text in (str(row[at]) for at in places if row[at]):
            of.setdefault(text, []).append(str(row[0]))
    texts = [f"{', '.join(owners)}: {text}" for text, owners in of.items()]
    return table(made.caption, columns, rows, numeric), texts


def left_by_reason(left: Sequence[Part]) -> dict[str, list[str]]:
    """Give the rows that are not pooled, in one text each, by their reason."""
    found: dict[str, list[str]] = {}
    for study, arm, printed, reason in left_table(left).rows:
        found.setdefault(str(reason), []).append(f"{study}: {arm}; {printed}")
    return found


def title(one: Part) -> str:
    """Name a pool."""
    where = f" of {one['of']}" if one["of"] else ""
    setting = "" if one["setting"] == "animals" else f", {one['setting']}"
    animal = f", {one['species']}" if one["species"] else ""
    return f"{one['outcome']}{where}{setting}{animal} ({one['unit']})"


def study_name(each: Part) -> str:
    """Name a study, and say where it is the user's own."""
    name = str(each["study"]).replace("_", " ")
    return f"{name} (own)" if each["own"] else name


def readings_table(one: Part) -> Table:
    """Give the readings and the bounds, the prediction interval first."""
    body = [
        (each["prior"], *_numbers(each), str(each["words"])) for each in one["priors"]
    ]
    body += [
        (
            BOUND[each["reading"]],
            *_numbers(each),
            f"a limit, not a result: {each['of_these_unknown']} of {each['k']} rest on "
            "a spread of unknown kind",
        )
        for each in one["bounds"]
    ]
    columns = ("Reading", "Next study, 95 %", "Mean, 95 %", "Mean", "Rests on")
    return table(f"{title(one)}: readings", columns, body, (1, 2, 3))


def _numbers(each: Part) -> tuple[str, str, str]:
    if each["estimate"] is None:
        return NOT_GIVEN, NOT_GIVEN, NOT_GIVEN
    mean = numbers.median(each["estimate"], each["ci95"])
    return ends(each["pi95"]), ends(each["ci95"]), mean


def effects_table(one: Part) -> Table:
    """Give the effects that can be pooled."""
    body = [
        (
            study_name(each),
            f"{each['arm']} against {each['comparator']}",
            f"{each['species']}, {each['model']}",
            str(each["at"] or "not said"),
            _groups(each),
            ends(each["ci95"]),
            numbers.median(each["yi"], each["ci95"]),
            str(each["rests_on"]),
        )
        for each in one["effects"]
    ]
    columns = (
        *("Study", "Arm", "Animal", "At", "n"),
        *("95 %", "Effect", "Rests on"),
    )
    return table(f"{title(one)}: effects", columns, body, (4, 5, 6))


def _groups(each: Part) -> str:
    counts = [each["n_treated"], each["n_control"]]
    return " and ".join(numbers.number(n) for n in counts if n is not None)


def between_table(between: Part) -> Table:
    """Give the spread between reviews by each reading."""
    body = [
        (each["prior"], ends(each["pi95"]), str(each["words"]))
        for each in between["priors"]
    ]
    usable, reviews = between["with_interval"], between["reviews"]
    whose = "them" if usable == reviews else f"the {usable} with an interval"
    caption = (
        f"{reviews} reviews: {numbers.number(between['lowest'])} to "
        f"{numbers.number(between['highest'])}; SD between {whose} "
        f"{numbers.number(between['sd_between'])}"
    )
    return table(caption, ("Reading", "Next review, 95 %", "Rests on"), body, (1,))


def notes(one: Part) -> list[Text]:
    """Give what to know of bounds and of the reviews' spread."""
    told = [Text(text, "note") for text in spread_words(one)]
    between = one["between_reviews"]
    if between:
        told.append(Text(str(between["words"]), "note"))
    if between and between["outside"]:
        names = ", ".join(name.replace("_", " ") for name in between["outside"])
        words = f"Without an interval, and outside that spread: {names}."
        told.append(Text(words, "note"))
    return told


def spread_words(one: Part) -> list[str]:
    """Say which reading of a spread agrees with the P value that is printed."""
    said = []
    for each in one["bounds"][0]["effects"] if one["bounds"] else ():
        told = each["spread_check"]
        if told is None:
            continue
        p_sd, p_sem = (p_value(told[key]) for key in ("p_if_sd", "p_if_sem"))
        fits = {"both": "both", "neither": "neither"}.get(
            told["agrees_with"], f"the {told['agrees_with']}"
        )
        said.append(
            f"{study_name(each)}: the printed P {told['printed_p']} agrees with {fits} "
            f"(t test: {p_sd} if the spread is an SD, {p_sem} if a standard error); "
            "shown, not used."
        )
    return said


def reviews_table(published: Sequence[Part]) -> Table:
    """Give the reviews beside a pool."""
    body = [
        (
            linked(f"{each['review']} [{each['source']}]".replace("_", " ")),
            str(each["comparison"]),
            ends(each["ci95"]),
            numbers.median(each["estimate"], each["ci95"]),
            numbers.number(each["studies"]),
            "yes" if each["counted"] else "another part of the same review",
            _review_note(each),
        )
        for each in published
    ]
    columns = (
        *("Review", "Comparison", "95 %", "Pooled", "Studies"),
        *("Counted", "Note"),
    )
    return table("Reviews beside, never mixed in", columns, body, (2, 3, 4))


def reviews_left_table(left: Sequence[Part]) -> Table:
    """Give the pooled rows of reviews that stand beside no pool."""
    body = [
        (
            linked(f"{each['review']} [{each['source']}]".replace("_", " ")),
            str(each["outcome"]),
            str(each["comparison"]),
            str(each["reason"]),
        )
        for each in left
    ]
    columns = ("Review", "Outcome", "Comparison", "Why not")
    return table("Reviews that stand beside no pool", columns, body)


def _review_note(each: Part) -> str:
    if each["quality_score"] is None:
        return str(each["note"])
    score = numbers.number(each["quality_score"])
    return f"median quality score of its studies: {score}; {each['note']}"


def quality_table(effects: Sequence[Part]) -> Table:
    """Give what is known of how the pooled studies were done."""
    names = tuple(effects[0]["quality"])
    body = [
        (study_name(each), *each["quality"].values(), f"{each['quality_factor']:.2f}")
        for each in effects
    ]
    columns = ("Study", *names, "Factor of weight")
    return table("What is known of quality", columns, body, (len(columns) - 1,))


def left_table(left: Sequence[Part]) -> Table:
    """Give the rows that are not pooled, each with its reason."""
    body = [
        (
            study_name(each),
            str(each["arm"]),
            f"{each['printed']}{', ' if each['at'] else ''}{each['at']}",
            str(each["reason"]),
        )
        for each in left
    ]
    return table("Not pooled", ("Study", "Arm", "Printed", "Why not"), body)


def rest_table(rest: Sequence[Part]) -> Table:
    """Give the outcomes of which nothing can be told but that rows exist."""
    body = [(title(one), str(one["rows"]), _why(one)) for one in rest]
    return table(
        "Outcomes that can't be pooled", ("Outcome", "Rows", "Why"), body, (1,)
    )


def _why(one: Part) -> str:
    return "; ".join(f"{name} ({count})" for name, count in _reasons(one).items())


def _reasons(one: Part) -> dict[str, int]:
    """Count the rows that each reason keeps out."""
    reasons: dict[str, int] = {}
    for each in one["not_pooled"]:
        name = str(each["reason"]).partition(", only:")[0]
        reasons[name] = reasons.get(name, 0) + 1
    return reasons
