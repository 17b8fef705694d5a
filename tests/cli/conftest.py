"""The homes that these tests begin with."""

from tests.homes import filled_home, home, new_home, published

__all__ = ["filled_home", "home", "new_home", "published"]
