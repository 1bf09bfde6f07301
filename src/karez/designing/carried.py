"""A design under other prices: the same tree, the same technologies."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from karez.model.design import Design


def carried(design: Design, option: npt.NDArray[np.int32], alternative: npt.NDArray[np.int32] | None = None) -> Design:
    """A design whose sites' options have other row numbers; sites whose option is −1 are left to be unserved."""
    technology = np.where(option >= 0, design.site_technology, "unserved")
    return replace(
        design, site_option=option.astype(np.int32), site_technology=technology, site_alternative=alternative
    )
