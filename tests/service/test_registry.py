"""What people decide about models: names, stages, sign-offs, words, retirement and the bin."""

from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path

import pytest

from engine.errors import PEOPLE_ERRORS, CanvasbackError, MissingThing
from engine.service import upkeep
from engine.service.lineage import get_lineage
from engine.service.modelling import model_bin, model_words, models, registry
from engine.service.modelling.model_cards import (
    card_html,
    card_markdown,
    earlier_texts,
    get_card,
    get_texts,
    write_card_file,
    write_texts,
)
from engine.service.serving import endpoints
from engine.work.page.card import Bars, Card, Facts, Grid, Lines, Section, Text
from engine.workspace import Workspace
from storage.errors import Conflict, InUse, NotFound, Withheld
from storage.schema import utc_now
from storage.unit_of_work import UnitOfWork
from tests.homes import Published, do_job, publish


@pytest.fixture
def ws(published: Published) -> Workspace:
    """A home with two versions of ``churn``, of which the first answers the endpoint ``churn``."""
    train_again(published.workspace)
    return published.workspace


def train_again(workspace: Workspace) -> None:
    """What a second run would register: files and facts of the first version."""

    def write(uow: UnitOfWork) -> None:
        first = uow.models.get_version(next(row.id for _, row in uow.models.of_run(uow.runs.list()[0].id)))
        model = uow.models.find("churn") or uow.models.add("churn")
        facts = ("run_id", "node_id", "pipeline_version_id", "task", "target", "metrics", "baseline", "signature")
        kept = ("lineage", "libraries", "files", "bytes")
        uow.models.add_version(model.id, **{name: getattr(first, name) for name in (*facts, *kept)})

    workspace.database.transact(write)


def told(workspace: Workspace) -> list[tuple[str, str, str]]:
    """Who did what to which model, newest first."""
    with workspace.database.read() as uow:
        return [(row.actor, row.action, row.object) for row in uow.audit.list() if row.action.startswith("model")]


def test_an_alias_is_understood_wherever_a_model_is_named(ws: Workspace) -> None:
    assert registry.set_alias(ws, "churn", 1, "Champion", by="Zoë") is None
    assert registry.set_alias(ws, "churn", None, "challenger") is None
    assert models.get_model(ws, *models.split_reference("churn@champion")).version == 1
    assert models.get_model(ws, *models.split_reference("churn@CHALLENGER")).version == 2
    assert models.get_model(ws, "churn").aliases == {"challenger": 2, "champion": 1}
    job = publish(ws, *models.split_reference("churn@challenger"), "other")  # type: ignore[arg-type]
    assert (job.result or {})["version"] == 2
    assert registry.set_alias(ws, "churn", "challenger", "champion", by="Ada") == 1
    assert told(ws)[0] == ("Ada", "model alias set", "model churn@champion")
    assert registry.remove_alias(ws, "churn", "CHAMPION") == 2
    with pytest.raises(NotFound, match="called champion"):
        models.get_model(ws, "churn", "champion")


@pytest.mark.parametrize("alias", ["", "7", "v7", "latest", "a b", "a:b", "x" * 200, "-x", "a@b", "<b>", "a\nb", "💥"])
def test_what_cannot_be_an_alias_is_refused_in_words(filled_home: Published, alias: str) -> None:
    with pytest.raises(CanvasbackError) as refused:
        registry.set_alias(filled_home.workspace, "churn", 1, alias)
    assert refused.value.hint
    assert len(refused.value.message) < 120


def test_a_stage_moves_with_who_when_and_why_and_others_can_make_room(ws: Workspace) -> None:
    registry.move_stage(ws, "churn", 1, "Production", by="Zoë", comment="first")
    assert registry.move_stage(ws, "churn", 2, "production", by="Ada", archive_others=True) == [1]
    assert models.get_model(ws, "churn").stages == {"archived": 1, "production": 2}
    events = [(it.version, it.before, it.after, it.by, it.comment) for it in registry.list_events(ws, "churn")]
    assert sorted(events) == [
        (1, "none", "production", "Zoë", "first"),
        (1, "production", "archived", "Ada", "v2 is in production"),
        (2, "none", "production", "Ada", ""),
    ]
    assert [it.model for it in models.list_models(ws, stage="production")] == ["churn"]
    assert models.list_models(ws, stage="staging") == []
    with pytest.raises(CanvasbackError, match="no stage 'live'"):
        registry.move_stage(ws, "churn", 1, "live")


def test_without_the_approval_it_needs_nothing_is_published(ws: Workspace) -> None:
    queued = endpoints.start_publish(ws, "churn", 2, "late")
    registry.require_sign_off(ws, "churn", True, by="Zoë")
    with pytest.raises(Withheld, match="churn v2 has not been signed off") as refused:
        endpoints.start_publish(ws, "churn", 2, "churn")
    assert "canvasback model approve churn:2" in refused.value.hint
    job = do_job(ws, queued)
    assert (job.status, (job.error or {})["code"]) == ("failed", "withheld")
    registry.reject(ws, "churn", 2, by="Ada", comment="recall is too low")
    with pytest.raises(Withheld, match="was rejected"):
        endpoints.start_publish(ws, "churn", 2, "churn")
    registry.approve(ws, "churn", 2, by="Ada", comment="fine now")
    assert publish(ws, "churn", 2, "churn").status == "succeeded"
    with pytest.raises(Withheld, match="churn v1 has not"):
        endpoints.roll_back(ws, "churn")
    assert endpoints.get_endpoint(ws, "churn").version == 2
    assert [it.after for it in registry.list_events(ws, "churn", 2)] == ["approved", "rejected", "needed"]


def test_a_sign_off_needs_a_name_and_a_rejection_a_reason(filled_home: Published) -> None:
    ws = filled_home.workspace
    with pytest.raises(CanvasbackError, match="needs a name"):
        registry.approve(ws, "churn", 1, by="  ")
    with pytest.raises(CanvasbackError, match="needs a comment"):
        registry.reject(ws, "churn", 1, by="Zoë", comment=" ")
    with pytest.raises(CanvasbackError, match="at most"):
        registry.approve(ws, "churn", 1, by="Zoë", comment="x" * 5_000)
    with pytest.raises(NotFound, match="no version 9"):
        registry.approve(ws, "churn", 9, by="Zoë")


def test_of_two_people_who_decide_the_second_is_told(ws: Workspace) -> None:
    seen = registry.list_versions(ws, "churn")[0].seen
    registry.approve(ws, "churn", 2, by="Ada", seen=seen)
    with pytest.raises(Conflict, match="Ada decided about churn v2"):
        registry.reject(ws, "churn", 2, by="Zoë", comment="no", seen=seen)
    assert models.get_model(ws, "churn").sign_off == "approved"


def test_a_retired_version_stays_and_answers_but_is_not_published(ws: Workspace) -> None:
    registry.set_alias(ws, "churn", 1, "champion")
    found = model_bin.retire(ws, "churn", 1, by="Zoë", comment="too old")
    assert (found.live, found.aliases) == (["churn"], ["champion"])
    assert len(found.lines) == 2
    assert endpoints.predict(ws, "churn", endpoints.get_endpoint(ws, "churn").sample["records"])["version"] == 1
    for refused in (
        lambda: endpoints.start_publish(ws, "churn", 1, "churn"),
        lambda: registry.approve(ws, "churn", 1, by="Zoë"),
        lambda: registry.set_alias(ws, "churn", 1, "best"),
        lambda: registry.move_stage(ws, "churn", 1, "production"),
    ):
        with pytest.raises(Withheld, match="churn v1 is retired"):
            refused()
    model_bin.take_back(ws, "churn", 1)
    registry.approve(ws, "churn", 1, by="Zoë")


def test_what_an_endpoint_uses_is_not_deleted_and_its_users_are_told_first(ws: Workspace) -> None:
    assert publish(ws, "churn", 2, "churn").status == "succeeded"
    waiting = endpoints.start_publish(ws, "churn", 1, "other")
    assert (model_bin.dependants(ws, "churn", 1).earlier, model_bin.dependants(ws, "churn", 2).live) == (
        ["churn"],
        ["churn"],
    )
    assert model_bin.dependants(ws, "churn").waiting == ["other"]
    for number in (1, 2):
        with pytest.raises(InUse, match="endpoint churn"):
            models.delete_model_version(ws, "churn", number)
    with pytest.raises(InUse, match="endpoint churn"):
        model_bin.delete_model(ws, "churn")
    endpoints.retire_endpoint(ws, "churn")
    models.delete_model_version(ws, "churn", 1, "Zoë")
    job = do_job(ws, waiting)
    assert (job.status, (job.error or {})["code"]) == ("failed", "withheld")


def test_a_version_comes_back_from_the_bin_whole(ws: Workspace) -> None:
    registry.set_alias(ws, "churn", 2, "champion")
    before = models.get_model(ws, "churn", 2)
    models.delete_model_version(ws, "churn", "champion", "Zoë")
    (line,) = model_bin.list_bin(ws)
    assert (line.model, line.version, line.deleted_by) == ("churn", 2, "Zoë")
    assert models.get_model(ws, "churn").versions == [1]
    assert "churn v2" not in [node.label for node in get_lineage(ws, model="churn").nodes]
    upkeep.collect_garbage(ws)
    assert model_bin.restore_named(ws, "churn", 2, by="Ada").version == 2
    assert models.get_model(ws, "churn", "champion") == before
    assert publish(ws, "churn", 2, "again").status == "succeeded"
    with pytest.raises(MissingThing, match="not in the bin any more"):
        model_bin.restore(ws, line.key)
    assert [who for who, _, _ in told(ws)[:2]] == ["Ada", "Zoë"]


def test_a_model_comes_back_under_another_name_where_its_own_is_taken(ws: Workspace) -> None:
    endpoints.retire_endpoint(ws, "churn")
    model_bin.delete_model(ws, "churn", by="Zoë")
    assert models.list_models(ws) == []
    train_again(ws)
    assert models.get_model(ws, "churn").versions == [1]
    with pytest.raises(Conflict, match="another model named churn"):
        model_bin.restore_named(ws, "churn")
    back = model_bin.restore_named(ws, "churn", new_name="churn-before")
    assert models.get_model(ws, back.model).versions == [2, 1]
    with pytest.raises(MissingThing, match="not in the bin"):
        model_bin.restore_named(ws, "churn")


def test_the_bin_is_emptied_when_its_time_is_over(ws: Workspace) -> None:
    endpoints.retire_endpoint(ws, "churn")
    model_bin.delete_model(ws, "churn")
    assert upkeep.collect_garbage(ws).model_versions == 0
    over = utc_now() + timedelta(days=model_bin.BIN_DAYS + 1)
    assert ws.database.transact(lambda uow: model_bin.empty_bin(uow, over)) == 2
    assert model_bin.list_bin(ws) == []


def test_words_and_tags_are_kept_and_found(ws: Workspace) -> None:
    model_words.describe_model(ws, "churn", description="Who leaves", tags={"owner": "Zoë"}, by="Zoë")
    assert model_words.tag(ws, "churn", 1, add={"audited": "2026", "checked": ""}) == {"audited": "2026", "checked": ""}
    assert model_words.tag(ws, "churn", 1, add={}, remove=frozenset({"checked"})) == {"audited": "2026"}
    for tag in ("owner=Zoë", "audited"):
        assert [it.model for it in models.list_models(ws, tag=tag)] == ["churn"], tag
    assert [it.model for it in models.list_models(ws, "leaves", task="classification")] == ["churn"]
    assert models.list_models(ws, tag="owner=Ada") == []
    assert ("Zoë", "model described", "model churn") in told(ws)
    for wrong in (
        {"a'b": ""},
        {"": "x"},
        {"k" * 200: ""},
        {"k": "v" * 501},
        {str(i): "" for i in range(51)},
        {'"': ""},
    ):
        with pytest.raises(CanvasbackError):
            model_words.describe_version(ws, "churn", 1, tags=wrong)
    with pytest.raises(CanvasbackError, match="no tag 'gone'"):
        model_words.tag(ws, "churn", add={}, remove=frozenset({"gone"}))


def test_a_card_tells_what_is_known_and_keeps_what_people_write(ws: Workspace, tmp_path: Path) -> None:
    registry.approve(ws, "churn", 1, by="Ada", comment="good enough")
    write_texts(ws, "churn", 1, {"purpose": "To call <b>people</b> | before they leave"}, by="Zoë")
    card = get_card(ws, "churn", 1)
    markdown, page = card_markdown(card), card_html(card)
    for known in (
        "customers v1",
        "ROC AUC",
        "Dummy",
        "1,500 train",
        "Split at random",
        "approved",
        "Ada",
        "Seed",
        "precision",
    ):
        assert known.lower() in markdown.lower(), known
        assert known.lower() in page.lower(), known
    assert r"To call &lt;b&gt;people&lt;/b&gt; \| before" in markdown
    assert "To call &lt;b&gt;people&lt;/b&gt; | before" in page
    assert "<script" not in page
    assert "default-src &#x27;none&#x27;" in page
    assert page.count("Not written yet.") == 5
    for ending in (".md", ".html"):
        write_card_file(card, tmp_path / f"card{ending}")
    assert (tmp_path / "card.md").read_text() == markdown
    with pytest.raises(CanvasbackError, match="does not say what"):
        write_card_file(card, tmp_path / "card.pdf")
    assert sorted(file.name for file in tmp_path.glob("*card*")) == ["card.html", "card.md"]
    assert earlier_texts(ws, "churn", 2) == (1, {"purpose": "To call <b>people</b> | before they leave"})


def test_nobody_overwrites_what_another_wrote_on_a_card(ws: Workspace) -> None:
    write_texts(ws, "churn", 1, {"purpose": "mine"}, seen={})
    write_texts(ws, "churn", 1, {"purpose": "", "contact": "Zoë"}, seen={})
    assert get_texts(ws, "churn", 1) == {"purpose": "mine", "contact": "Zoë"}
    with pytest.raises(Conflict, match="Purpose"):
        write_texts(ws, "churn", 1, {"purpose": "theirs"}, seen={})
    for wrong in ({"no such": "x"}, {"purpose": "x" * 20_000}):
        with pytest.raises(CanvasbackError):
            write_texts(ws, "churn", 1, wrong)


def test_no_name_becomes_markup(ws: Workspace) -> None:
    hostile = "<script>alert(1)</script>|[x](javascript:alert(1))\n# `$a$`"
    write_texts(ws, "churn", 1, {"limitations": hostile})
    model_words.describe_version(ws, "churn", 1, description=hostile)
    card = get_card(ws, "churn", 1)
    assert "<script" not in card_html(card)
    markdown = card_markdown(card)
    assert "<script" not in markdown
    assert "[x](javascript" not in markdown
    assert "\n# `" not in markdown


def test_every_refusal_says_what_to_do(ws: Workspace) -> None:
    for refused in (
        lambda: registry.set_alias(ws, "chrun", 1, "champion"),
        lambda: models.get_model(ws, "churn", "champion"),
        lambda: registry.remove_alias(ws, "churn", "champion"),
        lambda: model_bin.restore_named(ws, "churn", 7),
    ):
        with pytest.raises(PEOPLE_ERRORS) as error:
            refused()
        assert "Traceback" not in str(error.value)


HOSTILE = '"><script>window.hacked=1</script><img src=x onerror=window.hacked=2><svg/onload=window.hacked=3>\u202eevil'


class Markup(HTMLParser):
    """The elements and attributes of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.names: set[str] = set()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.names |= {name for name, _ in attrs}


def test_nothing_that_a_card_says_becomes_markup_whoever_wrote_it() -> None:
    """Names of models, columns, classes and datasets come from data; the texts from people."""
    blocks = [
        Text(HOSTILE),
        Facts({HOSTILE: HOSTILE}),
        Grid(HOSTILE, [HOSTILE, HOSTILE], [[HOSTILE, HOSTILE]]),
        Bars(HOSTILE, [(HOSTILE, 0.3), ("b", 0.1)]),
        Lines([HOSTILE]),
    ]
    card = Card(HOSTILE, 1, HOSTILE, (Section(HOSTILE, blocks),))
    found = Markup(card_html(card))
    assert not found.tags & {"script", "img", "iframe", "object", "embed", "link", "form", "a", "base"}
    assert not [name for name in found.names if name.startswith("on") or name in ("href", "src", "srcset")]
    assert "<script" not in card_markdown(card)
    assert "<img" not in card_markdown(card)
    assert "<bdi>" in card_html(card)  # a name that turns the direction of writing turns no more than itself
