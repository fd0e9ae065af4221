"""How each duty of a ticket is met: after how long, and by what act; late only where planted."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from datetime import time
from datetime import timedelta
from typing import Any
from typing import NamedTuple

from svcctl.kinds import Clock
from svcctl.sample import words
from svcctl.sample.intakes import Fault
from svcctl.sample.life import NEVER
from svcctl.sample.life import Life
from svcctl.sample.life import Turn
from svcctl.sample.life import key_of
from svcctl.sample.world import ZONE
from svcctl.sample.world import Told
from svcctl.sample.world import clock_time
from svcctl.sample.world import one_in
from svcctl.sample.world import weighed

VIA = {"phone": 60, "wechat": 28, "visit": 12}
ABOVE = {"major": "director", "important": "supervisor"}
"""To whom a grave complaint is forwarded."""

_GRAVER = {"major": "important", "important": "minor", "minor": "important"}
_SLOTS = ((9, 0), (10, 0), (10, 30), (13, 30), (14, 0), (15, 0), (16, 0))
_LONG_AGO = timedelta(days=40)
_CHAIN = ("contact", "reply", "answer")
"""Each of these meets those before it."""

_BEFORE_DONE = ("contact", "forward", "reply", "answer", "complete", "confirm", "report")
"""What the work is not finished without."""


class Way(NamedTuple):
    """How a duty is met.

    Attributes:
        least: Minutes from its start.
        late: How many minutes after its limit a planted fault may lie.
    """

    least: int
    most: int
    late: tuple[int, int]
    act: Callable[[Life], None]


def plan(life: Life, one: Clock) -> Turn:
    """Return when and how a duty will be met."""
    way = WAYS[one.duty]
    due = clock_time(one.due or 0)
    if fault := _fault_of(life, one):
        life.label(one.duty, one.part, due)
        return Turn(_too_late(life, way, due, fault), way.act)
    start = max(life.now, clock_time(one.start), _earlier(life, one))
    if start >= due:  # what had to come before it is late
        life.label(one.duty, one.part, due)
        return Turn(start, way.act)
    least, most = way.least, way.most
    if one.duty == "done":
        start, least, most = _work_time(life, one, start)
    if one.duty == "callback":
        return Turn(_call_time(life, start, due), way.act)
    return Turn(life.between(start, due, life.rng.randint(least, most)), way.act)


def _earlier(life: Life, one: Clock) -> datetime:
    """Return when the last of what meets this duty too, and is owed before it, is planned."""
    before = _CHAIN[: _CHAIN.index(one.duty)] if one.duty in _CHAIN else ()
    keys = [key_of(other) for other in life.pending() if other.duty in before]
    planned = [life.plan[key].when for key in keys if key in life.plan]
    return max([when for when in planned if when < NEVER], default=life.now)


def _fault_of(life: Life, one: Clock) -> Fault | None:
    fault = life.fault
    if fault is None or one.duty != fault.duty or one.part:
        return None
    if fault.name == "misjudged" and (one.due or 0) > life.now.timestamp():
        return None
    return fault


def _too_late(life: Life, way: Way, due: datetime, fault: Fault) -> datetime:
    rng = life.rng
    if fault.name == "misjudged":
        return life.now + timedelta(minutes=rng.randint(5, 50))
    if fault.name == "forgotten":
        if life.end - due < _LONG_AGO or one_in(rng, 5):
            return NEVER
        return life.by_day(due + timedelta(minutes=rng.randint(5 * 1440, 20 * 1440)))
    return life.by_day(max(due, life.now) + timedelta(minutes=rng.randint(*way.late)))


# -- the work -------------------------------------------------------------------------------------


def _work_time(life: Life, one: Clock, start: datetime) -> tuple[datetime, int, int]:
    if one.by == "appointment":
        return max(start, life.record["appointment"]), 15, 100
    least, most = (hours * 60 for hours in life.matter.hours)
    return start, least, most


def done(life: Life) -> None:
    """Finish the work, once what belongs before it is done; or find that it cannot be finished."""
    if not life.may("done"):
        return
    if (mark := life.marks & {"missed", "parts"}) and life.record.get("appointment"):
        life.marks -= mark
        (_missed if "missed" in mark else _parts)(life)
        return
    before = life.record.get("severity")
    for one in sorted(life.pending(), key=lambda one: one.due or 0):
        turn = life.plan.get(key_of(one))
        if one.duty not in _BEFORE_DONE or turn is None or turn.when == NEVER:
            continue
        if turn.when.timestamp() > (one.due or 0):
            _put_off(life, turn.when)
            return
        del life.plan[key_of(one)]
        turn.act(life)
        if one.duty == "confirm" and life.record.get("severity") != before:
            return  # it is another case now, with other limits
    fields: dict[str, Any] = {}
    if life.matter.causes:
        fields["cause"] = life.rng.choice(life.matter.causes)
    if life.matter.category and "category" not in life.record:
        fields["category"] = life.matter.category
    again = len(life.known.get("cycles", ())) > 1
    note = life.pick("again") if again else life.rng.choice(life.matter.result)
    outside = life.matter.department != "service-centre"
    delay = life.rng.randint(5, 170) if outside and one_in(life.rng, 30) else 0
    life.act("done", fields, note=note, delay=delay)


def _put_off(life: Life, until: datetime) -> None:
    """Plan the work for after something that is late; it may become late with it."""
    when = until + timedelta(minutes=life.rng.randint(5, 90))
    for one in life.pending():
        if one.duty == "done":
            if when.timestamp() > (one.due or 0):
                life.label("done", one.part, clock_time(one.due or 0))
            life.plan[key_of(one)] = Turn(when, done)
            return
    life.plan["free", "done"] = Turn(when, done)


def _missed(life: Life) -> None:
    life.act("missed", note=life.pick("missed"))


def _parts(life: Life) -> None:
    """Come again another day, when the part is there."""
    until = life.now.date() + timedelta(days=life.rng.randint(2, 5))
    life.act("appoint", _visit(life, until + timedelta(days=1)))
    waiting = {"waiting": "parts", "waiting_until": until}
    life.act("wait", waiting, note=life.pick("waits"))


def _appoint(life: Life) -> None:
    rng = life.rng
    if life.record.get("urgent"):
        start = life.now + timedelta(minutes=rng.randint(10, 60))
        fields = {"appointment": start, "appointment_end": start + timedelta(hours=2)}
    else:
        days = 0 if life.now.hour < 14 and one_in(rng, 60) else weighed(rng, {1: 70, 2: 20, 3: 10})
        fields = _visit(life, life.now.date() + timedelta(days=days))
    life.act("appoint", fields)


def _visit(life: Life, day: Any) -> dict[str, Any]:
    slots = [datetime.combine(day, time(*one), ZONE) for one in _SLOTS]
    start = life.rng.choice([one for one in slots if one > life.now] or slots[-1:])
    return {"appointment": start, "appointment_end": start + timedelta(hours=2)}


def _resume(life: Life) -> None:
    life.act("progress", note=life.pick("arrived"))


# -- routing and answers --------------------------------------------------------------------------


def _contact(life: Life) -> None:
    life.act("contact", via="phone", note=life.pick("contacted"))


def forward(life: Life) -> None:
    """Put a grave complaint before whom it is for; hand a repair to its department."""
    if life.record["kind"] == "repair":
        assign(life)
    elif life.may("forward"):
        life.act("forward", to=ABOVE.get(life.record.get("severity", ""), "supervisor"))


def assign(life: Life) -> None:
    """Hand it to its department."""
    fields = {"department": life.matter.department}
    if role := ABOVE.get(life.record.get("severity", "")):
        fields["assignee"] = life.rota.holder(role, life.now)
    elif life.matter.department != "service-centre" and one_in(life.rng, 60):
        fields["assignee"] = life.rota.of_department(life.matter.department, life.now)
    life.act("assign", fields)


def _reply(life: Life) -> None:
    said = words.first_replies(life.matter.department)
    if life.matter.kind in ("inquiry", "call") and life.matter.hours[1] <= 2:
        life.act("answer", via=_via(life), note=life.rng.choice(life.matter.result), final=True)
        return
    note = life.rng.choice(said).format(soon=life.pick("soon"))
    life.act("answer", via=_via(life), note=note)


def _answer(life: Life) -> None:
    life.act("answer", via=_via(life), note=life.pick("clear_answers"), final=True)


def _report(life: Life) -> None:
    life.act("report", note=life.pick("reports"))


def _confirm(life: Life) -> None:
    """The supervisor says how grave it is; sometimes it is found to be another case."""
    severity = life.record["severity"]
    if "graver" in life.marks:
        life.marks.discard("graver")
        severity = _GRAVER[severity]
        why = life.pick("reclassified")
        life.act("classify", {"severity": severity}, by="supervisor", confirmed=True, why=why)
    else:
        life.act("classify", {"severity": severity}, by="supervisor", confirmed=True)


def _complete(life: Life) -> None:
    life.act("edit", {"unit": life.one.unit}, why=life.pick("completed"))


# -- afterwards -----------------------------------------------------------------------------------


def _tell(life: Life) -> None:
    seen = life.record.get("channel") == "patrol"
    life.act("tell", via=_via(life), note=life.pick("seen" if seen else "told"))


def _sign(life: Life) -> None:
    life.act("sign", note=life.pick("signed"))


def _watertest(life: Life) -> None:
    result = "failed" if life.chance(14) and len(life.known["cycles"]) == 1 else "passed"
    life.act("watertest", result=result, note=life.pick(result))


_CALLS = {
    "satisfied": 66,
    "fair": 12,
    "unsatisfied": 5,
    "refused": 3,
    "unreachable satisfied": 6,
    "unreachable unreachable satisfied": 3,
    "unreachable unreachable unreachable": 5,
}
_SCORES = {"satisfied": (4, 5), "fair": (3, 4), "unsatisfied": (1, 2)}


def _call_time(life: Life, start: datetime, due: datetime) -> datetime:
    """Return when the next call is made; to try for three days one must begin on the first."""
    days = ((due - timedelta(seconds=1)).date() - start.date()).days
    if not life.calls:
        life.calls = _script(life, start, days)
    if life.calls.count("unreachable") == 3 and not life.known["cycles"][-1].get("calls"):
        return life.between(start, min(due, _night(start)), life.rng.randint(30, 200))
    if "calls" in life.known["cycles"][-1] and days:
        morning = datetime.combine(start.date() + timedelta(days=1), time(9), ZONE)
        return morning + timedelta(minutes=life.rng.randint(0, 600))
    return life.between(start, due, life.rng.randint(300, 2400))


def _script(life: Life, start: datetime, days: int) -> list[str]:
    if life.fault or life.one.scene or len(life.known["cycles"]) > 1:
        return ["satisfied"]
    calls = weighed(life.rng, _CALLS).split()
    if len(calls) > 1 and (days < len(calls) - 1 or start.hour >= 20):
        return ["satisfied"]  # too few days are left to try on so many
    return calls


def _night(start: datetime) -> datetime:
    return datetime.combine(start.date(), time(22), ZONE)


def _callback(life: Life) -> None:
    result = life.calls.pop(0) if life.calls else "satisfied"
    said: dict[str, Any] = {"via": "phone", "note": life.pick(result)}
    if result in _SCORES:
        said["score"] = life.rng.choice(_SCORES[result])
        if life.record.get("unit") and one_in(life.rng, 12):
            # Two go into a home (NUM-12).
            said |= {"via": "visit", "second": life.rota.holder("ambassador", life.now)}
    life.act("callback", result=result, **said)
    if result == "unsatisfied":
        _tell_of(life)


def _tell_of(life: Life) -> None:
    """Put it before whom the policy says (VIS-04)."""
    last = life.record["log"][-1]
    policy = life.world.handbook.policy(life.now.date())
    to = str(policy.setting("callback", "tell") or "supervisor")
    key, words = f"unsatisfied/{last['n'].lower()}", f"回访不满意：{last['note']}"
    life.world.told.append(Told(life.record["id"], key, to, life.now, last["at"], words))


def _via(life: Life) -> str:
    return weighed(life.rng, VIA)


WAYS: dict[str, Way] = {
    "contact": Way(3, 40, (10, 180), _contact),
    "forward": Way(3, 25, (10, 300), forward),
    "reply": Way(20, 400, (20, 900), _reply),
    "answer": Way(200, 2400, (60, 1500), _answer),
    "report": Way(60, 1000, (120, 1500), _report),
    "appoint": Way(4, 110, (20, 600), _appoint),
    "done": Way(60, 600, (120, 2600), done),
    "watertest": Way(250, 2400, (120, 2000), _watertest),
    "tell": Way(5, 150, (60, 1500), _tell),
    "sign": Way(1, 40, (60, 1500), _sign),
    "callback": Way(300, 2400, (120, 3000), _callback),
    "confirm": Way(20, 300, (60, 900), _confirm),
    "complete": Way(20, 600, (30, 600), _complete),
    "resume": Way(500, 1000, (60, 600), _resume),
}
