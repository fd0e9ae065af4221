"""Starting git: the one place where it is done.

Every call runs in a world of its own: no `GIT_*` variable of a hook leaks in, messages are
English, paths come as they are, options end before names begin. Whatever fails is a `GitError`
with git's own words.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from threading import Timer
from types import TracebackType
from typing import NamedTuple
from typing import Self

from svcctl.base.errors import GitError
from svcctl.base.i18n import _

TIMEOUT_S = 120.0
_ASKED_AT_ONCE = 64
_KEPT = (
    # Who the person is and how to reach other machines is theirs to say.
    "GIT_CONFIG_GLOBAL",
    "GIT_CONFIG_SYSTEM",
    "GIT_CONFIG_NOSYSTEM",
    "GIT_AUTHOR_NAME",
    "GIT_AUTHOR_EMAIL",
    "GIT_COMMITTER_NAME",
    "GIT_COMMITTER_EMAIL",
    "GIT_SSH",
    "GIT_SSH_COMMAND",
    "GIT_ASKPASS",
    "GIT_EXEC_PATH",
)
_COMMON = (
    "git",
    "--no-pager",
    "--literal-pathspecs",
    "-c",
    "core.quotepath=false",
    "-c",
    "color.ui=false",
)
_NO_WINDOW: int = getattr(subprocess, "CREATE_NO_WINDOW", 0)


class NotARepositoryError(GitError):
    """The folder is in no Git repository, or in one without working files."""


class Repository(NamedTuple):
    """The repository that a folder is in.

    Attributes:
        folder: The folder itself; commands run there.
        top: The top of the working tree.
        prefix: Path of `folder` below `top`, ending in `/`; empty at the top.
        git: The repository's own folder; that of the worktree, in a worktree.
        common: The folder that all worktrees share.
    """

    folder: Path
    top: Path
    prefix: str
    git: Path
    common: Path


def run(
    folder: Path,
    args: Sequence[str],
    *,
    data: bytes | None = None,
    env: Mapping[str, str] | None = None,
    ok: Sequence[int] = (0,),
    timeout_s: float = TIMEOUT_S,
) -> bytes:
    """Run one git command in `folder` and return what it printed.

    Args:
        data: What it reads.
        env: Variables set on purpose, such as `GIT_INDEX_FILE` in a hook.
        ok: Exit statuses that are no failure.

    Raises:
        GitError: Git is missing, failed or took too long.
    """
    try:
        done = subprocess.run(  # noqa: S603 - arguments are lists, never a shell's text
            [*_COMMON, *args],
            cwd=folder,
            env=environment(env),
            input=b"" if data is None else data,
            capture_output=True,
            timeout=timeout_s,
            check=False,
            creationflags=_NO_WINDOW,
        )
    except subprocess.TimeoutExpired:
        raise _too_long(args[0], timeout_s) from None
    except OSError as error:
        raise _not_started(folder, error) from error
    if done.returncode not in ok:
        raise failure(args[0], done.returncode, done.stderr)
    return done.stdout


def environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the environment that git runs in, with `extra` added."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("GIT_") or name in _KEPT
    }
    kept.pop("LANGUAGE", None)
    fixed = {"LC_ALL": "C.UTF-8", "GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0"}
    return kept | fixed | dict(extra or {})


def find(folder: Path) -> Repository:
    """Return the repository that `folder` is in.

    Raises:
        NotARepositoryError: It is in none.
        GitError: Git is missing, or refuses, for instance a repository of another user.
    """
    asked = ["--show-toplevel", "--show-prefix", "--git-dir", "--git-common-dir"]
    try:
        lines = run(folder, ["rev-parse", *asked]).decode("utf-8", "surrogateescape").split("\n")
    except GitError as error:
        if "not a git repository" in error.message or "must be run in a work tree" in error.message:
            raise NotARepositoryError(
                _("'{folder}' is not in a git repository").format(folder=folder),
                "svcctl git setup",
            ) from None
        raise
    top, prefix, git, common = lines[:4]
    return Repository(folder, Path(top), prefix, folder / git, folder / common)


def is_inside(folder: Path) -> bool:
    """Return whether `folder` is in a repository that git can work with."""
    try:
        find(folder)
    except GitError:
        return False
    return True


class BatchReader:
    """Reads many objects with one git process; a context manager.

    Args:
        folder: A folder inside the repository.

    Raises:
        GitError: Git is missing, failed or stopped answering.
    """

    def __init__(
        self,
        folder: Path,
        *,
        env: Mapping[str, str] | None = None,
        timeout_s: float = TIMEOUT_S,
    ) -> None:
        self._timeout_s = timeout_s
        self._late = False
        try:
            self._process = subprocess.Popen(  # noqa: S603 - as in `run`
                [*_COMMON, "cat-file", "--batch"],
                cwd=folder,
                env=environment(env),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                creationflags=_NO_WINDOW,
            )
        except OSError as error:
            raise _not_started(folder, error) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the process; never raises."""
        if self._process.poll() is None:
            self._process.kill()
        for pipe in (self._process.stdin, self._process.stdout, self._process.stderr):
            if pipe is not None:
                try:
                    pipe.close()
                except OSError:
                    continue
        self._process.wait()

    def read_many(self, names: Iterable[str]) -> Iterator[bytes | None]:
        """Give the bytes of objects in the order asked for; None where there is no such object.

        Args:
            names: Hashes, or forms such as `HEAD:path`, without line breaks.

        Raises:
            GitError: Git failed or stopped answering.
        """
        asked = iter(names)
        # So few questions fit into the pipe: git never waits for us while we wait for it.
        while part := list(islice(asked, _ASKED_AT_ONCE)):
            yield from self._answers(part)

    def _answers(self, names: Sequence[str]) -> list[bytes | None]:
        timer = Timer(self._timeout_s, self._give_up)
        timer.daemon = True
        timer.start()
        try:
            return self._exchange(names)
        except (OSError, ValueError) as error:
            if self._late:
                raise _too_long("cat-file", self._timeout_s) from None
            raise self._broken() from error
        finally:
            timer.cancel()

    def _exchange(self, names: Sequence[str]) -> list[bytes | None]:
        question, answer = self._process.stdin, self._process.stdout
        if question is None or answer is None:
            raise ValueError
        question.write(b"".join(name.encode("utf-8", "surrogateescape") + b"\n" for name in names))
        question.flush()
        found: list[bytes | None] = []
        for _name in names:
            head = answer.readline()
            if head.endswith((b" missing\n", b" ambiguous\n")):
                found.append(None)
                continue
            size = int(head.rpartition(b" ")[2])
            data = answer.read(size + 1)
            if len(data) != size + 1:
                raise ValueError
            found.append(data[:-1])
        return found

    def _give_up(self) -> None:
        self._late = True
        self._process.kill()

    def _broken(self) -> GitError:
        self._process.kill()
        words = self._process.stderr.read() if self._process.stderr else b""
        return failure("cat-file", self._process.wait(), words)


def stream(
    folder: Path, args: Sequence[str], *, env: Mapping[str, str] | None = None
) -> Iterator[bytes]:
    """Run one git command and give what it prints while it runs, cut at NUL bytes.

    Nothing limits its time: it may wait for us.

    Raises:
        GitError: Git is missing or failed.
    """
    # Its words go to a file: a pipe that nobody reads would stop it.
    with tempfile.TemporaryFile() as words:
        try:
            process = subprocess.Popen(  # noqa: S603 - as in `run`
                [*_COMMON, *args],
                cwd=folder,
                env=environment(env),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=words,
                creationflags=_NO_WINDOW,
            )
        except OSError as error:
            raise _not_started(folder, error) from error
        try:
            yield from _pieces(process)
            status = process.wait()
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
            if process.stdout is not None:
                process.stdout.close()
        if status:
            words.seek(0)
            raise failure(args[0], status, words.read())


def _pieces(process: subprocess.Popen[bytes]) -> Iterator[bytes]:
    left = b""
    while process.stdout is not None and (part := os.read(process.stdout.fileno(), 1 << 16)):
        *whole, left = (left + part).split(b"\0")
        yield from whole
    if left:
        yield left


def failure(command: str, status: int, words: bytes) -> GitError:
    """Return the error for a git command that failed, with git's own words as hints."""
    lines = words.decode("utf-8", "replace").strip().splitlines()
    first = lines[0].removeprefix("fatal: ").removeprefix("error: ") if lines else f"exit {status}"
    message = _("git {command} failed: {words}").format(command=command, words=first)
    error = GitError(message, *(line.strip() for line in lines[1:] if line.strip()))
    error.said = tuple(line.strip() for line in lines if line.strip())
    return error


def _too_long(command: str, limit_s: float) -> GitError:
    return GitError(
        _("git {command} gave no answer within {seconds} seconds").format(
            command=command, seconds=round(limit_s)
        )
    )


def _not_started(folder: Path, error: OSError) -> GitError:
    if isinstance(error, FileNotFoundError) and folder.is_dir():
        return GitError(
            _("git is not installed, or not where programs are looked for (PATH)"),
            "https://git-scm.com/downloads",
        )
    why = _(error.strerror or str(error))
    return GitError(_("git cannot be started in '{folder}': {why}").format(folder=folder, why=why))
