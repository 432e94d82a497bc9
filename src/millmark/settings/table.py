"""What every table of the settings file is: frozen, and closed to keys it does not know."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Table(BaseModel):
    """A table of the file; a misspelt key is an error instead of a default."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)
