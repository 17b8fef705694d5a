"""Drawing rows at random, but the same rows on every engine and every rerun."""

import ibis
import ibis.expr.types as ir


def digest(row: ir.IntegerColumn, key: str) -> ir.StringColumn:
    """The md5 of a row's stable id under a key, 32 hexadecimal digits.

    Sort by it to shuffle; compare its first digits with a threshold to draw a share.
    """
    return (ibis.literal(key) + row.cast("string")).hexdigest("md5")
