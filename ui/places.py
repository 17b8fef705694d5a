"""The pages, their addresses, and how to get from one to the other."""

from __future__ import annotations

from typing import Any, Literal, NoReturn
from urllib.parse import urlsplit

import streamlit as st

from ui import session

HOME = "app_pages/home.py"
DATASETS = "app_pages/datasets.py"
IMPORT = "app_pages/import_dataset.py"
PIPELINES = "app_pages/pipelines.py"
BUILDER = "app_pages/builder.py"
BEGIN = "app_pages/begin.py"
RUNS = "app_pages/runs.py"
MODELS = "app_pages/models.py"
ENDPOINTS = "app_pages/endpoints.py"
LINEAGE = "app_pages/lineage.py"
OVERVIEW = "app_pages/overview.py"
CONNECTIONS = "app_pages/connections.py"
BOARDS = "app_pages/boards.py"
ALERTS = "app_pages/alerts.py"
SHARED_BOARD = "app_pages/board.py"
SHARED_ENDPOINT = "app_pages/shared_endpoint.py"
OPENED = frozenset({"board", "dataset", "endpoint", "model", "pipeline", "round", "run", "version"})
"""The parts of the address that links open; widgets and `ask` own the rest."""
WIDGETS = frozenset({"view"})
"""The parts of the address that `go` opens and that widgets own: the tabs of a page."""


def pages() -> list[Any]:
    """Every page; those that are reached from another one are hidden from the menu."""
    return [
        st.Page(HOME, title="Home", icon=":material/home:", url_path="home", default=True, help="What there is."),
        st.Page(DATASETS, title="Datasets", icon=":material/table:", url_path="datasets", help="Tables you brought."),
        st.Page(BOARDS, title="Boards", icon=":material/dashboard:", url_path="boards", help="Charts on a page."),
        st.Page(PIPELINES, title="Pipelines", icon=":material/account_tree:", url_path="pipelines", help="Drawings."),
        st.Page(RUNS, title="Runs", icon=":material/play_circle:", url_path="runs", help="What was executed."),
        st.Page(MODELS, title="Models", icon=":material/model_training:", url_path="models", help="What was learned."),
        st.Page(ENDPOINTS, title="Endpoints", icon=":material/api:", url_path="endpoints", help="What answers."),
        st.Page(ALERTS, title="Alerts", icon=":material/notifications:", url_path="alerts", help="What is not well."),
        st.Page(LINEAGE, title="Lineage", icon=":material/timeline:", url_path="lineage", help="What came from what."),
        st.Page(
            CONNECTIONS, title="Connections", icon=":material/cable:", url_path="connections", help="What is reached."
        ),
        st.Page(IMPORT, title="Import a dataset", icon=":material/upload:", url_path="import", visibility="hidden"),
        st.Page(OVERVIEW, title="A dataset", icon=":material/table:", url_path="overview", visibility="hidden"),
        st.Page(BEGIN, title="Begin a pipeline", icon=":material/add:", url_path="begin", visibility="hidden"),
        st.Page(BUILDER, title="Pipeline", icon=":material/account_tree:", url_path="builder", visibility="hidden"),
        st.Page(SHARED_BOARD, title="Board", icon=":material/dashboard:", url_path="board", visibility="hidden"),
        st.Page(SHARED_ENDPOINT, title="Prediction", icon=":material/api:", url_path="prediction", visibility="hidden"),
    ]


SHARED = frozenset({"board", "overview", "prediction"})
"""Pages that are opened by link, by their address: there is no way from them to others."""


def menu() -> Literal["top", "hidden"]:
    """Where the menu stands; who comes by a link to one page has none."""
    return "hidden" if is_shared() else "top"


def is_shared() -> bool:
    """Whether the page that is open is one that people come to by link."""
    return asked("key") is not None or urlsplit(st.context.url or "").path.rpartition("/")[2] in SHARED


def link(place: str, label: str, *, icon: str | None = None, help: str | None = None, **params: Any) -> None:
    """A link to a page, with what it shows in the address."""
    st.page_link(place, label=label, icon=icon, help=help, query_params=_texts(params))


def link_name(place: str, name: str, *, icon: str, most: int = 34, help: str | None = None, **params: Any) -> None:
    """A link that is called by a name which may be long: it shows both ends, and the whole where the mouse rests."""
    from ui.words import short_name  # it brings the engine, and the menu should not wait for that

    shown = short_name(name, most)
    told = [name] if shown != name else []
    link(place, shown, icon=icon, help="  \n".join([*told, *([help] if help else [])]) or None, **params)


def tell_address() -> None:
    """Write the query of this page into the browser's address, where a link to the page that is open has changed it.

    Streamlit opens such a link without telling the browser: the next click would lead back to the page as it was.
    """
    # To write at any other change would race with the browser: a tab clicked meanwhile would fall back.
    shown = {name: value for name, value in st.query_params.to_dict().items() if name in OPENED}
    if session.has_moved(shown):
        for name, value in list(shown.items())[:1]:  # one is written, all are told
            st.query_params[name] = value
        if not st.query_params:
            st.query_params.clear()


def whole_address(path: str, otherwise: str) -> str:
    """An address to send to people, as the browser reaches this server.

    Parameters
    ----------
    otherwise
        Where the UI is, as far as its settings know.
    """
    here = urlsplit(st.context.url or "")
    return f"{here.scheme}://{here.netloc}/{path}" if here.netloc else f"{otherwise}/{path}"


def way_back(page: Any) -> tuple[str, str] | None:
    """The list that leads on when what the address names is not there: its page and name; shared pages have none."""
    if page.url_path in SHARED:
        return None
    lists = {
        "datasets": (DATASETS, "All datasets"),
        "builder": (PIPELINES, "All pipelines"), "runs": (RUNS, "All runs"),
        "models": (MODELS, "All models"), "endpoints": (ENDPOINTS, "All endpoints"),
    }  # fmt: skip
    return lists.get(page.url_path, (HOME, "Home"))


def go(place: str, **params: Any) -> NoReturn:
    """Open a page."""
    # Streamlit refuses to write what a widget is bound to, and the tabs of the page that is left may be: so the tab to
    # open is told to the tabs themselves.
    session.keep_opened({name: params.pop(name) for name in WIDGETS & params.keys()})
    st.switch_page(place, query_params=_texts(params))
    raise AssertionError("switch_page never returns")


def asked(name: str) -> str | None:
    """What the address asks for."""
    return st.query_params.get(name) or None


def asked_number(name: str) -> int | None:
    """A number that the address asks for; None when it is none."""
    text = asked(name)
    return int(text) if text and text.isdecimal() and len(text) < 10 else None


def ask(**params: Any) -> None:
    """Change the address without leaving the page; None takes a part away."""
    for name, value in params.items():
        if value is not None:
            st.query_params[name] = str(value)
        elif name in st.query_params:
            del st.query_params[name]


def _texts(params: dict[str, Any]) -> dict[str, str]:
    return {name: str(value) for name, value in params.items() if value is not None}


def of_stage(stage: str) -> tuple[str, str]:
    """The page of a stage of the lineage, and the name of its part of the address."""
    return {
        "dataset": (DATASETS, "dataset"),
        "pipeline": (BUILDER, "pipeline"),
        "run": (RUNS, "run"),
        "model": (MODELS, "model"),
        "endpoint": (ENDPOINTS, "endpoint"),
        "scored": (DATASETS, "dataset"),
    }[stage]
