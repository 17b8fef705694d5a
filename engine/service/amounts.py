"""Amounts in words, the same on the command line and on the screens."""


def count(amount: int | None, noun: str, plural: str = "") -> str:
    """An amount of things.

    >>> count(1, "row"), count(7043, "row"), count(2, "query", "queries")
    ('1 row', '7,043 rows', '2 queries')
    """
    if amount is None:
        return f"– {plural or noun + 's'}"
    return f"{amount:,} {noun if amount == 1 else plural or noun + 's'}"


def seconds(value: float | None) -> str:
    """A duration.

    >>> seconds(0.034), seconds(3.21), seconds(75), seconds(7300), seconds(None)
    ('34 ms', '3.2 s', '1 min 15 s', '2 h 1 min', '–')
    """
    if value is None:
        return "–"
    if value < 1:
        return f"{1000 * value:.0f} ms"
    if value < 60:
        return f"{value:.1f} s"
    minutes, rest = divmod(round(value), 60)
    return f"{minutes} min {rest} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"


def roughly(value: float) -> str:
    """A duration that is only expected.

    >>> roughly(0.2), roughly(3.6), roughly(48), roughly(400), roughly(7200)
    ('under 1 s', 'about 4 s', 'about 50 s', 'about 7 min', 'about 2 h')
    """
    if value < 1:
        return "under 1 s"
    if value < 9.5:
        return f"about {value:.0f} s"
    if value < 90:
        return f"about {round(value, -1):.0f} s"
    return f"about {value / 60:.0f} min" if value < 5400 else f"about {value / 3600:.0f} h"


def size(amount: float | None) -> str:
    """Bytes.

    >>> size(512), size(2_400_000)
    ('512 B', '2.4 MB')
    """
    if amount is None:
        return "–"
    value = float(amount)
    for unit in ("B", "kB", "MB", "GB"):
        if value < 1000:
            return f"{value:.0f} {unit}" if unit == "B" or value >= 100 else f"{value:.1f} {unit}"
        value /= 1000
    return f"{value:.1f} TB"


def memory(megabytes: float | None) -> str:
    """Memory.

    >>> memory(210.4), memory(2400), memory(None)
    ('210 MB', '2.4 GB', '–')
    """
    return size(megabytes * 1e6 if megabytes is not None else None)
