"""Certificates and findings in words a reader without mathematics can hold someone to."""

from __future__ import annotations

from dataclasses import replace

from karez.model.certificate import Certificate
from karez.model.plan_bound import Improvement
from karez.reporting.figures import at_most, percent

_SCOPE_TITLES = {
    "design": "The network",
    "schedule": "The order of building",
    "schedule_cost": "The cost of that order",
    "plan": "The plan as a whole",
}


def scope_title(certificate: Certificate) -> str:
    """Heading of a certificate."""
    return _SCOPE_TITLES[certificate.scope]


def in_plain_words(certificate: Certificate, improvement: Improvement | None = None) -> str:
    """One sentence that says what is proven, and no more than that (rule 7).

    Parameters
    ----------
    certificate : Certificate
        What is proven.
    improvement : Improvement | None
        What design and years gained by being chosen together: a network that is dearer on purpose is told as such.

    Examples
    --------
    >>> in_plain_words(Certificate("cost", "design", "minimise", 100.4, 100.0, 0.0, "", 0.0))
    'The network costs at most 0.4 % more than the cheapest possible one on these candidate routes, budgets left aside.'
    """
    if certificate.scope == "design" and improvement is not None and improvement.redesigned:
        return _redesigned(certificate, improvement)
    if certificate.bound is None:
        return f"{_UNKNOWN[certificate.scope]} {certificate.proof}".strip()
    if certificate.bound == certificate.value:
        return _OPTIMAL[certificate.scope]
    excess = _excess(certificate)
    if excess is None:
        return f"{_UNKNOWN[certificate.scope]} The bound that was found is too weak to say more."
    return _WITHIN[certificate.scope].format(excess=at_most(excess))


def _redesigned(certificate: Certificate, improvement: Improvement) -> str:
    """What is proven of a network that was designed anew for the budgets, and of the least-cost one before it."""
    gain = (
        f"it brings {_share(improvement.gain)} more service than the best plan found on the least-cost network"
        if improvement.gain > 0
        else "it brings as much service as the best plan found on the least-cost network, for less money"
    )
    excess, least = _excess(certificate), _excess(replace(certificate, value=improvement.design_before))
    if excess is None or least is None:
        return f"The network was chosen for the budgets: {gain}. {_UNKNOWN['design']}"
    return (
        f"The network was chosen for the budgets, not for least cost: {gain}, and built in full costs at most "
        f"{at_most(excess)} more than the cheapest possible one; the least-cost network that was found is "
        f"{_within(least)}."
    )


def _within(excess: float) -> str:
    return f"within {at_most(excess)} of the cheapest possible" if excess > 0 else "proven to be the cheapest possible"


def _share(share: float) -> str:
    """A share that is there is never printed as none.

    >>> _share(0.031), _share(0.00001)
    ('3.1 %', 'under 0.01 %')
    """
    return "under 0.01 %" if share < 0.0001 else percent(share, 1 if share >= 0.01 else 2)


def _excess(certificate: Certificate) -> float | None:
    """By how much of the best possible the answer can be worse; None if the bound says nothing."""
    value, bound = certificate.value, certificate.bound
    if bound is None:
        return None
    if certificate.sense == "minimise":
        return (value - bound) / bound if bound > 0 else None
    return (bound - value) / value if value > 0 else None


_OPTIMAL = {
    "design": "The network is proven to be the cheapest possible one on these candidate routes, budgets left aside.",
    "schedule": "No other order of building this network under these budgets brings more service: that is proven.",
    "schedule_cost": "No order that brings as much service costs less: that is proven.",
    "plan": "No other plan is better: that is proven over all networks and all orders of building.",
}
_WITHIN = {
    "design": (
        "The network costs at most {excess} more than the cheapest possible one on these candidate routes, "
        "budgets left aside."
    ),
    "schedule": (
        "No other order of building this network under these budgets can bring more than {excess} more service "
        "(weighted by households and priority, over the years)."
    ),
    "schedule_cost": "Of the orders that bring as much service, this one costs at most {excess} more than the least.",
    "plan": "No other plan, over all networks and all orders of building, can bring more than {excess} more service.",
}
_UNKNOWN = {
    "design": "How far the network is from the cheapest possible one is not known.",
    "schedule": "How far the order of building is from the best possible one is not known.",
    "schedule_cost": "How far its cost is from the least possible one is not known.",
    "plan": "How far the plan is from the best over all networks and all orders of building is not known.",
}
