"""Signatures of the commits that a policy wants signed: one process for all of them."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Sequence
from pathlib import Path

from svcctl.base.finding import Finding
from svcctl.vcs import git
from svcctl.vcs.audit.walk import ENV

_FORMAT = "--format=%H%x01%G?%x01%GK%x01%GS"
_GOOD = "GUXY"
"""Good; good of unknown trust; good, though the signature or the key has expired since."""

_PATIENCE_S = 3600.0


def wrong(root: Path, commits: Sequence[str]) -> Iterator[tuple[str, Finding]]:
    """Give the commits without a good signature, and what is the matter.

    Raises:
        GitError: Git is missing or failed.
    """
    asked = ["log", "--no-walk=unsorted", "-z", "--no-show-signature", _FORMAT, "--stdin"]
    data = "".join(f"{one}\n" for one in commits).encode()
    said = git.run(root, asked, data=data, env=ENV, timeout_s=_PATIENCE_S)
    unsure: dict[str, str] = {}
    for line in said.split(b"\0"):
        if not line.strip():
            continue
        name, state, key, signer = line.decode("utf-8", "replace").strip().split("\1", 3)
        if state == "N":
            unsure[name] = signer
        elif state not in _GOOD:
            code = "AUD118" if state == "E" else "AUD117"
            yield name, Finding(code, (), {"key": key or signer or "-"})
    yield from _none(root, unsure)


def _none(root: Path, commits: dict[str, str]) -> Iterator[tuple[str, Finding]]:
    """Git says the same of no signature and of one that it was not told how to check."""
    with git.BatchReader(root, env=ENV) as reader:
        for name, data in zip(commits, reader.read_many(commits), strict=True):
            head = (data or b"").partition(b"\n\n")[0]
            signed = b"\ngpgsig" in head
            yield name, Finding("AUD118" if signed else "AUD116", (), {"key": "-"})
