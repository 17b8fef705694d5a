"""What models do, in words."""

TASKS = {
    "classification": "Classification",
    "regression": "Regression",
    "clustering": "Clustering",
    "anomaly": "Anomaly detection",
}


ANSWERS = {
    "clustering": "the number of the record's cluster, or -1 for none",
    "anomaly": "whether the record is an anomaly, and a score: above 0 it is one",
}
"""What models without a target answer with."""
