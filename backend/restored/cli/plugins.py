"""`restored plugins`: put the plug-ins into GIMP and Krita."""

from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.text import Text

from restored import hosts
from restored.hosts import desktop

from . import console
from .edit import no_window
from .options import Json
from .replaceable import check_zip

plugins = typer.Typer(help="Put the plug-ins into GIMP 3 and Krita, update or remove them.", no_args_is_help=True)

HOSTS: tuple[hosts.Host, ...] = ("gimp", "krita")
HostName = Annotated[
    Literal["gimp", "krita", "desktop"] | None,
    typer.Argument(metavar="[gimp|krita|desktop]", help="One only; GIMP and Krita when left out. desktop: the file managers."),
]
Target = Annotated[
    Path | None,
    typer.Option(help="This profile folder instead of the ones found (GIMP: has plug-ins in it; Krita: has pykrita in it)."),
]


@plugins.command()
def install(
    host: HostName = None,
    target: Target = None,
    zip: Annotated[Path | None, typer.Option(help="Write the zip for Krita's “Import Python Plugin from File” instead.")] = None,
    json: Json = False,
) -> None:
    """Put the plug-in into every GIMP 3 and Krita found."""
    if zip is not None:
        if host != "krita" or target is not None:
            raise typer.BadParameter("The zip is Krita's: restored plugins install krita --zip FILE", param_hint="--zip")
        check_zip(zip)
        hosts.build_zip(zip)
        if json:
            console.print_json({"zip": str(zip)})
        else:
            console.out.print(f"Import {zip} in Krita: Tools > Scripts > Import Python Plugin from File.")
        return
    if host == "desktop":
        if find_spec("PySide6") is None:  # what the entries start would end without a word
            raise console.Failure(f"{no_window()} Nothing was installed.")
        _tell_desktop(desktop.install(hosts.executable()), json)
        return
    _each(host, target, hosts.install, json, "Nothing was installed")


@plugins.command()
def uninstall(host: HostName = None, target: Target = None, json: Json = False) -> None:
    """Remove the plug-in again; settings and pictures stay."""
    if host == "desktop":
        _tell_desktop(desktop.uninstall(hosts.executable()), json)
        return
    if host is None:
        desktop.uninstall(hosts.executable(), own=True)
    _each(host, target, hosts.uninstall, json, "Nothing was removed")


@plugins.command()
def status(host: HostName = None, target: Target = None, json: Json = False) -> None:
    """Show what is installed where, and whether it is up to date."""
    if host == "desktop":
        _tell_desktop(desktop.status(hosts.executable()), json)
        return
    _tell([hosts.status(place) for place in _places(host, target)], json)


def _tell_desktop(entries: list[desktop.DesktopEntry], json: bool) -> None:
    if json:
        console.print_json({"places": [entry.to_dict() for entry in entries], "errors": []})
        return
    for entry in entries:
        console.out.print(Text.assemble((f"{entry.title}  ", "bold"), entry.sentence()))
        console.out.print(Text(f"    {entry.path}", style="dim"))


def _each(host: hosts.Host | None, target: Path | None, act, json: bool, otherwise: str) -> None:
    places = _places(host, target)
    if not places:
        names = "GIMP 3 or Krita" if host is None else {"gimp": "GIMP 3", "krita": "Krita"}[host]
        raise console.Failure(
            f"No {names} was found for this user. {otherwise}. Start it once, or name its folder with --target."
        )
    done, failed = [], []
    for place in places:
        try:
            done.append(act(place.host, place))
        except hosts.PluginError as error:  # one broken place does not keep the others from being served
            failed.append(str(error))
    _tell(done, json, failed)
    if failed:
        raise typer.Exit(1)


def _places(host: hosts.Host | None, target: Path | None) -> list[hosts.HostPlace]:
    chosen = HOSTS if host is None else (host,)
    if target is not None:
        if len(chosen) != 1:
            raise typer.BadParameter("Say which program the folder belongs to: gimp or krita.", param_hint="HOST")
        return [hosts.at(chosen[0], target.expanduser().absolute())]
    return [place for name in chosen for place in hosts.find(name)]


def _tell(placements: list[hosts.Placement], json: bool, failed: list[str] | None = None) -> None:
    if json:
        console.print_json({"places": [placement.to_dict() for placement in placements], "errors": failed or []})
    elif not placements and not failed:
        console.out.print("No GIMP 3 and no Krita was found for this user.")
    else:
        for placement in placements:
            console.out.print(Text.assemble((f"{placement.place.title}  ", "bold"), placement.sentence()))
            console.out.print(Text(f"    {placement.place.folder}", style="dim"))
            if placement.installed and placement.place.note:
                console.out.print(Text(f"    {placement.place.note}"))
        if any(placement.installed for placement in placements):
            console.out.print(Text("If GIMP or Krita is open now, start it again to see the change.", style="dim"))
    for sentence in failed or []:
        console.fail(sentence)
