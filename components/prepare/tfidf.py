"""Weigh the words of texts."""

from collections.abc import Sequence
from typing import Annotated, Any, ClassVar, Literal

from components.base import Spec
from components.prepare.fitted import Advanced, figure
from components.prepare.words import Words, WordsParams


class TfidfParams(WordsParams):
    suffix: ClassVar[str] = "tfidf"

    norm: Annotated[Literal["l1", "l2"] | None, Advanced] = "l2"
    """What makes short and long texts comparable: weights whose squares (l2) or which themselves (l1) add up to 1."""
    use_idf: Annotated[bool, Advanced] = True
    """Whether terms that many texts have count less."""
    smooth_idf: Annotated[bool, Advanced] = True
    """Whether that is computed as if one more text had every term."""
    sublinear_tf: Annotated[bool, Advanced] = False
    """Whether the tenth occurrence of a term counts less than the first."""


class Tfidf(Words[TfidfParams]):
    """Replaces texts by columns, one for each of the most frequent terms: how much a text is about that term.

    The columns are numbered (``review_tfidf_1``), because which terms there are is learned; the report of a run says
    which is which. A missing text counts as an empty one.

    When: short texts such as reviews, titles and notes. Serving: replayed with the fitted terms and weights.
    Source: Salton & Buckley, *Term-weighting approaches in automatic text retrieval* (1988);
    `sklearn.feature_extraction.text.TfidfVectorizer`.
    """

    spec = Spec(
        key="tfidf",
        title="Words by weight (TF-IDF)",
        category="prepare/features",
        icon="article",
        about="Turns texts into columns: how much each is about the most frequent terms.",
        words=(
            "tf-idf",
            "tf idf",
            "tfidfvectorizer",
            "vectorize",
            "nlp",
            "text mining",
            "text to numbers",
            "words",
            "ngram",
            "embedding",
        ),
        example={"column": "text", "max_features": 5},
    )

    def build(self) -> Any:
        from sklearn.feature_extraction import text

        return text.TfidfVectorizer(**self.settings())

    def report(self, fitted: Any, columns: Sequence[str]) -> list[dict[str, Any]]:
        told = super().report(fitted, columns)
        if self.params.use_idf:
            for row, weight in zip(told, fitted.idf_, strict=True):
                row["idf"] = figure(weight)
        return told
