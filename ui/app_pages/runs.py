"""Runs: the table, one of them with its nodes, times, errors and models, and two side by side."""

from ui import places, session
from ui.comparing import show_comparison
from ui.running.listing import show_list
from ui.running.one import show_one

home = session.workspace()
asked, beside = places.asked("run"), places.asked("beside")
if asked and beside:
    show_comparison(asked, beside)
elif asked:
    show_one(home, asked)
else:
    show_list(home)
