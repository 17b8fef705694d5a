"""What every forecast is: a table of series in, a table of times to come out."""

from abc import abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal, Self, TypeVar

import ibis.expr.datatypes as dt
import ibis.expr.schema as sch
import pyarrow as pa
from pydantic import Field

from components.base import Computation, Computed, new_rows
from components.errors import ComponentError, UnfitData, WrongKind
from components.forecast.clock import Every
from components.forecast.panel import Gaps, Panel, Series, read_panel, told
from components.outline import Outline
from components.params import ARTICLE, ColumnPick, Params, PlainColumns, TargetPick, Widget, distinct_names
from components.ports import kind_of

FORECAST, LOW, HIGH = "forecast", "forecast_low", "forecast_high"
FIGURES = (FORECAST, LOW, HIGH)


class SeriesParams(Params):
    """What says which series a table holds, and what is asked of them."""

    time: Annotated[str, ColumnPick(("datetime", "numeric"))]
    """When each value was: dates, times, or whole numbers such as years."""
    target: Annotated[str, TargetPick(("numeric",))]
    """The numbers to forecast."""
    group: PlainColumns = PlainColumns.of([])
    """Rows that agree in these columns form one series, such as one shop; all rows are one series where it is empty."""
    horizon: Annotated[int, Field(ge=1, le=10_000), Widget(unit="steps")] = 12
    """How many steps to forecast, from the end of each series."""
    season_length: Annotated[int, Field(ge=1, le=10_000), Widget(unit="steps")] | None = None
    """After how many steps a pattern comes again; 1 for no pattern. Left empty: 24 for hours, 7 for days, 5 for working
    days, 52 for weeks, 12 for months, 4 for quarters, else none."""
    level: Annotated[float, Field(ge=0.5, le=0.999)] = 0.9
    """The share of true values that should lie between `forecast_low` and `forecast_high`."""
    at_least: Annotated[float, Widget(advanced=True)] | None = None
    """The smallest value there can be, such as 0 for counts; forecasts below it are raised to it."""
    every: Annotated[Every, Widget(advanced=True)] = "infer"
    """The step from one value to the next; it is read from the times unless it is said here."""
    gaps: Annotated[Gaps, Widget(advanced=True)] = "refuse"
    """What becomes of steps without a value: the run stops; 0, up to the last time of all series; a straight line
    between neighbours; or the value before."""
    short: Annotated[Literal["refuse", "leave_out"], Widget(advanced=True)] = "refuse"
    """What becomes of series with too few values: the run stops, or they are left out."""

    def bind(self, schemas: Mapping[str, sch.Schema], hidden: frozenset[str] = frozenset()) -> Self:
        own = self._with_other_groups()
        bound = super(SeriesParams, own).bind(schemas, hidden)
        for schema in schemas.values():
            _check_time(self.time, schema[self.time])
            for name in bound.group:
                if name in (self.time, self.target):
                    raise ComponentError(
                        f"Column {name!r} cannot tell series apart, because it is their time or their values.",
                        hint="Choose other columns.",
                        field="group",
                        column=name,
                    )
            distinct_names([*bound.group, self.time, *self._added()], "time")
        return bound

    def _added(self) -> tuple[str, ...]:
        """Columns of the outputs that have names of their own."""
        return FIGURES

    def _with_other_groups(self) -> Self:
        """A selector of groups takes neither the time nor the values."""
        if self.group.select is None:
            return self
        exceptions = dict.fromkeys([*self.group.exceptions, self.time, self.target])
        return self.model_copy(update={"group": self.group.model_copy(update={"exceptions": tuple(exceptions)})})


F = TypeVar("F", bound=SeriesParams)


@dataclass(frozen=True)
class Predicted:
    """What is said of the next steps.

    Parameters
    ----------
    mean, low, high : ndarray of shape (horizon,)
    """

    mean: Any
    low: Any
    high: Any

    def at_least(self, least: float) -> "Predicted":
        """The same with nothing below a value."""
        import numpy as np

        return Predicted(*(np.maximum(one, least) for one in (self.mean, self.low, self.high)))

    @property
    def is_sound(self) -> bool:
        """Whether every number is one."""
        import numpy as np

        return all(bool(np.isfinite(one).all()) for one in (self.mean, self.low, self.high))


class SeriesComputation(Computation[F]):
    """Looks at series."""

    instead = "Summarise by a longer step first (Group by), or filter the series that matter."

    def needs(self, port: str, schema: sch.Schema) -> tuple[str, ...]:
        return (*self.params.group, self.params.time, self.params.target)

    def read(self, table: pa.Table) -> Panel:
        """The series of a table.

        Raises
        ------
        UnfitData
        """
        asked = self.params
        return read_panel(table, asked.time, asked.target, list(asked.group), asked.every, asked.gaps)


class Forecast(SeriesComputation[F]):
    """Says how series go on; a subclass says by which method."""

    least_values: ClassVar[int] = 2
    """The shortest series that it can take."""

    @abstractmethod
    def predict(self, series: Series, season: int, horizon: int) -> Predicted:
        """How one series goes on.

        Raises
        ------
        UnfitData
        """

    def least(self, season: int) -> int:
        """The shortest series that it can take, for a season."""
        return self.least_values

    def predict_all(self, series: Sequence[Series], season: int, horizon: int) -> list[Predicted]:
        """How some series go on, each of which is long enough.

        Raises
        ------
        UnfitData
        """
        return [self._predict(one, season, horizon) for one in series]

    def season(self, panel: Panel) -> int:
        """The length of the season that counts."""
        return self.params.season_length or panel.clock.season

    def compute(self, *tables: pa.Table) -> Computed:
        panel = self._long_enough(self.read(tables[0]))
        horizon = self.params.horizon
        found = self.limited(self.predict_all(panel.series, self.season(panel), horizon))
        return Computed({"table": self._table(panel, found)})

    def limited(self, found: Sequence[Predicted]) -> list[Predicted]:
        """Forecasts that respect the smallest value there can be."""
        least = self.params.at_least
        return list(found) if least is None else [one.at_least(least) for one in found]

    def identity(self, port: str) -> tuple[str, ...]:
        return (*self.params.group, self.params.time)

    def outline(self, *schemas: sch.Schema) -> Mapping[str, Outline]:
        (schema,) = schemas
        keys = [*self.params.group, self.params.time]
        own: dict[str, tuple[dt.DataType, Iterable[str]]] = {
            **{name: (schema[name], [name]) for name in self.params.group},
            self.params.time: (schema[self.params.time], keys),
            **{name: (dt.float64, [*keys, self.params.target]) for name in FIGURES},
        }
        # Where gaps may be filled, which values there are decides where a series ends.
        return {"table": new_rows(own, [*keys, self.params.target])}

    def _predict(self, series: Series, season: int, horizon: int) -> Predicted:
        import numpy as np

        if series.is_constant:
            same = np.full(horizon, float(series.values[0]))
            return Predicted(same, same, same)
        found = self.predict(series, season, horizon)
        if not found.is_sound:
            raise self.unfit(series)
        return found

    def unfit(self, series: Series, reason: str = "it finds no finite forecast") -> UnfitData:
        """Why a series cannot be forecast by this method."""
        which = series.name or f" {self.params.target!r}"
        return UnfitData(
            f"{self.spec.title} cannot be fitted to the series{which}: {reason}.",
            hint="Choose another method, other settings, or leave such series out.",
            column=self.params.target,
        )

    def _long_enough(self, panel: Panel) -> Panel:
        least = self.least(self.season(panel))
        chosen = [i for i, one in enumerate(panel.series) if len(one) >= least]
        if len(chosen) == len(panel.series):
            return panel
        if self.params.short == "refuse" or not chosen:
            raise too_short(panel, least, self.spec.title, self.params.target)
        return panel.only(chosen)

    def _table(self, panel: Panel, found: Sequence[Predicted]) -> pa.Table:
        import numpy as np

        horizon = self.params.horizon
        places = np.concatenate([one.places(len(one), horizon) for one in panel.series])
        rows = pa.array(np.repeat(np.arange(len(found)), horizon))
        figures = {
            name: np.concatenate([getattr(one, part) for one in found])
            for name, part in zip(FIGURES, ("mean", "low", "high"), strict=True)
        }
        groups = {name: panel.keys[name].take(rows) for name in self.params.group}
        return pa.table({**groups, self.params.time: panel.times(places), **figures})


def too_short(panel: Panel, least: int, title: str, target: str) -> UnfitData:
    """Which series have too few values."""
    short = [one for one in panel.series if len(one) < least]
    which = f": {told([one.name for one in short])}" if short[0].name else ""
    have = f"{len(short):,} of {len(panel.series):,} series have" if len(panel.series) > 1 else "The series has"
    fewest = min(len(one) for one in short)
    return UnfitData(
        f"{title} needs at least {least:,} values, and {have if have[0].isdigit() else have.lower()} fewer "
        f"(the shortest {fewest:,}){which}.",
        hint="Leave short series out, choose a shorter season, or take another method.",
        field="short",
        column=target,
    )


def _check_time(name: str, dtype: dt.DataType) -> None:
    if not (dtype.is_integer() or dtype.is_date() or dtype.is_timestamp()):
        what = "a number with decimals" if kind_of(dtype) == "numeric" else f"{ARTICLE[kind_of(dtype)]} of another kind"
        raise WrongKind(
            f"Column {name!r} is {what}, but this needs dates, times with a date, or whole numbers.",
            hint="Convert it first: “Parse date” for texts, “Change type” for numbers.",
            field="time",
            column=name,
        )
