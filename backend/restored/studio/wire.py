"""The strong machine's end: a ROUTER for machines that were paired, whose keys are asked for at every message.

libzmq's authenticator is asked once per connection, at the handshake; a key that was struck out since is refused here, by the
user id that the authenticator gave the connection and that libzmq puts on each of its frames.
"""

import contextlib
import logging
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import zmq
from zmq.utils import z85

from restored import sockets
from restored.ground.memory import total
from restored.sockets.headers import decode
from restored.sockets.newcomers import Newcomers
from restored.sockets.post import Gone, Post
from restored_client.wire import messages
from restored_client.wire.errors import ClientError
from restored_client.wire.messages import MAX_FRAME, message

from . import forms as link
from .book import Guest, Guests, Listening
from .delivery import Delivery, Unclaimed
from .keys import KeyPair, StudioError
from .pace import Pace
from .strips import able, unpack

log: Final = logging.getLogger("restored.daemon.studio")

DOMAIN: Final = b"restored studio"
QUEUE: Final = 2 * link.WINDOW
BACKLOG: Final = 64

MOST_CONNECTIONS: Final = 8
"""Of one machine; a daemon has two."""

BURST: Final = 32


@dataclass(slots=True)
class Peer:
    """One connection of a paired machine. heard: when it last said something (time.monotonic). pace: of what is sent there."""

    routing: bytes
    guest: Guest
    heard: float = field(default_factory=time.monotonic)
    gone: bool = False
    pace: Pace = field(default_factory=lambda: Pace(packs=False))
    deliveries: dict[str, Delivery] = field(default_factory=dict)


class StudioWire:
    """Messages in and out, as the plug-ins' wire has them; pieces, credits and signs of life stay in here. One thread's."""

    forms = link.FORMS
    told: tuple[str, ...] | None = link.TOLD
    most_jobs = 8
    """Unfinished requests of one machine, over all its connections."""
    share = 0.5
    """Of the memory for pictures, what one machine may have announced at a time."""

    def __init__(self, guests: Guests, keys: KeyPair, host: str, port: int) -> None:
        """Listen. Raises StudioError."""
        self._guests = guests
        self._listening = Listening()
        self._peers: dict[bytes, Peer] = {}
        self._unclaimed = Unclaimed(total() // 8)
        self._context = zmq.Context()
        self._zap = sockets.authenticator(self._context)
        self._router = sockets.router(self._context, most=MAX_FRAME + link.SEALING, queue=QUEUE, domain=DOMAIN)
        self._router.curve_server = True
        self._router.curve_secretkey = keys.secret
        self._router.backlog = BACKLOG
        self._router.ipv6 = ":" in host
        link.heartbeats(self._router)
        self._post = Post(self._router)
        self.newcomers = Newcomers(self._context, self._router)
        self.sockets: tuple[Any, ...] = (self._router, self._zap, self.newcomers.events)
        """What there is to be polled."""
        address = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        try:
            self._router.bind(f"tcp://{address}")
        except zmq.ZMQError as error:
            self.close(0)
            raise StudioError(f"This machine cannot listen at {address}: {error.strerror}.") from error
        self._listening.note(host, port)
        log.info("listening for paired machines at %s", address)

    def attend(self) -> None:
        """Let in who may come in, and see to who came and went."""
        while self._zap.poll(0):
            self._check_newcomer()
        self.newcomers.watch()

    def owner(self, routing: bytes) -> str:
        """What all connections of a machine have in common: its key."""
        return self._peers[routing].guest.key

    def name(self, routing: bytes) -> str:
        """What its own people call the machine behind a connection."""
        return self._peers[routing].guest.name

    def receive(self) -> tuple[bytes, list[zmq.Frame]] | None:
        """The next request, or None. See `daemon.wire.Wire.receive`."""
        for _ in range(BURST):
            try:
                sender, *frames = self._router.recv_multipart(flags=zmq.NOBLOCK, copy=False)
            except zmq.Again:
                return None
            self.newcomers.heard(sender)
            peer = self._admitted(sender)
            if peer is not None and not self._is_ours(peer, frames):
                return peer.routing, frames
        return None

    def send(self, client: bytes, header: Mapping[str, Any], frames: Sequence[Any] = (), *, skippable: bool = False) -> None:
        """As the plug-ins' wire does; a result goes in pieces. Raises Gone, also for who has fallen silent or was struck out."""
        peer = self._peers.get(client)
        silent = peer is not None and header["type"] == messages.PROGRESS and self._silent(peer)
        if peer is None or peer.gone or silent or self._known(peer.guest.key) is None:
            raise Gone
        if header["type"] == messages.HELLO:
            header = {**header, "link": link.LINK, "packs": able()}
        if header["type"] == messages.RESULT:
            described = messages.read_frames(header, (messages.LAYER,))
            pictures = [frame.content(data) for frame, data in zip(described, frames, strict=True)]
            self._deliver(peer, Delivery(link.PIECE, header["id"], pictures, peer.pace, header))
        elif not (skippable and sum(memoryview(frame).nbytes for frame in frames) > link.LARGEST_PREVIEW):
            self._post.send(client, header, frames, skippable=skippable)

    def forget(self, client: bytes) -> None:
        """Drop a connection; a result that did not get through waits for its machine to come back."""
        self._post.forget(client)
        peer = self._peers.pop(client, None)
        if peer is not None:
            self._set_aside(peer)

    def beat(self) -> None:
        """See to results whose takers have fallen silent, and to those that nobody came back for."""
        for peer in self._peers.values():
            if peer.deliveries and (self._silent(peer) or self._known(peer.guest.key) is None):
                peer.gone = True
                self._set_aside(peer)
        self._unclaimed.expire()

    def close(self, linger: float) -> None:
        self._listening.end()
        self.newcomers.close()
        self._router.close(linger=int(linger * 1000))
        self._zap.close()
        self._context.term()

    # --- who may ---

    def _check_newcomer(self) -> None:
        version, request, _domain, address, _identity, mechanism, *credentials = self._zap.recv_multipart()
        key = z85.encode(credentials[0]).decode() if mechanism == b"CURVE" and len(credentials) == 1 else ""
        if self._known(key) is not None:
            answer = [b"200", b"OK", key.encode(), b""]
        else:
            log.warning("a machine that is not paired knocked from %s", address.decode("ascii", "replace"))
            answer = [b"400", b"not paired", b"", b""]
        self._zap.send_multipart([version, request, *answer])

    def _known(self, key: str) -> Guest | None:
        try:
            return self._guests.by_key(key)
        except StudioError as error:  # a list that cannot be believed lets nobody in
            log.warning("%s", error)
            return None

    def _admitted(self, sender: zmq.Frame) -> Peer | None:
        """Whose message it is; None when nothing is to be done with it."""
        routing, key = sender.bytes, _user(sender)
        guest = self._known(key)
        peer = self._peers.get(routing)
        if guest is None:
            self._unclaimed.forget(key)
            self._refuse(routing, "revoked")
            if peer is not None and not peer.gone:
                log.info("%s is not paired any more", peer.guest.name)
                peer.gone = True
                peer.deliveries.clear()
            return None
        if peer is None:
            if sum(each.guest.key == key for each in self._peers.values()) >= MOST_CONNECTIONS:
                self._refuse(routing, "quota")
                return None
            peer = self._peers[routing] = Peer(routing, guest)
        peer.heard = time.monotonic()
        return None if peer.gone else peer

    def _refuse(self, routing: bytes, code: str, request: str = "") -> None:
        with contextlib.suppress(Gone):
            self._post.send(routing, message(messages.ERROR, request, code=code, sentence=link.ERRORS[code]), skippable=True)

    # --- what is said about pieces ---

    def _is_ours(self, peer: Peer, frames: list[zmq.Frame]) -> bool:
        """Whether a message was about the link itself, and so is done with. A packed piece is unpacked in its place."""
        try:
            header = decode(frames[0].buffer if frames else b"")
            request, _ = messages.check_request(header, link.FORMS)
        except ClientError:
            return False  # whoever answers requests says what is wrong with it
        kind, job = request["type"], request["id"]
        with contextlib.suppress(Gone):
            if kind == messages.CANCEL:
                peer.deliveries.pop(request["job"], None)
            elif kind == link.CREDIT and job in peer.deliveries:
                peer.deliveries[job].grant(request["pieces"])
                self._pump(peer, peer.deliveries[job])
            elif kind == messages.UPLOAD:
                self._post.send(peer.routing, message(link.CREDIT, job, pieces=1))
                if "packed" in request:
                    frames[1:] = [_unpacked(request["packed"], frame) for frame in frames[1:2]]
            elif kind == messages.HELLO and request["link"] != link.LINK:
                self._refuse(peer.routing, "link", job)
                return True
            elif kind == messages.HELLO:
                peer.pace.packs = request.get("packs") is True and able()
            elif kind == messages.RESTORE and (again := self._left_over(peer.guest.key, job)) is not None:
                log.info("%s came back for a result", peer.guest.name)
                self._deliver(peer, again.again(peer.pace))
                return True
        return kind in (link.CREDIT, messages.ALIVE)

    def _left_over(self, key: str, job: str) -> Delivery | None:
        """A result that this machine asked for over a link that broke, also when only its own side has noticed that."""
        for other in self._peers.values():
            if other.guest.key == key and job in other.deliveries:
                return other.deliveries.pop(job)
        return self._unclaimed.take(key, job)

    def _deliver(self, peer: Peer, delivery: Delivery) -> None:
        peer.deliveries[delivery.job] = delivery
        if delivery.announced is not None:
            self._post.send(peer.routing, delivery.announced)
        self._pump(peer, delivery)

    def _pump(self, peer: Peer, delivery: Delivery) -> None:
        for header, piece in delivery.due():
            self._post.send(peer.routing, header, [piece])
        if delivery.complete:
            peer.deliveries.pop(delivery.job, None)

    def _set_aside(self, peer: Peer) -> None:
        for delivery in peer.deliveries.values():
            self._unclaimed.put(peer.guest.key, delivery)
        peer.deliveries.clear()

    def _silent(self, peer: Peer) -> bool:
        return time.monotonic() - peer.heard > link.SILENCE


def _unpacked(description: Any, frame: zmq.Frame) -> zmq.Frame:
    """A piece's own bytes; none where it is damaged, of which whoever counts them tells."""
    try:
        return zmq.Frame(unpack(description, frame.buffer))
    except ClientError as error:
        log.warning("%s", error.detail)
        return zmq.Frame(b"")


def _user(frame: zmq.Frame) -> str:
    """Whose connection a frame came by: the key that the authenticator let in."""
    try:
        return str(frame.get("User-Id"))
    except zmq.ZMQError:  # it let nobody in there
        return ""
