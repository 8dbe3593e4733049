"""What another user of this computer put where everybody may put things."""

import os
import stat
from pathlib import Path


def planted(path: Path) -> bool:
    """Whether a file or folder lies in a place for everybody (the sticky bit, as of /tmp) and is neither ours nor the place's
    owner's: its name alone says nothing there. Raises OSError for what is not there."""
    if os.name != "posix":
        return False
    place, status = path.parent.stat(), path.lstat()
    return bool(place.st_mode & stat.S_ISVTX) and status.st_uid not in (os.getuid(), place.st_uid)


def strangers_link(path: Path) -> bool:
    """Whether it is a link that neither we nor the folder's owner made: where it leads was chosen by somebody who may not be let
    in there, and would read it in the result. Raises OSError for what is not there."""
    if os.name != "posix":
        return False
    status = path.lstat()
    return stat.S_ISLNK(status.st_mode) and status.st_uid not in (os.getuid(), path.parent.stat().st_uid)
