"""Which tickets go wrong, and how: few, and in ways that a book of this kind must find."""

from __future__ import annotations

from datetime import timedelta
from random import Random

from svcctl.sample.intakes import Fault
from svcctl.sample.intakes import Intake
from svcctl.sample.world import World
from svcctl.sample.world import one_in
from svcctl.sample.world import weighed

_LOST = Fault("lost")
_REPLY = Fault("late", "reply")
_AFTER = {Fault("late", "tell"): 3, Fault("late", "callback"): 5, Fault("forgotten", "callback"): 4}
_COMPLAINT = {
    Fault("late", "contact"): 6,
    _REPLY: 6,
    Fault("silent", "report"): 8,
    Fault("late", "confirm"): 4,
    Fault("late", "done"): 8,
    Fault("forgotten", "done"): 2,
    _LOST: 3,
    **_AFTER,
}
_GRAVE = {Fault("late", "forward"): 8}
_KINDS: dict[str, dict[Fault, int]] = {
    "complaint": _COMPLAINT,
    "repair": {
        Fault("late", "forward"): 6,
        Fault("late", "appoint"): 6,
        Fault("forgotten", "appoint"): 2,
        Fault("late", "done"): 8,
        Fault("late", "sign"): 3,
        Fault("forgotten", "sign"): 2,
        Fault("late", "resume"): 2,
        _LOST: 3,
        **_AFTER,
    },
    "suggestion": {_REPLY: 5, Fault("silent", "report"): 6, _LOST: 4, **_AFTER},
    "opinion": {_REPLY: 5, Fault("silent", "report"): 5, _LOST: 3, Fault("late", "tell"): 2},
    "inquiry": {_REPLY: 4, _LOST: 1},
}
_ELSE = {_REPLY: 5, Fault("late", "tell"): 3, _LOST: 2}
_BY_SEVERITY = {
    "major": {**_GRAVE, Fault("late", "answer"): 14},
    "important": {**_GRAVE, Fault("misjudged", "forward"): 30},
}
_LEAK = {Fault("late", "watertest"): 6, Fault("forgotten", "watertest"): 2}


def choose(one: Intake, world: World, rng: Random) -> Fault | None:
    """Return what goes wrong with a matter, None for nearly all; more of what came in lately."""
    days = (world.now - one.when) / timedelta(days=1)
    percent = 22 if days < 9 else 9 if days < 30 else 6
    if one.scene or one.matter.kind == "call" or not one_in(rng, percent):
        return one.fault
    table = dict(_KINDS.get(one.matter.kind, _ELSE)) | _BY_SEVERITY.get(one.matter.severity, {})
    if one.matter.category == "leak":
        table |= _LEAK
    if one.truth == "said":
        table[Fault("late", "complete")] = 12
    return weighed(rng, table)
