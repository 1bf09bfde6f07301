"""Settings of risk that must agree with one another and with the catalogue."""

from __future__ import annotations

from collections.abc import Iterable
from fnmatch import fnmatchcase
from typing import Any

from karez.model.risk_rules import DelayRange, RiskClass, TakeUpRange
from karez.reading.findings import Findings, suggestion
from karez.reading.settings import Settled, setting_fault

RESERVED = {"lengths", "others", "take_up", "delay"}
"""Names that risk itself gives to what it draws."""


def check_ranges(settled: Settled, findings: Findings) -> None:
    """Low, mode and high of what is drawn stand in this order."""
    take_up, delay = settled.risk.get("take_up"), settled.risk.get("delay")
    if isinstance(take_up, TakeUpRange):
        if take_up.low > 1.0:
            problem = f"the low {take_up.low:g} is above the mode, which is 1: take-up as planned"
            setting_fault(findings, ("risk", "take_up", "low"), problem, "Give a factor from 0 to 1")
        if take_up.high < 1.0:
            problem = f"the high {take_up.high:g} is below the mode, which is 1: take-up as planned"
            setting_fault(findings, ("risk", "take_up", "high"), problem, "Give a factor of 1 or more")
    if isinstance(delay, DelayRange):
        if delay.low > delay.likely:
            problem = f"the low {delay.low:g} is above the most likely share {delay.likely:g}"
            setting_fault(findings, ("risk", "delay", "low"), problem, "Exchange or correct them")
        if delay.high < delay.likely:
            problem = f"the high {delay.high:g} is below the most likely share {delay.likely:g}"
            setting_fault(findings, ("risk", "delay", "high"), problem, "Exchange or correct them")


def check_classes(settled: Settled, items: Iterable[Any], findings: Findings) -> None:
    """Every item that a class names is in the catalogue, and in one class only; names of classes are free."""
    names, taken = sorted(map(str, items)), dict[str, str]()
    for name, group in settled.risk.get("classes", {}).items():
        if not isinstance(group, RiskClass):
            continue
        if name in RESERVED or name in names:
            what = "a catalogue item" if name in names else "what risk itself draws"
            setting_fault(findings, ("risk", "classes", name), f"`{name}` is the name of {what}", "Choose another name")
        for number, pattern in enumerate(group.items):
            location = ("risk", "classes", name, "items", number)
            found = [item for item in names if fnmatchcase(item, pattern)]
            if not found:
                remedy = f"Name an item{suggestion(pattern, names)}"
                setting_fault(findings, location, f"the catalogue has no item `{pattern}`", remedy)
            for item in found:
                other = taken.setdefault(item, name)
                if other != name:
                    problem = f"`{item}` is in the class `{other}` already"
                    setting_fault(findings, location, problem, "Keep every item in one class")
