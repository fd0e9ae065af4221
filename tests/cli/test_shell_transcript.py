"""The transcript runner itself: what it runs, compares and rewrites."""

from __future__ import annotations

import pytest

from tests.support.transcript import World
from tests.support.transcript import replay
from tests.support.transcript import replay_markdown

GOOD = """\
# a first step
$ svcctl --version
svcctl 0.1.0

# then a mistake
$ svcctl tickt
svcctl: error: No such command 'tickt'. Did you mean 'ticket'?
hint: svcctl --help
[exit 2]
$ svcctl ticket shw
svcctl: error: No such command 'shw'. Did you mean 'show'?
hint: svcctl ticket --help
[exit 2]
"""


@pytest.mark.parametrize("processes", [False, True])
def test_true_transcript_comes_back_as_it_is(processes: bool, world: World) -> None:  # noqa: FBT001
    world.processes = processes
    assert replay(GOOD, world) == GOOD


def test_wrong_output_and_status_are_replaced_by_the_true_ones(world: World) -> None:
    wrong = (
        GOOD.replace("0.1.0", "9.9.9\nand more").replace("[exit 2]\n", "").replace("hint", "tip")
    )
    assert replay(wrong, world) == GOOD


def test_shell_lines_find_svcctl_and_the_folder(world: World) -> None:
    text = "$ svcctl --version | tr a-z A-Z > out\n$ cat out\nSVCCTL 0.1.0\n"
    assert replay(text, world) == text


def test_continued_line_is_one_command(world: World) -> None:
    text = "$ printf '%s\\n' \\\n>   a \\\n>   b\na\nb\n"
    assert replay(text, world) == text


def test_assignment_holds_for_one_command_or_from_then_on(world: World) -> None:
    text = "$ WORD=x printenv WORD\nx\n$ printenv WORD\n[exit 1]\n$ WORD=y\n$ printenv WORD\ny\n"
    assert replay(text, world) == text


def test_now_is_set_by_a_line(world: World) -> None:
    replay("# now 2026-11-22 10:00\n$ svcctl --version\n", world)
    assert world.now == "2026-11-22 10:00"


def test_blocks_of_a_page_run_and_the_rest_stays(world: World) -> None:
    page = "# Page\n\n```console\n$ svcctl --version\nold\n```\n\n```toml\na = 1\n```\n"
    assert replay_markdown(page, world) == page.replace("old", "svcctl 0.1.0")


def test_blank_lines_inside_output_are_kept(world: World) -> None:
    text = "$ printf 'a\\n\\nb\\n'\na\n\nb\n\n$ true\n"
    assert replay(text, world) == text
