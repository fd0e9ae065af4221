"""A file system in memory that forgets, when the power fails, whatever was not flushed.

Each file has the bytes that programs see and those on the disk; each folder the names that
programs see and the changes of names not yet on the disk. `fsync` moves one to the other.
`power_cut` keeps any choice of what was not flushed: of a file the old bytes, the new ones, a part
of them or zeros; of a folder, for every name, any earlier state, independently of all others. This
is worse than what real file systems do, e.g. a rename may lose the new name and the old one.

A flush that fails marks the data as lost, as Linux does: a second flush reports success and writes
nothing.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable
from collections.abc import Iterator
from copy import deepcopy
from random import Random

from svcctl.book.calls import Ops


class PowerCut(BaseException):
    """The process is gone at this point; no handler of it runs any more."""


class Node:
    """A file or a folder."""

    def __init__(self, mode: int) -> None:
        self.mode = mode
        self.data = b""
        self.disk_data = b""
        self.lost = False
        self.names: dict[str, Node] = {}
        self.disk_names: dict[str, Node] = {}
        self.changes: list[tuple[str, Node | None]] = []

    @property
    def is_folder(self) -> bool:
        return stat.S_ISDIR(self.mode)

    def put(self, name: str, node: Node | None) -> None:
        """Change a name, not yet on the disk."""
        self.changes.append((name, node))
        if node is None:
            del self.names[name]
        else:
            self.names[name] = node

    def flush(self) -> None:
        """Move what programs see to the disk."""
        if not self.lost:
            self.disk_data = self.data
        self.disk_names = dict(self.names)
        self.changes = []


class ModelDisk(Ops):
    """All calls of `Ops` on nodes in memory.

    Attributes:
        steps: Names of the changing calls so far.
        fail_at: Number of the changing call (from 1) that fails.
        fault: How it fails: None ends the process, a number is that `errno`.
        has_syncfs: Whether there is a call that flushes everything.
    """

    def __init__(self, tree: dict[str, bytes], *, has_syncfs: bool = True) -> None:
        self.top = Node(stat.S_IFDIR | 0o755)
        self.steps: list[str] = []
        self.fail_at = 0
        self.fault: int | None = None
        self.has_syncfs = has_syncfs
        self.dead = False
        self._files: dict[int, tuple[Node, int]] = {}
        self._next_fd = 1000
        for path, data in tree.items():
            self._plant(path, data)
        self.flush_all()

    def _plant(self, path: str, data: bytes) -> None:
        *folders, name = path.strip("/").split("/")
        node = self.top
        for folder in folders:
            if folder not in node.names:
                node.put(folder, Node(stat.S_IFDIR | 0o755))
            node = node.names[folder]
        leaf = Node(stat.S_IFREG | 0o644)
        leaf.data = data
        node.put(name, leaf)

    # What tests ask

    def nodes(self, node: Node | None = None) -> Iterator[Node]:
        """Walk what programs see."""
        node = node or self.top
        yield node
        for child in node.names.values():
            yield from self.nodes(child)

    def flush_all(self) -> None:
        for node in list(self.nodes()):
            node.flush()

    def tree(self, folder: str) -> dict[str, bytes]:
        """Return all files under a folder, as programs see them."""
        return dict(self._walk(self._find(folder), ""))

    def _walk(self, node: Node, prefix: str) -> Iterator[tuple[str, bytes]]:
        for name, child in node.names.items():
            if child.is_folder:
                yield from self._walk(child, f"{prefix}{name}/")
            else:
                yield prefix + name, child.data

    def restart(self) -> None:
        """A new process, after the old one was killed or has ended."""
        self.dead = False
        self.fail_at = 0
        self._files.clear()
        self.steps = []

    def power_cut(self, choose: Callable[[int], int]) -> None:
        """Keep what `choose(number of possibilities)` says of everything that was not flushed."""
        self._settle(self.top, choose)
        self.restart()

    def _settle(self, node: Node, choose: Callable[[int], int]) -> None:
        node.lost = False
        if not node.is_folder:
            kinds = _contents(node.disk_data, node.data)
            node.data = node.disk_data = kinds[choose(len(kinds))]
            return
        for name in sorted({name for name, _child in node.changes}):
            history = [node.disk_names.get(name)]
            history += [child for changed, child in node.changes if changed == name]
            kept = history[choose(len(history))]
            node.disk_names.pop(name, None)
            if kept is not None:
                node.disk_names[name] = kept
        node.changes = []
        node.names = dict(node.disk_names)
        for name in sorted(node.names):
            self._settle(node.names[name], choose)

    # What the program calls

    def _step(self, name: str, path: str) -> None:
        self.check_alive()
        self.steps.append(f"{name} {path}")
        if len(self.steps) == self.fail_at:
            if self.fault is None:
                self.dead = True
                raise PowerCut
            raise OSError(self.fault, os.strerror(self.fault), path)

    def check_alive(self) -> None:
        if self.dead:
            raise PowerCut

    def _find(self, path: str) -> Node:
        self.check_alive()
        node = self.top
        for name in path.strip("/").split("/"):
            if not node.is_folder:
                raise NotADirectoryError(errno.ENOTDIR, "not a folder", path)
            if name not in node.names:
                raise FileNotFoundError(errno.ENOENT, "no such file", path)
            node = node.names[name]
        return node

    def _parent(self, path: str) -> tuple[Node, str]:
        folder, _slash, name = path.rpartition("/")
        return self._find(folder), name

    def open(self, path: str, flags: int, mode: int = 0o666) -> int:
        try:
            node = self._find(path)
            if flags & os.O_EXCL:
                raise FileExistsError(errno.EEXIST, "exists", path)
            if flags & os.O_TRUNC:
                self._step("open", path)
                node.data, node.lost = b"", False
        except FileNotFoundError:
            if not flags & os.O_CREAT:
                raise
            parent, name = self._parent(path)
            self._step("open", path)
            node = Node(stat.S_IFREG | mode & 0o755)
            parent.put(name, node)
        if node.is_folder and flags & (os.O_WRONLY | os.O_RDWR):
            raise IsADirectoryError(errno.EISDIR, "a folder", path)
        self._next_fd += 1
        self._files[self._next_fd] = node, 0
        return self._next_fd

    def read(self, fd: int, size: int) -> bytes:
        self.check_alive()
        node, at = self._files[fd]
        if node.is_folder:
            raise IsADirectoryError(errno.EISDIR, "a folder")
        found = node.data[at : at + size]
        self._files[fd] = node, at + len(found)
        return found

    def write(self, fd: int, data: bytes | memoryview) -> int:
        node, at = self._files[fd]
        self._step("write", "")
        # Always a short write first: the caller must go on.
        count = max(1, len(data) // 2)
        node.data = node.data[:at] + bytes(data[:count]) + node.data[at + count :]
        node.lost = False
        self._files[fd] = node, at + count
        return count

    def truncate(self, fd: int, size: int) -> None:
        self._step("truncate", "")
        node, _at = self._files[fd]
        node.data = node.data[:size]

    def close(self, fd: int) -> None:
        self._files.pop(fd, None)

    def fsync(self, fd: int) -> None:
        node, _at = self._files[fd]
        try:
            self._step("fsync", "")
        except OSError:
            node.lost = not node.is_folder
            raise
        node.flush()

    def syncfs(self, folder: str) -> bool:
        if not self.has_syncfs:
            return False
        try:
            self._step("syncfs", folder)
        except OSError:
            for node in self.nodes():
                node.lost = node.data != node.disk_data
            raise
        self.flush_all()
        return True

    def fstat(self, fd: int) -> os.stat_result:
        self.check_alive()
        return _stat(self._files[fd][0])

    def lstat(self, path: str) -> os.stat_result:
        return _stat(self._find(path))

    def listdir(self, folder: str) -> list[str]:
        return sorted(self._find(folder).names)

    def chmod(self, path: str, mode: int) -> None:
        self._step("chmod", path)
        node = self._find(path)
        node.mode = stat.S_IFMT(node.mode) | mode

    def fchmod(self, fd: int, mode: int) -> None:
        self._step("fchmod", "")
        node = self._files[fd][0]
        node.mode = stat.S_IFMT(node.mode) | mode

    def fchown(self, fd: int, group: int) -> None:  # noqa: ARG002
        raise AssertionError("all groups are the same here")

    def rename(self, old: str, new: str) -> None:
        source, old_name = self._parent(old)
        target, new_name = self._parent(new)
        node = self._find(old)
        self._step("rename", f"{old} {new}")
        target.put(new_name, node)
        source.put(old_name, None)

    def unlink(self, path: str) -> None:
        parent, name = self._parent(path)
        self._find(path)
        self._step("unlink", path)
        parent.put(name, None)

    def mkdir(self, path: str) -> None:
        parent, name = self._parent(path)
        if name in parent.names:
            raise FileExistsError(errno.EEXIST, "exists", path)
        self._step("mkdir", path)
        parent.put(name, Node(stat.S_IFDIR | 0o755))

    def rmdir(self, path: str) -> None:
        parent, name = self._parent(path)
        if self._find(path).names:
            raise OSError(errno.ENOTEMPTY, "not empty", path)
        self._step("rmdir", path)
        parent.put(name, None)


def _contents(old: bytes, new: bytes) -> list[bytes]:
    """Return what may be found of bytes that were not flushed."""
    found = [old, new, new[: len(new) // 2], bytes(len(new))]
    return list(dict.fromkeys(found)) if old != new else [new]


def _stat(node: Node) -> os.stat_result:
    return os.stat_result((node.mode, 1, 1, 1, 0, 0, len(node.data), 0, 0, 0))


def every_loss(disk: ModelDisk, limit: int) -> Iterator[ModelDisk]:
    """Yield the disk after each possible power cut; a seeded sample where there are too many."""
    prefix: list[int] = []
    for _round in range(limit):
        choices = _Choices(prefix)
        yield _cut(disk, choices)
        found = choices.next_prefix()
        if found is None:
            return
        prefix = found
    random = Random(limit)  # noqa: S311 - no secret
    yield _cut(disk, lambda size: size - 1)
    for _round in range(limit):
        yield _cut(disk, random.randrange)


def _cut(disk: ModelDisk, choose: Callable[[int], int]) -> ModelDisk:
    after = deepcopy(disk)
    after.power_cut(choose)
    return after


class _Choices:
    """Walks the tree of choices, one leaf a time."""

    def __init__(self, prefix: list[int]) -> None:
        self._prefix = prefix
        self._taken: list[int] = []
        self._sizes: list[int] = []

    def __call__(self, size: int) -> int:
        at = len(self._taken)
        self._taken.append(self._prefix[at] if at < len(self._prefix) else 0)
        self._sizes.append(size)
        return self._taken[-1]

    def next_prefix(self) -> list[int] | None:
        taken, sizes = self._taken, self._sizes
        while taken and taken[-1] == sizes[-1] - 1:
            taken.pop()
            sizes.pop()
        return [*taken[:-1], taken[-1] + 1] if taken else None
