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
    r"any(?:thing)?\s+wrong",
    rf"is\s+{_PICTURE}\s+(?:really\s+|actually\s+)?(?:sharp|in\s+focus|well\s+exposed|exposed\s+(?:right|properly|correctly|well)"
    r"|good|ok(?:ay)?|fine|noisy|clean)(?:\s+enough)?",
    rf"how\s+(?:would|could|can|should)\s+(?:you|i|one)\s+{_MEND}\s+{_PICTURE}",
)

_THERE: Final = (
    r"(?:\s+(?:an|mit|bei|auf|in|im|avec|dans|sur|à|de|con|en|a|di|del|della|nel|nella|com|na|no|nesta|desta|met|aan|op|med|på|i"
    r"|z|ze|w|на|с|со|у|в|з|із|зі)\s+(?:\w+[’']?\s*){1,3}|\s+(?:daran|damit|hier|da))?"
)
"""Where a question of another language names the picture: "an dem Bild", "avec cette photo"."""

_ELSEWHERE: Final = (
    # German
    rf"was\s+(?:stimmt|passt)(?:\s+(?:denn|hier|da|damit|daran))?\s+nicht{_THERE}",
    r"was\s+(?:stimmt|passt)\s+(?:mit|an|bei|auf)\s+\w+\s+(?:bild|foto)\s+nicht",
    r"was\s+(?:ist|läuft)\s+(?:\w+\s+){0,4}(?:falsch|verkehrt|schlecht|kaputt|schief|nicht\s+in\s+ordnung|das\s+problem)"
    rf"{_THERE}",
    r"was\s+fehlt\s+(?:dem\s+bild|dem\s+foto|ihm)",
    # French, Spanish, Italian, Portuguese
    rf"qu[’']est[\s-]ce\s+qui\s+(?:ne\s+)?(?:va\s+pas|cloche){_THERE}",
    rf"(?:quel\s+est|c[’']est\s+quoi)\s+le\s+problème{_THERE}",
    rf"qu[eé]\s+(?:tiene\s+de\s+malo|le\s+pasa|est[aá]\s+mal|problemas?\s+tiene){_THERE}",
    rf"(?:che\s+)?cosa\s+(?:c[’']è\s+che\s+)?non\s+(?:va|funziona){_THERE}",
    rf"(?:qual\s+è|qual\s+é|cu[aá]l\s+es)\s+(?:il|o|el)\s+problema{_THERE}",
    rf"o\s+que\s+(?:há|tem|está)\s+(?:de\s+)?(?:errado|mal){_THERE}",
    # Dutch, Swedish
    rf"wat\s+(?:is\s+er\s+mis|klopt\s+er\s+niet|mankeert\s+er){_THERE}",
    rf"vad\s+är\s+(?:det\s+)?(?:för\s+)?fel{_THERE}",
    # Polish, Russian, Ukrainian, Czech
    rf"co\s+(?:tu\s+)?jest\s+(?:tu\s+)?nie\s+tak{_THERE}",
    rf"что(?:\s+\w+)?\s+не\s+так{_THERE}",
    rf"що(?:\s+\w+)?\s+не\s+так{_THERE}",
    r"co\s+je\s+(?:\w+\s+){0,3}(?:špatně|spatne|v\s+nepořádku|v\s+neporadku)",
    # Turkish, Chinese, Japanese, Korean, Hindi
    r"(?:\w+\s+){0,2}nesi\s+var",
    r"(?:这张?|這張?)?(?:照片|图片|圖片|相片)?(?:有什么|有什麼|有哪些|哪里有|哪裡有)(?:问题|問題|毛病)",
    r"(?:この|その)?(?:写真|画像)?の?どこが(?:悪い|おかしい|問題)(?:ですか|の|んですか)?",
    r"(?:이\s*)?(?:사진|이미지)?\s*(?:에)?\s*(?:뭐가|무엇이|어디가)\s*(?:문제|잘못|이상)\S*",
    r"(?:इस\s+)?(?:फोटो|तस्वीर|फ़ोटो)\s+में\s+क्या\s+(?:गड़बड़|खराबी|गलत|कमी)\s+है",
)
QUESTION: Final = re.compile(
    rf"[\W_]*{_OPENING}(?:{'|'.join((*_ASKED, *_ELSEWHERE))})(?:\s+(?:please|then|exactly|here))?[\W_]*", re.IGNORECASE
)
"""The whole of a text that asks what is wrong."""


def asks_what_is_wrong(text: str) -> bool:
    """True for "what is wrong with it?" and its like; not for "fix what is wrong" or "what is wrong is the noise"."""
    return QUESTION.fullmatch(text) is not None
