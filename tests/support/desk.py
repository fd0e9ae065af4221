"""Typing at a desk: what the tests of commands share."""

from __future__ import annotations

from tests.support.transcript import World


def run(desk: World, command: str, status: int = 0, stdin: str = "") -> str:
    """Run a command that should end so, and return what it printed."""
    done = desk.run(f"svcctl {command}", stdin)
    assert done.status == status, done.output
    return done.output


def at_desk(world: World, *commands: str) -> World:
    """Return a world whose book is `b`, after some commands; the first one makes the book."""
    world.environ = world.environ | {"SVCCTL_BOOK": "b"}
    for command in commands:
        run(world, command)
    return world
