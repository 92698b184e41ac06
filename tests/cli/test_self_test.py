"""The self-test of the program, as people run it."""

from __future__ import annotations

from tests.cli.conftest import Program


def test_the_self_test_builds_the_window_fills_and_ends_well(program: Program) -> None:
    process = program.run("--self-test")
    assert (process.returncode, process.stderr) == (0, "")
    assert process.stdout == "self-test: 2048 × 2048 filled, 0 pixels changed outside\n"
