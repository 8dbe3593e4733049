"""What asks about a picture and wishes for nothing: "what is wrong with it?" is answered, and nothing is restored."""

import re
from typing import Final

_PICTURE: Final = (
    r"(?:it|this|that|these|here|(?:the|this|that|my|these|our)\s+(?:\w+\s+)?"
    r"(?:picture|photo|photograph|image|shot|scan|pic|snapshot|frame|portrait|layer|one|colou?r|light)s?)"
)
_WRONG: Final = r"(?:wrong|amiss|off|bad|broken|not (?:right|ok(?:ay)?|good)|the (?:matter|problem|trouble|issue|fault|damage))"
_FAULTS: Final = r"(?:problems?|faults?|flaws?|issues?|defects?|damages?|mistakes?)"
_MEND: Final = r"(?:fix|improve|repair|restore|correct|mend|treat|change)(?:ed|ing|d)?"
_IN_IT: Final = rf"(?:\s+(?:with|in|of|on|about|to)\s+{_PICTURE})?"

_OPENING: Final = (
    r"(?:(?:please|pls|hi|hey|hello|ok(?:ay)?|so|well|and|but)\b[\s,]*)*"
    r"(?:(?:(?:can|could|would) you\s+)?(?:please\s+)?(?:tell|show|say)\s+(?:to\s+)?(?:me\s+)?"
    r"|i(?:\s+would|'d)?\s+(?:want|like)\s+to\s+know\s+)?"
)
_ASKED: Final = (
    rf"what(?:\s+is|\s+are|'s|’s|s)?\s+(?:it\s+)?(?:actually\s+|really\s+|so\s+|exactly\s+)?{_WRONG}{_IN_IT}",
    rf"what\s+{_PICTURE}\s+has\s+wrong",
    rf"what(?:\s+are|\s+is|'s|’s)?\s+(?:the\s+)?{_FAULTS}(?:\s+(?:do|can)\s+you\s+(?:see|find))?{_IN_IT}",
    rf"what\s+{_FAULTS}\s+does\s+{_PICTURE}\s+have",
    rf"(?:is|are)\s+(?:there\s+)?(?:any(?:thing)?|some(?:thing)?)\s+(?:wrong|amiss|{_FAULTS}){_IN_IT}",
    rf"what\s+(?:needs|has)\s+(?:to\s+be\s+)?(?:{_MEND}|done){_IN_IT}",
    rf"what\s+(?:should|could|would|can)\s+(?:you|i|we|be)\s+{_MEND}{_IN_IT}",
    rf"what\s+do\s+you\s+see(?:\s+wrong)?{_IN_IT}",
    rf"diagnose(?:\s+{_PICTURE})?",
    r"(?:a\s+)?diagnosis",
)
QUESTION: Final = re.compile(rf"[\W_]*{_OPENING}(?:{'|'.join(_ASKED)})(?:\s+(?:please|then|exactly|here))?[\W_]*", re.IGNORECASE)
"""The whole of a text that asks what is wrong."""


def asks_what_is_wrong(text: str) -> bool:
    """True for "what is wrong with it?" and its like; not for "fix what is wrong" or "what is wrong is the noise"."""
    return QUESTION.fullmatch(text) is not None
