"""The use cases, one file per noun: the only door for the UI, the command line and the API.

Every function takes the open `Workspace` first and gives back plain views, ready for a screen or for JSON.
"""

from engine.settings import Settings
from engine.workspace import Workspace, open_workspace

__all__ = ["Settings", "Workspace", "open_workspace"]
