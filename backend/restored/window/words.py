"""The window's words in the user's language."""

from pathlib import Path

from restored_client.desk.catalogue import SHARED, Catalogue, load

LOCALE = Path(__file__).with_name("locale")

CATALOGUE: Catalogue = load([SHARED, LOCALE])


def tr(words: str) -> str:
    return CATALOGUE.gettext(words)
