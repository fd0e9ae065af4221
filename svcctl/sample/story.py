"""How a ticket goes on after its registration: one act after the other until the sample ends."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from datetime import timedelta
from random import Random
from typing import TYPE_CHECKING
from typing import Any

from svcctl.base.record import Record
from svcctl.desk.tickets import actions
from svcctl.sample import words
from svcctl.sample.world import HANDOVER
from svcctl.sample.world import deed
from svcctl.sample.world import one_in
from svcctl.sample.world import weighed

if TYPE_CHECKING:
    from svcctl.sample.staff import Rota

_FORWARDED = {"major": "director", "important": "supervisor"}
_AT_ONCE = ("inquiry", "call")
_QUIET = 22
_VIA = {"phone": 60, "wechat": 28, "visit": 12}


class Story:
    """A ticket as it goes on in time; what would happen after the end does not happen."""

    def __init__(
        self, record: Record, desk: str, at: datetime, end: datetime, rota: Rota, rng: Random
    ) -> None:
        self.record = record
        self.desk = desk
        self.at = at
        self.rota = rota
        self.rng = rng
        self._end = end
        self._over = False

    def wait(self, least: int, most: int) -> None:
        """Let some minutes pass; nobody is called at night unless it is urgent."""
        self.at += timedelta(minutes=self.rng.randint(least, most))
        if not self.record.get("urgent") and not self.by_day():
            late = self.at.hour >= _QUIET
            morning = datetime.combine(self.at.date(), HANDOVER, self.at.tzinfo)
            minutes = self.rng.randint(5, 150)
            self.at = morning + timedelta(days=1 if late else 0, minutes=minutes)

    def by_day(self) -> bool:
        """Tell whether people may be disturbed."""
        return self.at.time() >= HANDOVER and self.at.hour < _QUIET

    def act(
        self,
        did: str,
        fields: Mapping[str, Any] | None = None,
        *,
        ago: int = 0,
        by: str = "",
        **more: Any,
    ) -> None:
        """Do something to the ticket unless the sample ends before.

        Args:
            did: The act's name.
            fields: Header fields to set.
            ago: How many minutes before it was written down it happened.
            by: Who did it; the agent on duty unless given.
            more: Words of the entry.
        """
        if self._over or self.at > self._end:
            self._over = True
            return
        when = max(self.at - timedelta(minutes=ago), _opened(self.record))
        desk = self._desk()
        done = deed(by or self.rota.agent(desk, self.at), self.at, desk, when)
        if did == "edit":
            self.record = actions.edit(self.record, done, fields or {}, **more)
        else:
            self.record = actions.act(self.record, done, did, fields, **more)

    def neglect(self) -> float:
        """Return how many of a hundred are left lying: many of the last days', few for longer."""
        days = (self._end - self.at).days
        return 25 if days < 9 else 5 if days < 30 else 0.2

    def stop(self) -> None:
        """Let nothing more happen: it was left lying."""
        self._over = True

    def _desk(self) -> str:
        """Return which desk writes: mostly the one that took it in; B keeps office hours."""
        other = one_in(self.rng, 12)
        if not 9 <= self.at.hour < 17:
            return "A"
        return ({"A": "B", "B": "A"} if other else {}).get(self.desk, self.desk)

    def pick(self, name: str) -> str:
        """Return one of a list of wordings."""
        return self.rng.choice(words.lists(name))


def _opened(record: Record) -> datetime:
    first = record["log"][0]
    opened: datetime = first.get("when", first["at"])
    return opened


def tell(story: Story, matter: words.Matter, unit: str, parts: int = 0) -> None:
    """Let a ticket live: forwarded, answered, done, told, closed, with all that goes wrong.

    Args:
        parts: After how many parts of its life it is left lying; 0 leaves that to chance.
    """
    rng = story.rng
    left_lying = parts or (rng.randint(1, 4) if one_in(rng, story.neglect()) else 9)
    slow = 6 if one_in(rng, 7) else 1
    if one_in(rng, 3) and not parts:
        story.wait(20, 900)
        story.act("cancel", why=story.pick("cancelled"))
        return
    for step, part in enumerate((_forward, _reply, _complete, _work, _finish), start=1):
        if step > left_lying:
            story.stop()
        part(story, matter, unit, slow)


def _forward(story: Story, matter: words.Matter, unit: str, slow: int) -> None:
    del unit
    if matter.kind in _AT_ONCE:
        return
    story.wait(2, 45 * slow)
    fields = {"department": matter.department}
    if role := _FORWARDED.get(story.record.get("severity", "")):
        fields["assignee"] = story.rota.holder(role, story.at)
    elif matter.department != "service-centre" and one_in(story.rng, 60):
        fields["assignee"] = story.rota.of_department(matter.department, story.at)
    story.act("assign", fields)
    if matter.severity and one_in(story.rng, 8):
        story.wait(30, 240)
        other = {"major": "important", "important": "minor", "minor": "important"}[matter.severity]
        supervisor = story.rota.holder("supervisor", story.at)
        story.act("edit", {"severity": other}, by=supervisor, why=story.pick("reclassified"))


def _reply(story: Story, matter: words.Matter, unit: str, slow: int) -> None:
    del unit
    rng = story.rng
    via = weighed(rng, _VIA)
    if story.record.get("channel") == "patrol":
        return  # our own people saw it; nobody waits for a reply
    if matter.kind in _AT_ONCE and matter.hours[1] <= 2:
        story.wait(1, 12)
        story.act("answer", via=via, note=rng.choice(matter.result), final=True)
        return
    story.wait(15, 200 * slow)
    said = rng.choice(words.first_replies(matter.department)).format(soon=story.pick("soon"))
    story.act("answer", via=via, note=said)
    if matter.severity in ("major", "important"):
        story.wait(120, 1500 * slow)
        story.act("answer", via=via, note=story.pick("clear_answers"), final=True)


def _complete(story: Story, matter: words.Matter, unit: str, slow: int) -> None:
    """Find out which unit it was, where the caller did not say."""
    del matter, slow
    if story.record.get("unit_said"):
        story.wait(20, 600 * (5 if one_in(story.rng, 15) else 1))
        story.act("edit", {"unit": unit}, why=story.pick("completed"))


def _work(story: Story, matter: words.Matter, unit: str, slow: int) -> None:
    del unit
    rng = story.rng
    least, most = (hours * 60 for hours in matter.hours)
    story.wait(least // 2, max(5, most * slow // 2))
    if most > 12 * 60 and one_in(rng, 30 * slow):
        story.act("note", note=story.pick("progress"))
        story.wait(least // 2 + 30, most * slow)
    ago = rng.randint(5, 170) if matter.department != "service-centre" and one_in(rng, 30) else 0
    story.act("done", note=rng.choice(matter.result), ago=ago)


def _finish(story: Story, matter: words.Matter, unit: str, slow: int) -> None:
    """Tell the resident, file it, and sometimes do it all again."""
    del unit
    again = 9 if matter.kind in ("repair", "complaint") else 0
    story.wait(1, 6 if matter.kind in _AT_ONCE else 150 * slow)
    seen = story.record.get("channel") == "patrol"
    story.act("tell", via=weighed(story.rng, _VIA), note=story.pick("seen" if seen else "told"))
    if one_in(story.rng, again):
        story.wait(300, 4000)
        story.act("reopen", why=story.pick("reopened"))
        story.wait(60, 2000)
        story.act("done", note=story.pick("again"))
        story.wait(5, 200)
        story.act("tell", via="phone", note=story.pick("told"))
    story.wait(10, 2000)
    story.act("close")
