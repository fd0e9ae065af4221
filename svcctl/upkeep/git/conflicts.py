"""`svcctl git conflicts`: what a merge left to a person, and the choice."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING
from typing import NamedTuple

import click

from svcctl.base.errors import Exit
from svcctl.base.errors import GitError
from svcctl.base.errors import InvalidRecordError
from svcctl.base.errors import NotFoundError
from svcctl.base.errors import RefusedError
from svcctl.base.errors import SvcctlError
from svcctl.base.errors import UsageProblem
from svcctl.base.i18n import _
from svcctl.base.i18n import joined
from svcctl.base.i18n import ngettext
from svcctl.base.text import fold
from svcctl.kinds import KINDS
from svcctl.term import output
from svcctl.term.options import command
from svcctl.term.options import format_options
from svcctl.term.options import pass_run
from svcctl.upkeep.git import conflict_words as words
from svcctl.upkeep.git import resolving
from svcctl.upkeep.paths import inside_book
from svcctl.vcs import git
from svcctl.vcs import state
from svcctl.vcs.git import Repository
from svcctl.vcs.merges import conflicts
from svcctl.vcs.merges.conflicts import Conflict
from svcctl.vcs.telling.names import Names

if TYPE_CHECKING:
    from collections.abc import Sequence

    from svcctl.term.context import Run

_FINISHED = ("merge", "rebase", "cherry-pick", "revert")


@command(
    help=_("List what a merge left to you: both sides, who wrote them and when."),
    examples=("svcctl git conflicts", "svcctl git conflicts --format json"),
    rev=False,
)
@click.option("--reveal", is_flag=True, help=_("Show private numbers in full."))
@format_options
@pass_run
def list_(run: Run, *, reveal: bool) -> None:
    """List what is left to choose; end in 1 if there is anything."""
    repo = _repository(run)
    left = _left(run, repo)
    found, elsewhere = left.found, left.elsewhere
    names = Names(run.folder, reveal=reveal)
    versions = resolving.versions(run, found)
    data = {
        "conflicts": [words.data(one, versions, names) for one in found],
        "elsewhere": elsewhere,
    }
    lines = words.page(found, versions, names)
    # Not by `run.one`, which asks the book for its zone: book.toml itself may be in conflict.
    output.write_one(data, lines, output.Form(run.format, run.wishes.path or "", None))
    if found or elsewhere:
        run.ends_with(Exit.FINDINGS)
    _say_what_is_left(run, repo, left)


@command(
    help=_(
        "Choose one of the sides, by its number, or say what is right instead. Of a file that Git "
        "could not merge: ours, theirs, both (where the two can be joined), drop (there is to be "
        "no such file), or edited (as you have put it right by hand)."
    ),
    examples=(
        "svcctl git conflicts take R-A0123 name 1",
        "svcctl git conflicts take T261121-A07 3A 2",
        "svcctl git conflicts take units/3/3-2-1501.toml theirs",
    ),
    rev=False,
)
@click.argument("what", metavar="ID|PATH")
@click.argument("choice", nargs=-1, required=True, metavar="[FIELD] CHOICE")
@pass_run
def take(run: Run, what: str, choice: tuple[str, ...]) -> None:
    """Settle one thing that a merge left."""
    run.must_write_now()
    repo = _repository(run)
    before = _left(run, repo)
    one, chosen = _meant(run, before.found, what, choice)
    if one.sort == conflicts.FILE:
        run.say(resolving.file(run, one, chosen))
    elif one.sort == conflicts.FIELD:
        run.say(resolving.field(run, one, chosen))
    elif one.sort == conflicts.TWIN:
        run.say(resolving.twin(run, one, chosen))
    else:
        raise _in_the_case(one)
    joining = repo is not None and state.under_way(repo.git) in _FINISHED
    if repo is not None and (joining or one.path in before.unmerged):
        conflicts.tell_git(repo, one.path)
    _say_what_is_left(run, repo, _left(_afresh(run), repo))


def _repository(run: Run) -> Repository | None:
    try:
        return git.find(run.root)
    except GitError:
        return None


class Left(NamedTuple):
    """All that is left to choose.

    Attributes:
        found: In the book, files first.
        elsewhere: Paths that Git could not merge, outside the book.
        unmerged: Paths that Git could not merge, below the book.
    """

    found: list[Conflict]
    elsewhere: list[str]
    unmerged: set[str]


def _left(run: Run, repo: Repository | None) -> Left:
    in_files, elsewhere = conflicts.in_files(repo) if repo else ([], [])
    unmerged = {one.path for one in in_files}
    try:
        in_records = conflicts.in_records(run.book, repo)
        marked = conflicts.in_marked(run.book)
    except InvalidRecordError as error:
        if not in_files:
            raise
        # Such as book.toml itself: first that, then the rest.
        run.warn(error.message)
        return Left(in_files, elsewhere, unmerged)
    # Two entries of one name stop Git too; told once, by what there is to choose.
    told = {one.path for one in in_records if one.sort == conflicts.TWIN}
    found = [one for one in in_files if one.path not in told]
    found += [one for one in marked if one.path not in unmerged]
    return Left([*found, *in_records], elsewhere, unmerged)


def _afresh(run: Run) -> Run:
    """Forget the book as it was read before the choice."""
    run.close()
    run.__dict__.pop("book", None)
    return run


def _say_what_is_left(run: Run, repo: Repository | None, left: Left) -> None:
    if left.elsewhere:
        paths = joined(left.elsewhere)
        run.say(_("not in the book, but in dispute too: {paths}").format(paths=paths))
    if count := len(left.found):
        text = ngettext(
            "{count} thing is left to choose", "{count} things are left to choose", count
        )
        run.say(text.format(count=count))
    else:
        run.say(_("nothing is left to choose"))
    under_way = state.under_way(repo.git) if repo else ""
    if under_way in _FINISHED and not left.unmerged and not left.elsewhere:
        ways = state.how_to_end(under_way)
        run.say(_("Git is in the middle of joining; to finish: {command}").format(command=ways[0]))


def _meant(
    run: Run, found: Sequence[Conflict], what: str, choice: tuple[str, ...]
) -> tuple[Conflict, str]:
    """Return what is to be settled, and the choice.

    Raises:
        NotFoundError: Nothing of that name is in dispute.
        UsageProblem: It is not said which of several things is meant.
    """
    about = _about(run, found, what)
    name, chosen = (" ".join(choice[:-1]), choice[-1]) if len(choice) > 1 else ("", choice[0])
    if fits := [one for one in about if name and fold(name) in _called(one)]:
        return fits[0], chosen
    in_files = [one for one in about if one.sort == conflicts.FILE]
    if in_files and not name:
        return in_files[0], chosen
    if len(about) == 1 and not name:
        return about[0], chosen
    raise UsageProblem(
        _("of '{id}' this is in dispute: {names}").format(
            id=about[0].id, names=joined(map(_named, about))
        ),
        *(words.command(one) for one in about[:5]),
    )


def _about(run: Run, found: Sequence[Conflict], what: str) -> list[Conflict]:
    typed = fold(what)
    if about := [one for one in found if typed in (fold(one.id), fold(one.path))]:
        return about
    with suppress(UsageProblem):
        path = inside_book(run.root, what)
        if about := [one for one in found if one.path == path]:
            return about
    for kind in dict.fromkeys(one.kind for one in found if one.kind):
        with suppress(SvcctlError):
            name = run.book.resolve(kind, what, run.now())
            if about := [one for one in found if (one.kind, one.id) == (kind, name)]:
                return about
    raise NotFoundError(
        _("nothing of '{id}' is in dispute").format(id=what), "svcctl git conflicts"
    )


def _named(one: Conflict) -> str:
    """Return what it is called where several things are told apart."""
    if one.sort == conflicts.END:
        return _("the ending")
    return words.field(one) if one.sort == conflicts.FIELD else one.name or one.path


def _called(one: Conflict) -> set[str]:
    """Return by which names a person may mean it."""
    names = {one.name}
    if one.dispute is not None:
        names |= {one.dispute.field, ".".join(one.dispute.where), words.field(one)}
    return {fold(name) for name in names}


def _in_the_case(one: Conflict) -> RefusedError:
    """Return why an ending is not chosen here: it is an act, with its own words."""
    noun = getattr(KINDS[one.kind].rules, "NOUN", one.kind)
    return RefusedError(
        _("how '{id}' ended is said in the {kind} itself").format(id=one.id, kind=_(one.kind)),
        *words.endings(noun, one),
    )
