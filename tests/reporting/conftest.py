"""Plans made by hand, for the room that writes them down."""

from __future__ import annotations

import plan_factory
import pytest

from karez.model.plan import Plan


@pytest.fixture(scope="session")
def plan() -> Plan:
    """Twelve places, three projects, three years; one place is unserved, some have satellite."""
    return plan_factory.make_plan()


@pytest.fixture(scope="session")
def hostile_plan() -> Plan:
    """A plan whose names hold markup and formulas."""
    return plan_factory.make_plan(
        name="</script><script>alert(1)</script>",
        region="<img src=x onerror=alert(2)>",
        place_name='=HYPERLINK("http://evil.example","x")</title><b>&amp;',
    )
