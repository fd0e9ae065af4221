"""How the book stands in Git, part by part: what is set up, what is missing, what mends it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Literal
from typing import NamedTuple

from svcctl.base.errors import SvcctlError
from svcctl.base.i18n import _
from svcctl.base.i18n import ngettext
from svcctl.book.local import Local
from svcctl.vcs import git
from svcctl.vcs import state
from svcctl.vcs.commits import queue
from svcctl.vcs.setup import blocks
from svcctl.vcs.setup import edits
from svcctl.vcs.setup import install as setup
from svcctl.vcs.setup import scripts
from svcctl.vcs.setup.install import Place

SETUP = "svcctl git setup"
State = Literal["ok", "note", "missing", "changed", "problem"]
_WANTED = {"merge": "svcctl", "diff": "svcctl", "text": "unset"}


class Part(NamedTuple):
    """One thing looked at.

    Attributes:
        key: Its English name, for programs.
        name: Its name, for people.
        state: A note is nothing to mend.
        said: What was found.
        cure: The command that mends it; empty where there is none.
        data: The facts behind it, for programs.
    """

    key: str
    name: str
    state: State
    said: str
    cure: str = ""
    data: dict[str, object] = {}  # noqa: RUF012 - never changed

    @property
    def is_wrong(self) -> bool:
        """Whether something is to be mended."""
        return self.state in {"missing", "changed", "problem"}


def every(root: Path) -> Iterator[Part]:
    """Yield all parts of a book that lies in a repository.

    Raises:
        GitError: Git is missing or refuses.
        DiskError: A file cannot be read.
    """
    where = setup.place(root)
    if not where.made:
        yield Part("repository", _("repository"), "missing", _("the book is not under Git"), SETUP)
        return
    yield _repository(root)
    yield from set_up(where)
    yield _identity(root)
    yield from _standing(root)
    yield _waiting(root)
    yield _desk(root)


def set_up(where: Place) -> Iterator[Part]:
    """Yield the parts that the set-up makes.

    Raises:
        GitError: Git is missing or refuses.
        DiskError: A file cannot be read.
    """
    yield _attributes(where)
    yield from _settings(where)
    for name in scripts.HOOKS:
        yield _hook(where, name)


def _repository(root: Path) -> Part:
    found, version = git.find(root), state.version(root)
    name, told = _("repository"), ".".join(map(str, version))
    data: dict[str, object] = {"top": str(found.top), "book": found.prefix, "git": told}
    if version < state.OLDEST:
        said = _("git {version} is older than {oldest}; update it").format(
            version=told, oldest=".".join(map(str, state.OLDEST))
        )
        return Part("repository", name, "problem", said, data=data)
    if (found.common / "shallow").exists():
        said = _("{folder}; its history is cut off (shallow)").format(folder=found.top)
        return Part("repository", name, "note", said, "git fetch --unshallow", data)
    return Part("repository", name, "ok", str(found.top), data=data)


def _attributes(where: Place) -> Part:
    key, name = "attributes", _("attributes")
    if not blocks.holds(edits.read(where.root / setup.ATTRIBUTES) or b""):
        return Part(key, name, "missing", _("Git takes records for mere lines"), SETUP)
    asked = ["check-attr", "-z", *_WANTED, "--", "book.toml"]
    words = git.run(where.root, asked).decode("utf-8", "replace").split("\0")
    found = dict(zip(words[1::3], words[2::3], strict=False))
    wrong = [f"{key_}: {found.get(key_)}" for key_ in _WANTED if found.get(key_) != _WANTED[key_]]
    if wrong:
        said = _("something says otherwise: {wrong}").format(wrong=", ".join(wrong))
        return Part(key, name, "changed", said, f"git check-attr -a {where.root / 'book.toml'}")
    return Part(key, name, "ok", _("records are merged and shown by svcctl"))


def _settings(where: Place) -> Iterator[Part]:
    program = setup.program_noted(where)
    wanted = setup.settings(program, where.book)
    known = setup.known_settings(where.settings)
    names = {"merge": _("merge driver"), "diff": _("textconv")}
    without = {
        "merge": _("records that two people changed are merged line by line"),
        "diff": _("git diff and git log -p show records as TOML"),
    }
    for word, key in (("merge", "merge-driver"), ("diff", "textconv")):
        own = {one: value for one, value in known.items() if one.startswith(f"{word}.")}
        if f"{word}.svcctl.{'driver' if word == 'merge' else 'textconv'}" not in own:
            yield Part(key, names[word], "missing", without[word], SETUP)
        elif any(own.get(one) != wanted[one] for one in wanted if one.startswith(f"{word}.")):
            yield Part(key, names[word], "changed", _("not as this svcctl sets it"), SETUP)
        elif program and not os.access(program, os.X_OK):
            said = _("svcctl is no more at '{path}'").format(path=program)
            yield Part(key, names[word], "changed", said, SETUP)
        else:
            yield Part(key, names[word], "ok", program or "svcctl")


def _hook(where: Place, name: str) -> Part:
    path, key = where.hooks / name, f"hook-{name}"
    label = _("hook {name}").format(name=name)
    data = edits.read(path) if path.is_file() else None
    why = setup.why_not(where, path)
    block = blocks.block(where.book, scripts.hook(name, setup.program_noted(where), where.book))
    if data is not None and block in data and not why:
        return Part(key, label, "ok", str(path))
    if data is not None and f"git hook {name}".encode() in data:
        if why and os.access(path, os.X_OK):
            return Part(key, label, "ok", _("your own hook calls svcctl"))
        if not why:
            return Part(key, label, "changed", _("not as this svcctl writes it"), SETUP)
    if why:
        return Part(key, label, "missing", why)
    said = {
        "pre-commit": _("records are not checked before a commit"),
        "post-merge": _("what a merge brings is not checked"),
    }
    return Part(key, label, "missing", said[name], SETUP)


def _identity(root: Path) -> Part:
    key, name, who = "identity", _("identity"), state.identity(root)
    if who:
        return Part(key, name, "ok", who, data={"identity": who})
    said = _("Git does not know who you are; svcctl's own commits do without")
    return Part(key, name, "note", said, 'git config user.name "…"; git config user.email "…"')


def _standing(root: Path) -> Iterator[Part]:
    head, home = state.head(root), git.find(root).git
    yield _branch(head)
    if dead := state.left_lock(home):
        yield Part("locked", _("state"), "problem", dead.message, dead.hints[0])
    if busy := state.under_way(home):
        said = _("{what} under way; until it ends svcctl commits nothing").format(what=_(busy))
        cure = _(" or ").join(state.how_to_end(busy))
        yield Part("under-way", _("state"), "note", said, cure, {"under_way": busy})
    if head.unmerged:
        said = ngettext(
            "{count} file is not merged yet", "{count} files are not merged yet", len(head.unmerged)
        ).format(count=len(head.unmerged))
        paths: dict[str, object] = {"unmerged": list(head.unmerged)}
        yield Part("unmerged", _("merge"), "problem", said, "svcctl git conflicts", paths)
    yield _changes(head)


def _branch(head: state.Head) -> Part:
    key, name = "branch", _("branch")
    data: dict[str, object] = {
        "branch": head.branch or None,
        "commit": head.commit or None,
        "upstream": head.upstream or None,
        "ahead": head.ahead,
        "behind": head.behind,
    }
    if not head.branch:
        said = _("none: HEAD stands at {commit}; svcctl commits nothing here")
        return Part(
            key, name, "note", said.format(commit=head.commit[:10]), "git switch main", data
        )
    if not head.commit:
        said = _("{branch}, without a commit yet").format(branch=head.branch)
        return Part(key, name, "note", said, SETUP, data)
    if not head.upstream:
        said = _("{branch}; it follows no other").format(branch=head.branch)
        return Part(key, name, "ok", said, data=data)
    if head.ahead is None:
        said = _("{branch}; {upstream} is not there").format(
            branch=head.branch, upstream=head.upstream
        )
        return Part(key, name, "note", said, data=data)
    said = _("{branch}; {ahead} to send, {behind} to take in ({upstream}, as last fetched)")
    said = said.format(
        branch=head.branch, ahead=head.ahead, behind=head.behind, upstream=head.upstream
    )
    is_level = not head.ahead and not head.behind
    return Part(
        key, name, "ok" if is_level else "note", said, "" if is_level else "svcctl git sync", data
    )


def _changes(head: state.Head) -> Part:
    key, name, count = "changes", _("changes"), len(head.changed)
    data: dict[str, object] = {"changes": count}
    if not count:
        return Part(key, name, "ok", _("all is committed"), data=data)
    said = ngettext(
        "{count} file that nobody committed", "{count} files that nobody committed", count
    ).format(count=count)
    return Part(key, name, "note", said, "svcctl git commit", data)


def _waiting(root: Path) -> Part:
    key, name = "waiting", _("awaits commit")
    try:
        count = len(queue.numbers(root))
    except OSError as error:
        return Part(key, name, "problem", error.strerror or str(error), data={"waiting": None})
    data: dict[str, object] = {"waiting": count}
    if not count:
        return Part(key, name, "ok", _("none"), data=data)
    said = ngettext(
        "{count} act; the next writing command commits it",
        "{count} acts; the next writing command commits them",
        count,
    ).format(count=count)
    return Part(key, name, "note", said, "svcctl git commit", data)


def _desk(root: Path) -> Part:
    key, name, local = "desk", _("desk"), Local(root)
    try:
        desk, moved = str(local.read().get("desk", "")), local.moved()
    except SvcctlError as error:
        return Part(key, name, "problem", error.message, "svcctl book doctor --fix")
    data: dict[str, object] = {"desk": desk or None}
    if not desk:
        said = _("this clone is no desk, so it cannot give out numbers")
        return Part(key, name, "note", said, _("svcctl desk claim CODE"), data)
    if moved:
        said = _("this folder was copied or moved; desk '{desk}' may live elsewhere")
        return Part(key, name, "problem", said.format(desk=desk), "svcctl book doctor", data)
    return Part(key, name, "ok", desk, data=data)
