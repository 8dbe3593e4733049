"""What is not a task: edits, damage to add, chat, code, gibberish, other languages. Draws (text, kinds, stratum, template)."""

import random
import string
from collections.abc import Callable

from restored.instruction import TASKS, Task

from .example import Split
from .inventory import lines, pool, templates
from .labelled_clauses import NEGATIVE, SLOT
from .phrases import read_foreign, read_sections, split_of

Stray = tuple[str, tuple[str, ...], str, str]

POLITE = ("", "", "", "", "please ", "can you ", "could you ", "hey, ", "I want you to ", "would you ", "pls ", "just ")
ADDABLE: tuple[Task, ...] = ("denoise", "derain", "dehaze", "desnow", "dejpeg")
"""Tasks whose damage nouns all make sense after "add": for the others ("more pixels") some would be wishes."""


class OutOfDistribution:
    """Draws non-tasks of one side of the split."""

    def __init__(self, split: Split, seed: int) -> None:
        self.split: Split = split
        self.rng = random.Random(f"strangers:{split}:{seed}")
        self.words = read_sections("offtopic")
        self.edits = tuple(edit for edit in self.words["mould"] if split_of(f"edit:{edit}") == split)
        sentences, grammars = read_foreign()
        self.foreign_lines = tuple(text for _, text in sentences if split_of(f"foreign:{text}") == split)
        self.foreign = tuple(g for g in grammars if split_of(f"language:{g.language}", 0.15, 0.15) == split)

    def _fill(self, template: str) -> str:
        return SLOT.sub(lambda match: self.rng.choice(self.words[match.group(1)]), template)

    def edit(self) -> Stray:
        """A generative edit."""
        edit = self.rng.choice(self.edits)
        return self.rng.choice(POLITE) + self._fill(edit), ("off_topic",), "off_topic", f"edit:{edit}"

    def listed(self, section: str) -> Stray | None:
        """A hand-written line of offtopic.txt."""
        items = lines("offtopic", section, self.split)
        if not items:
            return None
        line = self.rng.choice(items)
        opening = self.rng.choice(POLITE) if section in ("geo", "edit", "file") else ""
        return opening + line, ("off_topic",), "off_topic", f"{section}:{line}"

    def about(self) -> Stray | None:
        """Talk about a damage word that is no wish."""
        template = self.rng.choice(templates("about", self.split) or ("",))
        text = self._domain(template, self.rng.sample(TASKS, 2))
        return (text, ("off_topic",), "off_topic", f"about:{template}") if text else None

    def add(self) -> Stray | None:
        """Damage to add."""
        draw = self.rng.random()
        if draw < 0.3:
            items = lines("add", "say", self.split)
            line = self.rng.choice(items)
            return line, ("add",), "add", f"add:{line}"
        section = "add_thing" if draw < 0.62 else "add_state"
        template = self.rng.choice(templates(section, self.split) or ("",))
        task = self.rng.choice(ADDABLE if section == "add_thing" else TASKS)
        text = self._domain(template, [task])
        return (text, ("add",), "add", f"{section}:{template}") if text else None

    def _domain(self, template: str, tasks: list[Task]) -> str | None:
        missing = not template

        def fill(match: object) -> str:
            nonlocal missing
            name, suffix = match.groups()  # type: ignore[attr-defined]
            if name == "subject":
                return self.rng.choice(read_sections("slots")["subject"])
            items = pool(tasks[1 if suffix == "2" else 0], name, self.split)
            phrase = self.rng.choice(items) if items else ""
            if not phrase or (
                name == "state" and (phrase.startswith((*NEGATIVE, "too", "off", "just", "as if")) or " too " in phrase)
            ):
                missing = True
            return phrase

        text = SLOT.sub(fill, template)
        return None if missing else text

    def general(self) -> Stray | None:
        """A wish that names nothing."""
        items = lines("general", "say", self.split)
        line = self.rng.choice(items)
        text = line
        if self.rng.random() < 0.6:
            subject = self.rng.choice(read_sections("general")["subject"])
            owner = self.rng.choice(("my", "this", "the", "our", "that"))
            for pronoun in (" this photo", " this picture", " this image", " my photo", " the picture", " it", " this"):
                if (pronoun + " ") in (text + " "):
                    text = (text + " ").replace(pronoun + " ", f" {owner} {subject} ", 1).strip()
                    break
        return self.rng.choice(POLITE) + text if self.rng.random() < 0.3 else text, ("general",), "general", f"general:{line}"

    def other_language(self) -> Stray | None:
        """A sentence that is not English."""
        if (self.rng.random() < 0.45 and self.foreign_lines) or not self.foreign:
            line = self.rng.choice(self.foreign_lines)
            return line, ("foreign",), "foreign", f"foreign:{line}"
        grammar = self.rng.choice(self.foreign)
        text = f"{self.rng.choice(grammar.verbs)} {self.rng.choice(grammar.objects)}"
        if self.rng.random() < 0.6:
            text += f" {self.rng.choice(grammar.tails)}"
        return text, ("foreign",), "foreign", f"language:{grammar.language}"

    def gibberish(self) -> Stray:
        """Keys hit at random, numbers, marks, word salad."""
        rng = self.rng
        kind = rng.randrange(6)
        if kind == 0:
            text = " ".join("".join(rng.choices(string.ascii_lowercase, k=rng.randint(2, 9))) for _ in range(rng.randint(1, 4)))
        elif kind == 1:
            rows = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
            text = " ".join("".join(rng.choices(rng.choice(rows), k=rng.randint(3, 9))) for _ in range(rng.randint(1, 3)))
        elif kind == 2:
            text = "".join(rng.choices(string.digits + ".,-+*/= ", k=rng.randint(1, 14)))
        elif kind == 3:
            text = "".join(rng.choices(string.punctuation, k=rng.randint(1, 8)))
        elif kind == 4:
            nouns = self.words["thing"]
            text = " ".join(rng.choice(rng.choice(nouns).split()) for _ in range(rng.randint(1, 4)))
        else:
            syllables = ("ba", "zo", "kri", "flu", "gno", "mip", "tar", "wub", "sne", "quo", "lor", "pif", "dral", "vex")
            text = " ".join("".join(rng.choices(syllables, k=rng.randint(1, 3))) for _ in range(rng.randint(1, 5)))
        return text, ("off_topic",), "off_topic", f"gibberish:{kind}"

    def off_topic(self) -> Stray | None:
        """Anything that is neither a wish nor damage to add nor foreign."""
        sources: list[tuple[float, Callable[[], Stray | None]]] = [
            (0.4, self.edit),
            (0.1, self.about),
            (0.08, self.gibberish),
            *((share, lambda section=section: self.listed(section)) for section, share in LISTED.items()),
        ]
        return self.rng.choices([draw for _, draw in sources], [share for share, _ in sources])[0]()


LISTED = {"geo": 0.06, "edit": 0.1, "file": 0.05, "chat": 0.1, "code": 0.04, "inject": 0.03, "caption": 0.03, "gibberish": 0.02}
