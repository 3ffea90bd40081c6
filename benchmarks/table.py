"""The benchmark's document as a table for people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def table(told: Mapping[str, Any]) -> str:
    """Write the figures of a run."""
    lines = [*_head(told), "", *_peers(told), "", *_curves(told), "", *_wide(told)]
    return "\n".join([*lines, *_foot(told)])


def _head(told: Mapping[str, Any]) -> list[str]:
    ratio = _number(told["ratio_vs_libroadrunner"], ".1f")
    same = _number(told["ratio_same_tolerance"], ".1f")
    noisy = "; REFUSED: the machine didn't keep still" if told["noisy"] else ""
    machine = told["machine"]
    return [
        f"{machine['processor']}, {machine['cores_used']} cores, "
        f"{', '.join(machine['features'])}",
        f"against libRoadRunner at equal error: {ratio} times; at equal tolerance: "
        f"{same} times{noisy}",
        f"control drifted by {100 * told['control_drift']:.0f} %, "
        f"{told['rounds_counted']} of {len(told['rounds'])} rounds counted",
        f"first trajectory: {told['cold_start_s']:.2f} s fresh, "
        f"{told['cached_start_s']:.2f} s with kept code; same bits in any order: "
        f"{'yes' if told['same_bits'] else 'NO'}",
    ]


def _peers(told: Mapping[str, Any]) -> list[str]:
    rows = [
        f"{'':<20}{'members/s':>10}{'ms each':>9}{'median':>10}{'p99':>10}{'max':>10}"
        f"{'failed':>9}{'our rtol':>10}{'ratio':>8}{'same rtol':>11}"
    ]
    for name, rate in told["members_per_second"].items():
        if name.startswith("exoheart"):
            error = told["relative_error"][name]
            rows.append(f"{name:<20}{rate:>10.1f}{1e3 / rate:>9.3f}{_error(error)}")
    for name, peer in told["peers"].items():
        failed = f"{peer['failures']}/{peer['members']}"
        rows.append(
            f"{name:<20}{peer['members_per_second']:>10.2f}"
            f"{_number(peer['ms_per_member'], '.1f'):>9}{_error(peer['error'])}"
            f"{failed:>9}{_number(peer['our_rtol'], 'g'):>10}"
            f"{_number(peer['ratio'], '.1f'):>8}"
            f"{_number(peer['ratio_same_tolerance'], '.1f'):>11}"
        )
    rows += [f"{name:<20}not run: {why}" for name, why in told["not_run"].items()]
    return rows


def _curves(told: Mapping[str, Any]) -> list[str]:
    rows = ["work against precision: rtol, ms each, median, p99, max"]
    for name, curve in told["work_precision"].items():
        rows += [
            f"  {name:<18}{one['rtol']:>8g}{one['ms_per_member']:>10.3f}"
            f"{_error(one['error'])}"
            for one in curve
        ]
    return rows


def _wide(told: Mapping[str, Any]) -> list[str]:
    rows = ["wide cohort: ms each, median, p99, max, failed"]
    for name, one in told["wide"].items():
        rows.append(
            f"  {name:<18}{one['ms_per_member']:>18.3f}{_error(one['error'])}"
            f"{one['failed']:>6}/{one['members']}"
        )
    return rows


def _foot(told: Mapping[str, Any]) -> list[str]:
    rows = ["", "configurations"]
    rows += [f"  {n}: {p['configuration']}" for n, p in told["peers"].items()]
    return [*rows, f"  exoheart: {told['exoheart']['configuration']}"]


def _error(error: Mapping[str, float]) -> str:
    return "".join(f"{error[name]:>10.1e}" for name in ("median", "p99", "max"))


def _number(value: float | None, form: str) -> str:
    return "-" if value is None else format(value, form)
