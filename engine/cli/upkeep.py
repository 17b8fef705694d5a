"""Look after a home: is everything well, and what can go."""

import typer

from engine.cli.shared import FAILED, AsJson, Home, guarded, open_home, print_json, say, settings_for

MARKS = {"ok": "ok     ", "warning": "warning", "error": "ERROR  "}


@guarded
def doctor(home: Home = None, as_json: AsJson = False) -> None:
    """Check the home, the database, the ports, the disk and the libraries; exit 1 when something is broken."""
    from engine.service.upkeep import examine

    found = examine(settings_for(home))
    if as_json:
        print_json({"checks": [check.model_dump() for check in found]})
    for check in found if not as_json else ():
        say(f"{MARKS[check.status]}  {check.name:10} {check.message}")
        if check.hint:
            say(f"{'':20}{check.hint}")
    if any(check.status == "error" for check in found):
        raise typer.Exit(FAILED)


@guarded
def gc(home: Home = None, as_json: AsJson = False) -> None:
    """Remove what nothing needs: unlisted files, unfinished cache folders, old uploads, models long in the bin."""
    from engine.service.upkeep import collect_garbage

    removed = collect_garbage(open_home(home))
    if as_json:
        print_json(removed.model_dump())
        return
    say(
        f"Removed {removed.dataset_files} dataset files, {removed.artifacts} artifacts, {removed.cache_folders} "
        f"cache folders, {removed.uploads} uploads, {removed.model_versions} deleted model versions and "
        f"{removed.jobs} old jobs: {removed.bytes / 1e6:,.1f} MB."
    )
