"""Typing at a desk: what the tests of commands share."""

from __future__ import annotations

from tests.support.transcript import World


def run(desk: World, command: str, status: int = 0, stdin: str = "") -> str:
    """Run a command that should end so, and return what it printed."""
    done = desk.run(f"svcctl {command}", stdin)
    assert done.status == status, done.output
    return done.output
