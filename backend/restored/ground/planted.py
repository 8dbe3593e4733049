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
