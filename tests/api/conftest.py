"""The homes and the server that these tests begin with."""

from tests.homes import filled_home, home, new_home, published
from tests.servers import client

__all__ = ["client", "filled_home", "home", "new_home", "published"]
