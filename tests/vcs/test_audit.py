"""What an audit of the history finds, and what it must not cry about."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from svcctl.base.case import as_of
from svcctl.base.entry import union
from svcctl.base.record import Entry
from svcctl.base.record import Record
from svcctl.base.redaction import Redaction
from svcctl.base.redaction import redact
from svcctl.book import toml
from svcctl.book.order import order_of
from svcctl.kinds import KINDS
from svcctl.kinds import kind_of
from svcctl.vcs import git
from tests.support.builders import at
from tests.support.pasts import BOOK
from tests.support.pasts import POLICY
from tests.support.pasts import RESIDENT
from tests.support.pasts import TALLY
from tests.support.pasts import TICKET
from tests.support.pasts import Past
from tests.support.pasts import card
from tests.support.pasts import sign
from tests.support.pasts import tally
from tests.support.transcript import ROOT
from tests.support.transcript import World

pytestmark = pytest.mark.git


@pytest.fixture
def past(tmp_path: Path) -> Past:
    return Past.begun(tmp_path / "office")


def note(past: Past, when: str, committed: str = "", /, **said: Any) -> Entry:
    """Add a note and commit it."""
    made = past.act(when, "note", note="已告知", **said)
    past.commit(committed or when)
    return made


# -- no false alarm -------------------------------------------------------------------------------


def test_a_book_committed_at_once_has_no_finding(tmp_path: Path) -> None:
    past = Past(tmp_path / "office", ROOT / "records")
    past.commit("2026-12-31 10:00")
    assert past.audit() == []


def test_the_sample_estate_committed_day_by_day_has_no_finding(tmp_path: Path) -> None:
    cards: dict[str, bytes] = {}
    cases: dict[str, Record] = {}
    filed: dict[str, tuple[str, bytes]] = {}
    for file in sorted((ROOT / "records").rglob("*.toml")):
        path = file.relative_to(ROOT / "records").as_posix()
        kind = kind_of(path)
        if kind is None:
            continue
        record = toml.parse(file.read_bytes())
        if kind.shape == "case":
            cases[path] = record
        elif kind.name == "tally":
            filed[path] = f"{record['filed_at']:%Y-%m-%d %H:%M}", file.read_bytes()
        else:
            cards[path] = file.read_bytes()
    moments = {f"{one['at']:%Y-%m-%d %H}:59" for case in cases.values() for one in case["log"]}
    past = Past(tmp_path / "office", None)
    done: dict[str, int] = {}
    steps = [("2026-01-01 08:00", cards)]
    for moment in sorted(moments | {when for when, _data in filed.values()}):
        now: dict[str, bytes] = {}
        for path, case in cases.items():
            kind = KINDS[str(kind_of(path).name)]  # type: ignore[union-attr]
            seen = as_of(case, at(moment), kind.rules)
            if seen is not None and len(seen["log"]) != done.get(path, 0):
                done[path] = len(seen["log"])
                now[path] = toml.emit(seen, order_of(kind))
        now |= {path: data for path, (when, data) in filed.items() if when == moment}
        if now:
            steps.append((moment, now))
    past.steps(steps)
    assert len(steps) > 50
    assert past.audit() == []


def test_two_desks_that_act_on_one_ticket_and_merge_have_no_finding(past: Past) -> None:
    past.put("desks/B.toml", past.get("desks/A.toml") | {"id": "B", "token": "0" * 14 + "bb"})
    past.put("staff/li.na.toml", card("li.na"))
    base = past.commit("2026-11-21 10:00")
    start = past.get(TICKET)
    note(past, "2026-11-21 11:00")
    _machine(past, "2026-11-21 12:00")
    past.put(TALLY, tally())
    past.commit("2026-11-22 08:41")
    ours = past.get(TICKET)
    past.git("checkout", "-q", "-b", "b", base)
    past.put(TICKET, start)
    note(past, "2026-11-21 11:30", desk="B", by="li.na")
    _machine(past, "2026-11-21 11:45")
    theirs = past.get(TICKET)
    _merge(past, ours, theirs, "2026-11-22 12:00")
    note(past, "2026-11-22 13:00")
    assert past.audit() == []


def _machine(past: Past, when: str) -> None:
    record = past.get(TICKET)
    entry = {"n": "auto/escalate/reply/1", "after": record["log"][-1]["n"], "at": at(when)}
    entry |= {"by": "auto", "did": "escalate", "to": "supervisor"}
    past.put(TICKET, record | {"log": [*record["log"], entry]})
    past.commit(when)


def _merge(past: Past, ours: Record, theirs: Record, when: str) -> None:
    """Merge branch `b` into `main`, as the merge driver does it."""
    past.git("checkout", "-q", "main")
    past.git("merge", "-q", "--no-commit", "-s", "ours", "b")
    past.put(TICKET, ours | {"log": union(ours["log"], theirs["log"])})
    past.git("add", "--all")
    past.git("commit", "-q", "-m", "merge", when=when)


def test_a_redaction_is_no_finding_but_taking_it_back_is(past: Past) -> None:
    entry = note(past, "2026-11-21 10:00")
    was = past.get(TICKET)
    how = Redaction("wang.fang", at("2026-11-22 10:00"), "住户要求", (), frozenset())
    record, _before = redact(was, entry["n"], how, KINDS["ticket"].rules)
    past.put(TICKET, record)
    past.commit("2026-11-22 10:00")
    assert past.audit() == []
    past.put(TICKET, was)
    assert [("AUD101", past.commit("2026-11-22 11:00"))] == past.codes()


def test_a_redaction_that_changes_who_did_it_is_found(past: Past) -> None:
    entry = note(past, "2026-11-21 10:00")
    how = Redaction("wang.fang", at("2026-11-22 10:00"), "住户要求", (), frozenset())
    record, _before = redact(past.get(TICKET), entry["n"], how, KINDS["ticket"].rules)
    record["log"][-1]["by"] = "li.na"
    past.put(TICKET, record)
    commit = past.commit("2026-11-22 10:00")
    assert past.codes() == [("AUD101", commit)]


def test_new_cards_new_rules_for_later_and_other_words_on_a_desk_are_no_finding(past: Past) -> None:
    policy = {"id": "2026-12-01", "title": "新规", "close": {"needs": ["told"]}}
    past.put("handbook/policy/2026-12-01.toml", policy)
    past.put("desks/A.toml", past.get("desks/A.toml") | {"name": "大堂"})
    past.put(RESIDENT, past.get(RESIDENT) | {"name": "李雷"})
    past.commit("2026-11-22 10:00")
    past.swap("handbook/policy/2026-12-01.toml", "新规", "新规则")
    past.commit("2026-12-01 10:00")
    past.remove("units/3/3-2-1501.toml")
    past.commit("2026-12-01 11:00")
    assert past.audit() == []


def test_what_is_no_record_does_not_matter(past: Past) -> None:
    (past.folder / "readme.txt").write_text("words", "utf-8")
    past.write("schemas/ticket.schema.json", b"{}")
    past.write("tickets/2026/other.txt", b"x")
    past.commit("2026-11-22 10:00")
    past.write("schemas/ticket.schema.json", b"[]")
    past.commit("2026-11-22 11:00")
    assert past.audit() == []


# -- what was put right ---------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["changed", "removed", "file"])
def test_putting_right_what_was_changed_is_no_finding(how: str, past: Past) -> None:
    was = (past.book / TICKET).read_bytes()
    if how == "changed":
        past.swap(TICKET, "09:20:00", "09:25:00")
    elif how == "removed":
        record = past.get(TICKET)
        past.put(TICKET, record | {"log": record["log"][:1]})
    else:
        past.remove(TICKET)
    commit = past.commit("2026-11-23 10:00")
    past.write(TICKET, was)
    past.commit("2026-12-23 10:00")
    assert [one[1] for one in past.codes()] == [commit]


def test_putting_a_tally_back_is_no_finding(past: Past) -> None:
    past.put(TALLY, tally())
    past.commit("2026-11-22 08:41")
    past.put(TALLY, tally(0))
    commit = past.commit("2026-11-22 09:00")
    past.put(TALLY, tally())
    past.commit("2026-11-22 10:00")
    assert past.codes() == [("AUD110", commit)]


def test_nothing_hides_behind_a_version_that_cannot_be_read(past: Past) -> None:
    good = (past.book / TICKET).read_bytes()
    past.write(TICKET, b"<<<<<<< ours\n" + good)
    broken = past.commit("2026-11-22 10:00")
    past.write(TICKET, good.replace(b"09:12:00", b"08:12:00"))
    commit = past.commit("2026-11-22 11:00")
    assert past.codes() == [("AUD119", broken), ("AUD101", commit)]


def test_a_link_in_the_place_of_a_record_is_told(past: Past) -> None:
    past.remove(TICKET)
    (past.book / TICKET).symlink_to("elsewhere")
    commit = past.commit("2026-11-22 10:00")
    assert past.codes() == [("AUD119", commit)]


# -- merges ---------------------------------------------------------------------------------------


def test_a_merge_that_drops_the_entries_of_one_side_is_found(past: Past) -> None:
    base = past.head()
    note(past, "2026-11-21 11:00")
    past.git("checkout", "-q", "-b", "b", base)
    note(past, "2026-11-21 11:30", desk="B")
    past.git("checkout", "-q", "main")
    past.git("merge", "-q", "-s", "ours", "-m", "mine", "b", when="2026-11-21 12:00")
    assert past.codes() == [("AUD102", past.head())]


@pytest.mark.parametrize("how", ["changed", "removed"])
def test_what_one_side_did_is_told_once_and_not_of_the_merge_too(how: str, past: Past) -> None:
    record = past.get(TICKET)
    past.git("branch", "b")
    if how == "changed":
        past.swap(TICKET, "at = 2026-11-21 09:12:00", "at = 2026-11-21 08:12:00")
    else:
        past.put(TICKET, record | {"log": record["log"][:1]})
    edited = past.commit("2026-11-21 11:00")
    past.git("switch", "-q", "b")
    past.put(RESIDENT, past.get(RESIDENT) | {"name": "某人"})
    past.commit("2026-11-21 11:30")
    past.git("merge", "-q", "-m", "merge", "main", when="2026-11-21 12:00")
    assert past.codes() == [("AUD101" if how == "changed" else "AUD102", edited)]
    assert past.codes(since=edited) == [(past.codes()[0][0], past.head())]


def test_a_merge_that_drops_a_file_of_one_side_is_found(past: Past) -> None:
    base = past.head()
    note(past, "2026-11-21 11:00")
    past.git("checkout", "-q", "-b", "b", base)
    other = TICKET.replace("A07", "B01")
    record = past.get(TICKET) | {"id": "T261121-B01"}
    past.put(other, record)
    past.commit("2026-11-21 11:30")
    past.git("checkout", "-q", "main")
    past.git("merge", "-q", "-s", "ours", "-m", "mine", "b", when="2026-11-21 12:00")
    assert past.codes() == [("AUD103", past.head())]


def test_an_entry_that_only_a_merge_adds_is_asked_like_any_other(past: Past) -> None:
    base = past.head()
    note(past, "2026-11-21 11:00")
    ours = past.get(TICKET)
    past.git("checkout", "-q", "-b", "b", base)
    note(past, "2026-11-21 11:30", desk="B")
    theirs = past.get(TICKET)
    theirs["log"].append(
        {"n": "9B", "at": at("2026-11-21 11:40"), "by": "zhou.xia", "did": "note", "note": "x"}
    )
    _merge(past, ours, theirs, "2026-11-21 12:00")
    assert past.codes() == [("AUD107", past.head())]


def test_what_a_machine_wrote_may_not_be_changed_outside_a_merge(past: Past) -> None:
    _machine(past, "2026-11-21 12:00")
    past.swap(TICKET, "at = 2026-11-21 12:00:00", "at = 2026-11-21 11:00:00")
    commit = past.commit("2026-11-21 13:00")
    assert past.codes() == [("AUD101", commit)]


def test_two_desks_that_filed_one_tally_have_no_finding(past: Past) -> None:
    base = past.head()
    past.put(TALLY, tally())
    past.commit("2026-11-22 08:41")
    past.git("checkout", "-q", "-b", "b", base)
    past.put(TALLY, tally() | {"filed_at": at("2026-11-22 09:10")})
    past.commit("2026-11-22 09:11")
    past.git("checkout", "-q", "main")
    past.git("merge", "-q", "-s", "ours", "-m", "one of the two", "b", when="2026-11-22 12:00")
    assert past.audit() == []


# -- who, and when --------------------------------------------------------------------------------


def test_roles_are_those_of_the_day_with_deputies_and_those_above(past: Past) -> None:
    past.swap(POLICY, "\n[[limit]]", '\n[may]\njudge = "agent"\n\n[[limit]]')
    past.git("add", "--all")
    past.git("commit", "-q", "--amend", "-m", "words")
    chief = card("li.na", role=[{"role": "supervisor", "since": at("2026-11-22 00:00").date()}])
    past.put("staff/li.na.toml", chief)
    past.commit("2026-11-21 09:40")
    past.act("2026-11-21 10:00", "judge", by="li.na", set={"validity": "valid"})
    early = past.commit("2026-11-21 10:01")
    past.act("2026-11-22 10:00", "judge", by="li.na", set={"validity": "invalid"})
    past.commit("2026-11-22 10:01")
    assert past.codes() == [("AUD109", early)]


def test_how_late_an_entry_may_be_committed_is_for_the_policy_to_say(past: Past) -> None:
    past.put("handbook/policy/2026-11-22.toml", {"id": "2026-11-22", "title": "x",
                                                 "git": {"near": "2h"}})  # fmt: skip
    past.commit("2026-11-21 12:00")
    note(past, "2026-11-21 20:00", "2026-11-21 23:30")
    commit = past.head() if note(past, "2026-11-22 10:00", "2026-11-22 12:30") else ""
    assert past.codes() == [("AUD113", commit)]


def test_a_policy_may_let_entries_be_committed_ever_so_late(past: Past) -> None:
    policy = {"id": "2026-11-22", "title": "x", "git": {"near": "off"}}
    past.put("handbook/policy/2026-11-22.toml", policy)
    past.commit("2026-11-21 12:00")
    note(past, "2026-11-22 10:00", "2027-11-22 12:30")
    assert past.audit() == []


def test_a_desk_that_was_offline_may_bring_entries_of_a_closed_day(past: Past) -> None:
    past.put("desks/B.toml", past.get("desks/A.toml") | {"id": "B", "token": "0" * 14 + "bb"})
    past.put(TALLY, tally())
    past.commit("2026-11-22 08:41")
    note(past, "2026-11-21 20:00", "2026-11-22 09:00", desk="B")
    assert past.audit() == []
    note(past, "2026-11-22 10:00", desk="A")
    note(past, "2026-11-21 21:00", "2026-11-22 10:30", desk="B")
    assert past.audit() == []
    note(past, "2026-11-21 22:00", "2026-11-22 11:00", desk="A")
    assert past.codes() == [("AUD111", past.head())]


def test_what_happened_in_a_closed_day_and_is_recorded_later_is_no_finding(past: Past) -> None:
    past.put(TALLY, tally())
    past.commit("2026-11-22 08:41")
    note(past, "2026-11-22 09:00", when=at("2026-11-21 20:00"))
    assert past.audit() == []


# -- signatures -----------------------------------------------------------------------------------


def test_a_good_signature_is_no_finding_and_before_the_policy_none_is_asked(past: Past) -> None:
    policy = {"id": "2026-11-22", "title": "签名", "git": {"signed": True}}
    past.put("handbook/policy/2026-11-22.toml", policy)
    past.commit("2026-11-21 18:00")
    note(past, "2026-11-22 10:00")
    sign(past, "GOODSIG 00000000000000AA Wang Fang")
    assert past.audit() == []


def test_a_policy_that_ends_signatures_must_itself_be_signed(past: Past) -> None:
    policy = {"id": "2026-11-22", "title": "签名", "git": {"signed": True}}
    past.put("handbook/policy/2026-11-22.toml", policy)
    past.commit("2026-11-21 18:00")
    policy = {"id": "2026-11-23", "title": "不签名", "git": {"signed": False}}
    past.put("handbook/policy/2026-11-23.toml", policy)
    commit = past.commit("2026-11-23 10:00")
    assert past.codes() == [("AUD116", commit)]


# -- how far back ---------------------------------------------------------------------------------


def test_since_leaves_out_what_was_looked_into(past: Past) -> None:
    past.swap(TICKET, "09:20:00", "09:25:00")
    past.commit("2026-11-22 10:00")
    past.git("tag", "audited")
    note(past, "2026-11-22 11:00")
    assert past.audit("audited") == []
    note(past, "2026-11-22 12:00", by="zhou.xia")
    assert past.codes("audited") == [("AUD107", past.head())]
    assert len(past.audit()) == 2


def test_since_knows_the_book_as_it_was_at_that_revision(past: Past) -> None:
    past.put(TALLY, tally())
    past.put("handbook/policy/2026-11-22.toml", {"id": "2026-11-22", "title": "x",
                                                 "git": {"near": "30d"}})  # fmt: skip
    past.commit("2026-11-21 23:00")
    past.git("tag", "audited")
    note(past, "2026-11-21 20:00", "2026-12-04 09:00")
    assert past.codes("audited") == past.codes() == [("AUD111", past.head())]


def test_replaced_objects_do_not_hide_a_commit(past: Past) -> None:
    past.swap(TICKET, "09:20:00", "09:25:00")
    commit = past.commit("2026-11-22 10:00")
    past.git(
        "replace", "HEAD~0", past.git("commit-tree", "-m", "x", "-p", "HEAD~1", "HEAD~1^{tree}")
    )
    assert past.codes() == [("AUD101", commit)]


def test_a_shallow_clone_begins_where_its_history_does(past: Past) -> None:
    past.swap(TICKET, "09:20:00", "09:25:00")
    past.commit("2026-11-22 10:00")
    note(past, "2026-11-22 11:00")
    note(past, "2026-11-22 12:00")
    shallow = Past(past.folder.parent / "clone", None)
    git.run(shallow.folder, ["fetch", "-q", "--depth=2", past.folder.as_uri(), "main"])
    git.run(shallow.folder, ["reset", "-q", "--hard", "FETCH_HEAD"])
    assert shallow.audit() == []
    world = World(shallow.book)
    world.environ |= {"SVCCTL_LANG": "en"}
    said = world.run("svcctl git audit")
    begins = shallow.git("rev-parse", "HEAD~1")[:10]
    assert f"what came before commit {begins} is not in this clone" in said.output
    assert said.status == 0


def test_a_book_that_came_into_an_older_repository(tmp_path: Path) -> None:
    past = Past(tmp_path / "office", None)
    past.commit("2020-01-01 10:00")
    other = Past(tmp_path / "other", BOOK)
    other.book.rename(past.book)
    past.commit("2026-12-31 10:00")
    assert past.audit() == []
