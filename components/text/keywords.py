"""The words that tell a text from the others."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

import ibis.expr.datatypes as dt
import ibis.expr.schema as sch
import pyarrow as pa
from pydantic import Field

from components.base import Computation, Computed, Spec, new_rows
from components.errors import UnfitData
from components.outline import Outline, added
from components.params import NewColumn, Params, TextColumn, Widget, distinct_names
from components.ports import Port
from components.ranked import best

TERM, ROWS, IDF, WEIGHT = "term", "rows", "idf", "weight"


class KeywordsParams(Params):
    column: TextColumn
    """The texts."""
    top: Annotated[int, Field(ge=1, le=100), Widget(unit="words")] = 5
    """How many words to give for each text, the best first; a text with fewer words gives fewer."""
    ngrams: Annotated[int, Field(ge=1, le=4), Widget(unit="words")] = 1
    """The longest phrase: with 2, pairs of neighbouring words count like words."""
    name: NewColumn = "keywords"
    """The new column."""
    separator: Annotated[str, Field(min_length=1, max_length=10)] = ", "
    """What stands between two words."""
    stop_words: Literal["none", "english"] = "none"
    """Words that are never given: none, or scikit-learn's list of common English ones."""
    min_rows: Annotated[int, Field(ge=1, le=1_000_000), Widget(advanced=True)] = 1
    """In how many texts a word must be found; 2 leaves out most misspellings."""
    max_share: Annotated[float, Field(gt=0, le=1), Widget(advanced=True)] = 1.0
    """The share of the texts beyond which a word is too common."""

    def bind(self, schemas: Mapping[str, sch.Schema], hidden: frozenset[str] = frozenset()) -> Self:
        bound = super().bind(schemas, hidden)
        for schema in schemas.values():
            distinct_names([*schema, self.name], "name")
        return bound


class Keywords(Computation[KeywordsParams]):
    """Adds the words of each text that are frequent in it and rare in the others, by TF-IDF.

    Words are two or more letters or digits, without regard to case; of equal words the first in the alphabet comes
    first. A missing text, and one without a word that counts, has none: missing. Every row stays as it is. `terms`
    lists all words that were given: in how many texts they are found, their `idf`, and their mean weight.

    How rare a word is depends on all rows, so this is no step that an endpoint can replay. When: to see what texts are
    about; without any download. Serving: boundary, an endpoint's input starts after it, with the words among its
    fields. Source: Spärck Jones (1972), *A Statistical Interpretation of Term Specificity*; scikit-learn's
    `TfidfVectorizer` with its defaults (smooth idf, Euclidean norm).
    """

    spec = Spec(
        key="keywords",
        title="Keywords",
        category="text",
        icon="key_visualizer",
        about="Finds the words that tell a text from the others.",
        words=("tfidf", "text mining", "nlp", "topics", "keyword extraction", "terms", "word cloud"),
        outputs=(Port("table"), Port("terms")),
        serving="boundary",
        example={"column": "text", "top": 2},
    )
    most_rows = 500_000
    instead = "Sample or filter the texts first."

    def needs(self, port: str, schema: sch.Schema) -> tuple[str, ...]:
        return tuple(schema.names)

    def identity(self, port: str) -> tuple[str, ...]:
        return (TERM,) if port == "terms" else ()

    def outline(self, *schemas: sch.Schema) -> Mapping[str, Outline]:
        (schema,) = schemas
        read = [self.params.column]
        terms = {
            TERM: (dt.string, read),
            ROWS: (dt.int64, read),
            IDF: (dt.float64, read),
            WEIGHT: (dt.float64, read),
        }
        return {"table": added(schema, {self.params.name: dt.string}, read), "terms": new_rows(terms, read)}

    def compute(self, *tables: pa.Table) -> Computed:
        import numpy as np

        (table,) = tables
        texts = [text or "" for text in table[self.params.column].to_pylist()]
        weights, terms, idf = self._weighed(texts)
        cells = weights.tocoo()
        rows, columns, _, _ = best(cells.row, cells.col, cells.data, self.params.top)
        given: list[Any] = [None] * len(texts)
        begins = np.flatnonzero(np.diff(rows, prepend=-1))
        for first, last in zip(begins, [*begins[1:], len(rows)], strict=False):
            given[rows[first]] = self.params.separator.join(terms[columns[first:last]])
        used = np.unique(columns)
        order = np.lexsort((cells.data, cells.col))  # sums come in the same order, whatever that of the rows
        sums = np.bincount(cells.col[order], cells.data[order], minlength=len(terms))
        told = {
            TERM: pa.array(terms[used], pa.string()),
            ROWS: pa.array(np.bincount(cells.col, minlength=len(terms))[used], pa.int64()),
            IDF: pa.array(idf[used], pa.float64()),
            WEIGHT: pa.array(sums[used] / max(len(texts), 1), pa.float64()),
        }
        with_words = table.append_column(self.params.name, pa.array(given, pa.string()))
        return Computed({"table": with_words, "terms": pa.table(told)})

    def _weighed(self, texts: list[str]) -> tuple[Any, Any, Any]:
        """The weight of each term in each text, the terms in the order of the alphabet, and their idf."""
        import numpy as np
        from scipy.sparse import csr_matrix
        from sklearn.feature_extraction.text import TfidfVectorizer

        asked = self.params
        nothing = csr_matrix((len(texts), 0)), np.array([], dtype=object), np.array([])
        vectorizer = TfidfVectorizer(
            ngram_range=(1, asked.ngrams),
            stop_words=None if asked.stop_words == "none" else asked.stop_words,
            max_df=1.0,
        )
        if not any(map(vectorizer.build_analyzer(), texts)):
            return nothing
        vectorizer.set_params(min_df=asked.min_rows, max_df=asked.max_share)
        try:
            weights = vectorizer.fit_transform(texts)
        except ValueError as error:
            raise UnfitData(
                f"No word in column {asked.column!r} is found in at least {asked.min_rows:,} texts and at most "
                f"{asked.max_share:.0%} of them.",
                hint="Lower the first limit or raise the second.",
                field="min_rows",
                column=asked.column,
            ) from error
        return weights.tocsr(), vectorizer.get_feature_names_out(), vectorizer.idf_
