"""What the surface of a text gives away before any network reads it: data, program text, talk, and less of something good.

Each rule is about the form of a sentence, not about a list of sentences; all were checked against the whole corpus, where they
touch no wish. Data and program text are answered with nothing to do; the rest is held to a higher bar, not refused.
"""

import re

EXTENSIONS = "jpe?g|png|tiff?|cr[23w]|nef|arw|dng|psd|xcf|kra|webp|heic|gif|txt|md|py|json|zip"
DATA = re.compile(
    r"\s*(?:"
    r"[a-z]+://\S+|www\.\S+"  # an address
    r"|(?:[a-z]:)?[\\/~.]*[\w.-]*[\\/][\w\\/.\- ]*\.\w{2,5}"  # a path with an ending
    r"|(?:[a-z]:|~)?[\\/][\w.-]+[\\/][\w.\\/-]*"  # an absolute path
    rf"|[\w-]+\.(?:{EXTENSIONS})"  # a file name
    r")\s*",
    re.IGNORECASE,
)
"""An address, a path or a file name, whatever words are in it."""

CODE = re.compile(
    r"[{}]|==|!=|=>|</?\w+[^>]*>|;\s*$"  # marks that no wish has
    r"|\w\.\w+\(|^\s*(?:\w+\s*=\s*)?\w+\(.*\)\s*$"  # a method, a call
    r"|^\s*(?:sudo|git|pip|npm|apt|apt-get|curl|wget|docker|kubectl|chmod|#include)\s+[\w<-]"
    r"|\bSELECT\b.*\bFROM\b|\bUPDATE \w+ SET\b|\b(?:DROP TABLE|DELETE FROM|INSERT INTO)\b",
)
"""Program text."""

TALK = re.compile(
    r"\s*(?:please |can you |could you |would you |pls )*(?:"
    r"tell me (?!what)|write (?:me )?an? |(?:sing|recite|translate|spell|define|repeat|summari[sz]e|compose|imagine)\b"
    r"|what(?:'s| is| are) the (?:difference|meaning|capital|best)"
    r"|what (?:does|do) .*\bmean\b|how (?:does|do) .*\bwork\b)",
    re.IGNORECASE,
)
"""The opening of something said to a companion, not to an editor: whatever words follow, they are hardly a wish."""

SPOIL = re.compile(
    r"\b(?:lower|reduce|decrease|drop|halve|weaken|turn down|take down|less|not so much)\s+(?:of\s+)?"
    r"(?:the\s+|its\s+|my\s+|overall\s+|image\s+)*"
    r"(?:sharpness|resolution|detail|file size|picture quality|quality)"
    r"(?=\s*(?:$|[,.!?;]|(?:by|a|to|please|and|in|of|on|for|slightly|somewhat|pls|plz)\b))",
    re.IGNORECASE,
)
"""Less of something good: damage to add, although the verb is one that takes damage away. (Less contrast, light or colour are
wishes about tone, see `grammar`.)"""


AUTOMATIC = re.compile(
    r"[\W_]*(?:please\s+|bitte\s+)?(?:auto(?:[- ]?(?:fix|correct(?:ion)?|enhance|repair|restore|mode|magic|all))?"
    r"|automatic(?:ally)?(?: (?:fix|correction|repair|mode))?|automat(?:isch|iquement|ique|icamente|ycznie|icky|iskt)|automático"
    r"|automaticamente|automatico|автоматически|автоматично|авто|otomatik|自動(?:で|的に)?|自动|자동(?:으로)?|स्वचालित|ऑटो"
    r"|magic wand|one[- ]click fix|surprise me)[\W_]*",
    re.IGNORECASE,
)
"""The whole of a wish that leaves everything to the program."""

GREETING = re.compile(
    r"[\W_]*(?:hello|hi|hey|good (?:morning|evening|afternoon)|thanks|thank you|help(?: me)?|what can (?:you|i) (?:do|say|type)"
    r"|how does this work|what is this|hallo|guten tag|danke|hilfe|hilf mir|was kannst du|bonjour|salut|merci|aide(?:[- ]moi)?"
    r"|que (?:peux[- ]tu|sais[- ]tu) faire|hola|gracias|ayuda|qué puedes hacer|que puedes hacer|ciao|grazie|aiuto"
    r"|cosa (?:puoi|sai) fare|olá|oi|obrigad[oa]|ajuda|o que você (?:faz|sabe fazer)|hoi|bedankt|help mij|wat kun je"
    r"|cześć|dziękuję|pomocy?|co potrafisz|привет|спасибо|помощь|помоги|что ты умеешь|привіт|дякую|допоможи|що ти вмієш"
    r"|ahoj|děkuji|pomoz mi|co umíš|hej|tack|hjälp|vad kan du|merhaba|teşekkürler|yardım|ne yapabilirsin"
    r"|你好|谢谢|帮助|帮我|你能做什么|こんにちは|ありがとう|助けて|ヘルプ|何ができますか|何ができる"
    r"|안녕(?:하세요)?|고마워요?|도와줘|뭘 할 수 있어|नमस्ते|धन्यवाद|मदद|क्या कर सकते हो)[\W_]*",
    re.IGNORECASE,
)
"""The whole of a text that greets, thanks, or asks what there is to say: answered with an example."""


def is_automatic(text: str) -> bool:
    """True for "auto" and its like."""
    return AUTOMATIC.fullmatch(text) is not None


def is_greeting(text: str) -> bool:
    """True for "hello", "help", "what can you do?" and their like."""
    return GREETING.fullmatch(text) is not None


def is_data(text: str) -> bool:
    """True for an address, a path, a file name or program text."""
    return DATA.fullmatch(text) is not None or CODE.search(text) is not None


def is_talk(text: str) -> bool:
    """True when the sentence opens like talk ("tell me", "who", "what's the difference")."""
    return TALK.match(text) is not None


def is_spoiling(text: str) -> bool:
    """True when it asks for less of something good ("lower the sharpness")."""
    return SPOIL.search(text) is not None
