"""Settings of a backbone's optics: fibre, amplifier huts, transponders, and the catalogue items that price them."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import model_validator

from karez.model.settings import Identifier, NonNegative, Positive, Settings, setting
from karez.units import decibel

Method = Literal["auto", "gnpy", "reach_rule"]
"""How reach is told: by GNPy, or by a rule; ``auto`` takes GNPy where it is installed."""

SLOT_50_GHZ = 50.0


class TransponderMode(Settings):
    """What a pair of transponders sends on a wavelength, and the noise it stands."""

    name: Identifier = setting(meaning="Name of the mode")
    gbps: Positive = setting(unit="Gbit/s", meaning="Rate of a wavelength", le=10_000)
    gbaud: Positive = setting(unit="Gbaud", meaning="Symbol rate", le=1000)
    slot_ghz: Positive = setting(unit="GHz", meaning="Least spacing of wavelengths", le=1000)
    osnr_db: float = setting(unit="dB in 0.1 nm", meaning="OSNR that the receiver needs", ge=0, le=60)
    reach_km: Positive = setting(
        unit="km", meaning="Greatest length without a regenerator, for the reach rule", assumption=True
    )
    reach_spans: int = setting(
        unit="spans", meaning="Most amplified spans without a regenerator, for the reach rule", assumption=True, ge=1
    )
    item: str = setting("", meaning="Catalogue item of one transponder; empty: counted, not priced")


OPEN_ROADM_MODES = (
    TransponderMode(name="100G", gbps=100, gbaud=31.57, slot_ghz=50, osnr_db=12.0, reach_km=4720, reach_spans=59),
    TransponderMode(name="200G-16QAM", gbps=200, gbaud=31.57, slot_ghz=50, osnr_db=20.5, reach_km=560, reach_spans=7),
    TransponderMode(name="200G", gbps=200, gbaud=63.1, slot_ghz=87.5, osnr_db=17.0, reach_km=2800, reach_spans=35),
    TransponderMode(name="300G", gbps=300, gbaud=63.1, slot_ghz=87.5, osnr_db=21.0, reach_km=960, reach_spans=12),
    TransponderMode(name="400G", gbps=400, gbaud=63.1, slot_ghz=87.5, osnr_db=24.0, reach_km=400, reach_spans=5),
)
"""Modes of the Open ROADM MSA, optical specification 5.1 (rate, symbol rate, OSNR and spacing, as GNPy's
``eqpt_config_openroadm_ver5.json`` has them). Reaches are what GNPy 3.0.1 finds over even spans of 80 km with all other
settings at their defaults, between two nodes: a test holds them against it."""


class OpticsItems(Settings):
    """Catalogue items that price the optics; what names none is counted, not priced."""

    hut: str = setting("", meaning="An amplifier hut in the open, built")
    hut_at_place: str = setting("", meaning="Room for amplifiers at a place that is there; empty: as `hut`")
    power: str = setting("", meaning="Power of a hut")
    amplifier: str = setting("", meaning="An amplifier, one direction of one pair of fibres")
    degree: str = setting("", meaning="One side of a node that switches wavelengths (ROADM degree), per pair of fibres")


class OpticsRules(Settings):
    """Wavelengths on the backbone, and what it takes to carry them.

    Defaults: fibre of ITU-T G.652 with splices; loss, connectors and ROADM level as in the example equipment of GNPy,
    rounded to the safe side; amplifiers with a constant noise figure.
    """

    method: Method = setting(
        "auto", meaning="How reach is told: gnpy (extra `optical`), reach_rule, or auto: GNPy where it is installed"
    )
    span_max_km: float = setting(
        80.0, unit="km", meaning="Greatest length of fibre between amplifiers", assumption=True, ge=10, le=200
    )
    hut_near_km: NonNegative = setting(
        10.0, unit="km", meaning="A hut goes to a place this near its even position on the link", le=100
    )
    fibre_db_per_km: Positive = setting(
        0.22, unit="dB/km", meaning="Loss of the fibre, splices included", assumption=True, le=1.0
    )
    connector_db: NonNegative = setting(
        0.5, unit="dB", meaning="Loss of the connector at either end of a span", assumption=True, le=5.0
    )
    noise_figure_db: float = setting(
        5.0, unit="dB", meaning="Noise figure of an amplifier", assumption=True, ge=3.0, le=15.0
    )
    launch_dbm_per_50_ghz: float = setting(
        -1.0,
        unit="dBm",
        meaning="Power into the fibre, per 50 GHz of a wavelength's slot",
        assumption=True,
        ge=-15,
        le=15,
    )
    node_out_dbm: float = setting(
        -20.0, unit="dBm", meaning="Power of a wavelength as a node leaves it, before its booster", ge=-40, le=0
    )
    transmitter_osnr_db: float = setting(
        36.0, unit="dB in 0.1 nm", meaning="OSNR of a transmitter (Open ROADM 5.1)", ge=20, le=60
    )
    margin_db: NonNegative = setting(
        2.0, unit="dB", meaning="Margin kept for ageing and repairs", assumption=True, le=20
    )
    dispersion_ps_per_nm_km: Positive = setting(
        16.7, unit="ps/(nm km)", meaning="Dispersion of the fibre, for GNPy", le=50
    )
    effective_area_um2: Positive = setting(83.0, unit="µm²", meaning="Effective area of the fibre, for GNPy", le=300)
    grid_ghz: Literal[50, 75, 100] = setting(100, unit="GHz", meaning="Spacing of wavelengths")
    band_ghz: Positive = setting(4800.0, unit="GHz", meaning="Width of the band (4,800: the C band)", le=12_000)
    modes: tuple[TransponderMode, ...] = setting(
        OPEN_ROADM_MODES, meaning="Transponder modes to choose from", min_length=1
    )
    items: OpticsItems = setting(OpticsItems(), meaning="Catalogue items")

    @model_validator(mode="after")
    def _fits(self) -> Self:
        """Some mode fits the grid, the band holds a wavelength, and names are told apart."""
        if not self.usable:
            raise ValueError(f"no mode fits a grid of {self.grid_ghz} GHz")
        if self.channels < 1:
            raise ValueError(f"a band of {self.band_ghz:g} GHz holds no wavelength of {self.grid_ghz} GHz")
        if len({mode.name for mode in self.modes}) < len(self.modes):
            raise ValueError("two modes have one name")
        return self

    @property
    def channels(self) -> int:
        """Wavelengths on a pair of fibres."""
        return int(self.band_ghz // self.grid_ghz)

    @property
    def usable(self) -> tuple[TransponderMode, ...]:
        """Modes that fit the grid."""
        return tuple(mode for mode in self.modes if mode.slot_ghz <= self.grid_ghz)

    @property
    def launch_dbm(self) -> float:
        """Power of a wavelength into the fibre.

        >>> round(OpticsRules().launch_dbm, 2)
        2.01
        """
        return self.launch_dbm_per_50_ghz + decibel(self.grid_ghz / SLOT_50_GHZ)

    def span_loss_db(self, km: float) -> float:
        """Loss of a span of fibre with its connectors.

        >>> OpticsRules().span_loss_db(80.0)
        18.6
        """
        return self.fibre_db_per_km * km + 2 * self.connector_db
