"""The table of actions: complete, and no key has two meanings."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from PySide6.QtGui import QKeySequence

from fluxfill_studio.ui.actions import OPACITY_KEYS, TABLE, Act, Actions, Group


def test_every_action_has_one_row() -> None:
    assert [spec.act for spec in TABLE] == list(Act)


def test_no_key_has_two_meanings() -> None:
    keys = [QKeySequence(key) for spec in TABLE for key in spec.keys]
    keys += [QKeySequence(str(digit)) for digit in OPACITY_KEYS]
    assert not any(key.isEmpty() for key in keys)
    counts = Counter(key.toString() for key in keys)
    assert [key for key, count in counts.items() if count > 1] == []


def test_every_icon_is_there(resources_folder: Path) -> None:
    icons = {spec.icon for spec in TABLE if spec.icon is not None}
    assert icons <= {file.stem for file in (resources_folder / "icons").glob("*.svg")}


def test_what_is_on_or_off_can_be_checked(qapp: object) -> None:
    actions = Actions()
    for spec in TABLE:
        assert actions[spec.act].isCheckable() is (spec.is_switch or spec.group is not None)
    for group in Group:
        members = [actions[spec.act] for spec in TABLE if spec.group is group]
        assert len(members) > 1
        owners = {member.actionGroup() for member in members}
        assert len(owners) == 1
        assert all(owner.isExclusive() for owner in owners)
