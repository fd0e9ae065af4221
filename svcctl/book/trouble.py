"""How a refusal of the disk is said: why, and whether anything was changed."""

from __future__ import annotations

import errno
import os

from svcctl.base.errors import DiskError
from svcctl.base.i18n import _


def not_changed(name: str, error: OSError) -> DiskError:
    """Return the error of a write that failed and changed nothing."""
    return DiskError(
        _("cannot write '{path}': {reason}; nothing was changed").format(
            path=name, reason=reason(error)
        )
    )


def not_confirmed(name: str, error: OSError) -> DiskError:
    """Return the error of a write that is done but may not survive a power cut."""
    return DiskError(
        _("'{path}' is written, but the disk did not confirm it: {reason}").format(
            path=name, reason=reason(error)
        ),
        _("check the disk before you go on"),
    )


def reason(error: OSError) -> str:
    """Return in plain words why the system refused."""
    number = error.errno or 0
    words = {
        errno.ENOSPC: _("no space left on the disk"),
        errno.EDQUOT: _("the disk quota is used up"),
        errno.EROFS: _("the file system is read-only"),
        errno.EACCES: _("permission denied"),
        errno.EPERM: _("permission denied"),
        errno.EIO: _("the disk reports an input/output error"),
        errno.EISDIR: _("it is a folder"),
        errno.ENOTDIR: _("a part of the path is not a folder"),
        errno.ENAMETOOLONG: _("the name is too long"),
        errno.EMFILE: _("too many open files"),
    }
    return words.get(number) or _(os.strerror(number)).lower()
