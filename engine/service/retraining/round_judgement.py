"""What a comparison means for a rule: each condition with what was found, and one sentence."""

from collections.abc import Iterator, Mapping
from typing import Any, Literal

from components.evaluate.metrics import words as metric_words
from components.evaluate.pictures import short
from engine.service.amounts import count
from engine.service.retraining.policy_settings import PolicySettings, Rule
from engine.service.views import View

LEAST_OF_GROUP = 30


class ConditionView(View):
    """One thing that the rule asks for.

    Parameters
    ----------
    holds
        None where nobody can tell: then a person decides.
    """

    name: str
    words: str
    holds: bool | None


class Judgement(View):
    """What becomes of a challenger.

    Parameters
    ----------
    outcome
        ``publish`` by itself, ``ask`` a person, or ``keep`` the champion.
    """

    outcome: Literal["publish", "ask", "keep"]
    verdict: str
    conditions: list[ConditionView]


def judge(comparison: Mapping[str, Any], settings: PolicySettings, obstacles: list[str]) -> Judgement:
    """Judge a challenger by what it was compared for.

    Parameters
    ----------
    comparison
        As `engine.work.compare_challenger` keeps it.
    obstacles
        What else keeps it from going live by itself, in words.
    """
    conditions = [*_conditions(comparison, settings.rule)]
    conditions += [ConditionView(name="free", words=it, holds=None) for it in obstacles]
    failed = [it for it in conditions if it.holds is False]
    unknown = [it for it in conditions if it.holds is None]
    if failed:
        return Judgement(outcome="keep", verdict=f"The champion stays. {_listed(failed)}", conditions=conditions)
    if unknown:
        return Judgement(outcome="ask", verdict=f"A person decides. {_listed(unknown)}", conditions=conditions)
    verdict = f"The challenger fulfils the rule: {_gain_words(comparison)}."
    return Judgement(
        outcome="publish" if settings.publish == "itself" else "ask", verdict=verdict, conditions=conditions
    )


def _listed(conditions: list[ConditionView]) -> str:
    return " ".join(it.words for it in conditions)


def _conditions(comparison: Mapping[str, Any], rule: Rule) -> Iterator[ConditionView]:
    if comparison.get("why_not"):
        yield ConditionView(name="rows", words=str(comparison["why_not"]), holds=None)
    else:
        yield _rows(comparison["rows"], rule)
        yield _better(comparison, rule)
        if rule.group:
            yield _groups(comparison["group"], rule)
    if rule.most_changed is not None:
        yield _replay(comparison.get("replay"), rule.most_changed)


def _rows(rows: Mapping[str, Any], rule: Rule) -> ConditionView:
    remain, least = int(rows["remain"]), rule.least_rows
    said = f"Compared on {count(remain, 'row')} that neither model learned from"
    if remain >= least:
        return ConditionView(name="rows", words=f"{said}.", holds=True)
    return ConditionView(name="rows", words=f"{said}, but the rule asks for {least:,}.", holds=None)


def _better(comparison: Mapping[str, Any], rule: Rule) -> ConditionView:
    gain, name = comparison["gain"], metric_words(comparison["metric"])
    sides = f"{short(comparison['challenger']['value'])} against {short(comparison['champion']['value'])}"
    low, high = gain["low"], gain["high"]
    found = f"{name} is {sides}, a gain of {_signed(gain['value'])} ({_signed(low)} to {_signed(high)} by chance)"
    holds = (low if rule.beyond_chance else gain["value"]) >= rule.margin
    # Nothing gained is no reason to change what works.
    if rule.margin == 0:
        holds = (low if rule.beyond_chance else gain["value"]) > 0
    sure = " beyond chance" if rule.beyond_chance else ""
    asked = "asks for more than 0" if rule.margin == 0 else f"asks for at least {_signed(rule.margin)}"
    asked = f"allows a loss of {-rule.margin:g}, and no more{sure}" if rule.margin < 0 else f"{asked}{sure}"
    words = f"{found[0].upper()}{found[1:]}; the rule {asked}."
    return ConditionView(name="better", words=words, holds=holds)


def _gain_words(comparison: Mapping[str, Any]) -> str:
    gain = comparison["gain"]
    ends = f"{_signed(gain['low'])} to {_signed(gain['high'])}"
    return f"a gain of {_signed(gain['value'])} {metric_words(comparison['metric'])}, by chance {ends}"


def _groups(found: Mapping[str, Any], rule: Rule) -> ConditionView:
    column, groups = found["column"], found["groups"]
    judged = [it for it in groups if it["rows"] >= LEAST_OF_GROUP]
    worse = [it for it in judged if it["gain"]["value"] < -rule.group_tolerance]
    small = [str(it["name"]) for it in groups if it["rows"] < LEAST_OF_GROUP]
    left = f" Too few rows to judge: {', '.join(small[:5])}." if small else ""
    if not judged:
        return ConditionView(name="groups", words=f"No {column} has rows enough to be judged.", holds=None)
    if not worse:
        words = f"It is not worse for any of {count(len(judged), 'value')} of {column}.{left}"
        return ConditionView(name="groups", words=words, holds=True)
    listed = ", ".join(
        f"{it['name']} ({metric_words(it['metric'])} {_signed(it['gain']['value'])})" for it in worse[:5]
    )
    allowed = f"worse by more than {rule.group_tolerance:g}"
    return ConditionView(name="groups", words=f"It is {allowed} for {column} {listed}.{left}", holds=False)


def _replay(found: Mapping[str, Any] | None, most: float) -> ConditionView:
    if found is None or not found.get("rows"):
        words = "No request of late is kept that both could be asked again."
        return ConditionView(name="replay", words=words, holds=None)
    share = f"{100 * found['share']:.1f}".removesuffix(".0")
    words = f"{share} % of the last {count(found['rows'], 'request')} would be answered otherwise"
    words += f"; the rule allows {100 * most:g} %."
    return ConditionView(name="replay", words=words, holds=found["share"] <= most)


def _signed(value: float) -> str:
    """A gain with its sign.

    >>> _signed(0.0213), _signed(-0.5), _signed(0)
    ('+0.0213', '−0.5', '0')
    """
    return "0" if not value else ("+" if value > 0 else "−") + f"{abs(value):.3g}"
