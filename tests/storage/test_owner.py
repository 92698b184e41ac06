"""Who lives: the locks of processes, whatever ends them."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from fluxfill_studio.core.errors import LedgerBusy
from fluxfill_studio.storage.owner import Owner
from tests.storage.another_process import another


def entered(folder: Path) -> Owner:
    owner = Owner(folder, patience=5)
    with owner.door():
        owner.enter()
    return owner


def test_an_owner_lives_until_it_leaves(tmp_path: Path) -> None:
    first, second = entered(tmp_path), entered(tmp_path)
    assert first.token != second.token
    assert first.lives(first.token)
    assert first.lives(second.token)
    assert second.lives(first.token)
    second.leave()
    assert not first.lives(second.token)
    assert not second.lives(second.token)
    assert first.lives(first.token)
    first.leave()


def test_a_stranger_and_one_who_never_entered_do_not_live(tmp_path: Path) -> None:
    owner, waiting = entered(tmp_path), Owner(tmp_path, patience=5)
    assert not owner.lives("a stranger")
    assert not owner.lives(waiting.token)
    assert not waiting.lives(waiting.token)
    owner.leave()


def test_looking_who_lives_removes_the_files_of_the_dead(tmp_path: Path) -> None:
    owner = entered(tmp_path)
    (tmp_path / "dead.lock").touch()
    (tmp_path / "gone.lock").touch()
    assert not owner.lives("gone")
    with owner.door():
        assert owner.is_alone()
    assert {path.name for path in tmp_path.iterdir()} == {"door", f"{owner.token}.lock"}
    owner.leave()
    assert [path.name for path in tmp_path.iterdir()] == ["door"]


def test_whoever_is_not_alone_knows(tmp_path: Path) -> None:
    first, second = entered(tmp_path), entered(tmp_path)
    with first.door():
        assert not first.is_alone()
    second.leave()
    with first.door():
        assert first.is_alone()
    first.leave()


def test_a_killed_process_is_dead_at_once(tmp_path: Path) -> None:
    folder = tmp_path / "processes"
    folder.mkdir()
    owner = entered(folder)
    with another(tmp_path) as process:
        (token,) = {path.stem for path in folder.glob("*.lock")} - {owner.token}
        assert owner.lives(token)
        process.kill()
        assert not owner.lives(token)
        assert not (folder / f"{token}.lock").exists()
    owner.leave()


def test_a_door_that_stays_shut_is_not_waited_for_for_ever(tmp_path: Path) -> None:
    owner, hasty = entered(tmp_path), Owner(tmp_path, patience=0.05)
    with owner.door(), pytest.raises(LedgerBusy), hasty.door():
        pass
    with hasty.door():
        hasty.enter()
    assert owner.lives(hasty.token)
    hasty.leave()
    owner.leave()


def test_many_who_look_at_the_same_time_see_the_same(tmp_path: Path) -> None:
    """Looking takes the lock for a moment, which must not make the dead look alive to others."""
    owners = [entered(tmp_path) for _ in range(4)]
    living, dead = owners[0].token, "dead"
    seen: list[tuple[bool, bool]] = []

    def look(owner: Owner) -> None:
        for _ in range(25):
            (tmp_path / "dead.lock").touch()
            seen.append((owner.lives(dead), owner.lives(living)))

    threads = [threading.Thread(target=look, args=(owner,)) for owner in owners]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert seen == [(False, True)] * 100
    for owner in owners:
        owner.leave()
