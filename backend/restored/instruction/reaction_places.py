"""Where a sentence on a result wants something else: the place that its words name, or what the layers for reactions make of
them."""

import logging
from collections.abc import Sequence
from dataclasses import replace

from restored.ground.errors import InstallationError
from restored.regions.names import Region

from . import grammar, reactions
from .plan import Step
from .pointing import place_in
from .sanitize import clean
from .word_places import PlaceWord

LOG = logging.getLogger(__name__)


def pointed(steps: Sequence[Step], text: str) -> Region | None:
    """The place that a sentence on a plan of these steps names: the one that the table of words knows, or the likeliest."""
    text = clean(text).text
    language = grammar.language_of(text)
    words = grammar.load(language)
    heard = grammar.hear(text, words)
    named = dict.fromkeys([*(region for _, region in heard.limits), *(clause.place for clause in heard.clauses if clause.place)])
    likeliest = place_in(heard.text, _places(steps, heard.text, language), words)
    if len(named) == 1:
        (one,) = named
        kept = likeliest is not None and likeliest.outside and likeliest.places == one.places  # "keep off the sky"
        return replace(one, outside=True) if kept else one
    return likeliest or next(iter(named), None)


def _places(steps: Sequence[Step], text: str, language: str) -> list[PlaceWord]:
    """What each word says of places; nothing where the layers, or their encoder, are not there."""
    try:
        return reactions.places(text, steps, language)
    except (InstallationError, OSError) as error:
        LOG.warning("where a reaction is meant is read by the tables of words alone: %s", error)
        return []
