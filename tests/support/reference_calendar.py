"""The estate's days and nights and its policy, read slowly and plainly; see `reference_clocks`."""

from __future__ import annotations

from datetime import date
from datetime import datetime
from datetime import time
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)


class Calendar:
    """Days and nights of the estate, by looking at the wall clock minute by minute."""

    def __init__(self, zone: ZoneInfo, shift: dict[str, Any]) -> None:
        self.zone = zone
        self.shift = shift

    def local(self, epoch: int) -> datetime:
        """Return what the wall clock of the estate shows."""
        return datetime.fromtimestamp(epoch, self.zone)

    def is_summer(self, day: date) -> bool:
        """NUM-05, SHF-18: from the first to the last day of the season, both included."""
        first, last = self.shift["summer"]
        return str(first) <= day.strftime("%m-%d") <= str(last)

    def hours_of_night(self, day: date) -> tuple[str, str]:
        """NUM-04, NUM-05: 17:30, in summer 18:00, to 08:30 of the next day."""
        key = "night_summer" if self.is_summer(day) else "night"
        begins, ends = self.shift[key].split("-")
        return begins, ends

    def is_night(self, wall: datetime) -> bool:
        """Tell whether a night is on; the season is that of the day on which it began (GAP-27)."""
        shown = wall.strftime("%H:%M")
        tonight = self.hours_of_night(wall.date())
        last_night = self.hours_of_night(wall.date() - DAY)
        return shown >= tonight[0] or shown < last_night[1]

    def after_the_night(self, epoch: int) -> int:
        """NUM-09: by day the moment itself, at night the next 08:30, found by waiting for it."""
        if not self.is_night(self.local(epoch)):
            return epoch
        now = epoch - epoch % 60
        while self.is_night(self.local(now)):
            now += 60
        return now

    def end_of_shift(self, epoch: int) -> int:
        """Wait until day turns into night or night into day."""
        on_at_first = self.is_night(self.local(epoch))
        now = epoch - epoch % 60
        while self.is_night(self.local(now)) is on_at_first:
            now += 60
        return now

    def end_of_day(self, day: date, more: int = 0) -> int:
        """24:00 of a day or of the day `more` days later, which is where the next day begins."""
        for _count in range(more + 1):
            day += DAY
        return int(datetime.combine(day, time(), self.zone).timestamp())


class Rules:
    """The policy files that are in force on one day, read from the last to the first."""

    def __init__(self, files: list[dict[str, Any]], day: date) -> None:
        files = sorted(files, key=lambda file: str(file["id"]))
        in_force = [file for file in files if str(file["id"]) <= day.isoformat()] or files[:1]
        self.files = list(reversed(in_force))

    def setting(self, section: str, key: str) -> Any:
        """Return the last word said about a setting."""
        return next(
            (file[section][key] for file in self.files if key in file.get(section, {})), None
        )

    def limit(self, duty: str, kind: str, severity: str, category: str) -> dict[str, Any] | None:
        """Return the row for a duty: the class of matter before the severity before the kind."""
        for wanted in (category, "") if category else ("",):
            for grave in (severity, "") if severity else ("",):
                for sort in (kind, "*"):
                    row = self._row(duty, sort, grave, wanted)
                    if row is not None:
                        return None if row["within"] == "off" else row
        return None

    def _row(self, *key: str) -> dict[str, Any] | None:
        for file in self.files:
            for row in reversed(file.get("limit", [])):
                if key == (
                    row["duty"], row["kind"], row.get("severity", ""), row.get("category", ""),
                ):  # fmt: skip
                    return dict(row)
        return None

    def ladder(self, duty: str, severity: str) -> list[dict[str, Any]]:
        """Return the rungs for a duty, lowest first; what is said of this duty counts first."""
        found = []
        for step in range(1, 100):
            for key in ((duty, severity), (duty, ""), ("*", severity), ("*", "")):
                row = self._rung(*key, step)
                if row is not None:
                    found += [] if row["after"] == "off" else [row]
                    break
        return found

    def _rung(self, *key: object) -> dict[str, Any] | None:
        for file in self.files:
            for row in reversed(file.get("rung", [])):
                if key == (row["duty"], row.get("severity", ""), row["step"]):
                    return dict(row)
        return None
