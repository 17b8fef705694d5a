"""Alerts: what holds now, the rules behind it, and who is told."""

import os
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import typer

from engine.cli.shared import AsJson, Home, guarded, open_home, print_json, say

app = typer.Typer(help="See and acknowledge alerts, make rules, and say who is told.", no_args_is_help=True)
rules = typer.Typer(help="Make and delete alert rules.", no_args_is_help=True)
channels = typer.Typer(help="Say who is told, by e-mail or webhook.", no_args_is_help=True)
app.add_typer(rules, name="rule")
app.add_typer(channels, name="channel")

RuleName = Annotated[str, typer.Argument(help="The rule, from `alerts rules`.")]
ChannelName = Annotated[str, typer.Argument(help="The channel.")]


@app.command("list")
@guarded
def alerts_list(
    all_of_them: Annotated[bool, typer.Option("--all", help="Those that have closed, too.")] = False,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """List open alerts, the worst first."""
    from engine.service.monitoring.alerts import list_alerts

    found = list_alerts(open_home(home), is_open=None if all_of_them else True)
    if as_json:
        print_json([view.model_dump(mode="json") for view in found])
        return
    for view in found:
        state = "closed" if view.closed_at else f"seen by {view.acknowledged_by}" if view.acknowledged_at else "open"
        say(f"{view.id}  {view.severity:8} {state:14} {view.opened_at:%Y-%m-%d %H:%M}  {view.rule}")
        say(f"    {view.message}")
    if not found:
        say("No alert is open.")


@app.command("ack")
@guarded
def alerts_ack(
    alert: Annotated[str, typer.Argument(help="The alert's id, from `alerts list`.")],
    note: Annotated[str, typer.Option(help="What is being done about it.")] = "",
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Say that somebody takes care of an alert: nobody is reminded of it any more."""
    from engine.service.monitoring.alerts import acknowledge

    view = acknowledge(open_home(home), alert, note, "cli")
    print_json(view.model_dump(mode="json")) if as_json else say(f"{view.rule} is acknowledged.")


@app.command("rules")
@guarded
def alerts_rules(home: Home = None, as_json: AsJson = False) -> None:
    """List the rules and how they stand."""
    from engine.service.monitoring.alert_rules import list_rules

    found = list_rules(open_home(home))
    if as_json:
        print_json([view.model_dump(mode="json") for view in found])
        return
    for view in found:
        state = "muted" if view.is_muted() else "open" if view.is_open else view.found or view.reason or "not looked at"
        say(f"{view.name:60} {view.severity:8} {state}")


@rules.command("add")
@guarded
def rule_add(  # noqa: PLR0913, PLR0917  an argument is an option
    subject: Annotated[str, typer.Argument(help="The endpoint, dataset or pipeline.")],
    measure: Annotated[str, typer.Argument(help="What is measured, like drift_worst, errors, latency_p95, age.")],
    above: Annotated[float | None, typer.Option(help="Holds above this value.")] = None,
    below: Annotated[float | None, typer.Option(help="Holds below this value.")] = None,
    rises: Annotated[float | None, typer.Option(help="Holds when it rises by more than so many percent.")] = None,
    falls: Annotated[float | None, typer.Option(help="Holds when it falls by more than so many percent.")] = None,
    absent: Annotated[bool, typer.Option("--absent", help="Holds when it has not happened in the window.")] = False,
    of: Annotated[str, typer.Option(help="The field or the metric, for measures of one.")] = "",
    window: Annotated[int, typer.Option(help="Minutes over which it is measured.")] = 60,
    windows_before: Annotated[int, typer.Option(help="Earlier windows that a change is compared with.")] = 7,
    looks: Annotated[int, typer.Option(help="How often in a row it must hold.")] = 1,
    severity: Annotated[str, typer.Option(help="info, warning or critical.")] = "warning",
    remind: Annotated[int, typer.Option(help="Minutes until people are reminded; 0 for never.")] = 24 * 60,
    channel: Annotated[list[str] | None, typer.Option(help="Who is told; all channels unless given.")] = None,
    name: Annotated[str, typer.Option(help="What the rule is called.")] = "",
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Make a rule; it is looked at every minute."""
    from engine.service.monitoring.alert_rules import add_rule, read_rule

    condition = _condition(above=above, below=below, rises=rises, falls=falls, absent=True if absent else None)
    rule = read_rule(
        {
            "subject": subject, "measure": measure, "of": of, **condition, "window_minutes": window,
            "windows_before": windows_before, "looks": looks, "severity": severity, "remind_minutes": remind or None,
            "channels": channel or [], "name": name,
        }
    )  # fmt: skip
    view = add_rule(open_home(home), rule)
    print_json(view.model_dump(mode="json")) if as_json else say(f"{view.name}: {view.words}")


def _condition(**given: float | bool | None) -> dict[str, Any]:
    from engine.errors import InvalidSetting

    chosen = {name: value for name, value in given.items() if value is not None}
    if len(chosen) != 1:
        raise InvalidSetting(
            "A rule has one condition.", hint="Give one of --above, --below, --rises, --falls and --absent."
        )
    ((name, value),) = chosen.items()
    return {"condition": name, "limit": None if name == "absent" else value}


@rules.command("suggest")
@guarded
def rule_suggest(
    endpoint: Annotated[str, typer.Argument(help="The endpoint.")], home: Home = None, as_json: AsJson = False
) -> None:
    """Make the rules that are worth having for any endpoint, as far as it has none like them."""
    from engine.service.monitoring.alert_rules import add_rule
    from engine.service.monitoring.suggested_rules import missing_suggestions

    workspace = open_home(home)
    made = [add_rule(workspace, rule) for rule in missing_suggestions(workspace, endpoint)]
    if as_json:
        print_json([view.model_dump(mode="json") for view in made])
        return
    for view in made:
        say(f"{view.name}: {view.words}")
    if not made:
        say(f"{endpoint} has all of them.")


@rules.command("delete")
@guarded
def rule_delete(name: RuleName, home: Home = None, as_json: AsJson = False) -> None:
    """Forget a rule; its open alert closes."""
    from engine.service.monitoring.alert_rules import delete_rule

    delete_rule(open_home(home), name)
    print_json({"deleted": name}) if as_json else say(f"{name} is deleted.")


@app.command("mute")
@guarded
def alerts_mute(
    name: RuleName,
    hours: Annotated[float, typer.Option(help="For how long nobody is told of it; 0 ends that.")] = 24,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Tell nobody of a rule for a while; it is still looked at."""
    from engine.errors import InvalidSetting
    from engine.service.monitoring.alert_rules import mute_rule

    if not 0 <= hours <= 366 * 24:
        raise InvalidSetting("A rule can be muted for a year at most.", hint="Choose fewer hours.", field="hours")
    until = datetime.now(UTC) + timedelta(hours=hours) if hours else None
    view = mute_rule(open_home(home), name, until)
    if as_json:
        print_json(view.model_dump(mode="json"))
        return
    say(f"{name} is muted until {until:%Y-%m-%d %H:%M} UTC." if until else f"{name} is muted no more.")


@app.command("channels")
@guarded
def alerts_channels(home: Home = None, as_json: AsJson = False) -> None:
    """List the channels, without their secrets."""
    from engine.service.monitoring.channels import list_channels

    found = list_channels(open_home(home))
    if as_json:
        print_json([view.model_dump(mode="json") for view in found])
        return
    for view in found:
        say(f"{view.name:24} {view.kind:8} from {view.least_severity:8} {view.place}")


@app.command("deliveries")
@guarded
def alerts_deliveries(home: Home = None, as_json: AsJson = False) -> None:
    """List what was sent, is to be sent, or was held back, the newest first."""
    from engine.service.monitoring.channels import list_deliveries

    found = list_deliveries(open_home(home))
    if as_json:
        print_json([view.model_dump(mode="json") for view in found])
        return
    for view in found:
        say(f"{view.created_at:%Y-%m-%d %H:%M} {view.channel:20} {view.status:9} {view.tries} {view.subject}")
        if view.error:
            say(f"    {view.error}")


@channels.command("add")
@guarded
def channel_add(  # noqa: PLR0913, PLR0917  an argument is an option
    name: Annotated[str, typer.Argument(help="What it is called.")],
    url: Annotated[str, typer.Option(help="For a webhook: where it is posted to.")] = "",
    host: Annotated[str, typer.Option(help="For e-mail: the SMTP server.")] = "",
    port: Annotated[int, typer.Option(help="Its port.")] = 587,
    encryption: Annotated[str, typer.Option(help="starttls, tls or none.")] = "starttls",
    user: Annotated[str, typer.Option(help="Who signs in there; nobody unless given.")] = "",
    sender: Annotated[str, typer.Option(help="The address that the messages come from.")] = "",
    to: Annotated[list[str] | None, typer.Option(help="Who gets them; may be given several times.")] = None,
    secret_env: Annotated[
        str | None, typer.Option(help="The environment variable with the password, or the signing key of a webhook.")
    ] = None,
    severity: Annotated[str, typer.Option(help="The least severity that is told: info, warning or critical.")] = "info",
    most_per_hour: Annotated[int, typer.Option(help="Further messages are summed up.")] = 10,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Keep a channel: a webhook (--url), or e-mail (--host, --sender, --to)."""
    from engine.errors import InvalidSetting
    from engine.service.monitoring.channels import add_channel

    if bool(url) == bool(host):
        raise InvalidSetting("A channel is a webhook or e-mail.", hint="Give --url, or --host with --sender and --to.")
    secret = _secret(secret_env)
    if user and not secret:
        secret = typer.prompt("Password", hide_input=True, default="", show_default=False, err=True)
    mail = {"host": host, "port": port, "encryption": encryption, "user": user, "sender": sender, "to": to or []}
    made = add_channel(
        open_home(home), name, "webhook" if url else "email", {"url": url} if url else mail,
        secret=secret, least_severity=severity, most_per_hour=most_per_hour,
    )  # fmt: skip
    if as_json:
        print_json({**made.channel.model_dump(mode="json"), "signing_key": made.signing_key})
        return
    say(f"{name} is kept.")
    if made.signing_key:
        say(f"Signing key (shown once): {made.signing_key}")


@channels.command("edit")
@guarded
def channel_edit(  # noqa: PLR0913, PLR0917  an argument is an option
    name: ChannelName,
    new_name: Annotated[str, typer.Option("--name", help="What it is called from now on.")] = "",
    url: Annotated[str | None, typer.Option(help="For a webhook: where it is posted to.")] = None,
    host: Annotated[str | None, typer.Option(help="For e-mail: the SMTP server.")] = None,
    port: Annotated[int | None, typer.Option(help="Its port.")] = None,
    encryption: Annotated[str | None, typer.Option(help="starttls, tls or none.")] = None,
    user: Annotated[str | None, typer.Option(help="Who signs in there; empty for nobody.")] = None,
    sender: Annotated[str | None, typer.Option(help="The address that the messages come from.")] = None,
    to: Annotated[list[str] | None, typer.Option(help="Who gets them; may be given several times.")] = None,
    secret_env: Annotated[
        str | None, typer.Option(help="The environment variable with another password, or another signing key.")
    ] = None,
    severity: Annotated[str | None, typer.Option(help="The least severity: info, warning or critical.")] = None,
    most_per_hour: Annotated[int | None, typer.Option(help="Further messages are summed up.")] = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Change a channel; what is not given stays, the secret too unless a password would go elsewhere."""
    from engine.service.monitoring.channels import edit_channel

    options = {
        "url": url, "host": host, "port": port, "encryption": encryption, "user": user, "sender": sender,
        "to": to or None,
    }  # fmt: skip
    given = {key: value for key, value in options.items() if value is not None}
    view = edit_channel(
        open_home(home), name, given, new_name=new_name, secret=_secret(secret_env), least_severity=severity,
        most_per_hour=most_per_hour,
    )  # fmt: skip
    print_json(view.model_dump(mode="json")) if as_json else say(f"{view.name} is changed.")


def _secret(variable: str | None) -> str:
    from engine.errors import InvalidSetting

    if variable and variable not in os.environ:
        raise InvalidSetting(f"There is no environment variable {variable}.", hint="Set it first.")
    return os.environ[variable] if variable else ""


@channels.command("test")
@guarded
def channel_test(name: ChannelName, home: Home = None, as_json: AsJson = False) -> None:
    """Send a test message now."""
    from engine.errors import NotDelivered
    from engine.service.monitoring.channels import test_channel

    told = test_channel(open_home(home), name)
    if told.status != "sent":
        raise NotDelivered(f"The test did not reach {name}: {told.error}")
    print_json(told.model_dump(mode="json")) if as_json else say(f"{name} has taken the test.")


@channels.command("delete")
@guarded
def channel_delete(name: ChannelName, home: Home = None, as_json: AsJson = False) -> None:
    """Forget a channel, its secret and what was sent to it."""
    from engine.service.monitoring.channels import delete_channel

    delete_channel(open_home(home), name)
    print_json({"deleted": name}) if as_json else say(f"{name} is deleted.")
