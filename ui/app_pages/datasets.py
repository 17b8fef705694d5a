"""Datasets: the list, and one of them from all sides."""

from ui import places, session
from ui.datasets.listing import show_list
from ui.datasets.one import show_one

home = session.workspace()
asked = places.asked("dataset")
if asked:
    show_one(home, asked)
else:
    show_list(home)
