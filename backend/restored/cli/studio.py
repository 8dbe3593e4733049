"""`restored pair` and `restored remote`: the strong machine next door."""

import contextlib
import sys
from dataclasses import asdict
from typing import Annotated, Any, Final

import typer
from rich.text import Text

from restored.ground.versions import how_to_get
from restored_client.wire.errors import ClientError

from . import console
from .options import Json
from .workers import open_session

remote = typer.Typer(help="Machines that restore for this one, and machines that this one restores for.", no_args_is_help=True)

USUAL_NAME: Final = "the studio"

Name = Annotated[str, typer.Argument(metavar="NAME", help="As `restored remote list` has it.")]
Address = Annotated[str, typer.Argument(metavar="HOST[:PORT]", help="Where the strong machine listens.")]


def pair(
    address: Annotated[
        str | None, typer.Argument(metavar="[HOST[:PORT]]", help="The strong machine; left out on that machine itself.")
    ] = None,
    code: Annotated[str | None, typer.Option(metavar="WORDS", help="The three words, instead of being asked for them.")] = None,
    name: Annotated[str | None, typer.Option(metavar="NAME", help="What the other machine shall be called here.")] = None,
    announce: Annotated[
        bool, typer.Option("--announce", help="On the strong machine: let --find see it while the code is shown.")
    ] = False,
    find: Annotated[bool, typer.Option("--find", help="List the machines that announce that they show a code now.")] = False,
) -> None:
    """Make this machine and a stronger one in the house known to each other, once.

    Run it on the strong machine, which shows a code; then, with that machine's address, on the one that shall ask it.
    """
    if find:
        if address is not None or announce:
            raise typer.BadParameter("It lists machines and pairs none: give it alone.", param_hint="--find")
        from .announcing import list_announced

        list_announced()
        return
    if not _has_spake2():
        raise console.Failure(f"Pairing needs the package spake2: {how_to_get('remote')}.")
    if address is None:
        _wait_for_other(name, announce)
    elif announce:
        raise typer.BadParameter("It is for the strong machine, where no HOST is given.", param_hint="--announce")
    else:
        _call_other(address, code, name)


def _wait_for_other(name: str | None, announce: bool) -> None:
    from restored import sockets
    from restored.studio.book import PORT, Guest, Guests, Listening, today
    from restored.studio.callers import MOST, wait_for_caller
    from restored.studio.code_words import make_code
    from restored.studio.keys import own_keys
    from restored.studio.pairing import Introduction

    from .announcing import announce_until, need_zeroconf

    where = Listening().where()
    if where is None:
        raise console.Failure(
            "This machine does not restore for others yet. Start “restored serve --listen HOST” on it, HOST being its address in "
            f"your network, and run this again; it listens at port {PORT} then. (On the machine that asks: restored pair HOST)"
        )
    host, port = where
    if announce:
        need_zeroconf()
    code = make_code()
    try:
        listener = sockets.listen(host, port + 1, MOST)
    except OSError as error:
        raise console.Failure(f"This machine cannot listen at {host}, port {port + 1}: {error.strerror or error}.") from error
    with listener, contextlib.ExitStack() as until, console.interruptible() as interrupted:
        console.out.print(Text.assemble("The code is  ", (code, "bold")))
        target = "HOST" if host in _ANY else f"[{host}]" if ":" in host else host
        target = target if port == PORT else f"{target}:{port}"
        console.out.print(f"Within five minutes, on the machine that shall ask this one: restored pair {target}")
        if host in _ANY:
            console.out.print("(HOST is an address of this machine in your network.)")
        # who waits for the code may read it through a pipe
        sys.stdout.flush()
        if announce:
            announce_until(until, _host_name(), host, port)
        theirs = wait_for_caller(
            listener, code, Introduction(_host_name(), own_keys().public.decode(), port), cancelled=interrupted
        )
    guest = Guests().add(Guest(name or theirs.name, theirs.key, today()))
    console.out.print(
        f"“{guest.name}” may now have pictures restored here. “restored remote forget” takes that back at any time."
    )


def _call_other(address: str, code: str | None, name: str | None) -> None:
    from restored import sockets
    from restored.studio.address import split
    from restored.studio.book import Machine, Machines, today
    from restored.studio.code_words import is_code, typed
    from restored.studio.keys import own_keys
    from restored.studio.pairing import Introduction, call

    host, port = _split(split, address)
    numeric = _resolved(sockets, host, port)
    said = typed(code if code is not None else _asked())
    if not is_code(said):
        raise console.Failure(f"“{said}” is not a code. It is three words, as the other machine shows them. None was tried.")
    machines = Machines()
    first = not machines.entries()
    theirs = call(numeric, port + 1, said, Introduction(_host_name(), own_keys().public.decode()))
    machine = machines.add(Machine(name or USUAL_NAME, theirs.key, numeric, theirs.port or port, today()))
    console.out.print(f"Paired with {theirs.name} as “{machine.name}”, at {machine.address}.")
    if machines.use == "never":
        console.out.print(
            "No pictures go there until you say so: restored remote use faster. How fast it is: restored remote test"
        )
    else:
        console.out.print(f"Pictures go there {_WHEN[machines.use]}. How fast it is: restored remote test")
    if first:
        _renew_daemon()


@remote.command("list")
def list_(json: Json = False) -> None:
    """Show who is paired with this machine, and when it asks others."""
    from restored.studio.book import Guests, Listening, Machines

    machines, guests = Machines(), Guests()
    if json:
        listening = Listening().where()
        console.print_json(
            {
                "use": machines.use,
                "machines": [asdict(each) for each in machines.entries()],
                "guests": [asdict(each) for each in guests.entries()],
                "listening": None if listening is None else {"host": listening[0], "port": listening[1]},
            }
        )
        return
    if not machines.entries() and not guests.entries():
        console.out.print("No machine is paired with this one, and this one calls none. “restored pair” pairs two.")
        return
    if machines.entries():
        console.out.print(Text(f"Restore for this machine ({_WHEN[machines.use]}):", style="bold"))
        for machine in machines.entries():
            console.out.print(Text.assemble((f"  {machine.name:20}", ""), (f"{machine.address}, since {machine.paired}", "dim")))
    if guests.entries():
        console.out.print(Text("This machine restores for:", style="bold"))
        for guest in guests.entries():
            console.out.print(Text.assemble((f"  {guest.name:20}", ""), (f"since {guest.paired}", "dim")))


@remote.command()
def forget(
    name: Name,
    guest: Annotated[
        bool, typer.Option("--guest", help="The one that this machine restores for, where names are the same.")
    ] = False,
) -> None:
    """Strike a machine out, either way: nothing is sent to it any more, and nothing is taken from it any more."""
    from restored.studio.book import Guests, Machines, unknown
    from restored.studio.speeds import Speeds

    machines, guests = Machines(), Guests()
    known = {each.name.casefold() for each in machines.entries()}, {each.name.casefold() for each in guests.entries()}
    if guest or (name.casefold() not in known[0] and name.casefold() in known[1]):
        gone = guests.forget(name)
        console.out.print(f"“{gone.name}” is refused from its next message on.")
    else:
        if name.casefold() not in known[0]:
            raise unknown(name, (*machines.entries(), *guests.entries()))
        machine = machines.forget(name)
        Speeds().forget(machine.key)
        console.out.print(
            f"“{machine.name}” is not called any more. On that machine, “restored remote forget” closes its door too."
        )
        if name.casefold() in known[1]:
            console.out.print(f"“{name}” may still ask this machine. To end that too: restored remote forget “{name}” --guest")


@remote.command()
def use(
    when: Annotated[str, typer.Argument(metavar="never|faster|always", help="When paired machines are asked.")],
) -> None:
    """Choose when pictures go to a paired machine: never, when that is faster (usual), or always."""
    from restored.studio.book import USES, Machines

    if when not in USES:
        raise typer.BadParameter(f"Say one of: {', '.join(USES)}.", param_hint="never|faster|always")
    Machines().say(use=when)
    whither = "pictures never go to a paired machine" if when == "never" else f"pictures go to a paired machine {_WHEN[when]}"
    console.out.print(f"From now on {whither}.")


@remote.command()
def move(name: Name, address: Address) -> None:
    """Call a paired machine at another address from now on; it has to prove that it is the same one."""
    from restored import sockets
    from restored.studio.address import split
    from restored.studio.book import Machines

    machines = Machines()
    host, port = _split(split, address)
    machines.named(name)  # a wrong name is said before an address is looked up
    machine = machines.change(name, host=_resolved(sockets, host, port), port=port)
    console.out.print(f"“{machine.name}” is called at {machine.address} from now on.")


@remote.command("test")
def try_out(
    name: Annotated[str | None, typer.Argument(metavar="[NAME]", help="All of them, when left out.")] = None, json: Json = False
) -> None:
    """See whether a paired machine answers, and how fast it is compared with this one."""
    from restored.service import LocalService
    from restored.studio.book import Machines
    from restored.studio.connection import Direct
    from restored.studio.keys import own_keys
    from restored.studio.trial import measure

    machines = Machines()
    chosen = machines.entries() if name is None else (machines.named(name),)
    if not chosen:
        raise console.Failure(
            "This machine asks no other, so there is nothing to measure. To let it ask one: “restored pair” on that one, then "
            "“restored pair HOST” here."
        )
    local = LocalService()
    for machine in chosen:
        with console.progress("Measuring", quiet=json) as show:
            report = measure(machine, own_keys(), Direct(), local, lambda words: show(None, words))
        if json:
            console.print_json(asdict(report))
        else:
            console.out.print(report.sentence())


_ANY: Final = ("0.0.0.0", "::", "*")
_WHEN: Final = {"never": "never", "faster": "when that is faster", "always": "always"}


def _has_spake2() -> bool:
    from importlib.util import find_spec

    return find_spec("spake2") is not None


def _split(split: Any, address: str) -> tuple[str, int]:
    try:
        return split(address)
    except ValueError as error:
        raise console.Failure(str(error)) from None


def _resolved(sockets: Any, host: str, port: int) -> str:
    try:
        return sockets.address_of(host, port)
    except OSError as error:
        raise console.Failure(f"This machine's network does not know “{host}”. Try its numeric address.") from error


def _asked() -> str:
    console.err.print(Text("The code that the other machine shows: "), end="")
    try:
        return sys.stdin.readline()
    except (OSError, AttributeError):
        return ""


def _host_name() -> str:
    import platform

    return platform.node().partition(".")[0] or "a machine"


def _renew_daemon() -> None:
    """The daemon that runs has sealed itself against calling anybody; an idle one makes room for one that may call."""
    with contextlib.suppress(ClientError), open_session(start=False) as session:
        if session.status().get("idle"):
            session.shutdown()
        else:
            console.out.print(
                "The daemon is at work. When it is done, “restored daemon stop” lets the next one use the other machine."
            )
