"""The contract: what a component is, and what each family promises.

A component knows itself and nothing else. The palette, the form, the checks, the planner, the docs page and the
contract tests all derive from what is declared here::

    Component
    ├── Source                 no input: a stored or built-in table
    ├── Transform              tables in, tables out; lazy, stateless
    ├── Learner                looks at the train rows before it treats any row
    │   ├── LearnedTransform   measures them in one aggregation, then transforms every row
    │   │   └── LearnedFromRows    looks at the rows themselves instead
    │   ├── MatrixTransform    a scikit-learn transformer, which also computes what it makes
    │   └── Resampler          gives other train rows
    ├── Split                  gives each row a role
    ├── Computation            tables in, tables out, computed in Python on collected rows
    ├── Model                  learns from a matrix, is saved, and answers for any row
    │   ├── Estimator          with a target
    │   │   └── Wrapper        made of other models
    │   └── Unsupervised       without one; a Learner, too
    │       ├── Clusterer      which group a row belongs to
    │       └── Detector       how strange a row is
    ├── Reporting              figures and plots about models
    │   ├── Evaluation         from what one model said of its test rows
    │   ├── Comparison         from what several models said of the same rows
    │   ├── Explanation        by asking a model
    │   └── Relearning         by learning a model again, from fewer rows
    ├── Application            a model's answers for the rows of another table
    └── Output                 what is kept, drawn or sent elsewhere

A component class is concrete when it declares its own `spec`. Instances carry *bound* params: every column selector
is already a list of names.
"""

from components.base.application import Application
from components.base.canvas import CanvasOnly
from components.base.component import Component, Learner, P, State, unbound
from components.base.composed import MODEL_IN, MODELS_IN, ROWS_IN, W, Wrapper, WrapperParams
from components.base.computation import Computation, Computed, new_rows
from components.base.estimator import (
    FEATURES,
    LABEL,
    MODEL_OUT,
    MOST_CLASSES,
    E,
    Estimator,
    EstimatorParams,
    Task,
    WeighedParams,
)
from components.base.evaluation import (
    FIGURES,
    MODEL_OR_PREDICTIONS,
    Comparison,
    Evaluation,
    Group,
    Grouped,
    Predictions,
    Report,
    Reporting,
)
from components.base.explanation import Asked, Explanation, Relearned, Relearning
from components.base.from_rows import LearnedFromRows
from components.base.inspection import Inspection
from components.base.learned import LearnedTransform, S, steady
from components.base.matrix_transform import MatrixTransform
from components.base.model import Model
from components.base.output import Output
from components.base.outside import OutsideTable
from components.base.resampler import Adds, Balance, MeasuredColumns, R, Resampler, ResamplerParams
from components.base.search import Learned, Search, Trial
from components.base.source import Source, StoredTable
from components.base.spec import TABLE_IN, TABLE_OUT, Serving, Spec
from components.base.split import Cut, Cuts, Split
from components.base.transform import Observation, Transform
from components.base.unsupervised import GROUPED_OUT, Clusterer, Detector, U, Unsupervised, UnsupervisedParams

__all__ = [
    "FEATURES",
    "FIGURES",
    "GROUPED_OUT",
    "LABEL",
    "MODELS_IN",
    "MODEL_IN",
    "MODEL_OR_PREDICTIONS",
    "MODEL_OUT",
    "MOST_CLASSES",
    "ROWS_IN",
    "TABLE_IN",
    "TABLE_OUT",
    "Adds",
    "Application",
    "Asked",
    "Balance",
    "CanvasOnly",
    "Clusterer",
    "Comparison",
    "Component",
    "Computation",
    "Computed",
    "Cut",
    "Cuts",
    "Detector",
    "E",
    "Estimator",
    "EstimatorParams",
    "Evaluation",
    "Explanation",
    "Group",
    "Grouped",
    "Inspection",
    "Learned",
    "LearnedFromRows",
    "LearnedTransform",
    "Learner",
    "MatrixTransform",
    "MeasuredColumns",
    "Model",
    "Observation",
    "Output",
    "OutsideTable",
    "P",
    "Predictions",
    "R",
    "Relearned",
    "Relearning",
    "Report",
    "Reporting",
    "Resampler",
    "ResamplerParams",
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
    "U",
    "Unsupervised",
    "UnsupervisedParams",
    "W",
    "WeighedParams",
    "Wrapper",
    "WrapperParams",
    "new_rows",
    "steady",
    "unbound",
]
