"""What every table is made of."""

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from sqlalchemy import (
    BigInteger,
    Double,
    Integer,
    MetaData,
)
from sqlalchemy.orm import DeclarativeBase, mapped_column

from storage.column_types import Json, PlainText, UtcDateTime
from storage.ids import new_id

JobStatus = Literal["queued", "running", "succeeded", "failed", "cancelled", "crashed"]
EndpointStatus = Literal["live", "retired"]
Role = Literal["live", "shadow"]
UNFINISHED: tuple[JobStatus, ...] = ("queued", "running")
FINISHED: tuple[JobStatus, ...] = ("succeeded", "failed", "cancelled", "crashed")

JsonObject = dict[str, Any]
JsonList = list[Any]


def utc_now() -> datetime:
    return datetime.now(UTC)


BigInt = Annotated[int, mapped_column(BigInteger)]
Identity = Annotated[str, mapped_column(primary_key=True, default=new_id)]
Created = Annotated[datetime, mapped_column(default=utc_now)]
NodeId = Annotated[str, mapped_column(PlainText)]


class Base(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012 (SQLAlchemy's own declaration)
        str: PlainText,
        int: Integer,
        float: Double,
        datetime: UtcDateTime,
        JsonObject: Json,
        JsonList: Json,
        JobStatus: PlainText,
        EndpointStatus: PlainText,
        Role: PlainText,
    }
