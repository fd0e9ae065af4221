"""The outbox: what the hourly routine and bad callbacks put into it, and what was passed on."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from random import Random
from typing import Any

from svcctl.base.case import machine_entry
from svcctl.base.record import Record
from svcctl.desk.messages import actions
from svcctl.desk.messages import rules
from svcctl.sample.staff import Rota
from svcctl.sample.world import Told
from svcctl.sample.world import World
from svcctl.sample.world import deed
from svcctl.sample.world import one_in

_DESK = "A"


def make(world: World, rng: Random) -> Iterator[tuple[str, Record]]:
    """Yield every message, in the order in which they were queued."""
    rota = Rota(world)
    for one in sorted(world.told):
        record = _queued(one)
        passed = one.at + timedelta(minutes=rng.randint(3, 55))
        old = world.now - one.at > timedelta(days=1)
        if passed <= world.now and (old or one_in(rng, 50)):
            done = deed(rota.agent(_DESK, passed), passed, _DESK)
            record = actions.act(record, done, "sent", via=rng.choice(("phone", "wechat")))
        yield "message", record


def _queued(one: Told) -> Record:
    said: dict[str, Any] = {"about": one.about, "key": one.key, "to": one.to, "words": one.words}
    log = [machine_entry([], "queue", one.moment, one.at, "queue", set=said)]
    return {"id": rules.id_for(one.about, one.key), **rules.fold(log), "log": log}
