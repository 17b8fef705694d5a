"""The rules that make a component mean the same on every engine; the one place that knows them.

======================  ==============================================================================================
Rule                    Because
======================  ==============================================================================================
`numbers`               dividing by zero, logarithms and roots outside their domain, and what is not finite are NULL:
                        one engine stops there, another gives infinity
`constants`             a number that is written down is an int64 or a float64: bare, each engine takes it for another
`casts`                 what cannot be read as a type is NULL; NaN and infinity count as what cannot be read
`row_ids`, `draws`      ids and draws come from md5: engines' own ``hash()`` and seeded ``sample`` differ
`frequencies`           the most frequent value is found by counting and ranking: ``mode`` breaks ties differently
`groups`, `lookups`     figures about groups as a measure, and values found by their key: ``histogram`` and maps
                        differ, and no engine takes thousands of conditions well
`engines`               which engines there are, and which columns they cannot read
======================  ==============================================================================================

NaN becomes NULL at import, so that no rule is needed for it. What Spark's SQL merely says otherwise (texts of numbers,
patterns, formats of dates) is translated where that SQL is made, in `engine.backends.spark_sql`.
`tests/conformance` runs every component and every function on both engines.
"""
