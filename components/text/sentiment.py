"""Tell what a text says, as people have labelled others."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Self

import ibis.expr.schema as sch
from pydantic import Field

from components.base import MODEL_OUT, Estimator, Spec, WeighedParams
from components.models.arguments import Advanced, BalancedParams, Seed, arguments
from components.params import FeatureColumns, TextColumn
from components.prepare.fitted import MOST_COLUMNS
from components.prepare.tfidf import TfidfParams

if TYPE_CHECKING:
    from sklearn.linear_model import LogisticRegression


class SentimentParams(BalancedParams, WeighedParams):
    column: TextColumn
    """The texts."""
    features: FeatureColumns = FeatureColumns.of([])
    """Further columns to learn from, beside the words."""
    max_features: Annotated[int, Field(ge=10, le=MOST_COLUMNS)] = 500
    """How many terms to look for: the most frequent ones."""
    ngrams: Annotated[int, Field(ge=1, le=5)] = 2
    """How many words in a row may be one term: 2 also finds “not good”."""
    C: Annotated[float, Field(gt=0)] = 1.0
    """Inverse strength of regularization: smaller values trust single words less."""
    max_iter: Annotated[int, Field(ge=1, le=100_000), Advanced] = 100
    """The most iterations of the solver."""
    seed: Annotated[Seed, Advanced] = 0
    """Makes what is random repeatable."""

    def bind(self, schemas: Mapping[str, sch.Schema], hidden: frozenset[str] = frozenset()) -> Self:
        bound = super().bind(schemas, hidden)
        words = TfidfParams.model_validate(_words(self.column, self.max_features, self.ngrams)).made()
        made = [name for schema in schemas.values() for name in words if name in schema]
        further = [name for name in bound.features if name not in made]
        return bound.model_copy(update={"features": FeatureColumns.of([*made, *further])})


class Sentiment(Estimator[SentimentParams]):
    """Learns from labelled texts which words speak for which label, and labels other texts.

    The texts are weighed by TF-IDF first, as a step of its own that a run shows; then it is a logistic regression.
    Nothing is downloaded: it knows the words of your train rows and no others, in any language.

    When: reviews, tickets, notes, some of which are labelled: positive or negative, urgent or not, by topic.
    Serving: scores each request, from the text itself. Source: Pang, Lee & Vaithyanathan, *Thumbs up? Sentiment
    Classification using Machine Learning Techniques* (2002); `sklearn.linear_model.LogisticRegression`.
    """

    spec = Spec(
        key="sentiment",
        title="Sentiment",
        category="text",
        icon="sentiment_satisfied",
        about="Labels texts as labelled ones have taught it: good or bad, urgent or not.",
        words=("nlp", "text classification", "opinion", "positive negative", "mood", "reviews"),
        outputs=MODEL_OUT,
        example={"column": "text", "target": "target_class", "features": ["number", "other"]},
    )
    task = "classification"
    takes_sparse = True
    search_space: ClassVar[Mapping[str, Any]] = {"C": ("log", 1e-3, 1e3), "class_weight": (None, "balanced")}

    @classmethod
    def before(cls, params: Mapping[str, Any]) -> tuple[str, dict[str, Any]] | None:
        fields = SentimentParams.model_fields
        most, ngrams = (params.get(name, fields[name].default) for name in ("max_features", "ngrams"))
        return "tfidf", _words(params.get("column"), most, ngrams)

    def build(self) -> "LogisticRegression":
        from sklearn.linear_model import LogisticRegression

        return LogisticRegression(**arguments(self.params, "column", "max_features", "ngrams"))


def _words(column: Any, most: Any, ngrams: Any) -> dict[str, Any]:
    return {"column": column, "max_features": most, "ngrams": ngrams, "keep": True}
