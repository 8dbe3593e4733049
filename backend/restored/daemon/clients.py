"""Everybody who is connected, what they wait for, and the way back to them."""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

from restored.sockets.post import Entrance, Gone
from restored_client.wire import messages
from restored_client.wire.messages import message

from .jobs import Client, QueuedJob
from .logs import NAME

log: Final = logging.getLogger(NAME)


class Clients:
    """The table of clients. gone: hears of one that can be told nothing any more, after it was taken out of the table."""

    def __init__(self, gone: Callable[[Client], None]) -> None:
        self._table: dict[tuple[Entrance, bytes], Client] = {}
        self._gone = gone

    def __iter__(self) -> Iterator[Client]:
        return iter(list(self._table.values()))

    @property
    def jobs(self) -> list[QueuedJob]:
        """All that are unfinished."""
        return [job for client in self._table.values() for job in client.jobs.values()]

    def at(self, way: Entrance, routing: bytes) -> Client:
        """Who a message came from; somebody new when it is the first."""
        client = self._table.get((way, routing))
        if client is None:
            client = self._table[way, routing] = Client(routing, way, way.name(routing), way.owner(routing))
        return client

    def heard(self, since: float, *, but: Client) -> bool:
        """Whether somebody else who is still there greeted us or asked for work since then."""
        for client in self:
            if client is not but and client.heard > since:
                self.send(client, message(messages.ALIVE, ""), skippable=True)  # who has left is noticed by it
        return any(client is not but and client.heard > since for client in self)

    def send(self, client: Client, header: Mapping[str, Any], frames: Sequence[Any] = (), *, skippable: bool = False) -> None:
        """Tell a client something by the way it came; see `Entrance.send`. Who cannot be told has gone."""
        try:
            client.way.send(client.routing, header, frames, skippable=skippable)
        except Gone:
            if self._table.pop((client.way, client.routing), None) is None:
                return
            if client.jobs:
                log.info("%s has gone; cancelling its work", client.name)
            self._gone(client)
            client.way.forget(client.routing)
