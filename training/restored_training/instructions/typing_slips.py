"""How people really type: slips of the finger, phonetic spelling, text speak, shouting."""

import random
import re

NEIGHBOURS = {
    "q": "wa", "w": "qes", "e": "wrd", "r": "etf", "t": "ryg", "y": "tuh", "u": "yij", "i": "uok", "o": "ipl", "p": "ol",
    "a": "qsz", "s": "awdx", "d": "sefc", "f": "drgv", "g": "fthb", "h": "gyjn", "j": "hukm", "k": "jil", "l": "kop", "z":
    "asx", "x": "zsdc", "c": "xdfv", "v": "cfgb", "b": "vghn", "n": "bhjm", "m": "njk",
}  # fmt: skip
PHONETIC = (
    ("ph", "f"), ("ght", "te"), ("ck", "k"), ("ise", "ize"), ("ei", "ie"), ("ie", "ei"), ("ou", "u"), ("ea", "ee"), ("ee",
    "ea"), ("oi", "io"), ("tion", "shun"), ("er", "re"), ("ai", "ia"), ("ll", "l"), ("ss", "s"), ("rr", "r"), ("tt", "t"),
    ("a", "e"), ("e", "a"), ("y", "ie"), ("c", "k"), ("s", "z"), ("ar", "er"), ("or", "er"), ("ow", "ou"), ("wh", "w"),
    ("th", "t"), ("gh", "g"), ("le", "el"),
)  # fmt: skip
TEXT_SPEAK = {
    "please": ("pls", "plz", "pleese", "plx"), "you": ("u", "ya"), "your": ("ur",), "are": ("r",), "the": ("teh", "da",
    "th", "hte"), "to": ("2",), "too": ("2", "to"), "for": ("4",), "and": ("n", "&", "an"), "this": ("dis", "tihs",
    "thsi"), "that": ("dat", "taht"), "with": ("w/", "wiht"), "without": ("w/o",), "picture": ("pic", "pix", "pictre"),
    "photo": ("foto", "pic", "phot"), "image": ("img", "imgae"), "because": ("cuz", "bc"), "thanks": ("thx", "tnx", "ty"),
    "going to": ("gonna",), "want to": ("wanna",), "some": ("sum",), "what": ("wat", "wut"), "see": ("c",), "but": ("bt",
    "butt"), "very": ("v", "rly"), "really": ("rly", "realy"), "make": ("mak", "maek"), "it": ("it", "ti"), "more":
    ("moar", "mor"), "colours": ("colurs", "colors", "coulors"), "colors": ("colrs", "colours"), "remove": ("rm", "remve",
    "remuve"), "fix": ("fx", "fixx"), "isn't": ("isnt", "aint"), "it's": ("its",), "don't": ("dont", "dnt"), "can't":
    ("cant",), "there's": ("theres",), "get rid of": ("get rid off", "gt rid of"), "it is": ("its",), "could": ("cud",),
    "would": ("wud",), "just": ("jus", "jst"), "keep": ("kep", "keeep"), "leave": ("leav", "leeve"), "bright": ("brite",),
    "brighter": ("briter",), "light": ("lite",), "night": ("nite",), "my": ("ma", "my"),
}  # fmt: skip
TAILS = (
    " lol",
    " :(",
    " ugh",
    " bro",
    " man",
    " pls",
    " plz",
    " thx",
    "!!",
    "!!!",
    "...",
    " ffs",
    " af",
    " omg",
    " tho",
    " mate",
    " xx",
    " ??",
    " rn",
    " asap",
    " smh",
)


def slip(word: str, rng: random.Random) -> str:
    """`word` with one slip: dropped, doubled, swapped, neighbouring or phonetic letters. Words under four letters stay."""
    if len(word) < 4 or not word.isalpha():
        return word
    kind = rng.random()
    at = rng.randrange(0 if rng.random() < 0.1 else 1, len(word))
    if kind < 0.24:
        return word[:at] + word[at + 1 :]
    if kind < 0.38:
        return word[: at + 1] + word[at] + word[at + 1 :]
    if kind < 0.62 and at + 1 < len(word):
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    if kind < 0.8:
        return word[:at] + rng.choice(NEIGHBOURS.get(word[at].lower(), "e")) + word[at + 1 :]
    pairs = [(old, new) for old, new in PHONETIC if old in word[1:]]
    if not pairs:
        return word[:at] + word[at + 1 :]
    old, new = rng.choice(pairs)
    return word[0] + word[1:].replace(old, new, 1)


def mistype(text: str, rng: random.Random, rate: float = 0.3) -> str:
    """`text` with slips in about `rate` of its longer words, at least one where possible."""
    parts = re.split(r"(\W+)", text)
    longer = [i for i, part in enumerate(parts) if len(part) >= 4 and part.isalpha()]
    if not longer:
        return text
    chosen = {i for i in longer if rng.random() < rate} or {rng.choice(longer)}
    return "".join(slip(part, rng) if i in chosen else part for i, part in enumerate(parts))


def text_speak(text: str, rng: random.Random, rate: float = 0.6) -> str:
    """`text` with the shorthand of messages ("plz", "u", "w/o")."""
    for word, choices in TEXT_SPEAK.items():
        if word in text and rng.random() < rate:
            text = re.sub(rf"\b{re.escape(word)}\b", rng.choice(choices), text)
    return text


def drop_marks(text: str) -> str:
    """`text` without apostrophes and commas."""
    return re.sub(r"['’,]", "", text)


def stretch(text: str, rng: random.Random) -> str:
    """One vowel held down: "sooo", "blurryyy"."""
    spots = [m.start() for m in re.finditer(r"[aeiouy](?=\b|[^aeiou])", text)]
    if not spots:
        return text
    at = rng.choice(spots)
    return text[:at] + text[at] * rng.randint(2, 4) + text[at:]
