"""One HTML page that needs nothing else: tables, goals, sheets and the training curve."""

import base64
import io
from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path
from typing import Any

from PIL import Image

from restored.ground.replacing import atomic

from .sheets import Sheet
from .tables import COLUMNS, Results, figures, goals, title

_STYLE = """
body{font:15px/1.45 system-ui,sans-serif;max-width:1300px;margin:2rem auto;padding:0 1rem;color:#222}
table{border-collapse:collapse;margin:.6rem 0 1.6rem}th,td{border:1px solid #ccc;padding:.25rem .6rem;text-align:right}
th:first-child,td:first-child{text-align:left}th{background:#f3f3f3}.good{background:#e3f4e3}.bad{background:#fae3e1}
img{max-width:100%;display:block;margin:.4rem 0 1.4rem}small{color:#666}
"""


def write_page(
    path: Path, all_results: Sequence[Results], sheets: Iterable[Sheet] = (), *, curve: Image.Image | None = None, notes: str = ""
) -> None:
    """Write the page, whole or not at all. all_results: one per subject, as `evaluate` returns them; curve: a plot of the
    training run. Raises FileError."""
    parts = ["<!doctype html><meta charset=utf-8><title>Restore with instruction: results</title>", f"<style>{_STYLE}</style>"]
    parts.append("<h1>Results</h1>")
    if notes:
        parts.append(f"<p>{escape(notes)}</p>")
    parts.append(f"<p><small>{escape(all_results[0]['conventions'])}</small></p>")
    for results in all_results:
        parts.append(f"<h2>{escape(results['subject'])}</h2>")
        if results.get("limit"):
            parts.append(f"<p><b>A quick look: at most {results['limit']} pictures of each set.</b></p>")
        parts += [_goals(results), _sets(results), _wrong(results), _sensitivity(results)]
    if curve is not None:
        parts += ["<h2>Training</h2>", _image(curve)]
    for sheet in sheets:
        parts += [f"<h3>{escape(sheet.heading)}</h3>", _image(sheet.image)]
    with atomic(path) as file:
        file.write("\n".join(parts).encode())


def table(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """An HTML table; a cell may be (text, css class)."""
    out = ["<table><tr>", *(f"<th>{escape(name)}</th>" for name in header), "</tr>"]
    for row in rows:
        out.append("<tr>")
        for cell in row:
            text, style = cell if isinstance(cell, tuple) else (cell, "")
            out.append(f"<td class='{style}'>{escape(str(text))}</td>" if style else f"<td>{escape(str(text))}</td>")
        out.append("</tr>")
    return "".join([*out, "</table>"])


def _goals(results: Results) -> str:
    found = goals(results)
    if not found:
        return ""
    rows = [
        [g.title, g.figure, g.shown(g.reached), *((g.shown(w), "good" if g.met(i) else "bad") for i, w in enumerate(g.wanted))]
        for g in found
    ]
    return "<h3>Figures to reach</h3>" + table(["set", "figure", "reached", *COLUMNS], rows)


def _sets(results: Results) -> str:
    rows = []
    for row in results["sets"]:
        for index, (name, before, after, up) in enumerate(figures(row) if row["n"] else []):
            better = (after > before) == up and after != before
            label = title(row) + (f" – {row['note']}" if row["note"] else "") if index == 0 else ""
            digits = 4 if name == "SSIM" else 2
            rows.append(
                [
                    label,
                    row["n"] if index == 0 else "",
                    name,
                    f"{before:.{digits}f}",
                    (f"{after:.{digits}f}", "good" if better else "bad"),
                ]
            )
    return "<h3>All sets</h3>" + table(["set", "pictures", "figure", "input", "result"], rows)


def _wrong(results: Results) -> str:
    out = ""
    if results.get("wrong_clean"):
        rows = [[r["asked"], f"{r['psnr_to_input']:.2f}", f"{r['worst']:.2f}"] for r in results["wrong_clean"]]
        out += "<h3>Asked for on clean pictures (PSNR to the input)</h3>" + table(["asked", "mean", "worst picture"], rows)
    if results.get("wrong_damaged"):
        rows = [
            [
                r["present"],
                (r["asked"], "good") if r["right"] else r["asked"],
                f"{r['psnr_to_input']:.2f}",
                f"{r['input_psnr']:.2f}",
                f"{r['psnr']:.2f}",
            ]
            for r in results["wrong_damaged"]
        ]
        heading = "<h3>The wrong instruction on a damaged picture</h3>"
        out += heading + table(["present", "asked", "result to input, dB", "input to clean, dB", "result to clean, dB"], rows)
    return out


def _sensitivity(results: Results) -> str:
    out = ""
    if results.get("sensitivity"):
        rows = [
            [
                f"{r['task']} ({r['set']})",
                r["style"],
                f"{r['understood']:.0%}",
                f"{r['included']:.0%}",
                f"{r['input_psnr']:.2f}",
                f"{r['psnr']:.2f} ± {r['spread']:.2f}",
                f"{r['exact']:.2f}",
            ]
            for r in results["sensitivity"]
        ]
        header = ["task", "wording", "exactly understood", "among others", "input", "ten wordings, dB", "exact plan, dB"]
        out += "<h3>How much the wording matters</h3>" + table(header, rows)
    if results.get("off_topic"):
        facts = results["off_topic"]
        out += f"<p>Off-topic instructions: {facts['unchanged']} of {facts['n']} left every byte as it was.</p>"
    return out


def _image(image: Image.Image) -> str:
    buffer = io.BytesIO()
    image.convert("RGB").save(buffer, "JPEG", quality=88)
    return f"<img src='data:image/jpeg;base64,{base64.b64encode(buffer.getvalue()).decode()}'>"
