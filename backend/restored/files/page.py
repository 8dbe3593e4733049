"""One self-contained page about a batch: each picture before and after under a slider, its plan, time, and what went wrong.

No script or picture comes from anywhere else, and none may: the page says so to the browser (Content-Security-Policy).
"""

import base64
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import Any, Final

from restored.io import atomic

from .thumbnails import Pair

MOST_PAIRS: Final = 400
"""Pictures shown; a browser has enough of it then. All others are in the table."""

BEGINS: Final = '<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><meta name="generator" content="restored batch">'
"""By which a page is known for one of ours."""

_STYLE: Final = """
:root{color-scheme:light dark;--line:#8884;--soft:#8882}
body{font:15px/1.5 system-ui,sans-serif;margin:0 auto;max-width:1200px;padding:24px}
h1{font-size:22px;margin:0 0 4px}h2{font-size:17px;margin:32px 0 8px}p{margin:4px 0}.dim{opacity:.7}
.grid{display:grid;gap:20px;grid-template-columns:repeat(auto-fill,minmax(340px,1fr));align-items:start}
figure{margin:0;border:1px solid var(--line);border-radius:8px;overflow:hidden}
figcaption{padding:8px 12px;overflow-wrap:anywhere}figcaption b{display:block}
.pair{position:relative;display:block;line-height:0;background:#1c1c1c;aspect-ratio:4/3}
.pair img{width:100%;height:100%;display:block;object-fit:contain}
.pair img+img{position:absolute;inset:0;height:100%;clip-path:inset(0 0 0 var(--at,50%))}
.pair input{position:absolute;inset:0;width:100%;height:100%;margin:0;opacity:0;cursor:ew-resize}
.pair i{position:absolute;top:0;bottom:0;left:var(--at,50%);width:2px;margin-left:-1px;background:#fff;box-shadow:0 0 3px #000;
pointer-events:none}.pair:focus-within{outline:3px solid #4a90e2}
.pair span{position:absolute;bottom:8px;padding:0 6px;background:#0009;color:#fff;font-size:12px;line-height:20px;
border-radius:4px;pointer-events:none}.pair span:first-of-type{left:8px}.pair span:last-of-type{right:8px}
table{border-collapse:collapse;width:100%}td,th{text-align:left;padding:4px 8px;border-bottom:1px solid var(--line);
vertical-align:top;overflow-wrap:anywhere}.bad{color:#c33}
"""
_SCRIPT: Final = """
for(const range of document.querySelectorAll('.pair input'))
range.addEventListener('input',()=>range.parentElement.style.setProperty('--at',range.value+'%'));
"""


@dataclass(slots=True)
class Page:
    """What happened, as it happens; `write` makes the page of it."""

    title: str
    wish: str
    rows: list[dict[str, Any]] = field(default_factory=list)
    pairs: list[tuple[int, Pair]] = field(default_factory=list)

    def add(self, row: dict[str, Any], pair: Pair | None = None) -> None:
        """row: `file`, and of a report's dict what there is, or `error`, or `skipped`."""
        if pair is not None and len(self.pairs) < MOST_PAIRS:
            self.pairs.append((len(self.rows), pair))
        self.rows.append(row)

    def take_back(self, file: str) -> None:
        """A file that failed is tried again: what is said of it is what comes of that."""
        self.rows = [{"file": file} if row["file"] == file and "error" in row else row for row in self.rows]

    def write(self, path: Path, said: list[str]) -> None:
        """Write the page whole or not at all. said: sentences about what was left alone. Raises PictureError."""
        with atomic(path) as file:
            file.writelines(part.encode("utf-8", "replace") for part in self._parts(said))

    def _parts(self, said: list[str]) -> Iterator[str]:
        policy = (
            f"default-src 'none'; img-src data:; style-src 'sha256-{_digest(_STYLE)}'; script-src 'sha256-{_digest(_SCRIPT)}'"
        )
        yield f'{BEGINS}<meta http-equiv="Content-Security-Policy" content="{policy}">'
        yield '<meta name="viewport" content="width=device-width,initial-scale=1">'
        yield f"<title>{escape(self.title)}</title><style>{_STYLE}</style></head><body>"
        yield f"<h1>{escape(self.title)}</h1><p>{escape(self.wish)}</p><p>{escape(self._counts())}</p>"
        yield "".join(f'<p class="dim">{escape(sentence)}</p>' for sentence in said)
        rows = sorted(self.rows, key=_name)  # several are at work at a time, and end in any order
        failed = [row for row in rows if "error" in row]
        if failed:
            yield '<h2>What failed</h2><table id="failed"><tr><th>File</th><th>Why</th></tr>'
            yield from (_line("bad", row["file"], row["error"]) for row in failed)
            yield "</table>"
        skipped = [row for row in rows if "skipped" in row]
        if skipped:
            yield '<h2>What was left alone</h2><table id="skipped"><tr><th>File</th><th>Why</th></tr>'
            yield from (_line("", row["file"], row["skipped"]) for row in skipped)
            yield "</table>"
        if self.pairs:
            yield '<h2>Before and after</h2><div class="grid">'
            pairs = [(self.rows[index], pair) for index, pair in self.pairs]
            yield from (_figure(row, pair) for row, pair in sorted(pairs, key=lambda each: _name(each[0])))
            yield "</div>"
            changed = sum(bool(row.get("changed")) for row in self.rows)
            if changed > len(self.pairs):
                yield f'<p class="dim">The first {len(self.pairs)} of {changed} changed pictures are shown.</p>'
        done = [row for row in rows if "changed" in row]
        if done:
            yield '<h2>All results</h2><table id="done"><tr><th>File</th><th>What was done</th><th>Seconds</th>'
            yield "<th>Notes</th></tr>"
            for row in done:
                yield _line("", row["file"], plan_words(row), f"{row.get('seconds', 0):.1f}", " ".join(row.get("notes", ())))
            yield "</table>"
        yield f"<script>{_SCRIPT}</script></body></html>\n"

    def _counts(self) -> str:
        done = [row for row in self.rows if "changed" in row]
        counts = {
            "restored": sum(bool(row["changed"]) for row in done),
            "with nothing to do": sum(not row["changed"] for row in done),
            "left alone": sum("skipped" in row for row in self.rows),
            "failed": sum("error" in row for row in self.rows),
        }
        return ", ".join(f"{count} {words}" for words, count in counts.items() if count) or "Nothing was done."


def _name(row: dict[str, Any]) -> str:
    return str(row["file"])


def plan_words(row: dict[str, Any]) -> str:
    """`noise · too dark 60 %`, or why nothing was done."""
    if not row.get("changed"):
        return str(row.get("message") or "Nothing to do.")
    steps = row.get("plan", {}).get("steps", ())
    words = [
        f"{step.get('label', step.get('task', ''))}" + ("" if step.get("strength", 1) == 1 else f" {step['strength']:.0%}")
        for step in steps
    ]
    return " · ".join(words)


def _figure(row: dict[str, Any], pair: Pair) -> str:
    name = escape(str(row["file"]))
    before, after = (base64.b64encode(data).decode("ascii") for data in (pair.before, pair.after))
    size = f'width="{pair.width}" height="{pair.height}"'
    return (
        f'<figure><label class="pair"><img {size} alt="{name} before" src="data:image/jpeg;base64,{before}">'
        f'<img {size} alt="{name} after" src="data:image/jpeg;base64,{after}"><i></i><span>before</span><span>after</span>'
        f'<input type="range" min="0" max="100" value="50" aria-label="{name}: how much of the original is shown"></label>'
        f"<figcaption><b>{name}</b>{escape(plan_words(row))}"
        f' <span class="dim">{row.get("width")} × {row.get("height")}, {row.get("seconds", 0):.1f} s</span></figcaption></figure>'
    )


def _line(kind: str, *cells: str) -> str:
    return f'<tr class="{kind}">' + "".join(f"<td>{escape(str(cell))}</td>" for cell in cells) + "</tr>"


def _digest(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode("ascii")
