"""Results as tables: what was reached, what was to be reached, and Markdown for the README."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files as resource_files
from typing import Any, Final

from ..runs.yaml_files import parse_yaml

Results = Mapping[str, Any]

COLUMNS: Final = ("CPU", "GPU or distilled", "large family, first rental")
BEGIN: Final = "<!-- results: written by `restored-train report`, do not edit -->"
END: Final = "<!-- /results -->"


@dataclass(frozen=True, slots=True)
class Goal:
    """One row of the figures to reach. reached: the subject's figure in the goal's own terms (dB, gain in dB, or per cent)."""

    title: str
    figure: str
    reached: float
    wanted: tuple[float, ...]
    unit: str
    lower_is_better: bool

    def met(self, column: int) -> bool:
        """Whether the goal of that column is reached."""
        goal = self.wanted[column]
        return self.reached <= goal if self.lower_is_better else self.reached >= goal

    def shown(self, value: float) -> str:
        """A value in this row's terms."""
        sign = "+" if value > 0 and self.unit != "dB" else ""
        return f"{sign}{value:.0f} %" if self.unit == "%" else f"{sign}{value:.2f} dB"


def goals(results: Results) -> list[Goal]:
    """The figures to reach that these results can answer."""
    rows = {title(row): row for row in results["sets"]}
    targets = parse_yaml(resource_files("restored_training.evaluation").joinpath("targets.yaml").read_text(encoding="utf-8"))
    found = []
    for target in targets:
        row = rows.get(target["set"])
        if row is None or not row["n"]:
            continue
        figure = target["figure"]
        value, before = row[figure], row[target.get("against", f"input_{figure}")]
        if target.get("share"):
            reached, unit = 100 * (value / before - 1), "%"
        elif target.get("gain"):
            reached, unit = value - before, "dB gain"
        else:
            reached, unit = value, "dB"
        found.append(Goal(target["set"], figure, reached, tuple(target["values"]), unit, bool(target.get("share"))))
    if results.get("wrong_clean"):
        mean = sum(row["psnr_to_input"] for row in results["wrong_clean"]) / len(results["wrong_clean"])
        found.append(Goal("wrong instruction on clean pictures", "PSNR to the input", mean, (40.0, 43.0, 45.0), "dB", False))
    return found


def title(row: Mapping[str, Any]) -> str:
    """A set's name with its level."""
    return f"{row['set']} {row['level']}".strip()


def figures(row: Mapping[str, Any]) -> list[tuple[str, float, float, bool]]:
    """(name, input, result, higher is better) of every figure a row has."""
    known = (
        ("PSNR", "psnr", True),
        ("SSIM", "ssim", True),
        ("FLIP", "flip", False),
        ("PSNR Y", "psnr_y", True),
        ("ΔE 2000", "delta_e", False),
    )
    return [(name, row[f"input_{key}"], row[key], up) for name, key, up in known if key in row]


def readme_table(all_results: Sequence[Results]) -> str:
    """Markdown: one row per set, the input's figure and every subject's beside it (PSNR in dB on RGB; Y or delta E where the
    field reports it), and last what an eye sees of the difference before and after the first subject (FLIP)."""
    names = [result["subject"] for result in all_results]
    lines = [
        "| set | pictures | figure | input | " + " | ".join(names) + " | FLIP |",
        "|---|---|---|---|" + "---|" * len(names) + "---|",
    ]
    by_subject = [{title(row): row for row in result["sets"]} for result in all_results]
    for row in all_results[0]["sets"]:
        name = title(row)
        main = _main_figure(row)
        cells = [_cell(subject.get(name), main) for subject in by_subject]
        unit = {"psnr": "PSNR", "psnr_y": "PSNR Y", "delta_e": "ΔE 2000"}[main]
        seen = f"{row['input_flip']:.3f} → {row['flip']:.3f}" if "flip" in row else ""
        lines.append(f"| {name} | {row['n']} | {unit} | {row[f'input_{main}']:.2f} | {' | '.join(cells)} | {seen} |")
    clean = [result.get("wrong_clean") for result in all_results]
    if any(clean):
        cells = [f"{sum(r['psnr_to_input'] for r in rows) / len(rows):.2f}" if rows else "" for rows in clean]
        lines.append(
            f"| wrong instruction, clean pictures | {clean[0][0]['n'] if clean[0] else ''} | PSNR to input | | "
            + " | ".join(cells)
            + " | |"
        )
    return "\n".join([*real_table(all_results[0]), *lines, "", all_results[0]["conventions"]])


def real_table(results: Results) -> list[str]:
    """Markdown lines: pictures with real damage, ours beside what is free, the better one in bold; none when not measured."""
    rows = results.get("real") or []
    if not rows:
        return []
    name = results["subject"]
    lines = [f"| real damage | pictures | figure | input | {name} | free | which |", "|---|---|---|---|---|---|---|"]
    for row in rows:
        ours, free = row["ours"], row["free"]
        better = free is None or (ours >= free if row["higher_is_better"] else ours <= free)
        cells = [f"**{ours:.2f}**" if better else f"{ours:.2f}"]
        cells.append("" if free is None else f"{free:.2f}" if better else f"**{free:.2f}**")
        before = "" if row["input"] is None else f"{row['input']:.2f}"
        lines.append(f"| {row['name']} | {row['n']} | {row['figure']} | {before} | {' | '.join(cells)} | {row['free_name']} |")
    return [*lines, ""]


def replace_table(text: str, table: str) -> str:
    """A README with the part between its markers replaced. Raises ValueError when it has no markers."""
    start, end = text.find(BEGIN), text.find(END)
    if start < 0 or end < start:
        raise ValueError(f"The README has no lines “{BEGIN}” and “{END}” for the table to stand between.")
    return f"{text[: start + len(BEGIN)]}\n{table}\n{text[end:]}"


def _main_figure(row: Mapping[str, Any]) -> str:
    if "delta_e" in row:
        return "delta_e"
    return "psnr_y" if row["tasks"] in (["dejpeg"], ["superres"]) else "psnr"


def _cell(row: Mapping[str, Any] | None, figure: str) -> str:
    return f"{row[figure]:.2f}" if row and figure in row else ""
