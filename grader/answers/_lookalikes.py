"""Reading a word as a person sees it, whatever characters it is spelled with."""

from __future__ import annotations

import re
import unicodedata

import regex

# Letters by their category that show nothing; Unicode lists them as default-ignorable.
_FILLERS = dict.fromkeys(map(ord, "\u115f\u1160\u3164\uffa0"))

# Characters of format, and pictures such as emoji.
_UNREAD = frozenset({"Cf", "So"})

# Cyrillic, Greek, Armenian and phonetic letters that look like Latin ones (a selection from the
# confusables of UTS #39), and Latin small capitals.
_LOOKALIKES = dict(
    zip(
        "аеорсухіѕјһԁӏАВЕКМНОРСТХІЅЈοναιυρκΑΒΕΖΗΙΚΜΝΟΡΤΥΧօոսցհɑɡıɩᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢ",
        "aeopcyxisjhdlABEKMHOPCTXISJovaiupkABEZHIKMNOPTYXonughagiiabcdefghijklmnoprstuvwyz",
        strict=True,
    )
)
_TO_LATIN = str.maketrans(_LOOKALIKES)
_ALIKE = "".join(_LOOKALIKES)
# A word with such letters beside Latin ones, or one of nothing else.
_DISGUISED = regex.compile(
    rf"\b(?:(?=\w*\p{{Latin}})\w*[{_ALIKE}]\w*|[{_ALIKE}]{{2,}})\b", regex.UNICODE
)
# A mark that does not compose with its letter strikes it through, underlines it or is heaped on it.
_MARKED = regex.compile(r"(\p{Latin})\p{M}+")

# Digits for letters in a word that denies: to miss it turns a statement into its opposite.
_DIGITS = str.maketrans("013457", "oieast")
_WITH_DIGITS = re.compile(r"\b(?=\w*[a-z])(?=\w*[013457])[a-z013457]{3,8}\b", re.IGNORECASE)
_DENIALS = frozenset(
    {"cannot", "neither", "never", "nobody", "none", "nor", "not", "nothing", "without"}
)


def as_seen(text: str) -> str:
    """Return text in the characters that it looks like.

    NFKC; format characters (category Cf: zero-width joiners, direction marks, soft hyphens),
    fillers and emoji dropped; marks that do not belong to a Latin letter dropped; in a text in Latin letters,
    letters of other scripts that look like Latin ones replaced.
    """
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text.translate(_FILLERS)).translate(_FILLERS)
        text = "".join(c for c in text if unicodedata.category(c) not in _UNREAD)
        text = _MARKED.sub(lambda found: unicodedata.normalize("NFD", found[1])[0], text)
        if _is_latin(text):
            text = _DISGUISED.sub(lambda word: word[0].translate(_TO_LATIN), text)
    return _WITH_DIGITS.sub(_denial, text)


def is_disguised(text: str) -> bool:
    """Tell whether a text in Latin letters spells words with letters of other scripts, or marks."""
    if text.isascii() or not _is_latin(text):
        return False
    plain = unicodedata.normalize("NFC", text)
    return _DISGUISED.search(plain) is not None or _MARKED.search(plain) is not None


def _is_latin(text: str) -> bool:
    letters = [c for c in text if c.isalpha()]
    return 2 * sum(c < "\u0250" or c in _LOOKALIKES for c in letters) > len(letters)


def _denial(word: re.Match[str]) -> str:
    plain = word[0].lower().translate(_DIGITS)
    return plain if plain in _DENIALS else word[0]
