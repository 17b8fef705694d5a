"""What rules and alerts say, the same on screens, in messages and on the command line."""

from engine.monitor.conditions import Condition
from engine.service.amounts import count

CONDITION_WORDS: dict[Condition, str] = {
    "above": "above",
    "below": "below",
    "rises": "up by more than",
    "falls": "down by more than",
    "absent": "none for",
}


def amount(value: float | None, unit: str) -> str:
    """A value in its unit.

    >>> amount(0.3123, ""), amount(7.5, "%"), amount(1234.4, "ms"), amount(0.02, "hours"), amount(1, "runs")
    ('0.312', '7.5 %', '1,234 ms', '0.02 hours', '1 run')
    """
    if value is None:
        return "–"
    if not unit:
        return f"{value:.3g}" if abs(value) < 1000 else f"{value:,.0f}"
    if unit in ("ms", "%", "hours"):
        short = f"{value:,.0f}" if abs(value) >= 100 else f"{value:.1f}".removesuffix(".0")
        return f"{f'{value:.2g}' if abs(value) < 1 else short} {unit}"
    return f"{value:,.0f} {unit.removesuffix('s') if value == 1 else unit}"


def stretch(minutes: float) -> str:
    """A stretch of time.

    >>> stretch(5), stretch(60), stretch(90), stretch(1440), stretch(10080), stretch(1518)
    ('5 minutes', '1 hour', '90 minutes', '1 day', '7 days', '25 hours')
    """
    whole = round(minutes) if minutes < 180 else 60 * round(minutes / 60)
    for length, noun in ((1440, "day"), (60, "hour")):
        if whole >= length and whole % length == 0:
            return count(whole // length, noun)
    return count(whole, "minute")


def rule_words(
    title: str, condition: Condition, limit: float | None, unit: str, *, window: int, windows_before: int, of: str = ""
) -> str:
    """What a rule says.

    >>> rule_words("Errors", "above", 5, "%", window=60, windows_before=7)
    'Errors above 5 % over 1 hour'
    >>> rule_words("Requests", "falls", 50, "requests", window=1440, windows_before=7)
    'Requests down by more than 50 % over 1 day, against the mean of 7 windows before'
    """
    what = f"{title}, {of}" if of else title
    if condition == "absent":
        return f"{what}: {CONDITION_WORDS[condition]} {stretch(window)}"
    if condition in ("rises", "falls"):
        windows = count(windows_before, "window")
        change = f"{CONDITION_WORDS[condition]} {amount(limit, '%')} over {stretch(window)}"
        return f"{what} {change}, against the mean of {windows} before"
    return f"{what} {CONDITION_WORDS[condition]} {amount(limit, unit)}{_over(window)}"


def found_words(condition: Condition, number: float, value: float, unit: str, *, window: int, detail: str = "") -> str:
    """What was found, against which a person compares the limit.

    >>> found_words("above", 7.5, 7.5, "%", window=60, detail="3 of 40")
    '7.5 % over 1 hour (3 of 40)'
    >>> found_words("falls", 80, 20, "requests", window=1440)
    '20 requests over 1 day, 80 % less than before'
    """
    told = f" ({detail})" if detail else ""
    if condition == "absent":
        return f"nothing for {stretch(60 * value)}{told}"
    if condition in ("rises", "falls"):
        way = "more" if condition == "rises" else "less"
        return f"{amount(value, unit)} over {stretch(window)}{told}, {amount(number, '%')} {way} than before"
    return f"{amount(value, unit)}{_over(window)}{told}"


def _over(window: int) -> str:
    """The window in words; what is as it is at a moment has none."""
    return f" over {stretch(window)}" if window else ""
