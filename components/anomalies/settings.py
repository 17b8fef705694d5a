"""Settings that several detectors share."""

from typing import Annotated, Literal

from pydantic import Field

Share = Annotated[float, Field(gt=0, le=0.5)]
Contamination = Literal["auto"] | Share
