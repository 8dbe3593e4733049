"""Runs a command in a network of its own that leads nowhere, and reports every packet that wanted out.

    python tests/netwatch.py REPORT.json COMMAND...

Looks from outside: whatever the program and its children do, by Python or by a C library, fork or spawn, shows here. Linux; needs
the right to make a network namespace (root, or user namespaces). The exit code is the command's, or 125 when it cannot watch.
"""

import ctypes
import fcntl
import json
import os
import socket
import struct
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000
SIOCADDRT, SIOCSIFFLAGS = 0x890B, 0x8914
ETH_P_ALL = 0x0003
CANNOT = 125


def main(report: str, *command: str) -> int:
    try:
        enter_empty_network()
        lead_everything_to_loopback()
        catcher = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(ETH_P_ALL))
    except OSError as error:
        print(f"cannot watch: {error}", file=sys.stderr)
        return CANNOT
    catcher.settimeout(0.1)
    seen: list[dict[str, Any]] = []
    ended = threading.Event()
    catching = threading.Thread(target=catch, args=(catcher, seen, ended))
    catching.start()
    code = subprocess.run(command).returncode
    ended.set()
    catching.join()
    Path(report).write_text(json.dumps(seen))
    return code


def enter_empty_network() -> None:
    """Leave the machine's network for one with nothing but a loopback device that is down."""
    libc = ctypes.CDLL(None, use_errno=True)
    user, group = os.getuid(), os.getgid()
    if libc.unshare(CLONE_NEWNET) == 0:
        return
    if libc.unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "no network namespace may be made")
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"0 {user} 1")
    Path("/proc/self/gid_map").write_text(f"0 {group} 1")


def lead_everything_to_loopback() -> None:
    """Raise the loopback device and make it the default route, so that packets for the world exist and can be seen there."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        fcntl.ioctl(control, SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", 0x1 | 0x40))
        anywhere = struct.pack("HH4s8x", socket.AF_INET, 0, bytes(4))
        name = ctypes.create_string_buffer(b"lo")
        # struct rtentry: pad, dst, gateway, genmask, flags (up), pads, metric, device, ...
        route = struct.pack(
            "@L16s16s16sHhLPhPLLH", 0, anywhere, anywhere, anywhere, 1, 0, 0, 0, 0, ctypes.addressof(name), 0, 0, 0
        )
        fcntl.ioctl(control, SIOCADDRT, route)
    if socket.has_ipv6:
        try:
            with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as control:
                # struct in6_rtmsg: dst, src, gateway, type, lengths, metric, info, flags (up), interface
                fcntl.ioctl(control, SIOCADDRT, struct.pack("16s16s16sIHHILIi", *[bytes(16)] * 3, 0, 0, 0, 1, 0, 1, 1))
        except OSError:  # no IPv6 here: then nothing can leave by it either
            pass


def catch(catcher: socket.socket, seen: list[dict[str, Any]], ended: threading.Event) -> None:
    """Until the command has ended: every packet whose destination is not this machine."""
    while True:
        try:
            packet, (_, _, kind, *_) = catcher.recvfrom(65536)
        except TimeoutError:
            if ended.is_set():
                return
            continue
        found = outbound(packet)
        if found is not None and kind == socket.PACKET_OUTGOING:
            seen.append(found)


def outbound(packet: bytes) -> dict[str, Any] | None:
    """Where a packet wants to go; None for this machine and for what the kernel says by itself (ICMPv6, IGMP).

    The kernel turns IPv6 packets to the world back at a loopback device: they show inside the error message that says so.
    """
    if packet[0] >> 4 == 4:
        target, protocol, body = socket.inet_ntop(socket.AF_INET, packet[16:20]), packet[9], packet[(packet[0] & 15) * 4 :]
    else:
        target, protocol, body = socket.inet_ntop(socket.AF_INET6, packet[24:40]), packet[6], packet[40:]
        if protocol == socket.IPPROTO_ICMPV6 and body[0] == 1:
            return outbound(body[8:])
    if target.startswith("127.") or target == "::1" or protocol not in (socket.IPPROTO_TCP, socket.IPPROTO_UDP):
        return None
    port = int.from_bytes(body[2:4], "big")
    words = {"protocol": "tcp" if protocol == socket.IPPROTO_TCP else "udp", "to": target, "port": port}
    return {**words, "name": question(body[8:])} if words["protocol"] == "udp" and port == 53 else words


def question(message: bytes) -> str:
    """The name that a DNS message asks for."""
    labels, place = [], 12
    while place < len(message) and message[place]:
        labels.append(message[place + 1 : place + 1 + message[place]].decode("ascii", "replace"))
        place += 1 + message[place]
    return ".".join(labels)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
