"""Count the words of texts."""

from typing import Any, ClassVar

import ibis.expr.datatypes as dt

from components.base import Spec
from components.prepare.words import Words, WordsParams


class BagOfWordsParams(WordsParams):
    suffix: ClassVar[str] = "words"


class BagOfWords(Words[BagOfWordsParams]):
    """Replaces texts by columns, one for each of the most frequent terms: how often a text has that term.

    The columns are numbered (``review_words_1``), because which terms there are is learned; the report of a run says
    which is which. A missing text counts as an empty one.

    When: counts are wanted, as for naive Bayes; else take TF-IDF. Serving: replayed with the fitted terms.
    Source: Manning, Raghavan & Schütze, *Introduction to Information Retrieval* (2008), §6.2;
    `sklearn.feature_extraction.text.CountVectorizer`.
    """

    spec = Spec(
        key="bag_of_words",
        title="Count words",
        category="prepare/features",
        icon="format_list_numbered",
        about="Turns texts into columns: how often each has the most frequent terms.",
        words=(
            "bag of words",
            "countvectorizer",
            "count vectorizer",
            "vectorize",
            "nlp",
            "text mining",
            "tokenize",
            "ngram",
            "document term matrix",
        ),
        example={"column": "text", "max_features": 5},
    )
    made_type = dt.int64

    def build(self) -> Any:
        from sklearn.feature_extraction import text

        return text.CountVectorizer(**self.settings())
