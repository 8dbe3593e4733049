"""Text from elsewhere (names, recipes, manifests, clients) on its way to a terminal or a log: what would be obeyed is shown.

A terminal obeys escape sequences: they move the cursor, rename the window, write the clipboard, forge lines. Right-to-left
overrides make a name look like another one. All foreign text goes through `visible`.
"""

import re
from typing import Final

INSTEAD: Final = "\ufffd"
"""What stands for a character that would be obeyed; one for one, so that lengths and styles stay."""

# C0 and C1 controls, DEL; bidirectional embeddings, overrides, isolates and marks; line and paragraph separators; zero widths and
# the byte order mark; interlinear annotation; lone surrogates, which no terminal can encode
_OBEYED: Final = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff]")
_BUT_LINES: Final = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff]"
)


def visible(text: str, *, lines: bool = False) -> str:
    """The same text, as long as before, without anything that a terminal would obey. lines: line feeds stay."""
    return (_BUT_LINES if lines else _OBEYED).sub(INSTEAD, text)
