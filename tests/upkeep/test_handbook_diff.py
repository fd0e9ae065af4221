"""What another policy changes, in words: `handbook diff`."""

from __future__ import annotations

import json

import pytest

from tests.support.desk import at_desk
from tests.support.transcript import World


@pytest.fixture
def desk(world: World) -> World:
    """A new book."""
    return at_desk(world, "init b --staff wang.fang")


def write(desk: World, text: str, day: str = "2026-12-01", name: str = "draft.toml") -> None:
    """Write a policy file that begins like any."""
    (desk.folder / name).write_text(f'id = "{day}"\ntitle = "draft"\n{text}')


def limit(duty: str, kind: str, within: str, *more: str, owner: str = "agent") -> str:
    """Return a row."""
    lines = (f'duty = "{duty}"', f'kind = "{kind}"', *more[:1], f'within = "{within}"')
    rows = (*lines, f'owner = "{owner}"', *more[1:], 'rule = "house"')
    return "\n[[limit]]\n" + "\n".join(rows) + "\n"


def diff(desk: World, words: str = "draft.toml", language: str = "en") -> list[str]:
    """Return the lines of a comparison but for its title."""
    done = desk.run(f"svcctl --lang {language} handbook diff {words}")
    assert done.status == 0, done.output
    return [line.strip() for line in done.output.splitlines()[1:]]


def test_nothing_changes(desk: World) -> None:
    assert diff(desk, "2026-01-01") == ["nothing changes"]
    assert diff(desk, "b/handbook/policy/2026-01-01.toml") == ["nothing changes"]
    # It says what holds anyway.
    write(desk, limit("reply", "complaint", "24h"))
    assert diff(desk) == ["nothing changes"]


@pytest.mark.parametrize(
    "text, expected",
    [
        (
            limit("answer", "complaint", "1d", 'severity = "major"', owner="supervisor"),
            ["for residents", "complaint/major clear answer: 2 days -> 1 day"],
        ),
        (
            limit("reply", "complaint", "off"),
            ["for residents", "complaint first reply: 24 hours -> no limit"],
        ),
        (
            limit("answer", "suggestion", "3d"),
            ["for residents", "suggestion clear answer: no limit -> 3 days"],
        ),
        (
            # More particular than the row that held: what held there is told.
            limit("callback", "repair", "1d", 'category = "power"'),
            ["for residents", "repair/electricity callback: 2 days -> 1 day"],
        ),
        (
            limit("tell", "errand", "off"),
            ["for residents", "entrusted errand tell the result: the same day -> no limit"],
        ),
        (
            limit("callback", "complaint", "2d", owner="lead"),
            ["for staff", "complaint callback: owed by desk agent -> owed by desk lead"],
        ),
        (
            limit("forward", "complaint", "2h", 'severity = "important"', 'to = "manager"'),
            [
                "for staff",
                (
                    "complaint/important forward: 1 hour, before supervisor -> "
                    "2 hours, before department manager"
                ),
            ],
        ),
        (
            limit("done", "complaint", "2d", 'severity = "minor"', owner="lead"),
            [
                "for residents",
                "complaint/minor done: 2 days, or as agreed with the resident -> 2 days",
            ],
        ),
        (
            limit("appoint", "repair", "0d"),
            ["for residents", "repair appointment: by the end of the shift -> the same day"],
        ),
        (
            '\n[callback]\nattempts = 2\n\n[shift]\nnight = "18:00-08:00"\n',
            [
                "for residents",
                "callback attempts, on different days: 3 -> 2",
                "for staff",
                "night shift: 17:30-08:30 -> 18:00-08:00",
            ],
        ),
        (
            '\n[may]\njudge = "manager"\n',
            ["for staff", "who may judge: supervisor -> department manager"],
        ),
        (
            '\n[[rung]]\nduty = "*"\nstep = 3\nafter = "12h"\nup = 2\nrule = "house"\n',
            [
                "for staff",
                (
                    "raising of every duty, step 3: "
                    "24 hours after the limit, 2 above the one who owes it -> "
                    "12 hours after the limit, 2 above the one who owes it"
                ),
            ],
        ),
        (
            (
                '\n[[rung]]\nduty = "answer"\nseverity = "major"\nstep = 1\nafter = "off"\n'
                'rule = "house"\n'
            ),
            [
                "for staff",
                (
                    "raising of clear answer (major), step 1: "
                    "4 hours before the limit, the one who owes it -> none"
                ),
            ],
        ),
        (
            (
                '\n[[option]]\nlist = "channel"\nkey = "app"\nzh = "手机应用"\nabbr = "app"\n'
                'en = "app"\n'
            ),
            ["for staff", "channel app: none -> app 手机应用 app"],
        ),
        (
            '\n[[area]]\nkey = "south"\nzh = "南区"\nen = "south"\nbuildings = ["1", "2"]\n',
            ["for staff", "area south: none -> 1, 2"],
        ),
    ],
)
def test_each_change_in_words(desk: World, text: str, expected: list[str]) -> None:
    write(desk, text)
    assert diff(desk) == expected
    turned = diff(desk, "draft.toml 2026-01-01")
    assert len(turned) == len(expected)
    for line in (line for line in expected if " -> " in line):
        what, _colon, change = line.partition(": ")
        before, _arrow, after = change.partition(" -> ")
        assert f"{what}: {after} -> {before}" in turned


def test_two_days_of_the_book(desk: World) -> None:
    write(desk, limit("reply", "complaint", "8h"), name="b/handbook/policy/2026-12-01.toml")
    assert diff(desk, "2026-11-30 2026-12-01") == [
        "for residents",
        "complaint first reply: 24 hours -> 8 hours",
    ]
    assert diff(desk, "2026-12-01") == ["nothing changes"]
    assert diff(desk, "2026-06-01") == diff(desk, "2026-11-30 2026-12-01")


def test_in_chinese(desk: World) -> None:
    write(desk, limit("answer", "complaint", "1d", 'severity = "major"'))
    assert any(line.startswith("投诉/重大 明确答复") for line in diff(desk, language="zh"))


def test_for_programs(desk: World) -> None:
    write(desk, limit("reply", "complaint", "8h"))
    done = desk.run("svcctl handbook diff draft.toml --format json")
    (change,) = json.loads(done.output)["record"]["changes"]
    assert change == {
        "for": "residents",
        "part": "limit",
        "key": ["reply", "complaint", "", ""],
        "what": "complaint first reply",
        "before": "24 hours",
        "after": "8 hours",
    }


def test_what_is_neither_day_nor_file(desk: World) -> None:
    assert desk.run("svcctl handbook diff soon").status == 2
    assert desk.run("svcctl handbook diff none.toml").status == 3


def test_show_names_rungs_lists_and_what_limits_are_for(desk: World) -> None:
    rows = desk.run("svcctl handbook show --format jsonl").output.splitlines()
    found = {(row["part"], row["name"], row["category"]): row for row in map(json.loads, rows)}
    assert found["limit", "callback", "leak"]["value"] == "3d"
    assert found["rung", "*/3", None] == found["rung", "*/3", None] | {
        "value": "24h",
        "to": "up 2",
        "rule": "CMP-34 assumed",
    }
    assert found["category", "leak", None]["value"]
    assert found["cause", "wear", None]["value"]


def test_settings_are_told_in_words_not_in_keys(desk: World) -> None:
    write(
        desk,
        '[callback]\nby_handler = "refuse"\n[close]\nneeds = ["told", "sign"]\n'
        'exempt = ["inquiry"]\n[report]\nweek_ends = "sun"\npublic = ["lift"]\n'
        'archive_to = ["engineering"]\n[git]\ncommit = "manual"\nsigned = true\n'
        '[escalate]\ndeliver = "hours"\n',
    )
    lines = diff(desk)
    words = (
        "warned of -> refused", "the resident was told, signed by the resident",
        "Friday -> Sunday", "classes of public facilities: ", "-> lift",
        "by each command -> by people", "none -> yes", "at any hour -> in office hours",
    )  # fmt: skip
    for said in words:
        assert any(said in line for line in lines), (said, lines)
    assert not [line for line in lines for key in ("report.", ": told", "warn ->") if key in line]
