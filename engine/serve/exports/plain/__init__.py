"""A model's preparation and its estimator as one scikit-learn `Pipeline` that needs nothing of this product.

Each feature is followed back to the fields of a request, column by column (`steps`). What a learned transform does is
its own fitted scikit-learn transformer; what a formula, a cast or a date part computes becomes functions of NumPy
(`expressions`, `functions`). Where something has no such form, the node is named.
"""
