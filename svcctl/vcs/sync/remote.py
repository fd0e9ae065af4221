"""The other end of a sync: which remote, what it has, and handing over what it lacks.

Whatever goes wrong out there is said in one line. Nothing here asks for a password: who syncs from
cron could not type one.
"""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from svcctl.base.errors import Exit
from svcctl.base.errors import GitError
from svcctl.base.errors import SvcctlError
from svcctl.base.errors import UsageProblem
from svcctl.base.i18n import _
from svcctl.base.i18n import joined
from svcctl.vcs import git
from svcctl.vcs.git import Repository

TIMEOUT_S = 300.0
"""How long the remote may take to send or to take over."""
_SSH = "ssh -oBatchMode=yes -oConnectTimeout=20"
_PATIENT = ("-c", "http.lowSpeedLimit=100", "-c", "http.lowSpeedTime=30")
_FASTER = ("(fetch first)", "(non-fast-forward)", "cannot lock ref", "failed to update ref",
           "incorrect old value", "(stale info)")  # fmt: skip
_WHO = ("could not read Username", "could not read Password", "terminal prompts disabled",
        "Permission denied (publickey", "Authentication failed",
        "Host key verification")  # fmt: skip
_WITH_NAME = re.compile(r"^(?:[\w.-]+@)?[\w.-]{2,}:(?!\\)")


class NeedsPersonError(SvcctlError):
    """A state that a program must not guess its way out of; nothing was changed."""

    exit_code = Exit.FINDINGS


class Remote(NamedTuple):
    """Where a branch of this clone is exchanged with others.

    Attributes:
        name: As `git remote` calls it.
        folder: Its folder, where it is one of this machine (or a stick in it).
        branch: The branch there.
        ours: The branch here.
        tracked: Whether the branch here knows its upstream.
    """

    name: str
    folder: Path | None
    branch: str
    ours: str
    tracked: bool

    @property
    def fetched(self) -> str:
        """The ref that holds what was fetched."""
        return f"refs/svcctl/fetched/{self.name}/{self.branch}"

    @property
    def seen(self) -> str:
        """The ref that holds the last state that both ends had."""
        return f"refs/svcctl/seen/{self.name}/{self.branch}"

    @property
    def label(self) -> str:
        """What people call it: `origin/main`."""
        return f"{self.name}/{self.branch}"


def choose(repo: Repository, ours: str, name: str | None) -> Remote:
    """Return the remote of that name, or the one that the branch `ours` belongs to.

    Raises:
        UsageProblem: There is no remote of that name.
        NeedsPersonError: There is no remote at all, or nobody can tell which one is meant.
    """
    own = settings(repo, r"^(remote\..*\.url|branch\..*\.(remote|merge))$")
    every = sorted(key[len("remote.") : -len(".url")] for key in own if key.startswith("remote."))
    upstream = own.get(f"branch.{ours}.remote", "")
    chosen = _named(every, name) if name else _usual(every, upstream)
    merge = own.get(f"branch.{ours}.merge", "") if upstream == chosen else ""
    return Remote(
        chosen,
        _folder(repo.top, own[f"remote.{chosen}.url"]),
        merge.removeprefix("refs/heads/") or ours,
        ours,
        bool(upstream),
    )


def settings(repo: Repository, pattern: str) -> dict[str, str]:
    """Return the values of git's configuration whose keys match; the last one counts."""
    found = git.run(repo.folder, ["config", "-z", "--get-regexp", pattern], ok=(0, 1))
    pairs = (line.partition("\n") for line in found.decode("utf-8", "replace").split("\0"))
    return {key: value for key, _end, value in pairs if key}


def _named(every: Sequence[str], name: str) -> str:
    if name in every:
        return name
    raise UsageProblem(
        _("there is no remote '{name}' here").format(name=name),
        *([_("there is: {names}").format(names=joined(every))] if every else []),
        _("for a folder or a stick: {command}").format(command="git remote add NAME FOLDER"),
    )


def _usual(every: Sequence[str], upstream: str) -> str:
    for name in (upstream, "origin"):
        if name in every:
            return name
    if len(every) == 1:
        return every[0]
    if every:
        raise NeedsPersonError(
            _("there are several remotes and none is the usual one: {names}").format(
                names=joined(every)
            ),
            f"svcctl git sync {every[0]}",
        )
    raise NeedsPersonError(
        _("there is nothing to sync with: this repository has no remote"),
        "git remote add origin ADDRESS",
    )


def _folder(top: Path, url: str) -> Path | None:
    if url.startswith("file://"):
        return Path(url.removeprefix("file://"))
    if "://" in url or (_WITH_NAME.match(url) and not (top / url).exists()):
        return None
    return top / Path(url).expanduser()


# Fetching


def fetch(repo: Repository, remote: Remote) -> str | None:
    """Fetch the branch and return its commit; None if the remote has no branch at all.

    Raises:
        NeedsPersonError: The remote has other branches, but not this one.
        GitError: The remote is not there, or does not let us in.
    """
    spec = f"+refs/heads/{remote.branch}:{remote.fetched}"
    quiet = ["--no-tags", "--no-write-fetch-head", "--no-auto-gc", "--no-recurse-submodules"]
    try:
        _far(repo, ["fetch", "--quiet", *quiet, "--", remote.name, spec])
    except GitError as error:
        if not any("couldn't find remote ref" in line for line in error.said):
            raise _unreachable(remote, error) from error
        _explain_branches(repo, remote)
        return None
    return rev(repo, remote.fetched)


def _far(repo: Repository, args: Sequence[str]) -> bytes:
    env = {} if _has_ssh(repo) else {"GIT_SSH_COMMAND": _SSH}
    return git.run(repo.top, [*_PATIENT, *args], env=env, timeout_s=TIMEOUT_S)


def _has_ssh(repo: Repository) -> bool:
    """Whether this person said how to start ssh."""
    if "GIT_SSH_COMMAND" in os.environ or "GIT_SSH" in os.environ:
        return True
    return bool(settings(repo, r"^core\.sshcommand$"))


def _explain_branches(repo: Repository, remote: Remote) -> None:
    """Pass if the remote is empty; otherwise say which branches it has."""
    try:
        listed = _far(repo, ["ls-remote", "--heads", "--", remote.name]).decode("utf-8", "replace")
    except GitError as error:
        raise _unreachable(remote, error) from error
    names = [line.partition("refs/heads/")[2] for line in listed.splitlines()]
    if not names:
        return
    raise NeedsPersonError(
        _("'{remote}' has no branch '{branch}', but: {names}").format(
            remote=remote.name, branch=remote.branch, names=joined(names[:5])
        ),
        _("if it is the same book: {command}").format(
            command=f"git config branch.{remote.ours}.remote {remote.name};"
            f" git config branch.{remote.ours}.merge refs/heads/{names[0]}"
        ),
    )


def rev(repo: Repository, name: str) -> str | None:
    """Return the commit that a name means, if there is one."""
    asked = ["rev-parse", "--verify", "--quiet", f"{name}^{{commit}}"]
    return git.run(repo.folder, asked, ok=(0, 1)).decode().strip() or None


# Pushing


def push(repo: Repository, remote: Remote, commit: str) -> bool:
    """Hand over; return whether it was taken. False: somebody else was faster.

    Raises:
        GitError: The remote is gone, or refuses; with its own words.
    """
    spec = f"{commit}:refs/heads/{remote.branch}"
    quiet = ["--quiet", "--no-follow-tags", "--recurse-submodules=no"]
    try:
        _far(repo, ["push", *quiet, "--", remote.name, spec])
    except GitError as error:
        if any(word in line for line in error.said for word in _FASTER):
            return False
        raise _refused(remote, error) from error
    return True


def locked(remote: Remote) -> Path | None:
    """Return the lock that some git left in a folder, such as a stick that was pulled out."""
    if remote.folder is None:
        return None
    names = (f"refs/heads/{remote.branch}.lock", "packed-refs.lock")
    there = (remote.folder / inner / name for inner in ("", ".git") for name in names)
    return next((lock for lock in there if lock.exists()), None)


def greet(repo: Repository, remote: Remote) -> bool:
    """Let a new bare folder lead to the branch that it was given; whether it had to be told.

    Otherwise `git clone` of it would come up empty: it was made with the name of another branch.
    """
    if remote.folder is None:
        return False
    there = ["--git-dir", str(remote.folder)]
    with contextlib.suppress(GitError):
        if git.run(repo.top, [*there, "rev-parse", "--is-bare-repository"]) != b"true\n":
            return False
        head = git.run(repo.top, [*there, "symbolic-ref", "HEAD"]).decode().strip()
        if not git.run(repo.top, [*there, "for-each-ref", "--format=%(refname)", head]):
            git.run(repo.top, [*there, "symbolic-ref", "HEAD", f"refs/heads/{remote.branch}"])
            return True
    return False


# In words


def _unreachable(remote: Remote, error: GitError) -> GitError:
    folder = remote.folder
    if any("dubious ownership" in line for line in error.said):
        return _untrusted(remote, error)
    if folder is not None and not folder.exists():
        return GitError(
            _("'{name}' is not there: {folder}; if it is a stick, put it in").format(
                name=remote.name, folder=folder
            )
        )
    if folder is not None and any("not appear to be a git repo" in line for line in error.said):
        return GitError(
            _("'{name}' is no git repository: {folder}").format(name=remote.name, folder=folder),
            _("to make it one: {command}").format(command=f"git init --bare '{folder}'"),
        )
    if any(word in line for line in error.said for word in _WHO):
        return GitError(
            _("'{name}' does not know who we are: {words}").format(
                name=remote.name, words=_first(error)
            ),
            _("let git log in without a question first: a key, or a credential helper"),
        )
    return GitError(
        _("cannot reach '{name}': {words}").format(name=remote.name, words=_first(error))
    )


def _untrusted(remote: Remote, error: GitError) -> GitError:
    hint = next((line for line in error.said if line.startswith("git config")), "")
    return GitError(
        _("git does not trust '{folder}': it belongs to another user of this machine").format(
            folder=remote.folder or remote.name
        ),
        *([hint] if hint else []),
    )


def _first(error: GitError) -> str:
    """Return the line that says most, without git's `fatal:` and without passwords."""
    if not error.said:
        return error.message
    told = [line for line in error.said if not line.startswith(("Could not", "Please make"))]
    line = (told or list(error.said))[0]
    line = line.removeprefix("fatal: ").removeprefix("error: ")
    return re.sub(r"//[^/@ ]+@", "//", line)


def _refused(remote: Remote, error: GitError) -> GitError:
    if any("currently checked out" in line for line in error.said):
        there = remote.folder or "FOLDER"
        return GitError(
            _("'{name}' is a folder that somebody works in; it takes no changes").format(
                name=remote.name
            ),
            _("let it take them over: {command}").format(
                command=f"git -C '{there}' config receive.denyCurrentBranch updateInstead"
            ),
            _("or better, a folder for the exchange alone: {command}").format(
                command="git init --bare FOLDER"
            ),
        )
    words = [line.removeprefix("remote:").strip() for line in error.said if "remote:" in line[:7]]
    rejected = [line for line in error.said if "[remote rejected]" in line]
    if not rejected and not any("failed to push" in line for line in error.said):
        return _unreachable(remote, error)
    # A hook of this clone has its say before anything is sent.
    why = rejected[0].rpartition("(")[2].rstrip(")") if rejected else _first(error)
    return GitError(
        _("'{name}' refused what was pushed: {words}").format(
            name=remote.name, words=joined(one for one in words if one) or why
        )
    )
