"""The acts of a ticket's life at the terminal: what is kept of what was typed."""

from __future__ import annotations

import hashlib
import json
from datetime import date
from typing import Any

import pytest

from svcctl.base.errors import UsageProblem
from svcctl.base.record import Record
from svcctl.book.book import Book
from svcctl.desk.tickets import dates
from svcctl.desk.tickets import intake
from svcctl.desk.tickets import rules
from svcctl.desk.tickets.lifecycle import ACTIONS
from svcctl.term.context import Run
from tests.support.builders import at
from tests.support.desk import at_desk
from tests.support.desk import run
from tests.support.transcript import World


@pytest.fixture
def desk(world: World) -> World:
    """A book with an agent at the desk, a director, a supervisor and a unit."""
    return at_desk(
        world,
        "init b --estate 翠湖花园 --staff wang.fang --name 王芳",
        "staff edit wang.fang --role agent",
        "staff new 周敏 --id zhou.min --role agent --role director",
        "staff new 陈立 --id chen.li --role supervisor",
        "staff new 李娜 --id li.na",
        "unit new 3-2-1501",
    )


def tickets(desk: World) -> list[Record]:
    return list(Book(desk.folder / "b").records("ticket"))


def entry(desk: World) -> dict[str, Any]:
    """Return the last entry of the last ticket, without who, when and its name."""
    last = tickets(desk)[-1]["log"][-1]
    return {key: value for key, value in last.items() if key not in ("n", "at", "by")}


# Whom it goes to.


@pytest.mark.parametrize(
    "said, to, person",
    [
        ("director", "director", None),
        ("管理处主任", "director", None),
        ("项目经理", "director", None),
        ("zhou.min", "director", "zhou.min"),
        ("周敏", "director", "zhou.min"),
        ("陈立", "supervisor", "chen.li"),
        ("li.na", "li.na", None),
    ],
)
def test_forwarded_to_a_role_by_any_name_or_to_who_holds_it(
    desk: World, said: str, to: str, person: str | None
) -> None:
    run(desk, "log complaint noise --severity major")
    run(desk, f"ticket forward last --to {said} --note 请指示")
    kept = {"did": "forward", "to": to, "note": "请指示"} | ({"person": person} if person else {})
    assert entry(desk) == kept


@pytest.mark.parametrize("said, met", [("zhou.min", 1), ("director", 1), ("chen.li", 0)])
def test_colleague_meets_the_duty_of_the_role_they_hold(desk: World, said: str, met: int) -> None:
    run(desk, "log complaint noise --severity major")
    run(desk, f"ticket forward last --to {said}")
    clocks = json.loads(run(desk, "explain last --format jsonl"))["clocks"]
    assert [int(bool(one["met"])) for one in clocks if one["duty"] == "forward"] == [met]


def test_department_at_intake_is_handed_on_by_an_entry_of_its_own(desk: World) -> None:
    run(desk, "log repair leak --department 维修部")
    (ticket,) = tickets(desk)
    assert (ticket["status"], ticket["department"]) == ("assigned", "repair")
    assert "department" not in ticket["log"][0]["set"]
    assert entry(desk) == {"did": "assign", "set": {"department": "repair"}}
    assert rules.facts(ticket)["handed"] == [
        [int(at("2026-11-21 09:12").timestamp()), "repair", None]
    ]


# What was said at intake.


def test_intake_keeps_the_fields_of_the_paper_forms(desk: World) -> None:
    run(desk, 'log 投诉 3-2-1501 "停车" --category 停车 --concerned 安护部 --accused 门岗小李')
    run(desk, "log 报修 3-2-1501 灯 --convenient 下午 --warranty")
    first, second = tickets(desk)
    assert (first["category"], first["concerned"], first["accused"]) == (
        "parking", "security", "门岗小李",
    )  # fmt: skip
    assert (second["convenient"], second["warranty"]) == ("下午", True)
    assert "no category" in run(desk, "log repair x --category nothing", 2)


def test_batch_has_the_same_columns(desk: World) -> None:
    rows = "类别,事由,分类,涉及部门,被投诉人,方便时间,保修期内\n投诉,吵,噪音,安护部,楼上,晚上,是\n"
    run(desk, "log --from -", stdin=rows)
    (ticket,) = tickets(desk)
    assert [ticket[key] for key in ("category", "concerned", "accused", "convenient")] == [
        "noise", "security", "楼上", "晚上",
    ]  # fmt: skip
    assert ticket["warranty"] is True
    wrong = "kind,words,warranty\nrepair,x,maybe\n"
    assert "line 2: no in warranty 'maybe'" in run(desk, "log --from -", 2, stdin=wrong)


def test_what_was_wrong_at_intake_is_corrected(desk: World) -> None:
    run(desk, "log repair x --category 漏水 --warranty")
    run(desk, 'ticket edit last --category water --no-warranty --accused "" --concerned gcb')
    kept = {"category": "water", "concerned": "engineering"}
    assert entry(desk) == {"did": "edit", "unset": ["warranty"], "set": kept}


@pytest.fixture
def somebody(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a person sit at the terminal."""
    monkeypatch.setattr(Run, "interactive", property(lambda _run: True))


@pytest.mark.usefixtures("somebody")
def test_person_is_told_what_is_owed_first_and_what_to_type(desk: World) -> None:
    told = run(desk, "log complaint 3-2-1501 noise --severity major")
    assert "owed: first contact until 2026-11-21 10:12, 1h 00m left" in told
    assert "next: svcctl ticket contact T261121-A01\n" in told
    assert "perhaps" not in told


@pytest.mark.usefixtures("somebody")
def test_person_is_told_of_likely_doubles_and_never_held_up(desk: World) -> None:
    run(desk, "log complaint 3-2-1501 电梯困人")
    told = run(desk, "log complaint 3-2-1501 2单元电梯困人")
    assert "perhaps the same as T261121-A01 3-2-1501 电梯困人: " in told
    assert "svcctl ticket duplicate T261121-A02 --of T261121-A01" in told
    assert len(tickets(desk)) == 2


@pytest.mark.usefixtures("somebody")
def test_person_is_told_of_no_doubles_where_the_policy_is_off(desk: World) -> None:
    policy = next((desk.folder / "b/handbook/policy").glob("*.toml"))
    policy.write_text(
        policy.read_text("utf-8").replace('doubles = "3d"', 'doubles = "off"'), "utf-8"
    )
    run(desk, "log complaint 3-2-1501 电梯困人")
    assert "perhaps" not in run(desk, "log complaint 3-2-1501 电梯困人")


# Appointments.


@pytest.mark.parametrize(
    "said, until, start, end",
    [
        ("14:00", None, "2026-11-21 14:00", None),
        ("明天 14:00-16:00", None, "2026-11-22 14:00", "2026-11-22 16:00"),
        ("后天１４：００～１６：００", None, "2026-11-23 14:00", "2026-11-23 16:00"),
        ("2026-11-23 9:00至11:30", None, "2026-11-23 09:00", "2026-11-23 11:30"),
        ("明天 14:00", "16:00", "2026-11-22 14:00", "2026-11-22 16:00"),
        ("明天 22:00", "后天 01:00", "2026-11-22 22:00", "2026-11-23 01:00"),
        ("2026-11-22T14:00+08:00", None, "2026-11-22 14:00", None),
    ],
)
def test_appointment_is_a_moment_or_a_span(
    said: str, until: str | None, start: str, end: str | None
) -> None:
    made = dates.appointment(said, until, at("2026-11-21 09:12"))
    assert made == (at(start), at(end) if end else None)


@pytest.mark.parametrize(
    "said, until",
    [("", None), ("明天", None), ("16:00-14:00", None), ("14:00", "14:00"), ("soon", None),
     ("14:00-25:00", None)],
)  # fmt: skip
def test_no_appointment_is_made_of_what_is_none(said: str, until: str | None) -> None:
    with pytest.raises(UsageProblem):
        dates.appointment(said, until, at("2026-11-21 09:12"))


def test_moments_are_shown_in_the_time_of_the_estate(desk: World) -> None:
    run(desk, "log repair leak")
    run(desk, 'ticket appoint last "2026-11-22T06:00+00:00"')
    assert "  appointment: 2026-11-22 14:00\n" in run(desk, "ticket show last")


def test_waiting_ends_when_the_work_goes_on(desk: World) -> None:
    run(desk, "log repair leak")
    run(desk, "ticket wait last --for 等配件 --until 2026-11-25 --note 缺阀门")
    (ticket,) = tickets(desk)
    assert (ticket["waiting"], ticket["waiting_until"]) == ("parts", date(2026, 11, 25))
    run(desk, 'ticket progress last "到了"')
    assert "waiting" not in tickets(desk)[0]


def test_extension_says_who_agreed(desk: World) -> None:
    run(desk, "log complaint noise --severity minor")
    run(desk, "ticket extend last --until 2026-11-25 --with 孙女士")
    assert entry(desk) == {
        "did": "extend", "agreed_by": "孙女士", "set": {"agreed": date(2026, 11, 25)},
    }  # fmt: skip


# Classes.


def test_supervisor_confirms_by_doing_it_and_an_agent_proposes(desk: World) -> None:
    run(desk, "log complaint noise")
    run(desk, "ticket classify last --severity 轻微")
    assert entry(desk) == {"did": "classify", "set": {"severity": "minor"}}
    run(desk, "--as chen.li ticket classify last")
    assert entry(desk) == {"did": "classify", "confirmed": True}
    run(desk, "--as zhou.min ticket classify last --severity 重要 --why 又来电")
    assert entry(desk) == {
        "did": "classify", "confirmed": True, "why": "又来电", "set": {"severity": "important"},
    }  # fmt: skip


def test_severity_goes_when_it_was_no_complaint(desk: World) -> None:
    run(desk, "log complaint tap --severity minor")
    run(desk, "ticket classify last --kind repair --category 给排水")
    assert entry(desk) == {
        "did": "classify", "unset": ["severity"], "set": {"kind": "repair", "category": "water"},
    }  # fmt: skip


def test_who_makes_a_limit_late_has_an_hour(desk: World) -> None:
    desk.now = "2026-11-20 09:00"
    run(desk, "log complaint noise --severity minor")
    run(desk, 'ticket answer last "x" --final')
    desk.now = "2026-11-24 10:00"
    told = run(desk, "--as chen.li ticket classify T261120-A01 --severity important")
    assert "forward was due 2026-11-20 10:00; until 2026-11-24 11:00 it is for chen.li" in told
    assert "done was due" not in told  # it was late before
    assert "was due" not in run(desk, "ticket edit T261120-A01 --place x --now '2026-11-24 11:01'")


# Money and papers.


@pytest.mark.parametrize(
    "said, kept",
    [("35", "35.00"), ("35.5", "35.50"), ("0.05", "0.05"), ("￥１２", "12.00"), ("20元", "20.00")],
)
def test_sums_are_kept_to_the_fen(said: str, kept: str) -> None:
    assert intake.money(said) == kept


@pytest.mark.parametrize("said", ["", "x", "-1", "1.234", "1,000", "035", "1e3", "9999999999"])
def test_no_sum_is_guessed(said: str) -> None:
    with pytest.raises(UsageProblem):
        intake.money(said)


def test_new_charge_takes_the_place_of_the_old_one(desk: World) -> None:
    run(desk, "log repair leak")
    run(desk, "ticket charge last --fee 35 --receipt 0012345")
    assert entry(desk)["set"] == {"fee": "35.00", "receipt": "0012345"}
    run(desk, "ticket charge last --free --why 保修期内")
    assert (tickets(desk)[0]["fee"], "receipt" in tickets(desk)[0]) == ("0.00", False)


def test_paper_is_known_by_its_checksum_and_stays_where_it_is(desk: World) -> None:
    (desk.folder / "现场.jpg").write_bytes(b"photo")
    (desk.folder / "b/papers").mkdir()
    (desk.folder / "b/papers/slip.pdf").write_bytes(b"slip")
    run(desk, "log repair leak")
    run(desk, "log repair tap")
    before = sorted((desk.folder / "b").rglob("*.jpg"))
    run(desk, "ticket attach A01 A02 现场.jpg --kept 盒3 --note 拍照")
    assert entry(desk) == {
        "did": "attach", "file": "现场.jpg", "kept": "盒3", "note": "拍照",
        "sha256": hashlib.sha256(b"photo").hexdigest(),
    }  # fmt: skip
    run(desk, "ticket attach A02 b/papers/slip.pdf")
    assert entry(desk)["file"] == "papers/slip.pdf"
    assert [len(one["log"]) for one in tickets(desk)] == [2, 3]
    assert sorted((desk.folder / "b").rglob("*.jpg")) == before


def test_number_in_the_name_of_a_file_is_masked(desk: World) -> None:
    (desk.folder / "13800138000.jpg").write_bytes(b"photo")
    run(desk, "log repair leak")
    run(desk, "ticket attach last 13800138000.jpg")
    assert "13800138000" not in entry(desk)["file"]


# Shown.


def test_page_says_all_that_an_entry_says(desk: World) -> None:
    run(desk, "log complaint noise --severity minor")
    run(desk, "ticket forward last --to 周敏")
    run(desk, "--as chen.li ticket classify last")
    run(desk, "ticket extend last --until 2026-11-25 --with 孙女士")
    run(desk, 'ticket done last "好了" --cause 邻里')
    run(desk, "callback record last 满意 --score 4 --by 上门 --second 李娜")
    page = run(desk, "ticket show last")
    for line in (
        "    to: director\n", "    received by: zhou.min\n", "    severity confirmed: yes\n",
        "    agreed by: 孙女士\n", "    score: 4\n", "    together with: li.na\n",
        "  called back (satisfied)  ", "  cause: neighbours\n",
    ):  # fmt: skip
        assert line in page


def test_what_a_machine_wrote_is_said_to_be_automatic(desk: World) -> None:
    run(desk, "log complaint noise --severity minor")
    desk.now = "2026-11-22 09:13"
    run(desk, "escalate --all")
    assert "  escalated  automatic  [auto/escalate/" in run(desk, "ticket show last")


# Lists.


def test_list_by_class_and_lateness(desk: World) -> None:
    run(desk, "log repair a --category 漏水")
    run(desk, "log complaint b --category 噪音")
    run(desk, "log inquiry c")
    assert run(desk, "ticket list --category leak --format ids") == "T261121-A01\n"
    assert run(desk, "ticket list --late --format ids") == ""
    assert run(desk, "ticket list --late --format ids --now '2026-11-21 09:50'") == "T261121-A01\n"
    late = run(desk, "ticket list --late --format ids --now '2026-11-21 10:13'")
    assert late == "T261121-A01\nT261121-A02\n"
    found = run(desk, "ticket list --late --find b --format ids --now '2026-11-21 10:13'")
    assert found == "T261121-A02\n"
    assert run(desk, "--no-index ticket list --late --format ids --now '2026-11-21 10:13'") == late


# Many.


@pytest.mark.parametrize("given", ["A01 A02", "-"])
@pytest.mark.parametrize(
    "act",
    [
        "appoint {} 14:00", "contact {}", "classify {} --category leak", "charge {} --free",
        "wait {} --for parts --until 明天", "assign {} --to 维修部", "progress {} x",
        "edit {} --urgent",
        "extend {} --until 明天 --with 孙", "forward {} --to director",
    ],
)  # fmt: skip
def test_every_act_takes_many(desk: World, act: str, given: str) -> None:
    run(desk, "log repair a")
    run(desk, "log repair b")
    ids = run(desk, "ticket list --format ids")
    run(desk, f"ticket {act.format(given)} --when 09:12", stdin=ids)
    assert [one["log"][-1]["did"] for one in tickets(desk)] == [act.partition(" ")[0]] * 2


def test_all_that_cannot_be_done_are_named_and_nothing_is(desk: World) -> None:
    for word in "abcd":
        run(desk, f"log repair {word}")
    run(desk, "ticket cancel A02 A04 --why x")
    told = run(desk, "ticket contact A01 A02 A03 A04 A99", 4)
    assert "3 of 5 cannot be done; nothing was written" in told
    for name in ("'T261121-A02' is cancelled", "'T261121-A04' is cancelled", "'A99'"):
        assert name in told
    assert [one["status"] for one in tickets(desk)] == ["registered", "cancelled"] * 2


# The table.


def test_table_for_programs_has_every_branch(desk: World) -> None:
    rows = [json.loads(line) for line in run(desk, "ticket lifecycle --format jsonl").splitlines()]
    assert {(row["step"], row["from"], row["to"]) for row in rows} == {
        (step, before, then)
        for step, action in ACTIONS.items()
        for before, then in action.moves.items()
    }
    (judge,) = {row["who"] for row in rows if row["act"] == "judge"}
    assert judge == "supervisor"


def test_commands_of_the_table_are_commands(desk: World) -> None:
    run(desk, "log repair leak")
    rows = run(desk, "ticket lifecycle last --format jsonl").splitlines()
    for row in map(json.loads, rows):
        words = row["command"].split()[1:3]
        verb = words if words[0] in ("ticket", "callback") else words[:1]
        assert "Usage: svcctl" in run(desk, f"{' '.join(verb)} --help")


def test_early_close_is_listed_only_where_there_is_one(desk: World) -> None:
    run(desk, "log inquiry x")
    steps = [json.loads(line)["step"] for line in
             run(desk, "ticket lifecycle last --format jsonl").splitlines()]  # fmt: skip
    assert [one for one in steps if one.startswith("close")] == ["close/answered"]
    assert "missed" not in steps
    assert "watertest" not in steps


def test_only_a_leak_is_tested_with_water(desk: World) -> None:
    """NUM-26: a failed test would send a mended lamp back to work."""
    name = desk.run('svcctl log repair "lamp broken"').output.strip()
    desk.run(f'svcctl ticket done {name} "new lamp"')
    outcome = desk.run(f"svcctl ticket watertest {name} --result failed")
    assert outcome.status == 4
    assert f"svcctl ticket classify {name} --category leak" in outcome.output
    desk.run(f"svcctl ticket classify {name} --category leak")
    assert desk.run(f"svcctl ticket watertest {name} --result failed").status == 0
