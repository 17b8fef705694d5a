"""Look at whether an endpoint's callers still send what its model learned from."""

from datetime import timedelta
from typing import Annotated

import typer

from engine.cli.shared import AsJson, Home, guarded, open_home, print_json, say, wait

MOST_FIELDS = 12

Start = Annotated[
    str | None,
    typer.Option("--from", help="Begin of the window, UTC: 2026-11-21 or 2026-11-21T03:00; a day ago unless given."),
]
End = Annotated[
    str | None, typer.Option("--to", help="End of the window; a day is meant as a whole; now unless given.")
]
Beside = Annotated[
    str, typer.Option("--beside", help="Compare with training, or with before: the same length of time before.")
]


@guarded
def endpoint_watch(
    name: Annotated[str, typer.Argument(help="The endpoint.")],
    start: Start = None,
    end: End = None,
    beside: Beside = "training",
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Compare what an endpoint was asked and answered in a window with what its model learned from."""
    from engine.errors import InvalidSetting
    from engine.monitor.window import Window, moment, recent_window
    from engine.service.monitoring import watch_reports, watching

    if beside not in ("training", "before"):
        raise InvalidSetting(f"{beside!r} is nothing to compare with.", hint="Use training or before.", field="beside")
    workspace = open_home(home)
    window = recent_window(timedelta(days=1))
    if start:
        window = Window(moment(start, "from"), moment(end, "to", is_end=True) if end else window.end)
    elif end:
        raise InvalidSetting("A window that ends needs a begin.", hint="Give --from, too.", field="from")
    against = window.before() if beside == "before" else None
    result = wait(workspace, watching.start_watch(workspace, name, window, against))
    report = watch_reports.get_report(workspace, name, result["points"][0])
    if as_json:
        told = report.measured.model_dump(mode="json", exclude={"performance": {"report", "slices"}})
        print_json(
            {"endpoint": name, "verdict": report.verdict, **report.point.model_dump(mode="json"), "measured": told}
        )
        return
    say(report.verdict, bold=True)
    say(f"{report.point.version.words}, {window.words()}, {report.measured.rows:,} rows")
    for field in report.measured.drift.fields[:MOST_FIELDS]:
        mark = {"much": "▲▲", "some": "▲"}.get(field.severity, "+" if field.has_new else "")
        say(f"{field.column:30.30} PSI {field.psi:8.3f}  p {field.corrected:8.2g}  {mark}")
    for note in report.measured.notes:
        say(note)
