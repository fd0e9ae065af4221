"""`svcctl git status`: how the book stands in Git, and what mends what is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from svcctl.base.errors import Exit
from svcctl.base.i18n import _
from svcctl.term.options import command
from svcctl.term.options import format_options
from svcctl.term.options import pass_run
from svcctl.term.output import Column

if TYPE_CHECKING:
    from svcctl.term.context import Run
    from svcctl.vcs.setup.parts import Part


@command(
    help=_(
        "Show how the book stands in Git: what is set up, branch and state, what awaits commit. "
        "No other machine is asked. Ends in 1 if something is missing, with the command for it."
    ),
    examples=("svcctl git status", "svcctl git status --format json"),
    rev=False,
)
@format_options
@pass_run
def status(run: Run) -> None:
    """Show every part, one line each."""
    from svcctl.vcs.setup.parts import every

    parts = list(every(run.root))
    facts: dict[str, object] = {}
    for part in parts:
        facts |= part.data
    keys = ("part", "state", "said", "cure")
    rows = [
        dict(zip(keys, (one.key, one.state, one.said, one.cure or None), strict=True))
        for one in parts
    ]
    if run.format in {"table", "json"}:
        run.one({**facts, "parts": rows}, map(_line, parts))
    else:
        run.rows([{"id": one["part"], **one} for one in rows], [Column(key, key) for key in keys])
    if any(one.is_wrong for one in parts):
        run.ends_with(Exit.FINDINGS)


def _line(part: Part) -> str:
    words = {
        "ok": _("ok: {text}"),
        "note": _("note: {text}"),
        "missing": _("missing: {text}"),
        "changed": _("changed: {text}"),
        "problem": _("problem: {text}"),
    }
    said = _("{title}: {words}").format(title=part.name, words=part.said)
    if part.cure:
        said = _("{before} -> {after}").format(before=said, after=part.cure)
    return words[part.state].format(text=said)
