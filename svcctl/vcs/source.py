"""The book as Git has it: what is staged, or any commit.

Both are listed with the hashes of all files, so the index reads only what it never saw. The book
may be a subfolder of the repository.
"""

from __future__ import annotations

from abc import ABC
from abc import abstractmethod
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

from svcctl.base.errors import DiskError
from svcctl.base.errors import GitError
from svcctl.base.errors import NotFoundError
from svcctl.base.i18n import _
from svcctl.book.source import is_record
from svcctl.vcs import git

_FILES = (b"100644", b"100755", b"100664")


class _GitSource(ABC):
    """What the versions have in common: a listing of path and hash, and objects read by hash."""

    name: str

    def __init__(self, root: Path) -> None:
        self.root = root

    @abstractmethod
    def _listed(self) -> Iterator[tuple[str, str]]:
        """Give (path, hash) of all files below the book; no hash if it is no plain file."""

    @cached_property
    def _hashes(self) -> Mapping[str, str]:
        return {path: digest for path, digest in self._listed() if is_record(path)}

    def list(self) -> Iterable[tuple[str, str]]:
        """Give (path, hash) of every record file; an empty hash: it has no content of its own.

        Raises:
            GitError: Git is missing or failed.
            NotFoundError: There is no such version, or no book in it.
        """
        return self._hashes.items()

    def read(self, path: str) -> bytes:
        """Return the bytes of one file.

        Raises:
            FileNotFoundError: There is no such file in this version.
            DiskError: It is no plain file there, or a merge of it is not finished.
            GitError: Git is missing or failed.
        """
        digest = self._hashes.get(path)
        if digest is None:
            raise FileNotFoundError(path)
        if not digest:
            raise DiskError(self._no_content(path))
        return git.run(self.root, ["cat-file", "blob", digest])

    def read_many(self, paths: Iterable[str]) -> Iterator[tuple[str, bytes]]:
        """Give the bytes of many files, leaving out those that cannot be read.

        Raises:
            GitError: Git is missing or failed.
        """
        wanted = [(path, self._hashes[path]) for path in paths if self._hashes.get(path)]
        if not wanted:
            return
        with git.BatchReader(self.root) as reader:
            found = reader.read_many(digest for _path, digest in wanted)
            for (path, _digest), data in zip(wanted, found, strict=True):
                if data is not None:
                    yield path, data

    def exists(self, path: str) -> bool:
        """Return whether there is such a file in this version."""
        return path in self._hashes

    def folder(self, path: str) -> Sequence[str]:
        """Return the paths of the record files directly in a folder, sorted."""
        return sorted(one for one in self._hashes if one.rpartition("/")[0] == path)

    def subfolders(self, path: str) -> Sequence[str]:
        """Return the names of the folders directly in a folder, sorted."""
        top = f"{path}/"
        below = (one.removeprefix(top) for one in self._hashes if one.startswith(top))
        return sorted({one.partition("/")[0] for one in below if "/" in one})

    @staticmethod
    def _no_content(path: str) -> str:
        return _("'{path}' is not a plain file").format(path=path)


class Staged(_GitSource):
    """What would be committed.

    Args:
        root: The book.
        index_file: Git's index, where a hook was told to use another (`GIT_INDEX_FILE`).
    """

    name = "index"

    def __init__(self, root: Path, index_file: str | None = None) -> None:
        super().__init__(root)
        self._env = {"GIT_INDEX_FILE": index_file} if index_file else {}

    def _listed(self) -> Iterator[tuple[str, str]]:
        git.find(self.root)
        listed = git.run(self.root, ["ls-files", "--stage", "-z", "--"], env=self._env)
        for line in listed.split(b"\0")[:-1]:
            about, _tab, path = line.partition(b"\t")
            mode, digest, stage = about.split(b" ")
            plain = mode in _FILES and stage == b"0"
            yield _text(path), digest.decode() if plain else ""

    @staticmethod
    def _no_content(path: str) -> str:
        return _("'{path}' is staged as no plain file, or its merge is not finished").format(
            path=path
        )


class Commit(_GitSource):
    """The book as of a commit.

    Args:
        root: The book as it is now; its place in the repository is looked up in the commit.
        rev: Anything that names a commit: a hash, a branch, `HEAD~3` ….
    """

    def __init__(self, root: Path, rev: str) -> None:
        super().__init__(root)
        self.name = rev

    @cached_property
    def commit(self) -> str:
        """The hash of the commit.

        Raises:
            NotFoundError: `rev` names none.
            GitError: Git is missing or failed.
        """
        unknown = NotFoundError(
            _("there is no revision '{rev}'").format(rev=self.name), "git log --oneline"
        )
        git.find(self.root)
        if self.name.startswith("-") or not self.name.isprintable():
            raise unknown
        asked = ["rev-parse", "--verify", "--quiet", f"{self.name}^{{commit}}"]
        try:
            found = git.run(self.root, asked, ok=(0, 1))
        except GitError:
            # Such as `HEAD@{2050}`: git has more words for it than one.
            raise unknown from None
        if not found:
            raise unknown
        return found.decode().strip()

    def _listed(self) -> Iterator[tuple[str, str]]:
        tree = f"{self.commit}:{git.find(self.root).prefix.rstrip('/')}"
        if not git.run(self.root, ["rev-parse", "--verify", "--quiet", tree], ok=(0, 1)):
            raise NotFoundError(_("there is no book in revision '{rev}'").format(rev=self.name))
        listed = git.run(self.root, ["ls-tree", "-r", "-z", "--full-tree", tree])
        for line in listed.split(b"\0")[:-1]:
            about, _tab, path = line.partition(b"\t")
            mode, _type, digest = about.split(b" ")
            yield _text(path), digest.decode() if mode in _FILES else ""


def _text(path: bytes) -> str:
    return path.decode("utf-8", "backslashreplace")
