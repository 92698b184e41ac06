"""Import rules that import-linter cannot state: parts of Qt, blocked processes, calls."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "fluxfill_studio"

IMPORT_CORE_WITH_QT_AND_NETWORK_BLOCKED = """
import importlib, pkgutil, sys

class Blocker:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {"PySide6", "shiboken6", "qasync", "httpx", "starlette"}:
            raise ModuleNotFoundError(f"{name} is blocked", name=name)

sys.meta_path.insert(0, Blocker())
import fluxfill_studio.core as core
for module in pkgutil.walk_packages(core.__path__, core.__name__ + "."):
    importlib.import_module(module.name)
    print(module.name)
"""

# What reaches outside, under any owner: calls of pathlib, numpy, OpenCV and urllib.
FILE_CALLS = {
    "fromfile",
    "glob",
    "imread",
    "imwrite",
    "iterdir",
    "mkdir",
    "read_bytes",
    "read_text",
    "rglob",
    "rmdir",
    "tofile",
    "unlink",
    "urlopen",
    "write_bytes",
    "write_text",
}
TERMINAL_AND_FILE_BUILTINS = {"input", "open", "print"}


def modules(folder: Path) -> Iterator[tuple[str, ast.Module]]:
    """Every module below `folder` as its path in the package and its syntax tree."""
    for path in sorted(folder.rglob("*.py")):
        yield path.relative_to(PACKAGE).as_posix(), ast.parse(path.read_text(encoding="utf-8"))


def imports(tree: ast.Module) -> set[str]:
    """Every module or name imported anywhere in a module, in full."""
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            names.update(f"{node.module}.{alias.name}" for alias in node.names)
    return names


def imported_from(tree: ast.Module, package: str) -> set[str]:
    """The imports of a module that are `package` or come from it."""
    return {name for name in imports(tree) if f"{name}.".startswith(f"{package}.")}


def file_calls(tree: ast.Module) -> set[str]:
    """The calls of a module that reach files, addresses or the terminal, as they are written."""
    return {
        ast.unparse(node.func)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and (
            (isinstance(node.func, ast.Attribute) and node.func.attr in FILE_CALLS)
            or (isinstance(node.func, ast.Name) and node.func.id in TERMINAL_AND_FILE_BUILTINS)
        )
    }


def test_core_imports_where_qt_and_network_are_blocked() -> None:
    process = subprocess.run(
        [sys.executable, "-c", IMPORT_CORE_WITH_QT_AND_NETWORK_BLOCKED],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert process.returncode == 0, process.stderr
    assert "fluxfill_studio.core.errors" in process.stdout.split()


def test_model_uses_qtcore_only() -> None:
    used = {
        f"{path}: {name}"
        for path, tree in modules(PACKAGE / "model")
        for name in imported_from(tree, "PySide6")
        if not f"{name}.".startswith("PySide6.QtCore.")
    }
    assert used == set()


def test_qasync_is_known_to_app_alone() -> None:
    users = {path for path, tree in modules(PACKAGE) if imported_from(tree, "qasync")}
    assert users == {"app.py"}


def test_core_touches_no_file_and_ui_only_its_icons() -> None:
    touching = {
        path
        for folder in ("core", "ui")
        for path, tree in modules(PACKAGE / folder)
        if file_calls(tree)
    }
    assert touching == {"ui/icons.py"}


def test_the_rules_see_what_they_forbid() -> None:
    tree = ast.parse(
        "from PySide6 import QtGui\n"
        "from PySide6.QtCore import QObject\n"
        "def later():\n"
        "    import qasync\n"
        "    Path('a').read_text()\n"
        "    open('b')\n"
        "    Image.open(buffer)\n"
    )
    assert imported_from(tree, "PySide6") == {"PySide6.QtGui", "PySide6.QtCore.QObject"}
    assert imported_from(tree, "qasync") == {"qasync"}
    assert file_calls(tree) == {"Path('a').read_text", "open"}
