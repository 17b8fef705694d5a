"""The colours of charts, as in `.streamlit/config.toml`: by Okabe and Ito, told apart by the colour-blind, too."""

LIGHT = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#B8A900", "#6B645B")
DARK = ("#56B4E9", "#E69F00", "#2FBF95", "#DDA0C8", "#7FA8D1", "#F0803C", "#F0E442", "#A59D92")
GREY, FAINT = "#8C857C", "#B9B2A8"
"""Of rows without a value, and of all others that are not named."""

ASIDE_LIGHT, ASIDE_DARK = FAINT, "#4A453F"
"""Of cells beside a scale: in the dark a light grey would pass for much."""

RISING_LIGHT = ("#F8EFEA", "#EAC4B4", "#D68D70", "#B65636", "#7E2B14", "#5B1E0D")
RISING_DARK = ("#2A1D17", "#5F2F1F", "#9B472C", "#CB7354", "#EBB9A5", "#F7DED3")
OPPOSED = ("#2166AC", "#67A9CF", "#D1E5F0", "#F7F7F7", "#FDDBC7", "#EF8A62", "#B2182B")
SYMBOLS = ("circle", "square", "diamond", "cross", "x", "triangle-up", "star", "hexagon")
DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot", "solid", "dash")


def categorical(*, is_dark: bool) -> tuple[str, ...]:
    """Colours of groups."""
    return DARK if is_dark else LIGHT


def rising(*, is_dark: bool) -> list[list[object]]:
    """A scale from little to much, as plotly wants it."""
    return _stops(RISING_DARK if is_dark else RISING_LIGHT)


def aside(*, is_dark: bool) -> list[list[object]]:
    """One grey for cells whose values are not on the scale."""
    return _stops((ASIDE_DARK if is_dark else ASIDE_LIGHT,) * 2)


def opposed() -> list[list[object]]:
    """A scale from one extreme to the other."""
    return _stops(OPPOSED)


def _stops(colors: tuple[str, ...]) -> list[list[object]]:
    return [[at / (len(colors) - 1), color] for at, color in enumerate(colors)]
