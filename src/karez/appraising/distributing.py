"""Distributions with a least, a most likely and a greatest value, and places that fill them evenly."""

from __future__ import annotations

from zlib import crc32

import numpy as np
import numpy.typing as npt
from scipy.special import betaincinv

from karez.model.risk_rules import Shape

Floats = npt.NDArray[np.float64]


def places(name: str, draws: int, seed: int) -> Floats:
    """Latin hypercube places of one factor: float64[draws], one in each of `draws` equal parts of 0 … 1.

    Every factor has a stream of its own, named by it. So factors that come or go leave the others as they were, and
    all plans that are compared see the same draws (common random numbers). McKay, Beckman and Conover 1979,
    doi:10.1080/00401706.1979.10489755.

    >>> sorted((4 * places("pole", 4, seed=1)).astype(int).tolist())
    [0, 1, 2, 3]
    """
    stream = np.random.default_rng([seed, crc32(name.encode())])
    order, within = stream.permutation(draws), stream.random(draws)
    return (order + within) / draws


def quantile(place: Floats, low: float, mode: float, high: float, shape: Shape) -> Floats:
    """Value at each place (0 … 1) of a triangular or a PERT distribution.

    PERT is a beta distribution whose mean is (low + 4 mode + high) / 6 (Malcolm, Roseboom, Clark and Fazar 1959,
    doi:10.1287/opre.7.5.646), with shapes 1 + 4 (mode − low) / (high − low) and 1 + 4 (high − mode) / (high − low).

    >>> quantile(np.array([0.0, 0.5, 1.0]), 1.0, 2.0, 3.0, "triangular").tolist()
    [1.0, 2.0, 3.0]
    >>> quantile(np.array([0.5]), 2.0, 2.0, 2.0, "pert").tolist()
    [2.0]
    """
    width = high - low
    if width <= 0:
        return np.full(len(place), mode)
    peak = (mode - low) / width
    if shape == "pert":
        inside = np.asarray(betaincinv(1.0 + 4.0 * peak, 1.0 + 4.0 * (1.0 - peak), place))
    else:
        rising = np.sqrt(place * peak)
        inside = np.where(place <= peak, rising, 1.0 - np.sqrt((1.0 - place) * (1.0 - peak)))
    return np.clip(low + width * inside, low, high)
