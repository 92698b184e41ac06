"""The lock file: everything pinned and hashed, and it covers what pyproject.toml asks for."""

import re
import tomllib
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]


def locked() -> list[tuple[Requirement, int]]:
    """Every requirement of the lock file with the number of its hashes."""
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    lines = re.sub(r"^\s*#.*\n", "", text, flags=re.MULTILINE).replace("\\\n", " ").splitlines()
    return [
        (Requirement(re.sub(r"--hash=\S+", "", line).strip()), line.count("--hash=sha256:"))
        for line in lines
    ]


def test_every_requirement_is_pinned_and_hashed() -> None:
    requirements = locked()
    assert len(requirements) > 30
    for requirement, hashes in requirements:
        assert re.fullmatch(r"==[^*,]+", str(requirement.specifier)), requirement
        assert requirement.url is None
        assert hashes > 0, requirement


def test_what_the_project_asks_for_is_locked_within_its_bounds() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    asked = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    pins: dict[str, list[str]] = {}
    for requirement, _ in locked():
        version = str(requirement.specifier).removeprefix("==")
        pins.setdefault(requirement.name.lower(), []).append(version)
    for line in asked:
        wish = Requirement(line)
        versions = pins[wish.name.lower()]
        assert all(wish.specifier.contains(version) for version in versions), (line, versions)


def test_the_lock_serves_every_platform() -> None:
    hashes = {requirement.name: count for requirement, count in locked()}
    names = {str(requirement) for requirement, _ in locked()}
    assert hashes["pyside6-essentials"] >= 4  # Linux, macOS, Windows; Intel and ARM
    assert any("win32" in name for name in names)
    assert any("darwin" in name for name in names)
