"""The people of the service centre: their posts, who came and who left meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Sequence
from datetime import date
from datetime import datetime
from datetime import timedelta
from random import Random
from typing import NamedTuple

from svcctl.base.record import Record
from svcctl.desk.staff import actions
from svcctl.desk.staff import rules
from svcctl.sample import names
from svcctl.sample.world import World


class _Post(NamedTuple):
    """One colleague: id, name, role (may be empty), department, years here before the sample."""

    id: str
    name: str
    role: str
    department: str
    years: int


_POSTS = (
    _Post("wang.fang", "王芳", "agent", "service-centre", 5),
    _Post("zhao.min", "赵敏", "agent", "service-centre", 3),
    _Post("liu.yan", "刘燕", "agent", "service-centre", 2),
    _Post("chen.jing", "陈静", "agent", "service-centre", 4),
    _Post("sun.lei", "孙磊", "agent", "service-centre", 1),
    _Post("huang.ting", "黄婷", "agent", "service-centre", 0),
    _Post("zhou.xia", "周霞", "lead", "service-centre", 7),
    _Post("wu.guihua", "吴桂华", "supervisor", "service-centre", 9),
    _Post("zheng.weiguo", "郑卫国", "manager", "service-centre", 10),
    _Post("he.jianjun", "何建军", "director", "service-centre", 11),
    _Post("xu.jie", "徐洁", "complaint-officer", "service-centre", 4),
    _Post("ma.lan", "马兰", "ambassador", "service-centre", 3),
    _Post("zhu.hong", "朱红", "ambassador", "service-centre", 2),
    _Post("gao.yue", "高悦", "archivist", "archive", 5),
    _Post("lin.xiuzhen", "林秀珍", "cashier", "finance", 8),
    _Post("li.na", "李娜", "", "engineering", 6),
    _Post("guo.qiang", "郭强", "repairer", "repair", 6),
    _Post("luo.yong", "罗勇", "repairer", "repair", 3),
    _Post("tan.bin", "谭斌", "night-repairer", "repair", 4),
    _Post("deng.gang", "邓刚", "guard", "security", 5),
    _Post("han.dong", "韩冬", "guard", "security", 2),
    _Post("song.mei", "宋梅", "", "environment", 4),
)  # fmt: skip
_LEAVER = "sun.lei"
_NEWCOMER = "huang.ting"
_PROMOTED = "zhou.xia"
_NIGHT = ("chen.jing", "zhao.min", "wang.fang")
FRONT = ("wang.fang", "zhao.min")
"""Who is at the front desk by day; the first is there when the sample ends."""

SECOND = ("liu.yan", _NEWCOMER)
"""Who is at the second desk."""


def make(world: World, rng: Random) -> Iterator[tuple[str, Record]]:
    """Yield the staff; one leaves half-way, one comes, one was promoted before."""
    for post in _POSTS:
        since = world.first - timedelta(days=365 * post.years + rng.randint(20, 300))
        if post.id == _NEWCOMER:
            since = world.day_at(0.35)
        fields = {
            "name": post.name,
            "department": post.department,
            "since": since,
            "private": {"phones": [names.mobile(rng)]},
        }
        card = _with_roles(actions.new(post.id, fields), post, since, rng)
        if post.id == _LEAVER:
            card = actions.leave(card, world.day_at(0.5))
        yield "staff", card


def _with_roles(card: Record, post: _Post, since: date, rng: Random) -> Record:
    if not post.role:
        return card
    if post.id != _PROMOTED:
        return actions.take_role(card, post.role, since)
    raised = since + timedelta(days=rng.randint(700, 1200))
    card = actions.take_role(card, "agent", since)
    card = actions.leave_role(card, "agent", raised - timedelta(days=1))
    return actions.take_role(card, post.role, raised)


class Rota:
    """Who is on duty, when, and at which desk."""

    def __init__(self, world: World) -> None:
        self._staff = world.records("staff")
        self._last_night = world.last - timedelta(days=1)
        self._held: dict[date, dict[str, list[str]]] = {}

    def holder(self, role: str, at: datetime) -> str:
        """Return one of those who hold a role that day, in turn."""
        return self._turn(self._holders(at.date()).get(role, []), at)

    def of_department(self, department: str, at: datetime) -> str:
        """Return one of a department who works that day, in turn; else the supervisor."""
        own = [one for one in self._staff if one["department"] == department]
        fit = [one for one in own if rules.works(one, at.date())]
        return self._turn([one["id"] for one in fit], at) if fit else self.holder("supervisor", at)

    def agent(self, desk: str, at: datetime) -> str:
        """Return who sits at a desk: by night one of the night turn, by day the others."""
        if not 8 * 60 + 30 <= at.hour * 60 + at.minute < 17 * 60 + 30:
            early = at.hour * 60 + at.minute < 8 * 60 + 30
            return self.night(at.date() - timedelta(days=1 if early else 0))
        own = SECOND if desk == "B" else (*FRONT, _LEAVER)
        working = self._holders(at.date())["agent"]
        return self._turn([one for one in own if one in working], at)

    def night(self, day: date) -> str:
        """Return who has the night of a day; who opens the day at the end had not the last one."""
        found = self.night_by_turn(day)
        return _NIGHT[0] if day == self._last_night and found == FRONT[0] else found

    @staticmethod
    def night_by_turn(day: date) -> str:
        """Return whose turn a night is."""
        return _NIGHT[day.toordinal() % len(_NIGHT)]

    def opener(self, day: date) -> str:
        """Return who takes over from the night at the front desk in the morning of a day."""
        return next(one for one in FRONT if one != self.night(day - timedelta(days=1)))

    def _holders(self, day: date) -> dict[str, list[str]]:
        """Return who holds each role on a day."""
        if day not in self._held:
            self._held[day] = {}
            for one in self._staff:
                for role in rules.roles(one, day):
                    self._held[day].setdefault(role, []).append(one["id"])
        return self._held[day]

    @staticmethod
    def _turn(fit: Sequence[str], at: datetime) -> str:
        # A night belongs to the day on which it began.
        night = at.hour * 60 + at.minute < 8 * 60 + 30
        return fit[(at.toordinal() - night) % len(fit)]
