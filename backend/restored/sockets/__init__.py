"""The one place that makes sockets; a test holds every other module to it, so that who may call whom is read here.

Three kinds leave the process: those that listen for this machine's plug-ins, those that listen for machines that were paired, and
those that call a paired machine (`call`, whose addresses `restored.offline` knows).
"""

import socket
from typing import Final

import zmq

USER_TIMEOUT: Final = getattr(socket, "TCP_USER_TIMEOUT", None)
"""Linux; elsewhere the silence of a link is noticed by the messages that do not come."""

LONGEST_SILENCE: Final = 5000
"""Milliseconds."""


def bell() -> tuple[socket.socket, socket.socket]:
    """Two ends inside one process, or of a process and its child; neither end waits."""
    ends = socket.socketpair()
    for end in ends:
        end.setblocking(False)
    return ends


def letters() -> tuple[socket.socket, socket.socket]:
    """Two ends between a process and its child on which a message stays one message."""
    return socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)


def authenticator(context: zmq.Context) -> "zmq.Socket[bytes]":
    """Where libzmq asks who may connect (ZAP, RFC 27). It must be there before the first client can knock."""
    zap = context.socket(zmq.REP)
    zap.linger = 0
    zap.bind("inproc://zeromq.zap.01")
    return zap


def router(context: zmq.Context, *, most: int, queue: int, domain: bytes) -> "zmq.Socket[bytes]":
    """A ROUTER that takes frames of at most `most` bytes, and holds `queue` messages per client in each direction."""
    made = context.socket(zmq.ROUTER)
    made.zap_domain = domain
    made.router_mandatory = True
    made.maxmsgsize = most
    made.rcvhwm = queue
    made.sndhwm = queue
    return made


def dealer(context: zmq.Context, *, most: int, queue: int) -> "zmq.Socket[bytes]":
    """A DEALER for one connection, which is never made again by itself: who notices that it has gone decides what comes then."""
    made = context.socket(zmq.DEALER)
    made.linger = 0
    made.reconnect_ivl = -1
    made.maxmsgsize = most
    made.rcvhwm = queue
    made.sndhwm = queue
    return made


def events(context: zmq.Context, watched: "zmq.Socket[bytes]", address: str, kinds: int) -> "zmq.Socket[bytes]":
    """Hears what happens to another socket's connections."""
    watched.monitor(address, kinds)
    heard = context.socket(zmq.PAIR)
    heard.rcvhwm = 0  # libzmq's own thread would wait for room
    heard.linger = 0
    heard.connect(address)
    return heard


def handle(descriptor: int) -> socket.socket:
    """Our own handle on a connection that libzmq holds, good for closing it. Raises OSError when it has gone."""
    return socket.fromfd(descriptor, socket.AF_INET, socket.SOCK_STREAM)


def call(host: str, port: int, seconds: float) -> socket.socket:
    """A TCP connection to a machine that was paired, or is about to be. Raises OSError."""
    connected = socket.create_connection((host, port), seconds)
    connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if USER_TIMEOUT is not None:  # what nobody acknowledges for so long ends the connection
        connected.setsockopt(socket.IPPROTO_TCP, USER_TIMEOUT, LONGEST_SILENCE)
    return connected


def listen(host: str, port: int, backlog: int) -> socket.socket:
    """A TCP socket that waits for others. Raises OSError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family, backlog=backlog)


def listen_here(path: str) -> socket.socket:
    """A unix socket for one visitor. Raises OSError."""
    made = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        made.bind(path)
        made.listen(1)
    except BaseException:
        made.close()
        raise
    return made


def address_of(host: str, port: int) -> str:
    """A name's numeric address, asked of this machine's own resolver. Raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return str(min(found, key=lambda each: each[0] != socket.AF_INET)[4][0])
