"""A bar only for a person who waits."""

from __future__ import annotations

import io

import pytest

from svcctl.term.progress import progress


class Terminal(io.StringIO):
    """A stream at which a person looks."""

    def isatty(self) -> bool:
        return True


def test_nothing_is_written_off_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    with progress([1, 2, 3], "reading") as items:
        assert list(items) == [1, 2, 3]
    assert capsys.readouterr() == ("", "")


def test_bar_is_shown_on_a_terminal_and_the_loop_sees_every_item(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    screen = Terminal()
    monkeypatch.setattr("sys.stderr", screen)
    with progress(iter(range(3)), "reading", length=3) as items:
        assert list(items) == [0, 1, 2]
    assert "reading" in screen.getvalue()
    assert "100%" in screen.getvalue()
