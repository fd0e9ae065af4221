"""What happens to a ticket besides what is owed: judged, cancelled, put off, charged, filed …."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from svcctl.desk.tickets.lifecycle import RUNNING
from svcctl.sample import duties
from svcctl.sample import outage
from svcctl.sample.life import NEVER
from svcctl.sample.life import Life
from svcctl.sample.life import Turn
from svcctl.sample.life import key_of
from svcctl.sample.world import clock_time
from svcctl.sample.world import one_in
from svcctl.sample.world import weighed

_AT_ONCE = ("inquiry", "call")
_HOUR = 60
_DAY = 24 * _HOUR


def begin(life: Life, double: str = "") -> None:
    """Lay down what will happen to a ticket by chance.

    Args:
        double: The earlier ticket about the same, if there is one.
    """
    kind = life.record["kind"]
    if life.one.outage:
        outage.begin(life)
        return
    _begin_ending(life, double)
    if kind not in (*_AT_ONCE, "repair"):
        _when(life, "assign", 5, 50, duties.assign)
    if kind == "repair":
        _begin_repair(life)
    if kind == "complaint":
        _begin_complaint(life)
    if kind == "suggestion" and life.chance(70):
        _when(life, "classify", 3 * _HOUR, 30 * _HOUR, _constructive)
    if life.chance(6):
        _when(life, "note", 60, 3 * _DAY, lambda one: one.act("note", note=one.pick("notes")))
    if life.matter.hours[1] > 12 and life.chance(25):
        _when(life, "progress", 300, 2 * _DAY, _progress)
    if kind == "inquiry" and one_in(life.rng, 50):
        life.marks.add("answered")
    if life.chance(4):
        life.marks.add("reopen")


def _begin_ending(life: Life, double: str) -> None:
    if life.fault and life.fault.name == "lost":
        life.later("lost", 61, 300, _lose)
    if double and life.chance(60):
        _when(life, "duplicate", 5, 60, lambda one: one.act("duplicate", {"duplicate_of": double}))
    elif life.chance(3):
        cancel = lambda one: one.act("cancel", why=one.pick("cancelled"))  # noqa: E731
        _when(life, "cancel", 20, 900, cancel)


def _begin_repair(life: Life) -> None:
    if life.record.get("unit") and life.chance(7):
        life.marks.add("missed")
    elif life.chance(6) or (life.fault and life.fault.duty == "resume"):
        life.marks.add("parts")


def _begin_complaint(life: Life) -> None:
    severity = life.record["severity"]
    misjudged = life.fault is not None and life.fault.name == "misjudged"
    if misjudged or life.chance(8):
        life.marks.add("graver")
        if severity == "minor" and not misjudged:
            # Whoever doubts puts it before the supervisor at once.
            ahead = [one for one in life.pending() if one.duty == "contact"]
            start = max(life.now, clock_time(ahead[0].start)) if ahead else life.now
            life.plan["free", "forward"] = Turn(start + timedelta(minutes=20), duties.forward)
    if life.chance(65):
        _when(life, "judge", 2 * _HOUR, 30 * _HOUR, _judge)
    if severity == "minor" and "graver" not in life.marks and life.chance(10):
        _when(life, "extend", 4 * _HOUR, 20 * _HOUR, _extend)


def _when(life: Life, name: str, least: int, most: int, act: Callable[[Life], None]) -> None:
    """Plan an act that is left out if it is not legal when its time comes."""

    def do(one: Life) -> None:
        if one.may(name):
            act(one)

    life.later(name, least, most, do)


def _once(life: Life, name: str, least: int, most: int, act: Callable[[Life], None]) -> None:
    if ("free", name) not in life.plan:
        _when(life, name, least, most, act)


def follow(life: Life) -> None:
    """Plan what comes next by itself: the work where no limit drives it, filing, taking up."""
    if life.lost:
        return
    status = life.record["status"]
    kind = life.record["kind"]
    if status in RUNNING and kind == "inquiry" and "answered" in life.marks:
        if "replied" in life.known and not _owes(life, "complete"):
            _once(life, "close/answered", 1, 10, lambda one: one.act("close", result="answered"))
    elif status in RUNNING and kind != "repair":
        least, most = (hours * _HOUR for hours in life.matter.hours)
        if not _owes(life, "done"):
            _once(life, "done", max(2, least), max(10, most), duties.done)
    elif status == "done":
        _follow_done(life)


def _owes(life: Life, duty: str) -> bool:
    return any(one.duty == duty for one in life.pending())


def _follow_done(life: Life) -> None:
    if life.record["kind"] == "service" and "charged" not in life.known:
        _once(life, "charge", 2, 60, _charge)
    elif not life.plan:
        _once(life, "close", 10, 2000, _close)


def _close(life: Life) -> None:
    if life.record["kind"] in _AT_ONCE and "told" not in life.known and one_in(life.rng, 60):
        note = life.pick("told")
        life.act("tell", via=weighed(life.rng, duties.VIA), note=note)
    if one_in(life.rng, 4):
        checksum = f"{life.rng.getrandbits(256):064x}"
        life.act("attach", file="现场照片.jpg", sha256=checksum, kept="前台电脑")
    life.act("close")
    if "reopen" in life.marks:
        life.marks.discard("reopen")
        _when(
            life, "reopen", _DAY, 6 * _DAY, lambda one: one.act("reopen", why=one.pick("reopened"))
        )


def _charge(life: Life) -> None:
    fields = {"fee": f"{life.rng.randint(3, 30) * 10}.00"}
    if one_in(life.rng, 80):
        fields["receipt"] = f"{life.rng.randrange(10**7):07d}"
    life.act("charge", fields)


def _progress(life: Life) -> None:
    if "waiting" not in life.record:
        life.act("progress", note=life.pick("progress"))


def _extend(life: Life) -> None:
    """Agree on a later day with the resident, while there is time (VAR-04)."""
    if "wanted" in life.record or life.record.get("severity") != "minor":
        return
    agreed = life.now.date() + timedelta(days=life.rng.randint(3, 6))
    said = life.record.get("caller") or "住户本人"
    life.act("extend", {"agreed": agreed}, agreed_by=said, note=life.pick("extensions"))


_LIABLE = {"company": 45, "resident": 35, "joint": 12, "building": 8}


def _judge(life: Life) -> None:
    if not life.chance(7):
        fields = {"validity": "valid", "liability": weighed(life.rng, _LIABLE)}
        life.act("judge", fields, by="supervisor", note=life.pick("judged"))
        return
    life.act("judge", {"validity": "invalid"}, by="supervisor", note=life.pick("invalid"))
    if one_in(life.rng, 50) and "unit_said" not in life.record:
        file = lambda one: one.act("close", result="invalid")  # noqa: E731
        _when(life, "close/invalid", 20, 200, file)


def _constructive(life: Life) -> None:
    life.act("classify", {"constructive": True}, by="supervisor")
    note = lambda one: one.act("feasibility", note=one.pick("feasible"))  # noqa: E731
    _when(life, "feasibility", 10 * _HOUR, 80 * _HOUR, note)


def _lose(life: Life) -> None:
    """Let it lie: what falls due until somebody comes upon it is late."""
    found = NEVER
    if life.end - life.now > timedelta(days=20) and not one_in(life.rng, 10):
        found = life.by_day(life.now + timedelta(days=life.rng.randint(2, 9)))
    life.lost = True
    life.plan.clear()
    life.look()
    for one in life.pending():
        due = clock_time(one.due or 0)
        if due < found:
            life.label(one.duty, one.part, due)
            when = found + timedelta(minutes=life.rng.randint(5, 60)) if found < NEVER else NEVER
            life.plan[key_of(one)] = Turn(when, duties.WAYS[one.duty].act)
    life.plan["free", "found"] = Turn(found, _find)


def _find(life: Life) -> None:
    life.lost = False
