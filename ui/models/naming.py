"""The aliases and the stage of a version."""

import streamlit as st

from engine.service import Workspace
from engine.service.modelling import registry
from engine.service.modelling.registry import LONGEST_ALIAS, STAGE_NAMES, VersionView
from ui.models.who import comment_field, decided, name_field
from ui.trouble import errors_shown, guarded
from ui.words import escaped

USUAL = ("champion", "challenger")
STAGE_LOOKS = {
    "none": ("None", ":material/radio_button_unchecked:", "gray"),
    "staging": ("Staging", ":material/science:", "blue"),
    "production": ("Production", ":material/rocket_launch:", "green"),
    "archived": ("Archived", ":material/inventory_2:", "gray"),
}


def stage_badge(stage: str) -> None:
    """A stage as icon, word and colour."""
    word, icon, color = STAGE_LOOKS[stage]
    st.badge(word, icon=icon, color=color)  # type: ignore[arg-type]


def alias_badge(alias: str) -> None:
    """An alias, as it is written in a reference."""
    st.badge(f"@{escaped(alias)}", color="violet")


def ask_alias(home: Workspace, name: str, version: VersionView) -> None:
    @st.dialog(f"Aliases of v{version.version}")
    @guarded
    def ask() -> None:
        _show_own(home, name, version)
        st.caption(
            f"An alias stands for one version, everywhere a model is named: {escaped(name)}@champion. Setting it here "
            "moves it away from any other version."
        )
        taken = {it.alias: it.version for it in registry.list_aliases(home, name)}
        offered = [alias for alias in dict.fromkeys((*USUAL, *taken)) if alias not in version.aliases]
        with st.form("alias", border=False):
            alias = st.selectbox(
                "Alias", offered, index=None, accept_new_options=True, placeholder="Choose one, or type another",
                format_func=lambda one: f"{one} (now v{taken[one]})" if one in taken else one,
            )  # fmt: skip
            who = name_field()
            sent = st.form_submit_button("Set alias", type="primary", icon=":material/alternate_email:")
        if sent:
            with errors_shown():
                before = registry.set_alias(home, name, version.version, str(alias or "")[: LONGEST_ALIAS * 4], by=who)
                moved = f" It was v{before} before." if before not in (None, version.version) else ""
                decided(who, f"{alias} is v{version.version}.{moved}", ":material/alternate_email:")

    ask()


def _show_own(home: Workspace, name: str, version: VersionView) -> None:
    for alias in version.aliases:
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            alias_badge(alias)
            if st.button("Remove", key=f"remove_{alias}", icon=":material/close:", type="tertiary"):
                with errors_shown():
                    registry.remove_alias(home, name, alias)
                    st.rerun()


def ask_stage(home: Workspace, name: str, version: VersionView) -> None:
    @st.dialog(f"Stage of v{version.version}")
    @guarded
    def ask() -> None:
        with st.form("stage", border=False):
            stage = st.segmented_control(
                "Stage", STAGE_NAMES, default=version.stage, required=True, format_func=lambda one: STAGE_LOOKS[one][0]
            )
            make_room = st.checkbox(
                "Archive the other versions at this stage", help="So that one version is in production at a time."
            )
            who = name_field()
            comment = comment_field("Why now")
            sent = st.form_submit_button("Move", type="primary", icon=":material/stairs:")
        if sent:
            wanted, here = str(stage or version.stage), version.version
            with errors_shown():
                archived = registry.move_stage(
                    home, name, here, wanted, by=who, comment=comment, archive_others=make_room, seen=version.seen
                )
                others = f" Archived: {', '.join(f'v{number}' for number in archived)}." if archived else ""
                decided(who, f"v{here}: {STAGE_LOOKS[wanted][0].lower()}.{others}", ":material/stairs:")

    ask()
