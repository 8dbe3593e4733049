"""What a later word of a sentence takes up or stands for: "the shadows are too deep, lift them more", "saturation instead of
contrast"."""

from .clauses import TONES
from .concepts import Words
from .interpret import WISHES
from .result import names_in
from .tokens import tokens


def subjects(text: str, words: Words) -> tuple[str, ...]:
    """What a pronoun behind a text may mean: tasks, adjustments and tones that it names."""
    row = words.repaired(tokens(text), None)
    found: list[str] = []
    for hit in words.find(row, frozenset({"task", "symptom", "quality", "place"})):
        if hit.section == "quality":
            found += [name.rstrip("+-") for name in hit.name.split()[1:]]
        elif hit.section != "place" or hit.name in TONES:
            found.append(hit.name)
    return tuple(dict.fromkeys(found))


def takes_up(text: str, words: Words) -> bool:
    """Whether a text has a pronoun."""
    return any(token.word in words.pronouns for token in tokens(text))


def is_remark(text: str, words: Words) -> bool:
    """Whether a text only says how something is or was, in words of which the table knows none that could be treated."""
    row = words.repaired(tokens(text), None)
    hits = words.find(row, WISHES)
    told = any(token.word in words.told for token in row)
    return told and all(hit.section in ("end", "amount") or hit.name == "is" for hit in hits)


def swapped(text: str, words: Words) -> tuple[str, tuple[str, ...]] | None:
    """ "Saturation instead of contrast", "instead of sharpening remove the noise": the wish, and the names of what it stands for;
    None where nothing is swapped."""
    row = words.repaired(tokens(text), None)
    marker = next((hit for hit in words.find(row, frozenset({"follow"})) if hit.name == "instead"), None)
    if marker is None:
        return None
    hits = words.find(row, frozenset({"task", "verb", "quality", "remedy"}))
    named = [hit for hit in hits if hit.first > marker.last]
    if not named:
        return None
    start, end = row[marker.first].start, row[max(hit.last for hit in named if hit.first == named[0].first)].end
    wish = f"{text[:start]} {text[end:]}".strip(" ,;")
    return (wish, names_in(text[start:end], words)) if wish else None
