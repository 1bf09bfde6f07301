"""Noise that a wavelength gathers on a link: by formula, or by GNPy where it is installed (extra ``optical``).

All noise is told as noise over signal in 0.1 nm (12.5 GHz). By formula an amplifier
behind a loss of L dB adds noise of −(58 + P − L − NF) dB, with P the power launched in dBm and NF its noise figure:
58 dB is the quantum limit hν · 12.5 GHz at 193 THz over 1 mW (ITU-T G Suppl. 39, *Optical system design and
engineering considerations*, clause on OSNR); over N equal spans the OSNR is 58 + P − L − NF − 10 log₁₀ N.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import numpy as np
import numpy.typing as npt

from karez.designing.links import Link
from karez.errors import UsageFault
from karez.model.optics_rules import OpticsRules, TransponderMode
from karez.units import METRES_PER_KM, ratio

Floats = npt.NDArray[np.float64]

QUANTUM_DB = 58.0
REFERENCE_GHZ = 12.5
CENTRE_HZ = 193.1e12
ROLL_OFF = 0.15
LARGEST_DBM = 60.0
"""Output power of GNPy's amplifiers is not limited: their number of wavelengths is."""


@dataclass(frozen=True)
class FixedFigure:
    """GNPy's model of an amplifier with a constant noise figure."""

    nf0: float


def uses_gnpy(rules: OpticsRules) -> bool:
    """Whether links are judged by GNPy.

    Raises
    ------
    UsageFault
        If the settings ask for GNPy and it is not installed.
    """
    there = find_spec("gnpy") is not None
    if rules.method == "gnpy" and not there:
        raise UsageFault(
            "backbone.optics.method asks for GNPy, which is not installed: pip install 'karez[optical]', or set it to "
            "`reach_rule`."
        )
    return there and rules.method != "reach_rule"


def formula_noise(rules: OpticsRules, link: Link) -> float:
    """Noise over signal of a link by formula: its booster, then an amplifier behind every span."""
    behind = [rules.launch_dbm - rules.node_out_dbm, *(rules.span_loss_db(km) for km in link.spans_m / METRES_PER_KM)]
    return sum(ratio(-(QUANTUM_DB + rules.launch_dbm - loss - rules.noise_figure_db)) for loss in behind)


def transmitter_noise(rules: OpticsRules) -> float:
    """Noise over signal as a wavelength leaves its transmitter."""
    return ratio(-rules.transmitter_osnr_db)


def gnpy_noise(rules: OpticsRules, mode: TransponderMode, links: tuple[Link, ...]) -> Floats:
    """Noise over signal of every link with a full band of a mode's wavelengths, of the worst one: float64[links].

    Propagated by GNPy: amplifiers' spontaneous emission and the nonlinear interference of the Gaussian-noise model
    (Poggiolini et al., J. Lightwave Technol. 32 (2014) 694–721, doi:10.1109/JLT.2013.2295208). Every amplifier makes up
    for the loss before it, so spans are entered with the same power and their noise adds up within a link; how it does
    over links in a row says :func:`in_a_row`.
    """
    # Spans of one length do the same to a wavelength.
    known: dict[float, float] = {0.0: propagate(rules, mode, [[]])}
    noise = np.zeros(len(links))
    for i, link in enumerate(links):
        for km in [0.0, *(link.spans_m / METRES_PER_KM).tolist()]:
            if km not in known:
                known[km] = propagate(rules, mode, [[km]]) - known[0.0]
            noise[i] += known[km]
    return noise


def propagate(rules: OpticsRules, mode: TransponderMode, links_km: Sequence[Sequence[float]]) -> float:
    """Noise over signal that GNPy finds behind links in a row, of the worst wavelength of a full band.

    Parameters
    ----------
    rules, mode
        Settings, and the mode of every wavelength.
    links_km : sequence of sequences
        Lengths of the spans of every link. A link begins with a node, which brings wavelengths to one power, and its
        booster; each span has an amplifier behind it.
    """
    elements, info = import_module("gnpy.core.elements"), import_module("gnpy.core.info")
    slot, count, launch_w = rules.grid_ghz * 1e9, rules.channels, 1e-3 * ratio(rules.launch_dbm)
    first = CENTRE_HZ - slot * (count - 1) / 2
    edges = (first - slot / 2, first + slot * (count - 0.5))
    spectrum = info.create_arbitrary_spectral_information(
        frequency=first + slot * np.arange(count), slot_width=slot, pch=launch_w, baud_rate=mode.gbaud * 1e9,
        roll_off=ROLL_OFF, tx_osnr=rules.transmitter_osnr_db, tx_power=launch_w,
    )  # fmt: skip
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for spans_km in links_km:
            spectrum.apply_attenuation_db(10.0 * np.log10(spectrum.pch * 1e3) - rules.node_out_dbm)
            spectrum = _amplified(rules, elements, spectrum, rules.launch_dbm - rules.node_out_dbm, edges)
            for km in spans_km:
                fibre = elements.Fiber(uid="fibre", params=_fibre(rules, km))
                fibre.ref_pch_in_dbm = rules.launch_dbm
                spectrum = _amplified(rules, elements, fibre(spectrum), float(fibre.loss), edges)
    over = (spectrum.ase + spectrum.nli) / spectrum.signal
    return float(over.max() * REFERENCE_GHZ / mode.gbaud)


def in_a_row(noise: Floats, gbaud: float) -> float:
    """Noise over signal behind links in a row, each of which brings its wavelengths to one power before it.

    Power that noise takes is missing to the signal (Bononi et al., *The generalized droop formula for low signal to
    noise ratio optical links*, J. Lightwave Technol. 38 (2020)): behind every link noise and signal together are as
    before, so 1 + noise over signal, in the band of the signal, multiplies.

    >>> round(in_a_row(np.array([0.01, 0.02]), 12.5), 6)
    0.0302
    """
    band = gbaud / REFERENCE_GHZ
    return float(np.expm1(np.log1p(noise * band).sum()) / band)


def _amplified(rules: OpticsRules, elements: Any, spectrum: Any, loss: float, edges: tuple[float, float]) -> Any:
    amplifier = elements.Edfa(uid="amplifier", params=_amplifier(rules, loss, edges), operational=_gain(loss))
    return amplifier(spectrum)


def _fibre(rules: OpticsRules, km: float) -> dict[str, Any]:
    return {
        "length": km, "length_units": "km", "loss_coef": rules.fibre_db_per_km, "con_in": rules.connector_db,
        "con_out": rules.connector_db, "dispersion": rules.dispersion_ps_per_nm_km * 1e-6,
        "effective_area": rules.effective_area_um2 * 1e-12, "pmd_coef": 1.265e-15,
    }  # fmt: skip


def _gain(loss: float) -> dict[str, Any]:
    return {"gain_target": loss, "tilt_target": 0.0, "out_voa": 0.0, "in_voa": 0.0, "delta_p": None}


def _amplifier(rules: OpticsRules, loss: float, edges: tuple[float, float]) -> dict[str, Any]:
    """An amplifier of GNPy with flat gain and a constant noise figure."""
    defaults = dict(import_module("gnpy.core.parameters").EdfaParams.default_values)
    return {
        **defaults, "type_variety": "flat", "type_def": "fixed_gain", "f_min": edges[0], "f_max": edges[1],
        "gain_flatmax": loss, "gain_min": 0.0, "p_max": LARGEST_DBM, "nf_model": FixedFigure(rules.noise_figure_db),
        "nf_ripple": [0.0, 0.0], "dgt": [0.0, 0.0], "gain_ripple": 0, "tilt_ripple": [0.0, 0.0],
    }  # fmt: skip
