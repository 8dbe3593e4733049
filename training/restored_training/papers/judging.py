"""Claims against results: what `training/runs/papers/claims.json` asks and the results' files answer."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from ..data.paths import repository
from .layer_claims import lost_where_shallow, moved_beyond, moved_most, uniformly_well
from .statistics import Difference, Verdict, alike, difference, verdict

EXPERIMENTS: Final = ("elementary", "instructed", "encoders", "diffusion", "nine")

TABLES: Final[dict[tuple[str, str], tuple[str, str]]] = {
    ("Instruct-IPT", "1"): ("Feature modulation against weight modulation", "elementary"),
    ("Instruct-IPT", "2"): ("Which layers a task moves", "elementary"),
    ("Instruct-IPT", "Figure 2"): ("Energy under constant and proportional rank", "elementary"),
    ("Instruct-IPT", "3"): ("Synchronous against two-stage training", "elementary"),
    ("Instruct-IPT", "8"): ("The same modulation on a diffusion U-Net", "diffusion"),
    ("Instruct-IPT", "9"): ("Replacing the output layer", "elementary"),
    ("Instruct-IPT", "10"): ("Constant against proportional rank", "elementary"),
    ("InstructIR", "2"): ("Five tasks, with and without text", "instructed"),
    ("InstructIR", "3"): ("Three tasks, with and without text", "instructed"),
    ("InstructIR", "4"): ("Precise and ambiguous instructions", "instructed"),
    ("InstructIR", "6"): ("From three to seven tasks", "instructed"),
    ("InstructIR", "8"): ("The sentence encoder", "encoders"),
    ("InstructIR", "Figure 5"): ("Asked for something else", "instructed"),
    ("InstructIR", "Figure 5, identity"): ("Asked for what is not there or was never learned", "encoders"),
}
"""(paper, table) -> what it compares, and which experiment trains it."""


EARLIER: Final = "earlier/elementary"
"""A shorter run of some of the arms, kept to see what turned with the length."""
LISTENS: Final = 0.2
"""dB that the wrong instruction has to cost before figures of encoders mean anything."""
LARGE: Final = 0.25
"""Share of a picture from which on a hole in it counts as large."""
NOTABLE: Final = 35.0
"""dB between a picture and what became of it, below which the change is called notable."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A claim and what was found. full, half: differences, where the claim is one of means; facts: in words, where it is
    not, or what the verdict hangs on."""

    claim: Mapping[str, Any]
    verdict: Verdict | None
    full: Difference | None = None
    half: Difference | None = None
    facts: str = ""

    @property
    def opposite(self) -> bool:
        """True where the same criterion, turned round, supports the opposite."""
        full, half = self.full, self.half
        if self.verdict != "not supported" or full is None or self.claim.get("kind") == "alike":
            return False
        return full.high < 0 and full.agreed and (half is None or half.mean < 0)

    def to_dict(self) -> dict[str, Any]:
        out = {key: self.claim[key] for key in ("id", "paper", "table", "says", "figures")}
        out |= {"verdict": self.verdict or ("no verdict" if self.full else "not run"), "facts": self.facts}
        out["opposite"] = self.opposite
        for name, found in (("full", self.full), ("half", self.half)):
            out[name] = None if found is None else found.to_dict()
        return out


def claims_file() -> Path:
    return repository() / "training" / "runs" / "papers" / "claims.json"


def results_folder() -> Path:
    return repository() / "training" / "results" / "papers"


def read_claims(path: Path | None = None) -> tuple[str, list[dict[str, Any]]]:
    """The criterion and the claims, as they were written before the runs."""
    data = json.loads((path or claims_file()).read_text(encoding="utf-8"))
    return data["criterion"], data["claims"]


def read_results(folder: Path | None = None) -> dict[str, dict[str, Any]]:
    """Experiment -> its results, for those that were run."""
    place = folder or results_folder()
    found = {}
    for name in (*EXPERIMENTS, EARLIER, "beside", "fills", "sequences"):
        path = place / f"{name}.json"
        if path.exists():
            found[name] = json.loads(path.read_text(encoding="utf-8"))
    return found


def judge(claim: Mapping[str, Any], results: Mapping[str, Mapping[str, Any]]) -> Judged:
    """The verdict on one claim, by the criterion; without one where its experiment was not run."""
    result = results.get(claim["experiment"])
    if result is None:
        return Judged(claim, None)
    if claim.get("kind") in ("similarity", "most moved", "energy", "even energy"):
        return _of_layers(claim, result)
    if claim.get("kind") == "identity":
        return _identity(claim, result)
    if claim.get("kind") == "fills":
        return _fills(claim, result, results.get("fills"))
    full = _difference(claim, result, "psnr")
    if full is None:
        return Judged(claim, None)
    if cut_short(result):
        return Judged(claim, None, full, facts="its arms were stopped before their end: no verdict")
    if claim.get("kind") == "alike":
        cost = price_of_another(result)
        listens = cost is not None and cost >= LISTENS
        return Judged(claim, alike(full) if listens else "not testable at this scale", full, facts=heard(result))
    half = _difference(claim, result, "psnr half") if "psnr half" in result else None
    if half is None and "psnr half" in result:
        return Judged(claim, None, full, facts="its arms of half the length are missing: no verdict")
    return Judged(claim, verdict(full, half), full, half)


def price_of_another(result: Mapping[str, Any]) -> float | None:
    """dB that it costs, on average, to tell the image model through its own head to undo another damage than there is; None where
    a result is too old to say."""
    if "first" not in result:
        return None
    own = result["psnr"][result["first"]]
    gaps = [np.asarray(own[f"{task}/precise"]) - np.asarray(own[f"{task}/wrong"]) for task in _tasks(own)]
    return float(np.mean(gaps))


def _tasks(table: Mapping[str, Any]) -> list[str]:
    return [key.removesuffix("/precise") for key in table if key.endswith("/precise")]


def heard(result: Mapping[str, Any]) -> str:
    """How much the image model listens, in words."""
    cost = price_of_another(result)
    if cost is None:
        return "whether the image model listens at all was not measured"
    verb = "listens" if cost >= LISTENS else "hardly listens"
    return f"the image model {verb}: told to undo another damage it loses {cost:.2f} dB"


def cut_short(result: Mapping[str, Any]) -> bool:
    """True when arms were measured that had not been trained to their end (the elementary ones are left out instead)."""
    return result["experiment"] != "elementary" and not result.get("finished", True)


def figures(result: Mapping[str, Any], arm: str, sets: Sequence[str], key: str = "psnr") -> np.ndarray | None:
    """(seeds, pictures): an arm's mean over sets; None where it was not trained."""
    table = result[key]
    if result["experiment"] == "instructed":
        rows = [index for index, name in enumerate(result["members"]) if name == arm]
        parts = [np.asarray(table[name])[rows] for name in sets if name in table and rows]
    elif result["experiment"] == "diffusion":
        parts = [np.asarray(table[f"{arm}/{name}"]) for name in sets if f"{arm}/{name}" in table]
    else:
        parts = [np.asarray(table[arm][name]) for name in sets if arm in table]
    return np.mean(parts, axis=0) if parts else None


def _difference(claim: Mapping[str, Any], result: Mapping[str, Any], key: str) -> Difference | None:
    better = figures(result, claim["better"], claim["sets"], key)
    worse = figures(result, claim["worse"], claim.get("against", claim["sets"]), key)
    return None if better is None or worse is None else difference(better, worse)


def _of_layers(claim: Mapping[str, Any], result: Mapping[str, Any]) -> Judged:
    """A claim of Table 2 or Figure 2; no verdict where some of the finetuning was not done."""
    moved, energy = result.get("similarity"), result.get("energy")
    if claim["kind"] in ("energy", "even energy"):
        if not energy:
            return Judged(claim, None)
        said, words = lost_where_shallow(energy) if claim["kind"] == "energy" else uniformly_well(energy)
        return Judged(claim, said, facts=words)
    if not moved or not {"denoise", "deblur", "mix"} <= set(moved):
        return Judged(claim, None)
    said, words = (moved_beyond if claim["kind"] == "similarity" else moved_most)(claim, moved)
    return Judged(claim, said, facts=words)


def _identity(claim: Mapping[str, Any], result: Mapping[str, Any]) -> Judged:
    """Whether pictures come back as they went in, told so."""
    kept = result.get("kept")
    if not kept:
        return Judged(claim, None)

    def of(style: str) -> Difference:
        values = np.mean([np.asarray(kept[f"{task}/{style}"]) for task in _tasks(kept)], axis=0)
        return difference(values, np.zeros_like(values))

    told, precise = of(claim["style"]), of("precise")
    words = [
        f"{name} {found.mean:.1f} ({found.low:.1f} to {found.high:.1f}; seeds {', '.join(f'{seed:.1f}' for seed in found.seeds)})"
        for name, found in (("told so", told), ("told precisely what it needs", precise))
    ]
    facts = f"dB between the picture given and the result: {'; '.join(words)}"
    if precise.mean >= NOTABLE:
        return Judged(claim, "not testable at this scale", facts=facts)
    good = told.low > NOTABLE and min(told.seeds) > NOTABLE
    return Judged(claim, "supported" if good else "not supported", facts=facts)


def _fills(claim: Mapping[str, Any], result: Mapping[str, Any], product: Mapping[str, Any] | None) -> Judged:
    """The samples against what the product does, in the very holes; by the general criterion."""
    own = figures(result, claim["better"], claim["sets"])
    if own is None or product is None or product["pictures"] != result["pictures"] or cut_short(result):
        return Judged(claim, None)
    large = np.asarray(product["hidden"]) >= LARGE
    theirs = np.broadcast_to(np.asarray(product["psnr"]), own.shape)
    found = difference(own[:, large], theirs[:, large])
    other = difference(own[:, ~large], theirs[:, ~large])
    facts = f"{large.sum()} of {len(large)} holes; in the smaller ones {other.mean:+.2f} ({other.low:+.2f} to {other.high:+.2f})"
    return Judged(claim, verdict(found, None), found, facts=facts)


def command(experiment: str, results: Mapping[str, Mapping[str, Any]]) -> str:
    """What repeats a run, on the kind of machine that it was made on."""
    on_gpu = results.get(experiment, {}).get("machine", "").startswith("NVIDIA")
    return f"restored-train papers run {experiment}{' --device cuda' if on_gpu else ''}"


def _state(result: Mapping[str, Any] | None, verdicts: Sequence[Mapping[str, Any]]) -> str:
    if result is None:
        return "not run"
    if cut_short(result):
        return "cut short"
    missing = sum(claim["verdict"] in ("not run", "no verdict") for claim in verdicts)
    return "measured" if not missing else "not run" if missing == len(verdicts) else "measured in part"


def tables(folder: Path | None = None) -> list[dict[str, Any]]:
    """Each table with its command, its state and its verdicts, as plain values."""
    _, claims = read_claims()
    results = read_results(folder)
    out = []
    for (paper, table), (title, experiment) in TABLES.items():
        mine = [judge(claim, results).to_dict() for claim in claims if (claim["paper"], claim["table"]) == (paper, table)]
        out.append(
            {
                "paper": paper,
                "table": table,
                "title": title,
                "experiment": experiment,
                "command": command(experiment, results),
                "state": _state(results.get(experiment), mine),
                "machine": results.get(experiment, {}).get("machine", ""),
                "verdicts": mine,
            }
        )
    return out
