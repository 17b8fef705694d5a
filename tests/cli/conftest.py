"""The homes that these tests begin with."""

from tests.homes import filled_home, home, new_home, published
from tests.two_versions import second_version, two

__all__ = ["filled_home", "home", "new_home", "published", "second_version", "two"]
