"""The builder: the canvas, and below it what the selected node made, results, runs, versions and the YAML."""

import streamlit as st

from engine.errors import PEOPLE_ERRORS
from engine.graph import Pipeline
from engine.service import pipelines, runs
from engine.service.amounts import count, seconds
from engine.service.views import NodeRunView, RunView
from ui import board, places, session
from ui.canvas import canvas, feed, said
from ui.frame import Column, badge, empty, heading, listing
from ui.grid import show_pages
from ui.limits import ask_limits, chosen_limits
from ui.made import show_findings, show_made, show_profiles
from ui.planned import show_plan
from ui.publishing import ask_publish
from ui.reports import show_report
from ui.scores import show_scores
from ui.trouble import guarded, show_error
from ui.words import ago, escaped, when

HEIGHT = 560
LIVE, CALM = 1.0, 10.0
"""Seconds between two looks at the latest run: while one is going, and else (another tab may start one)."""

home = session.workspace()


def show_builder(pipeline_id: str) -> None:
    draft = pipelines.get_draft(home, pipeline_id)
    with heading(draft.name, back=(places.PIPELINES, "Pipelines")):
        ask_limits(pipeline_id)
        if st.button("Rename", icon=":material/edit:"):
            ask_name(pipeline_id, draft.name)
        if st.button("Save version", icon=":material/save:"):
            ask_note(pipeline_id)
    show_canvas(pipeline_id)
    latest = runs.latest_run(home, pipeline_id)
    watch(pipeline_id, latest)
    show_below(pipeline_id, latest)


@st.fragment
@guarded
def show_canvas(pipeline_id: str) -> None:
    """The canvas in a fragment of its own: drawing does not draw the page below it again."""
    key = f"canvas_{pipeline_id}"
    last = said(key)
    outcome = board.take(home, pipeline_id, last, chosen_limits(pipeline_id))
    draft, latest = pipelines.get_draft(home, pipeline_id), runs.latest_run(home, pipeline_id)
    if outcome.trouble:
        show_error(outcome.trouble)
    looked_at = places.asked("node") if outcome.node is None else outcome.node
    knows = last.intent.knows if last.intent else None
    data = board.editor_data(home, draft, latest, outcome.refused, looked_at=looked_at, knows=knows)
    focus = session.first_asked(pipeline_id, places.asked("node"))
    told = canvas(key, data, height=HEIGHT, focus=focus)
    if told.refused:
        st.warning(f"The canvas sent something that could not be read: {told.refused}", icon=":material/warning:")
    if latest is None or latest.is_finished:
        show_plan(pipelines.drawn(draft))
    if outcome.node is not None:
        places.ask(node=outcome.node or None)
    if outcome.changed and not outcome.trouble:
        st.rerun()


def watch(pipeline_id: str, latest: RunView | None) -> None:
    """Keep the canvas's node states live; draw the page again when a run begins or ends."""
    is_live = latest is not None and not latest.is_finished
    known = (latest.id, latest.status) if latest else None

    @st.fragment(run_every=LIVE if is_live else CALM)
    @guarded
    def look() -> None:
        run = runs.latest_run(home, pipeline_id)
        drawn = pipelines.drawn(pipelines.get_draft(home, pipeline_id))
        feed(f"feed_{pipeline_id}", board.feed_data(home, drawn, pipeline_id, run))
        now = (run.id, run.status) if run else None
        if now != known and (run is None or run.is_finished or known is None or known[0] != run.id or not is_live):
            st.rerun()

    look()


def show_below(pipeline_id: str, latest: RunView | None) -> None:
    table, results, past, versions, text = st.tabs(
        ["Table", "Results", "Runs", "Versions", "YAML"], key="view", on_change="rerun", bind="query-params"
    )
    if table.open:
        with table:
            show_table(pipeline_id, latest)
    if results.open:
        with results:
            show_results(latest)
    if past.open:
        with past:
            show_runs(pipeline_id)
    if versions.open:
        with versions:
            show_versions(pipeline_id)
    if text.open:
        with text:
            show_text(pipeline_id)


def show_table(pipeline_id: str, latest: RunView | None) -> None:
    chosen = places.asked("node")
    drawn = pipelines.drawn(pipelines.get_draft(home, pipeline_id)).by_id.get(chosen or "")
    if drawn is not None and drawn.is_only_drawn:
        st.caption(f":material/draw: {escaped(drawn.label)} is only drawn: it never runs and has no rows.")
        return
    node = next((it for it in latest.nodes if it.node == chosen), None) if latest else None
    if chosen is None:
        st.caption(":material/ads_click: Select a node on the canvas to see the rows it made.")
        return
    if drawn is None and node is None:
        st.caption(":material/draw: This was just drawn; nothing has run here yet.")
        return
    if latest is None or node is None or node.status in ("queued", "waiting", "skipped", "cancelled"):
        empty(
            ":material/table_rows:", "No rows yet",
            "This node has not run. Select it on the canvas and choose “Run to here”.",
        )  # fmt: skip
        return
    if node.status == "running":
        st.caption(f":material/progress_activity: {node.title} is running.")
        return
    if node.error:
        show_error(node.error)
        return
    ports = [port for port in node.ports if port != "model"]
    port = ports[0] if ports else None
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.markdown(f"**{node.title}** in run {latest.number}", width="content")
        if len(ports) > 1:
            port = st.segmented_control(
                "Output", ports, default=ports[0], key=f"port_{node.node}", label_visibility="collapsed", required=True
            )
    try:
        show_pages(
            lambda offset, limit: runs.node_table(home, latest.id, node.node, port, offset, limit),
            key=f"table_{latest.id}_{node.node}_{port}",
            alt=f"Rows that {node.title} made",
        )
    except PEOPLE_ERRORS as error:
        st.caption(f"{getattr(error, 'message', '')} {getattr(error, 'hint', '')}")


def show_results(latest: RunView | None) -> None:
    if latest is None:
        empty(":material/play_circle:", "No run yet", "Press Run on the canvas; scores and plots appear here.")
        return
    if latest.error:
        show_error(latest.error)
    show_findings(latest)
    show_profiles(latest)
    show_made(home, latest)
    made = [node for node in latest.nodes if node.model or (node.report and "profile" not in node.report)]
    if not (made or latest.made or latest.findings or latest.error):
        doing = "The run is still going." if not latest.is_finished else "No model and no report was made in this run."
        st.caption(f"{doing} Add a model to get scores, and an Evaluate node to get plots.")
    for node in made:
        show_result(node)


def show_result(node: NodeRunView) -> None:
    with st.container(border=True):
        if node.model:
            show_model_result(node.node, node.title, node.model)
        elif node.report:
            show_report(node.title, node.report, f"report_{node.node}")


def show_model_result(node: str, title: str, model: dict[str, object]) -> None:
    name, version = str(model["model"]), model["version"]
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.markdown(f"**{title}** · {name} v{version}", width="content")
        with st.container(horizontal=True, width="content", gap="small"):
            if st.button("Open model", icon=":material/model_training:", key=f"open_{node}"):
                places.go(places.MODELS, model=name, version=version)
            if st.button("Publish", icon=":material/publish:", type="primary", key=f"publish_{node}"):
                ask_publish(name, int(str(version)))
    metrics, baseline = model.get("metrics"), model.get("baseline")
    show_scores(metrics if isinstance(metrics, dict) else {}, baseline if isinstance(baseline, dict) else {})


def show_runs(pipeline_id: str) -> None:
    found = runs.list_runs(home, pipeline_id)
    if not found:
        empty(":material/play_circle:", "No run yet", "Press Run on the canvas.")
        return
    columns: list[Column[RunView]] = [
        Column("Run", 2, lambda it: places.link(places.RUNS, f"Run {it.number}", run=it.id)),
        Column("State", 2, lambda it: badge(it.status)),
        Column("Version", 1.5, lambda it: st.write(f"v{it.pipeline_version}")),
        Column("Took", 1.5, lambda it: st.write(seconds(it.seconds))),
        Column("Reused", 1.5, lambda it: st.write(count(it.reused, "node"))),
        Column("Started", 2, lambda it: st.caption(ago(it.created_at))),
    ]
    listing(found, columns, noun="run", key="runs")


def show_versions(pipeline_id: str) -> None:
    found = pipelines.list_versions(home, pipeline_id)
    if not found:
        empty(
            ":material/save:",
            "No saved version yet",
            "A run saves one by itself; “Save version” keeps one with a note.",
        )
        return

    def restore(number: int) -> None:
        if st.button("Restore", icon=":material/history:", key=f"restore_{number}", type="tertiary"):
            kept = pipelines.save_version(home, pipeline_id, f"Before restoring v{number}")
            pipelines.restore_version(home, pipeline_id, number)
            session.say(f"v{number} is the draft again. What was there is v{kept}.", ":material/history:")
            st.rerun()

    columns: list[Column[dict[str, object]]] = [
        Column("Version", 1.2, lambda it: st.write(f"v{it['version']}")),
        Column("Note", 5, lambda it: st.text(str(it["note"] or "–"))),
        Column("Saved", 2.5, lambda it: st.caption(when(it["created_at"]))),  # type: ignore[arg-type]
        Column("", 1.5, lambda it: restore(int(str(it["version"])))),
    ]
    listing(found, columns, noun="version", key="versions")


def show_text(pipeline_id: str) -> None:
    draft = pipelines.get_draft(home, pipeline_id)
    text = pipelines.drawn(draft).as_yaml()
    with st.container(horizontal=True):
        st.download_button("Download", text, f"{draft.name}.yaml", "application/yaml", icon=":material/download:")
        if st.button("Replace by a file", icon=":material/upload_file:"):
            ask_replacement(pipeline_id, draft.name)
    st.code(text, language="yaml", height=420)


@st.dialog("Save version")
@guarded
def ask_note(pipeline_id: str) -> None:
    with st.form("save_version", border=False):
        note = st.text_input("Note", max_chars=500, placeholder="What changed, and why")
        sent = st.form_submit_button("Save", type="primary", icon=":material/save:")
    if sent:
        number = pipelines.save_version(home, pipeline_id, str(note or ""))
        session.say(f"Saved as version {number}.", ":material/save:")
        st.rerun()


@st.dialog("Rename pipeline")
@guarded
def ask_name(pipeline_id: str, before: str) -> None:
    with st.form("rename", border=False):
        name = st.text_input("Name", value=before, max_chars=120, required=True)
        sent = st.form_submit_button("Rename", type="primary")
    if sent and str(name or "").strip():
        try:
            pipelines.rename_pipeline(home, pipeline_id, str(name))
        except PEOPLE_ERRORS as error:
            show_error(error)
            return
        st.rerun()


@st.dialog("Replace by a file")
@guarded
def ask_replacement(pipeline_id: str, name: str) -> None:
    st.caption("The draft is saved as a version first, so that you can go back.")
    file = st.file_uploader("Pipeline file", type=["yaml", "yml", "json"], label_visibility="collapsed")
    if file is None:
        return
    try:
        pipeline = Pipeline.from_yaml(file.getvalue().decode("utf-8", errors="replace"))
        if st.button("Replace the draft", type="primary"):
            pipelines.save_version(home, pipeline_id, "Before an import")
            pipelines.import_pipeline(home, pipeline.model_copy(update={"name": name}))
            session.say("The draft is replaced.", ":material/upload_file:")
            st.rerun()
    except PEOPLE_ERRORS as error:
        show_error(error)


asked = places.asked("pipeline")
if asked:
    show_builder(asked)
else:
    with heading("Pipeline", back=(places.PIPELINES, "Pipelines")):
        pass
    st.caption("Choose a pipeline from the list.")
