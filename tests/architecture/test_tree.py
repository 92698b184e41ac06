"""The shape of the tree: what stands at the top, how modules begin, what no file may hold."""

import ast
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

TOP_LEVEL = {
    # the project
    "build.spec",
    "fluxfill_studio",
    "pyproject.toml",
    "README.md",
    "resources",
    "tests",
    # what is expected at a root
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "dev.py",
    "docs",
    "LICENSE",
    "requirements.lock",
}
DUMPS = {"common", "helper", "helpers", "misc", "util", "utils"}
LINE_LIMIT = 450
REGISTRY = re.compile(
    r"https?://\S*(pypi|pythonhosted|/simple\b|anaconda\.org|npmjs)"
    r"|(index-url|find-links)[ =]+['\"]?(\w+:/)?/",
    re.IGNORECASE,
)


def project_files() -> list[Path]:
    """Every file that is or would be committed."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listing = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    paths = (ROOT / name for name in listing.split("\0") if name)
    return sorted(path for path in paths if path.is_file())


FILES = project_files()
MODULES = [path for path in FILES if path.suffix == ".py"]


def name_of(path: Path) -> str:
    """A path as a test's name."""
    return path.relative_to(ROOT).as_posix()


def test_the_package_and_its_tests_are_seen() -> None:
    names = {name_of(path) for path in MODULES}
    assert {"dev.py", "fluxfill_studio/__init__.py", "tests/architecture/test_tree.py"} <= names


def test_the_top_level_holds_what_is_expected_there_and_nothing_else() -> None:
    top = {path.relative_to(ROOT).parts[0] for path in FILES}
    assert {name for name in top if not name.startswith(".")} <= TOP_LEVEL


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_a_module_says_its_purpose_in_its_first_line(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    docstring = ast.get_docstring(ast.parse(source))
    assert source.startswith('"""')
    assert docstring
    assert len(docstring.partition("\n")[0].split()) > 2


@pytest.mark.parametrize("path", [p for p in MODULES if "tests" not in p.parts], ids=name_of)
def test_a_module_stays_small_enough_to_read(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LINE_LIMIT


def test_no_module_is_a_place_where_things_are_dumped() -> None:
    names = {part for path in MODULES for part in path.relative_to(ROOT).with_suffix("").parts}
    assert not names & DUMPS


def test_no_file_names_a_package_registry() -> None:
    found = [
        f"{name_of(path)}: {match[0]}"
        for path in FILES
        for match in REGISTRY.finditer(path.read_bytes().decode("utf-8", "replace"))
    ]
    assert found == []


@pytest.mark.parametrize(
    "line",
    [
        "https://" + "pypi.org/project/httpx",
        "http://mirror.test" + "/simple",
        "--find-links" + " /opt/wheels",
        "--extra-index-url" + "=file:///srv",
    ],
)
def test_a_registry_is_recognised(line: str) -> None:
    assert REGISTRY.search(line)
