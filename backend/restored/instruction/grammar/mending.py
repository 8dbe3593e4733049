"""Words as they are typed -> words as a table has them: slips, endings that deny, and articles that an apostrophe joins."""

from functools import lru_cache

from ..spelling import slips
from .tokens import Token


class Mender:
    """What is known of one language's words, from its table."""

    def __init__(self, form: dict[str, str]) -> None:
        """form: the section `grammar` of the table."""
        self.known: set[str] = set()
        self._elided = frozenset(form.get("elision", "").split())
        self._denial_word, *self._denial = form.get("denial", "").split() or [""]
        self._mistyped_too = form.get("too", "")
        self._stem_words: set[str] = set()
        self._opening: set[str] = set()
        self._states: set[str] = {"much", "many"}
        self._copulas: set[str] = {"way", "bit", "little", "far"}
        self._fixable: set[str] = set()
        self._by_letter: dict[str, list[str]] = {}
        """`_fixable` by first letters, once the table is read."""
        self._nearest = lru_cache(maxsize=4096)(self._look_up)
        self._spoken: set[str] = set()
        self._numerals: set[str] = {"one", "two", "three", "four"}

    def learn(self, section: str, name: str, parts: tuple[str, ...]) -> None:
        """A phrase of the table."""
        whole = {part for part in parts if part != ".." and not part.endswith("*")}
        self.known |= whole
        if section == "amount" and name[0].isdigit() and len(parts) == 1:
            self._numerals |= set(parts)
        if section == "follow":
            self._spoken |= set(parts)
        if section == "symptom" or name.startswith("adj "):
            self._states |= set(parts)
        if (section, name) == ("modifier", "is"):
            self._copulas |= set(parts)
        if section not in ("unused", "off", "filler"):
            self._fixable |= whole
        if section != "filler":
            self._stem_words |= {part for part in parts if part.endswith("*")}
            if parts[0].endswith("*"):
                self._opening.add(parts[0][:-1])

    def repaired(self, words: list[Token], known: frozenset[str] | None) -> list[Token]:
        """Words that neither this table nor `known` (words of the language at large) has, replaced by the table's nearest within
        a slip or two."""
        words = [
            Token(f"{t.word[:-2]}n't", t.start, t.end) if t.word.endswith("nt") and f"{t.word[:-2]}n't" in self.known else t
            for t in words
        ]
        words = [token for word in words for token in self._opened(word)]
        mended = [
            token
            if token.mark or token.word in self.known or (known is not None and token.word in known)
            else Token(self._nearest(token.word, strict=known is None), token.start, token.end)
            for token in words
        ]
        return [self._too(token, mended[:i], mended[i + 1 :]) for i, token in enumerate(mended)]

    def _opened(self, token: Token) -> list[Token]:
        """A word without the article that an apostrophe joins to it ("l'esposizione"), unless the table has both as one."""
        *tens, last = token.word.split("-")
        if len(tens) == 1 and {tens[0], last} <= self._numerals:  # "thirty-five"
            at = token.start + len(tens[0])
            return [Token(tens[0], token.start, at), Token(last, at + 1, token.end)]
        if last != token.word and last.isalpha() and token.word not in self.known and last in self.known:  # "nicotine-yellow"
            return [Token(last, token.end - len(last), token.end)]
        article, mark, word = token.word.partition("'")
        if not mark or not word or token.word in self.known:
            return self._undenied(token)
        if word == "s" and article in self.known:  # "the sky's noisy", "the sky's noise"
            return [Token(article, token.start, token.start + len(article))]
        if article not in self._elided:
            return [token]
        return [Token(word, token.start + len(article) + 1, token.end)]

    def _undenied(self, token: Token) -> list[Token]:
        """A verb and its denial, where the language writes them as one ("aydınlatma": do not brighten)."""
        for ending in self._denial if token.word not in self.known else ():
            stem = token.word.removesuffix(ending)
            if stem != token.word and f"{stem}*" in self._stem_words:
                at = token.start + len(stem)
                return [Token(stem, token.start, at), Token(self._denial_word, at, token.end)]
        return [token]

    def _too(self, token: Token, before: list[Token], behind: list[Token]) -> Token:
        """ "It's to dark" means "too dark"; "from dark to bright" does not."""
        if token.word != self._mistyped_too or not behind or behind[0].word not in self._states:
            return token
        stands = not before or before[-1].mark or before[-1].word in self._copulas
        return Token("too", token.start, token.end) if stands else token

    def _candidates(self, letter: str) -> list[str]:
        if not self._by_letter:
            for candidate in self._fixable:
                self._by_letter.setdefault(candidate[0], []).append(candidate)
        return self._by_letter.get(letter, [])

    def _look_up(self, word: str, strict: bool) -> str:
        """The table's nearest word, looked up once however often a sentence says it: long ones spent their time on this."""
        least = 4 if strict else 5
        if not strict and 3 <= len(word) < least and word.isalpha():  # of a short word only letters that changed places
            swapped = [c for c in self._fixable if len(c) == len(word) and sorted(c) == sorted(word) and slips(word, c) == 1]
            return min(swapped, default=word)
        if len(word) < least or not word.isalpha() or any(word.startswith(stem) for stem in self._opening):
            return word
        reach = 2 if len(word) >= 9 else 1
        best = (reach + 1, True, 0, 0, word)
        for candidate in self._candidates(word[0]):
            swapped = len(word) == 4 and sorted(word) == sorted(candidate) and candidate in self._spoken
            if len(word) < 6 and strict and len(candidate) <= len(word) and not swapped:
                continue  # of a short word only a letter that was left out is mended: many others differ by one
            if abs(len(candidate) - len(word)) <= reach and len(candidate) >= least - 1:
                shared = next(
                    (i for i, (a, b) in enumerate(zip(word, candidate, strict=False)) if a != b), min(len(word), len(candidate))
                )
                other = sorted(word) != sorted(candidate)  # letters that changed places are the commonest slip
                best = min(best, (slips(word, candidate), other, -shared, -len(candidate), candidate))
        return best[-1] if best[0] <= reach else word
