"""Who hears the window instead of seeing it: every control over AT-SPI has a name, and a whole restoration is done through it."""

import pytest
from gimp_window import TITLE, GuiGimp

pytestmark = [pytest.mark.hosts, pytest.mark.timeout(900)]

APPLICATION = "restore-with-instruction"
NEED_A_NAME = ("push button", "toggle button", "radio button", "check box", "slider", "text", "progress bar", "panel", "list box")


def heard(reader) -> set[str]:
    """The names of all that is on show."""
    return {each.name for each in reader.controls(APPLICATION) if each.on_show}


def test_a_restoration_by_ear(gimp, box, shared_daemon, screen, photo, reader):
    env = {**shared_daemon.env, **reader.env, "RESTORED_CONFIG_DIR": str(box / "config")}
    window = GuiGimp(gimp, box, screen, photo, **env)
    try:
        window.open_dialog()
        window.event("ready")
        reader.write(APPLICATION, "Instruction", "remove the noise")
        window.event("preview")
        window.wait_for(lambda: {"Before", "After"} <= heard(reader), 60, "it cannot be heard that the preview is there")
        told = reader.controls(APPLICATION)

        reached = [each for each in told if each.takes_the_keyboard]
        assert len(reached) > 20
        assert [each for each in reached if not each.name] == [], "a screen reader has nothing to say of these"
        dialog = next(each for each in told if each.role == "dialog")
        assert dialog.name == TITLE
        # the panels are ours only where they take the keyboard: GTK has frames and popovers of this role, too
        silent = [each for each in told if each.role in NEED_A_NAME and each.role != "panel" and not each.name]
        assert silent == []
        assert "Remove noise, 100 percent, step 1 of 1" in heard(reader), "what was understood can be heard"
        assert {each.name for each in told if each.role == "slider"} >= {
            "Strength in percent",
            "How much grain is kept, in percent",
        }

        reader.press(APPLICATION, "Restore")
        assert window.gone()
        assert window.layers()[0] == "remove the noise"
    finally:
        window.close()


def test_what_went_wrong_is_read_out(gimp, box, screen, photo, reader):
    env = {**reader.env, "RESTORED_RUNTIME_DIR": str(box / "nobody"), "RESTORED_CONFIG_DIR": str(box / "config")}
    window = GuiGimp(gimp, box, screen, photo, **env)
    try:
        window.open_dialog()
        sentence = window.event("trouble")["sentence"]
        assert any(each[1] == sentence for each in window.rest()["found"])
        told = reader.controls(APPLICATION)
        alerts = [each for each in told if each.role == "alert" and each.on_show]
        assert len(alerts) == 1, "what is an alert is read out at once"
        assert sentence in {each.name for each in told if each.on_show}
        assert {"Try again", "Copy a report of this problem"} <= {each.name for each in told if each.on_show}

        # F1 where no program opens a manual: where it lies
        window.key("F1")
        window.wait_for(
            lambda: any("manual.html" in each.name for each in reader.controls(APPLICATION)),
            60,
            "F1 does nothing that can be heard",
        )
    finally:
        window.close()
