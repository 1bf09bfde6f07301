"""What every group of settings is built from: its base, its fields, its ranges."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

Share = Annotated[float, Field(ge=0.0, le=1.0)]
Positive = Annotated[float, Field(gt=0.0, allow_inf_nan=False)]
NonNegative = Annotated[float, Field(ge=0.0, allow_inf_nan=False)]
Identifier = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.:-]*$")]


def setting(default: Any = ..., /, *, unit: str = "", meaning: str, assumption: bool = False, **checks: Any) -> Any:
    """A field with its unit, its meaning and whether it is an assumption; ``checks`` are pydantic's."""
    extra: dict[str, Any] = {"unit": unit, "assumption": assumption}
    return Field(default, description=meaning, json_schema_extra=extra, **checks)


class Settings(BaseModel):
    """Base of all settings: frozen, and unknown keys are errors."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)
