"""Where things lie: the packaged resources are whole, the user's folders are the system's."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from fluxfill_studio.storage import paths
from fluxfill_studio.storage.images import read_source


def test_the_resources_are_there(resources_folder: Path) -> None:
    assert {"icons", "samples", "schema"} <= {path.name for path in resources_folder.iterdir()}
    assert paths.load_schema(resources_folder).model == "flux-fill-pro"


def test_every_sample_is_a_picture_with_a_licence(resources_folder: Path) -> None:
    samples = paths.samples(resources_folder)
    licences = (resources_folder / "samples" / "LICENSES.md").read_text(encoding="utf-8")
    assert len(samples) >= 2
    assert samples == sorted(samples)
    for sample in samples:
        assert sample.name in licences
        assert read_source(sample).size.long_side >= 1000


def test_a_broken_installation_is_told(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        paths.load_schema(tmp_path)
    file = tmp_path / "schema" / "flux-fill-pro.json"
    file.parent.mkdir()
    for text in ("not json", json.dumps({"model": "flux-fill-pro"})):
        file.write_text(text, encoding="utf-8")
        with pytest.raises((KeyError, ValueError)):
            paths.load_schema(tmp_path)
    assert paths.samples(tmp_path) == []


def test_the_users_places_bear_the_programs_name_and_are_not_made_by_asking(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_PICTURES_DIR"):
        monkeypatch.setenv(name, str(tmp_path / name))
    places = [
        paths.settings_file(),
        paths.data_folder(),
        paths.pictures_folder(),
        paths.log_file(),
    ]
    assert len(set(places)) == 4
    assert all(paths.APP_NAME in str(place) for place in places)
    assert list(tmp_path.iterdir()) == []
