from __future__ import annotations

import pytest
from islands import EXAMPLE

from karez.model.inputs import Inputs
from karez.reading import read


@pytest.fixture(scope="session")
def archipelago() -> Inputs:
    """Five islands and a rock off a coast: nine places, eight towers."""
    return read(EXAMPLE)
