"""The use cases, one folder per part of the product, one file per noun: the only door for the UI, the CLI and the API.

Every function takes the open `Workspace` first and gives back plain views, ready for a screen or for JSON.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from engine.settings import Settings
    from engine.workspace import Workspace, open_workspace

__all__ = ["Settings", "Workspace", "open_workspace"]


def __getattr__(name: str) -> Any:
    # Late, so that the command line can list the components without opening a database.
    if name == "Settings":
        from engine.settings import Settings

        return Settings
    if name in __all__:
        from engine import workspace

        return getattr(workspace, name)
    raise AttributeError(name)
