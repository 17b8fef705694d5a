"""The menus behind three dots, as a person uses them."""

from typing import Any

from streamlit.testing.v1 import AppTest

from ui.words import escaped


def menu(app: AppTest, about: str) -> Any:
    """The menu of the thing whose name holds these words."""
    return next(it for it in app.menu_button if escaped(about) in it.help)


def offered(app: AppTest, about: str) -> list[str]:
    """The words of what can be done with it, without their icons."""
    return [words.partition(": ")[2] for words in menu(app, about).options]


def chosen(app: AppTest, about: str, words: str) -> AppTest:
    """Choose what is called so."""
    it = menu(app, about)
    return it.click(next(option for option in it.options if option.endswith(f": {words}"))).run()
