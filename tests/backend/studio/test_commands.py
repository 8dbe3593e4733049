"""`restored pair` and `restored remote` between two machines on this one's loopback, each with folders of its own."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.backend.studio.machines import Place, free_port, introduce, listed, pair, picture, places, wait_for


@pytest.fixture
def two() -> Iterator[tuple[Place, Place, int]]:
    """A desk with a daemon, and a strong machine that listens."""
    with places() as make:
        desk, strong, port = make("desk"), make("strong"), free_port()
        strong.serve(port, engine="Inverting")
        yield desk, strong, port


@pytest.mark.slow
def test_pairing_and_then_pictures_go_there(two) -> None:
    desk, strong, port = two
    desk.start()
    code, said, shown = pair(desk, strong, f"127.0.0.1:{port}")
    assert "Paired with" in said, said
    assert "the studio" in said
    assert "may now have pictures restored here" in shown
    assert code not in said
    assert [each["name"] for each in listed(desk)["machines"]] == ["the studio"]
    assert len(listed(strong)["guests"]) == 1
    for place in (desk, strong):
        for path in (place.folder / "config" / "studio").iterdir():
            assert path.stat().st_mode & 0o077 == 0, path
    # the daemon that ran had sealed itself before, so it made room for one that may call the machine
    assert desk.process is not None
    wait_for(lambda: desk.process is None or desk.process.poll() is not None)
    desk.start()
    layer = picture()
    with desk.session() as session:
        answer = session.restore(layer, instruction="x")
    assert answer.pixels is not None
    assert bytes(answer.pixels.view) == bytes(255 - value for value in layer.view)
    assert re.match(r"NVIDIA Testing in the studio, [\d.]+ (s|min)", answer.device), answer.device


@pytest.mark.slow
def test_a_wrong_code_pairs_nobody_and_the_right_one_is_used_up_by_it(two) -> None:
    desk, strong, port = two
    code, said, shown = pair(desk, strong, f"127.0.0.1:{port}", lambda code: "-".join(reversed(code.split("-"))))
    assert "not the code" in said
    assert "used up" in shown
    assert listed(desk)["machines"] == listed(strong)["guests"] == []
    late = desk.command("pair", f"127.0.0.1:{port}", "--code", code)
    assert "Nobody waits to be paired" in late.communicate()[1]
    assert late.returncode == 1


@pytest.mark.slow
def test_a_slip_is_noticed_before_the_attempt_is_spent(two) -> None:
    desk, strong, port = two
    _, said, _ = pair_with_slip(desk, strong, port)
    assert "is not a code" in said


def pair_with_slip(desk: Place, strong: Place, port: int) -> tuple[str, str, str]:
    typing = desk.command("pair", f"127.0.0.1:{port}", "--code", "otter-lamp")
    return "", "".join(typing.communicate()), ""


@pytest.mark.slow
def test_a_machine_that_does_not_listen_says_what_to_do_first() -> None:
    with places() as make:
        alone = make("alone").command("pair")
        assert "restored serve --listen" in alone.communicate()[1]
        assert alone.returncode == 1


@pytest.mark.slow
def test_list_use_move_forget(two) -> None:
    desk, strong, port = two
    assert "No machine is paired" in desk.told("remote", "list")
    introduce(desk, strong, port)
    assert "the studio" in desk.told("remote", "list")
    assert "desk" in strong.told("remote", "list")
    assert "always" in desk.told("remote", "use", "always")
    assert listed(desk)["use"] == "always"
    for _, mistaken in failed(desk, "deks"), failed(strong, "deks"):
        assert "No machine called “deks”" in mistaken
        assert "There is “" in mistaken, "who revokes in haste is not told that there is nobody"
    assert "This machine asks no other" in strong.command("remote", "test").communicate()[1]
    assert desk.command("remote", "use", "sometimes").wait() == 2
    assert "192.0.2.7:99" in desk.told("remote", "move", "the studio", "192.0.2.7:99")
    assert "not called any more" in desk.told("remote", "forget", "The Studio")
    assert "refused" in strong.told("remote", "forget", "desk")
    assert listed(desk)["machines"] == listed(strong)["guests"] == []
    assert "There is none." in failed(desk, "the studio")[1]


@pytest.mark.slow
def test_two_that_ask_each_other_are_struck_out_either_way(two) -> None:
    desk, strong, port = two
    introduce(desk, strong, port, as_="strong")
    introduce(strong, desk, port, as_="desk")
    said = strong.told("remote", "forget", "desk")
    assert "may still ask this machine" in said
    assert listed(strong)["guests"], "and it does not hide that"
    assert "refused" in strong.told("remote", "forget", "desk", "--guest")
    assert listed(strong)["machines"] == listed(strong)["guests"] == []


def failed(place: Place, name: str) -> tuple[str, str]:
    """What it says to a name that nobody has."""
    return place.command("remote", "forget", name).communicate()


@pytest.mark.parametrize("address", ["", "host:port", "host:99999", ":5", "[::1"])
def test_an_address_that_is_none_is_said(tmp_path: Path, address: str) -> None:
    from restored.studio.address import split

    if address == "[::1":
        assert split(address)[0] == "::1"
        return
    with pytest.raises(ValueError, match="is no address"):
        split(address)


def test_serving_where_this_machine_is_not_is_said() -> None:
    with places() as make:
        away = make("away").command("serve", "--listen", "192.0.2.77")
        assert "cannot listen at 192.0.2.77" in away.communicate()[1]
        assert away.returncode == 1
