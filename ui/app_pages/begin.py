"""A pipeline begins: drawn for somebody, from a template, or empty."""

from ui import session
from ui.beginning.page import show_page

show_page(session.workspace())
