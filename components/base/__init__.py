"""The contract: what a component is, and what each family promises.

A component knows itself and nothing else. The palette, the form, the checks, the planner, the docs page and the
contract tests all derive from what is declared here::

    Component
    ├── Source                 no input: a stored or built-in table
    ├── Transform              tables in, table out; lazy, stateless
    ├── Learner                looks at the train rows before it treats any row
    │   └── LearnedTransform   measures them in one aggregation, then transforms every row
    ├── Split                  gives each row a role
    ├── Estimator              a scikit-learn model
    ├── Reporting              figures and plots about models
    │   ├── Evaluation         from what one model said of its test rows
    │   ├── Comparison         from what several models said of the same rows
    │   ├── Explanation        by asking a model
    │   └── Relearning         by learning a model again, from fewer rows
    └── Application            a model's answers for the rows of another table

A component class is concrete when it declares its own `spec`. Instances carry *bound* params: every column selector
is already a list of names.
"""

from components.base.application import Application
from components.base.component import Component, Learner, P, State, unbound
from components.base.estimator import FEATURES, LABEL, MODEL_OUT, E, Estimator, EstimatorParams, Task
from components.base.evaluation import (
    FIGURES,
    MODEL_OR_PREDICTIONS,
    Comparison,
    Evaluation,
    Predictions,
    Report,
    Reporting,
)
from components.base.explanation import Asked, Explanation, Relearned, Relearning
from components.base.learned import LearnedTransform, S, steady
from components.base.source import Source, StoredTable
from components.base.spec import TABLE_IN, TABLE_OUT, Serving, Spec
from components.base.split import Cut, Cuts, Split
from components.base.transform import Transform

__all__ = [
    "FEATURES",
    "FIGURES",
    "LABEL",
    "MODEL_OR_PREDICTIONS",
    "MODEL_OUT",
    "TABLE_IN",
    "TABLE_OUT",
    "Application",
    "Asked",
    "Comparison",
    "Component",
    "Cut",
    "Cuts",
    "E",
    "Estimator",
    "EstimatorParams",
    "Evaluation",
    "Explanation",
    "LearnedTransform",
    "Learner",
    "P",
    "Predictions",
    "Relearned",
    "Relearning",
    "Report",
    "Reporting",
    "S",
    "Serving",
    "Source",
    "Spec",
    "Split",
    "State",
    "StoredTable",
    "Task",
    "Transform",
    "steady",
    "unbound",
]
