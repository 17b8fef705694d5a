"""Drawing rows at random, but the same rows on every engine and every rerun."""

import ibis
import ibis.expr.types as ir

HEX_DIGITS = 13


def digest(row: ir.IntegerColumn, key: str) -> ir.StringColumn:
    """The md5 of a row's stable id under a key, 32 hexadecimal digits.

    Sort by it to shuffle; compare its first digits with a threshold to draw a share.
    """
    return (ibis.literal(key) + row.cast("string")).hexdigest("md5")


def is_drawn(digest: ir.StringColumn, share: float) -> ir.BooleanColumn:
    """Whether a digest is among the lowest; about this share (below 1) of all digests is."""
    return digest < f"{round(share * 16**HEX_DIGITS):0{HEX_DIGITS}x}"
