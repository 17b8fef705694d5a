"""Models: the list, one of them from all sides, and several side by side."""

from ui import places, session
from ui.models.bin import show_bin
from ui.models.compare.page import show_compare
from ui.models.listing import show_list
from ui.models.one import show_one

home = session.workspace()
asked, compared = places.asked("model"), places.asked("compare")
if compared:
    show_compare(home, compared)
elif asked:
    show_one(home, asked)
elif places.asked("bin"):
    show_bin(home)
else:
    show_list(home)
