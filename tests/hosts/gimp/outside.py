"""A daemon that a plug-in in a tree can start by itself: a program that leaves the tree and becomes the real one."""

import os
import sys
from pathlib import Path

from restored_client.session import Session
from restored_client.wire.errors import ClientError

PROGRAM = """#!/bin/sh
# this test's process lives outside of the tree, and so does the project; it may itself live in a chroot,
# which nsenter's own --root enters so that oneMKL does not find its files
exec /usr/bin/nsenter --mount --target {pid} -- /usr/sbin/chroot /proc/{pid}/root /usr/bin/env \\
    HOME={home} OMP_NUM_THREADS=1 RESTORED_RUNTIME_DIR="$RESTORED_RUNTIME_DIR" {command} "$@"
"""

RESTORED = Path(os.environ.get("RESTORED_FROZEN") or Path(sys.executable).with_name("restored"))
"""The command; $RESTORED_FROZEN is one that an installer brought."""


def program(folder: Path, command: str = str(RESTORED)) -> Path:
    """Write the program to `folder`, which the tree sees too."""
    path = folder / "restored"
    path.write_text(PROGRAM.format(pid=os.getpid(), home=folder, command=command))
    path.chmod(0o755)
    return path


def stop(runtime: Path, monkeypatch) -> bool:
    """End the daemon of this runtime folder; False when there was none."""
    monkeypatch.setenv("RESTORED_RUNTIME_DIR", str(runtime))
    try:
        with Session.open(client="test", start=False) as session:
            session.shutdown()
    except ClientError:
        return False
    return True
