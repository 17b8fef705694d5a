"""Bytes are what their hash says, and secrets stay in the home."""

import multiprocessing
import stat
from collections.abc import Callable
from multiprocessing.synchronize import Barrier
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage.artifacts import ArtifactStore
from storage.errors import DamagedFile, NotFound, OpenSecret
from storage.home import Home
from storage.secrets import decrypt, encrypt, hash_key, home_secret, key_matches, new_endpoint_key

SECRET = b"s" * 32


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.binary(max_size=500))
def test_bytes_come_back_by_their_hash(artifacts: ArtifactStore, data: bytes) -> None:
    assert artifacts.get_bytes(artifacts.put_bytes(data)) == data


def test_equal_bytes_are_kept_once(artifacts: ArtifactStore, tmp_path: Path) -> None:
    (tmp_path / "model").write_bytes(b"model")
    sha256 = artifacts.put_file(tmp_path / "model")
    assert artifacts.put_bytes(b"model") == sha256
    assert artifacts.all() == {sha256}
    assert len([path for path in artifacts.root.rglob("*") if path.is_file()]) == 1


@pytest.mark.parametrize(
    "damage",
    [lambda path: path.write_bytes(b"modeL"), lambda path: path.write_bytes(b""), lambda path: path.write_bytes(b"mo")],
    ids=["flipped", "empty", "truncated"],
)
def test_a_damaged_artifact_is_named_and_can_be_put_again(
    artifacts: ArtifactStore, damage: Callable[[Path], None]
) -> None:
    sha256 = artifacts.put_bytes(b"model")
    damage(artifacts.path(sha256))
    for ask in (artifacts.get_bytes, artifacts.verify):
        with pytest.raises(DamagedFile, match=r"estimator\.skops of this model is damaged") as told:
            ask(sha256, "estimator.skops")
        assert sha256 in told.value.hint
    artifacts.put_bytes(b"model")
    assert artifacts.get_bytes(sha256) == b"model"


def test_a_missing_artifact_is_named(artifacts: ArtifactStore) -> None:
    assert not artifacts.exists("ab" * 32)
    with pytest.raises(NotFound, match=r"estimator\.skops of this model is missing") as told:
        artifacts.get_bytes("ab" * 32, "estimator.skops")
    assert "abab" in told.value.hint


@pytest.mark.parametrize("sha256", ["", "..", "../../etc/passwd", "AB" * 32, "ab" * 31, "ab" * 32 + "\n"])
def test_only_a_hash_leads_to_an_artifact(artifacts: ArtifactStore, sha256: str) -> None:
    with pytest.raises(NotFound):
        artifacts.path(sha256)


def test_a_home_belongs_to_its_owner_only(tmp_path: Path) -> None:
    home = Home(tmp_path / "deep" / "home").create().create()
    folders = [home.path, home.datasets, home.artifacts, home.cache, home.logs, home.rates]
    assert {stat.S_IMODE(folder.stat().st_mode) for folder in folders} == {0o700}


def test_a_secret_is_random_per_home_and_readable_by_its_owner_only(tmp_path: Path) -> None:
    first, second = home_secret(tmp_path / "a"), home_secret(tmp_path / "b")
    assert len({first, second}) == 2
    assert home_secret(tmp_path / "a") == first
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o600
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "b"]


def _ask(path: Path, start: Barrier, answers: "multiprocessing.Queue[bytes]") -> None:
    start.wait(30)
    answers.put(home_secret(path))


def test_processes_that_race_for_the_secret_get_the_same_one(tmp_path: Path) -> None:
    spawn = multiprocessing.get_context("spawn")
    start, answers = spawn.Barrier(6), spawn.Queue()
    for _ in range(6):
        spawn.Process(target=_ask, args=(tmp_path / "secret", start, answers)).start()
    assert len({answers.get(timeout=30) for _ in range(6)}) == 1


def test_a_secret_that_others_can_read_is_refused(tmp_path: Path) -> None:
    home_secret(tmp_path / "secret")
    (tmp_path / "secret").chmod(0o644)
    with pytest.raises(OpenSecret, match="secret"):
        home_secret(tmp_path / "secret")


def test_a_damaged_secret_is_never_replaced_silently(tmp_path: Path) -> None:
    (tmp_path / "secret").touch(mode=0o600)
    with pytest.raises(DamagedFile, match="0 bytes"):
        home_secret(tmp_path / "secret")


def test_a_key_matches_its_own_hash_in_its_own_home_only() -> None:
    key, other = new_endpoint_key(), new_endpoint_key()
    stored = hash_key(SECRET, key)
    assert key.startswith("cbk_")
    assert key not in stored
    assert key_matches(SECRET, key, stored)
    assert not key_matches(SECRET, other, stored)
    assert not key_matches(b"t" * 32, key, stored)
    assert not key_matches(SECRET, "\ud800", stored)


@given(text=st.text(st.characters(exclude_categories=("Cs",))))
def test_what_is_encrypted_can_be_read_with_the_same_secret_only(text: str) -> None:
    token = encrypt(SECRET, text)
    assert decrypt(SECRET, token) == text
    with pytest.raises(DamagedFile):
        decrypt(b"t" * 32, token)


def test_a_changed_token_is_refused() -> None:
    token = encrypt(SECRET, "password")
    with pytest.raises(DamagedFile):
        decrypt(SECRET, token[:-4] + "AAA=")
