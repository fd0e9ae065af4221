"""What people are called: the word of a role or department, the name of a colleague."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from svcctl.term.context import Run


class Names:
    """Names for whoever owes something, is told or did something; staff are read when needed."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._staff: dict[str, str] | None = None

    def of(self, key: str) -> str:
        """Return the name for a role, a department or a staff id; an unknown one as it is."""
        for name in ("role", "department"):
            if (word := self._run.word(name, key)) != key:
                return word
        return self.staff(key) if key else key

    def staff(self, key: str) -> str:
        """Return the name of a colleague."""
        if self._staff is None:
            rows = self._run.book.index.rows("staff")
            self._staff = {str(row["id"]): str(row.get("name") or "") for row in rows}
        return self._staff.get(key) or key
