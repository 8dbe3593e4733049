"""Translations for plug-ins: gettext's .po files, read as they are.

Reading the text form spares a compiled file that could be forgotten or not be packed; a catalogue of some hundred strings is
read in about a millisecond. Supported: msgid, msgstr, msgctxt-free entries, plurals with the n != 1 rule of English and German.
"""

from __future__ import annotations

import ast
import locale
import os
import re
from pathlib import Path
from typing import Dict, Iterable, List, Optional, Pattern, Tuple

SHARED = Path(__file__).resolve().parent / "locale"
"""What every adapter needs: names of tasks, reasons for doing nothing."""

DOING = "doing"
"""The place in a message that holds words of ours, and so is translated itself."""

FAULTS = frozenset({"faults", "more"})
"""Places that hold faults by the names of their tasks, each perhaps with its amount in brackets."""


class Catalogue:
    """Messages of one language; what is missing stays English."""

    def __init__(self, messages: Optional[Dict[str, List[str]]] = None) -> None:
        self._messages = messages or {}
        self._patterns: Optional[List[Tuple[Pattern[str], str]]] = None

    def gettext(self, message: str) -> str:
        found = self._messages.get(message)
        if found and found[0]:
            return found[0]
        # what is added in brackets, such as the name of the machine that is at work, is nobody's to translate
        words, bracket, added = message.rpartition(" (")
        return f"{self.gettext(words)}{bracket}{added}" if bracket and added.endswith(")") else message

    def sentence(self, message: str) -> str:
        """What the daemon says, translated also where words stand in it: “I cannot find “{place}” ...”."""
        found = self.gettext(message)
        if found != message or not message:
            return found
        words, bracket, added = message.rpartition(" (")
        if bracket and added.endswith(")") and (translated := self.sentence(words)) != words:
            return f"{translated}{bracket}{added}"
        if self._patterns is None:
            self._patterns = [(_pattern(english), forms[0]) for english, forms in self._messages.items() if "{" in english]
        for pattern, translated in self._patterns:
            match = pattern.fullmatch(message)
            if match:
                inside = match.groupdict()
                if DOING in inside:
                    inside[DOING] = self.gettext(inside[DOING])
                for name in FAULTS & set(inside):
                    inside[name] = self.gettext(", ").join(map(self._fault, inside[name].split(", ")))
                return translated.format(**inside)
        return message

    def _fault(self, words: str) -> str:
        """ "haze (a veil of about 40 %)" """
        name, bracket, amount = words.partition(" (")
        said = self.sentence(amount[:-1]) if bracket else ""
        return f"{self.gettext(name)} ({said})" if said else self.gettext(name)

    def ngettext(self, singular: str, plural: str, n: int) -> str:
        found = self._messages.get(singular)
        if found and len(found) > 1 and all(found):
            return found[0 if n == 1 else 1]
        return singular if n == 1 else plural


def _pattern(english: str) -> Pattern[str]:
    """A message with {names} as an expression that finds what stands in their places."""
    parts = re.split(r"\{(\w+)\}", english)
    return re.compile("".join(re.escape(part) if n % 2 == 0 else f"(?P<{part}>.+)" for n, part in enumerate(parts)), re.DOTALL)


def load(folders: Iterable[Path], languages: Optional[Iterable[str]] = None) -> Catalogue:
    """The catalogue of the first of `languages` (default: the user's) that has a `LANG.po` in one of the folders.

    All folders contribute to that language; later ones win. English, or nothing found, gives an empty catalogue.
    """
    places = list(folders)
    for language in languages if languages is not None else user_languages():
        names = [language, language.split("_")[0]]
        if names[-1] in ("en", "C", "POSIX"):
            break
        for name in names:
            files = [folder / f"{name}.po" for folder in places if (folder / f"{name}.po").is_file()]
            if files:
                messages: Dict[str, List[str]] = {}
                for file in files:
                    messages.update(parse(file.read_text(encoding="utf-8")))
                return Catalogue(messages)
    return Catalogue()


def user_languages() -> List[str]:
    """Language codes such as "de_AT", most wanted first, from gettext's variables or else the system's locale."""
    for variable in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        value = os.environ.get(variable)
        if value:
            return [code.split(".")[0].split("@")[0] for code in value.split(":") if code]
    code = locale.getlocale()[0]
    return [code] if code else []


def parse(text: str) -> Dict[str, List[str]]:
    """msgid -> msgstr forms of a .po file; fuzzy and empty entries and the header are left out."""
    messages: Dict[str, List[str]] = {}
    entry: Dict[str, str] = {}
    field = ""
    fuzzy = False

    def flush() -> None:
        forms = [entry[key] for key in sorted(entry) if key.startswith("msgstr")]
        if entry.get("msgid") and any(forms) and not fuzzy:
            messages[entry["msgid"]] = forms

    for raw in [*text.splitlines(), ""]:
        line = raw.strip()
        if line.startswith("#"):
            if field.startswith("msgstr"):
                flush()
                entry, field, fuzzy = {}, "", False
            fuzzy = fuzzy or (line.startswith("#,") and "fuzzy" in line)
        elif line.startswith("msg"):
            key, _, value = line.partition(" ")
            if key == "msgid" and entry:
                flush()
                entry, fuzzy = {}, fuzzy and not field
            field = key
            entry[field] = ast.literal_eval(value)
        elif line.startswith('"') and field:
            entry[field] += ast.literal_eval(line)
        elif not line and entry:
            flush()
            entry, field, fuzzy = {}, "", False
    return messages
