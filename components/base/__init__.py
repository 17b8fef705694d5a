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
    │   └── Wrapper            a model made of models
    └── Evaluation             a report on predictions

A component class is concrete when it declares its own `spec`. Instances carry *bound* params: every column selector
is already a list of names.
"""

from components.base.component import Component, Learner, P, State, unbound
from components.base.composed import MODEL_IN, MODELS_IN, ROWS_IN, W, Wrapper, WrapperParams
from components.base.estimator import FEATURES, LABEL, MODEL_OUT, E, Estimator, EstimatorParams, Task
from components.base.evaluation import Evaluation, Predictions
from components.base.learned import LearnedTransform, S, steady
from components.base.search import Learned, Search, Trial
from components.base.source import Source, StoredTable
from components.base.spec import TABLE_IN, TABLE_OUT, Serving, Spec
from components.base.split import Cut, Cuts, Split
from components.base.transform import Transform

__all__ = [
    "FEATURES",
    "LABEL",
    "MODELS_IN",
    "MODEL_IN",
    "MODEL_OUT",
    "ROWS_IN",
    "TABLE_IN",
    "TABLE_OUT",
    "Component",
    "Cut",
    "Cuts",
    "E",
    "Estimator",
    "EstimatorParams",
    "Evaluation",
    "Learned",
    "LearnedTransform",
    "Learner",
    "P",
    "Predictions",
    "S",
    "Search",
    "Serving",
    "Source",
    "Spec",
    "Split",
    "State",
    "StoredTable",
    "Task",
    "Transform",
    "Trial",
    "W",
    "Wrapper",
    "WrapperParams",
    "steady",
    "unbound",
]
