"""The grammar: which sentences are drawn, from the clauses of `labelled_clauses`."""

from collections.abc import Sequence
from typing import Literal

from restored.instruction import TASKS, Task

from .example import Example
from .labelled_clauses import LabelledClause, LabelledClauses, LabelledText, Mark
from .phrases import read_sections, strays, symptoms


class Grammar(LabelledClauses):
    """Draws sentences of one side of the split."""

    def tasks(self, count: int) -> list[Task]:
        """`count` different tasks."""
        return self.rng.sample(TASKS, count)

    def single(self, task: Task) -> Example | None:
        """One wish."""
        clause = self.wish(task)
        stratum = "symptom" if clause and clause.template.startswith("symptom") else "precise"
        return self.sentence([clause], stratum)

    def with_strength(self, task: Task) -> Example | None:
        """One wish with how much of it."""
        section = self.rng.choices(("more", "percent", "leftover"), (0.7, 0.15, 0.15))[0]
        return self.sentence([self.clause(section, {"": (task, True)})], "strength")

    def keeping(self, task: Task) -> Example | None:
        """Only an exclusion: nothing to do."""
        clauses = [self.keep(task)]
        if self.rng.random() < 0.15:
            clauses.append(self.keep(self.rng.choice([other for other in TASKS if other != task])))
        return self.sentence(clauses, "keep", "join_keep" if len(clauses) == 1 else "join")

    def several(self, count: int) -> Example | None:
        """Two or three wishes."""
        tasks = self.tasks(count)
        draw = self.rng.random()
        if count == 2 and draw < 0.45:
            section = self.rng.choice(("pair_thing", "pair_thing", "pair_state", "pair_goal"))
            return self.sentence([self.clause(section, {"1": (tasks[0], True), "2": (tasks[1], True)})], "multi")
        if count == 3 and draw < 0.5:
            return self.listing(tasks)
        if draw < 0.6:
            section: str | None = self.rng.choice(("do", "thing", "state", "symptom"))
        else:
            section = None
        clauses = [
            self.clause("more", {"": (task, True)}) if self.rng.random() < 0.12 else self.wish(task, section) for task in tasks
        ]
        return self.sentence(clauses, "multi")

    def listing(self, tasks: Sequence[Task]) -> Example | None:
        """ "remove a, b and c"; "it is x, y and z"."""
        section = self.rng.choice(("thing", "thing", "state", "do", "goal", "gerund", "quality"))
        openings = {
            "thing": ("{vr} the ", "{vr} ", "too much ", "", "no more ", "I hate ", "all this "),
            "state": ("it's ", "it is ", "", "my photo is ", "the picture came out ", "so "),
            "do": ("", "please ", "can you ", "could you "),
            "goal": ("make it ", "I want it ", "it should be ", ""),
            "gerund": ("apply ", "do ", "", "needs ", "I need "),
            "quality": ("give it ", "I want ", "needs ", ""),
        }[section]
        opening = self.rng.choice(openings)
        key = f"listing:{section}:{opening}"
        items = [self.phrase(task, section, "") for task in tasks]
        if any(item is None for item in items):
            return None
        last = self.rng.choice((" and ", ", and ", ", ", " & ", " plus "))
        pieces = [LabelledText(opening.replace("{vr}", self.rng.choice(self.slots["verb_remove"])))]
        for number, (task, item) in enumerate(zip(tasks, items, strict=True)):
            if number:
                pieces.append(LabelledText(last if number == len(tasks) - 1 else ", "))
            pieces.append(LabelledText(str(item), ((task, True),)))
        return self.example(pieces, dict.fromkeys(tasks, 1.0), (), ("wish",), "multi", [key], [str(i) for i in items])

    def but(self) -> Example | None:
        """A wish and an exclusion, joined or as one template."""
        first, second, third = self.tasks(3)
        draw = self.rng.random()
        if draw < 0.58:
            return self.sentence([self.clause("pair_not", {"1": (first, True), "2": (second, False)})], "negation")
        if draw < 0.78:
            return self.sentence([self.wish(first), self.keep(second, after=True)], "negation", "join_keep")
        if draw < 0.88:
            return self.sentence([self.keep(second), self.wish(first)], "negation", "join_keep")
        if draw < 0.94:
            return self.sentence(
                [self.wish(first), self.keep(second, after=True), self.keep(third, after=True)], "negation", "join_keep"
            )
        pair: Literal["pair_thing", "pair_state", "pair_goal"] = self.rng.choice(("pair_thing", "pair_state", "pair_goal"))
        both = self.clause(pair, {"1": (first, True), "2": (third, True)})
        return self.sentence([both, self.keep(second, after=True)], "negation", "join_keep")

    def excepting(self) -> Example | None:
        """A general wish with an exclusion."""
        return self.sentence([self.clause("except", {"": (self.tasks(1)[0], False)})], "negation", kinds=("general",))

    def both(self) -> Example | None:
        """Two wishes, in further forms."""
        first, second = self.tasks(2)
        return self.sentence([self.clause("both", {"1": (first, True), "2": (second, True)})], "multi")

    def apart(self) -> Example | None:
        """A wish and an exclusion, in further forms."""
        first, second = self.tasks(2)
        return self.sentence([self.clause("apart", {"1": (first, True), "2": (second, False)})], "negation")

    def apart_from_two(self) -> Example | None:
        """Two wishes and an exclusion in one clause."""
        first, second, third = self.tasks(3)
        marks: dict[str, Mark] = {"1": (first, True), "2": (second, False), "3": (third, True)}
        return self.sentence([self.clause("apart_two", marks)], "negation")

    def nothing(self) -> Example | None:
        """Only an exclusion, in further forms."""
        return self.sentence([self.clause("nothing", {"": (self.tasks(1)[0], False)})], "keep")

    def told(self) -> Example | None:
        """A hand-written symptom in company: small talk, a second symptom, a wish, or an exclusion."""
        first, second = self.tasks(2)
        draw = self.rng.random()
        if draw < 0.4:
            return self.in_context(self.symptom(first), ("wish",), "symptom")
        if draw < 0.6:
            return self.sentence([self.symptom(first), self.symptom(second)], "multi")
        if draw < 0.8:
            clauses = [self.symptom(first), self.wish(second)]
            return self.sentence(clauses if self.rng.random() < 0.5 else clauses[::-1], "multi")
        return self.sentence([self.symptom(first), self.keep(second, after=True)], "negation", "join_keep")

    def symptom(self, task: Task) -> LabelledClause | None:
        """A hand-written symptom of this side as a clause."""
        items = symptoms(self.split, task)
        if not items:
            return None
        chosen = self.rng.choice(items)
        text = chosen.text.rstrip(".!")
        return LabelledClause((LabelledText(text, ((task, True),)),), {task: chosen.wanted[task]}, (), chosen.template, ())

    def stray_in_context(self) -> Example | None:
        """A hand-written sentence that is no wish, with small talk around it: small talk must not turn it into one."""
        items = strays(self.split)
        if not items:
            return None
        chosen = self.rng.choice(items)
        clause = LabelledClause((LabelledText(chosen.text.rstrip(".!")),), {}, (), chosen.template, ())
        return self.in_context(clause, chosen.kinds, chosen.stratum)

    def in_context(self, clause: LabelledClause | None, kinds: tuple[str, ...], stratum: str) -> Example | None:
        """Small talk before or behind a clause, or both."""
        if clause is None:
            return None
        small_talk = read_sections("context")
        where = self.rng.random()
        pieces = list(clause.pieces)
        if where < 0.6:
            pieces.insert(0, LabelledText(self.rng.choice(small_talk["before"]) + " "))
        if where > 0.45:
            pieces.append(LabelledText(self.rng.choice((", ", ". ", " - ", "... ")) + self.rng.choice(small_talk["after"])))
        return self.example(pieces, clause.wanted, clause.excluded, kinds, stratum, [clause.template], clause.phrases)

    def mixed(self, other: str, kind: str) -> Example | None:
        """A wish together with something that cannot be done."""
        clause = self.wish(self.tasks(1)[0])
        if clause is None:
            return None
        stray = LabelledClause((LabelledText(other),), {}, (), f"{kind}:{other}", ())
        clauses = [clause, stray] if self.rng.random() < 0.7 else [stray, clause]
        return self.sentence(clauses, "mixed", kinds=(kind,))
