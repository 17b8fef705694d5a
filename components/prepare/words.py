"""What those share that count the words of texts: the texts, which words, and a column for each."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any, ClassVar, Literal, Self, TypeVar

import ibis.expr.schema as sch
from pydantic import Field, model_validator

from components.base import MatrixTransform
from components.errors import UnfitData
from components.params import Params, TextColumn
from components.prepare.fitted import MOST_COLUMNS, Advanced, check_made

Share = Annotated[int, Field(ge=1)] | Annotated[float, Field(ge=0, le=1)]


class WordsParams(Params):
    suffix: ClassVar[str]
    """What the new columns are called, after the column of texts and before their numbers."""

    column: TextColumn
    """The texts."""
    max_features: Annotated[int, Field(ge=1, le=MOST_COLUMNS)] = 100
    """How many terms become columns: the most frequent ones. Where the texts have fewer, columns beyond are 0."""
    ngrams: Annotated[int, Field(ge=1, le=5)] = 1
    """How many words in a row may be one term: 2 also finds “not good”."""
    stop_words: Literal["english"] | None = None
    """Words that say nothing and are left out: the English ones, or none."""
    lowercase: bool = True
    """Whether upper and lower case are the same."""
    keep: bool = False
    """Whether the column of texts stays too."""
    analyzer: Annotated[Literal["word", "char", "char_wb"], Advanced] = "word"
    """What terms are made of: words, characters, or characters inside words."""
    strip_accents: Annotated[Literal["ascii", "unicode"] | None, Advanced] = None
    """Whether accents are taken off: é becomes e."""
    min_df: Annotated[Share, Advanced] = 1
    """In how many texts a term must be, as a number or as a share of them."""
    max_df: Annotated[Share, Advanced] = 1.0
    """In how many texts a term may be, as a number or as a share of them."""
    binary: Annotated[bool, Advanced] = False
    """Whether a term that is there counts once, however often it is."""

    @model_validator(mode="after")
    def _stop_words_are_words(self) -> Self:
        if self.stop_words and self.analyzer != "word":
            raise ValueError("'stop_words' needs the analyzer 'word'")
        return self

    def bind(self, schemas: Mapping[str, sch.Schema], hidden: frozenset[str] = frozenset()) -> Self:
        bound = super().bind(schemas, hidden)
        check_made(schemas.values(), () if bound.keep else (bound.column,), bound.made(), "column")
        return bound

    def made(self) -> list[str]:
        """The names of the new columns."""
        return [f"{self.column}_{self.suffix}_{number}" for number in range(1, self.max_features + 1)]


W = TypeVar("W", bound=WordsParams)


class Words(MatrixTransform[W]):
    """A column for each of the most frequent terms of the train rows' texts."""

    takes = "texts"
    takes_missing = True
    most_rows = 1_000_000

    def sources(self) -> dict[str, tuple[str, ...]]:
        return dict.fromkeys(self.params.made(), (self.params.column,))

    def drops(self) -> tuple[str, ...]:
        return () if self.params.keep else (self.params.column,)

    def fit(self, given: Iterable[str], target: Any) -> Any:
        try:
            return self.build().fit(given)
        except ValueError as error:
            if "empty vocabulary" not in str(error) and "no terms remain" not in str(error):
                raise
            raise UnfitData(
                f"The texts of {self.params.column!r} have no terms that could become columns.",
                hint="Choose another column, lower 'min_df', raise 'max_df', or take the stop words in.",
                column=self.params.column,
            ) from error

    def settings(self) -> dict[str, Any]:
        """The arguments of the vectorizer."""
        own = {name: value for name, value in self.params if name not in ("column", "ngrams", "keep")}
        return {**own, "ngram_range": (1, self.params.ngrams)}

    def report(self, fitted: Any, columns: Sequence[str]) -> list[dict[str, Any]]:
        terms = fitted.get_feature_names_out()
        return [{"column": name, "term": str(term)} for name, term in zip(self.sources(), terms, strict=False)]
