"""The page of what one can say is the one that the tables give."""

from pathlib import Path

from restored_training.instructions.page import PAGE, lines, sheet

ROOT = Path(__file__).parents[3]


def test_the_page_is_up_to_date() -> None:
    assert (ROOT / "docs" / PAGE).read_text("utf-8") == "\n".join(lines()) + "\n", (
        "python -m restored_training.instructions.page docs"
    )


def test_the_sheet_shows_every_direction_and_place() -> None:
    drawn = sheet(ROOT / "examples" / "lake-clean.jpg")
    assert drawn.width > 1000
    assert drawn.height > 800
