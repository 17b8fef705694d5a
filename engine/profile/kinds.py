"""What DuckDB calls a type, and what kind of values that is."""

from engine.profile.profiled import Kind

_NUMBERS = (
    *("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "FLOAT", "DOUBLE", "DECIMAL"),
    *("UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT"),
)
_NAMES = {"BIGINT": "int64", "DOUBLE": "float64", "VARCHAR": "string", "TIMESTAMP": "timestamp", "DATE": "date"}


def kind_of(sql_type: str) -> Kind:
    """The kind of a type.

    >>> kind_of("DECIMAL(18,3)"), kind_of("VARCHAR"), kind_of("INTEGER[]")
    ('numeric', 'text', 'other')
    """
    if sql_type.endswith("]"):
        return "other"
    if sql_type.startswith(_NUMBERS):
        return "numeric"
    if sql_type.startswith(("DATE", "TIMESTAMP")):
        return "datetime"
    return "boolean" if sql_type == "BOOLEAN" else "text" if sql_type == "VARCHAR" else "other"


def name_of(sql_type: str) -> str:
    """The type in the words of Arrow."""
    return _NAMES.get(sql_type, sql_type.lower())


def is_whole(sql_type: str) -> bool:
    """Whether the numbers are whole by their type."""
    return kind_of(sql_type) == "numeric" and not sql_type.startswith(("DOUBLE", "FLOAT", "DECIMAL"))


def is_wide_number(sql_type: str) -> bool:
    """Whether numbers of this type have no array of their own."""
    return sql_type.startswith(("DECIMAL", "HUGEINT", "FLOAT"))
