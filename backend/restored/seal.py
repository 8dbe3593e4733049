"""On Linux the kernel itself refuses this process and its children every internet socket from now on (seccomp, kernel docs
Documentation/userspace-api/seccomp_filter.rst). What Python's audit hook cannot see, C libraries and other programs, ends here.

Sockets that are open already, listening ones among them, go on: the daemon seals itself after it has bound.
"""

import contextlib
import ctypes
import errno
import os
import platform
import struct
import sys
from pathlib import Path
from typing import Final

_PR_SET_NO_NEW_PRIVS: Final = 38
_SET_MODE_FILTER: Final = 1
_ALL_THREADS: Final = 1

# machine: (audit architecture, numbers of the system calls seccomp, socket and io_uring_setup)
_MACHINES: Final = {"x86_64": (0xC000003E, 317, 41, 425), "aarch64": (0xC00000B7, 277, 198, 425)}
_X32: Final = 0x40000000
"""Added to the numbers of another calling convention of x86_64, which nothing of ours uses."""

_AF_INET: Final = 2
_AF_INET6: Final = 10
_AF_PACKET: Final = 17

# classic BPF (struct sock_filter: code, jump if true, jump if false, constant)
_LOAD, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_NUMBER_AT, _MACHINE_AT, _FIRST_AT = 0, 4, 16
_ALLOW: Final = 0x7FFF0000
_REFUSE: Final = 0x00050000 | errno.EACCES


def seal() -> bool:
    """Refuse internet sockets from now on, in all threads and in every child. False where the system cannot do it, or the user
    said no ($RESTORED_SEAL=0: a driver that needs such a socket, say)."""
    if os.environ.get("RESTORED_SEAL") == "0":
        return False
    numbers = _MACHINES.get(platform.machine())
    if not sys.platform.startswith("linux") or numbers is None or ctypes.sizeof(ctypes.c_void_p) != 8:
        return False
    wake_driver()
    program = ctypes.create_string_buffer(_program(*numbers))
    filter_ = struct.pack("HxxxxxxP", len(program.raw) // 8, ctypes.addressof(program))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        return False
    return libc.syscall(numbers[1], _SET_MODE_FILTER, _ALL_THREADS, ctypes.c_char_p(filter_)) == 0


def wake_driver(devices: Path = Path("/dev"), tools: tuple[str, ...] = ("/usr/bin", "/usr/sbin", "/bin", "/sbin")) -> None:
    """Have NVIDIA's own tool make what CUDA's first use would have it make as root: a sealed process gains no rights any more
    (PR_SET_NO_NEW_PRIVS), so on a system where nothing else has made /dev/nvidia-uvm since it was started, there would be no GPU.
    """
    if not (devices / "nvidiactl").exists() or (devices / "nvidia-uvm").exists():
        return
    import subprocess

    for tool in (Path(folder) / "nvidia-modprobe" for folder in tools):
        if tool.is_file():
            with contextlib.suppress(OSError, subprocess.SubprocessError):
                subprocess.run([tool, "-u", "-c", "0"], timeout=10, check=False, capture_output=True)
            return


def _program(machine: int, _seccomp: int, socket: int, io_uring: int) -> bytes:
    """Allow everything but socket(AF_INET | AF_INET6 | AF_PACKET, ...), and io_uring, which makes sockets in a way of its own."""
    steps = [
        (_LOAD, 0, 0, _MACHINE_AT),
        (_EQUAL, 0, 8, machine),
        (_LOAD, 0, 0, _NUMBER_AT),
        (_AT_LEAST, 7, 0, _X32),
        (_EQUAL, 6, 0, io_uring),
        (_EQUAL, 0, 4, socket),
        (_LOAD, 0, 0, _FIRST_AT),
        (_EQUAL, 3, 0, _AF_INET),
        (_EQUAL, 2, 0, _AF_INET6),
        (_EQUAL, 1, 0, _AF_PACKET),
        (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, _REFUSE),
    ]
    return b"".join(struct.pack("HBBI", *step) for step in steps)
