"""Ways of writing a text so that a program reads something else than a person, or nothing."""

from __future__ import annotations

import base64
import codecs
import html
import re
import urllib.parse
from collections.abc import Callable, Mapping

Encoding = Callable[[str], str]

_LATIN = "abcdefghijklmnopqrstuvwxyz"
_MORSE_CODE = (
    ".- -... -.-. -.. . ..-. --. .... .. .--- -.- .-.. -- -. --- .--. --.- .-. ... - ..- ...- "
    ".-- -..- -.-- --.."
)

_NEGATORS = re.compile(
    r"\b(?:not|never|no|cannot|neither|nor|none|nobody|nothing|without)\b", re.IGNORECASE
)


def negators(encode: Encoding) -> Encoding:
    """Encode only the words that deny something, which a person still reads."""
    return lambda text: _NEGATORS.sub(lambda match: encode(match[0]), text)


def has_negator(text: str) -> bool:
    """Tell whether a text holds a word that `negators` would encode."""
    return _NEGATORS.search(text) is not None


def _spelled(originals: str, others: str) -> Encoding:
    """Write one character for another."""
    table = str.maketrans(originals, others)
    return lambda text: text.translate(table)


def _after_each(mark: str) -> Encoding:
    """Put a mark after each letter."""
    return lambda text: re.sub(r"([^\W\d_])", rf"\1{mark}", text)


def _shifted(upper: int, lower: int) -> Encoding:
    """Write ASCII letters in an alphabet that Unicode keeps elsewhere."""
    table = {ord(letter): lower + index for index, letter in enumerate(_LATIN)}
    table |= {ord(letter): upper + index for index, letter in enumerate(_LATIN.upper())}
    return lambda text: text.translate(table)


def _full_width(text: str) -> str:
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)


def _tags(text: str) -> str:
    """Write ASCII in tag characters, which show nothing at all."""
    return "".join(chr(0xE0000 + ord(c)) for c in text if c.isascii())


def _variation_selectors(text: str) -> str:
    """Carry bytes in variation selectors behind one visible character."""
    return "•" + "".join(
        chr(0xFE00 + byte if byte < 16 else 0xE0100 + byte - 16) for byte in text.encode()
    )


def _right_to_left(text: str) -> str:
    """Store a text backwards and have it shown forwards."""
    return f"\u202e{text[::-1]}\u202c"


def _morse(text: str) -> str:
    code = dict(zip(_LATIN, _MORSE_CODE.split(), strict=True))
    spelled = (" ".join(code[c] for c in word if c in code) for word in text.lower().split())
    return " / ".join(word for word in spelled if word)


def _pig_latin(text: str) -> str:
    return re.sub(
        r"\b([^aeiou\W]*)([aeiou]\w*)", lambda match: f"{match[2]}{match[1]}ay", text.lower()
    )


def _bits(text: str) -> str:
    return " ".join(f"{byte:08b}" for byte in text.encode())


# What a person can turn back, and a grader must not read as an answer.
CODES: Mapping[str, Encoding] = {
    "base64": lambda text: base64.b64encode(text.encode()).decode(),
    "base32": lambda text: base64.b32encode(text.encode()).decode(),
    "hex": lambda text: text.encode().hex(),
    "rot13": lambda text: codecs.encode(text, "rot13"),
    "leetspeak": _spelled("aeiostAEIOST", "431057431057"),
    "backwards": lambda text: text[::-1],
    "url-encoded": lambda text: urllib.parse.quote(text, safe=""),
    "entities": lambda text: "".join(f"&#{ord(character)};" for character in html.escape(text)),
    "unicode-escapes": lambda text: "".join(f"\\u{ord(character):04x}" for character in text),
    "binary": _bits,
    "morse": _morse,
    "pig-latin": _pig_latin,
}

# What looks to a person like the text itself, or like nothing.
DISGUISES: Mapping[str, Encoding] = {
    "zero-width-space": _after_each("\u200b"),
    "zero-width-non-joiner": _after_each("\u200c"),
    "zero-width-joiner": _after_each("\u200d"),
    "word-joiner": _after_each("\u2060"),
    "soft-hyphen": _after_each("\u00ad"),
    "byte-order-mark": _after_each("\ufeff"),
    "invisible-separator": _after_each("\u2063"),
    "hangul-filler": _after_each("\u3164"),
    "combining-marks": _after_each("\u0332"),
    "stacked-marks": _after_each("\u0300\u0317\u0489"),
    "cyrillic": _spelled("aceopxyisjhAEOPCTHXKMB", "асеорхуіѕјһАЕОРСТНХКМВ"),
    "greek": _spelled("ovuAEIKMNOPTXZH", "ονυΑΕΙΚΜΝΟΡΤΧΖΗ"),
    "mixed-lookalikes": _spelled("nogaiul", "ոօցɑıսӏ"),
    "small-capitals": _spelled("abcdefghijklmnoprstuvwyz", "ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢ"),
    "upside-down": _spelled(_LATIN, "ɐqɔpǝɟƃɥᴉɾʞlɯuodbɹsʇnʌʍxʎz"),
    "full-width": _full_width,
    "mathematical-bold": _shifted(0x1D400, 0x1D41A),
    "mathematical-sans": _shifted(0x1D5A0, 0x1D5BA),
    "circled": _shifted(0x24B6, 0x24D0),
    "tags": _tags,
    "variation-selectors": _variation_selectors,
    "right-to-left": _right_to_left,
}

# Disguises under which a word is still the same word to a person.
LEGIBLE = (
    "zero-width-space",
    "zero-width-joiner",
    "soft-hyphen",
    "hangul-filler",
    "combining-marks",
    "cyrillic",
    "greek",
    "mixed-lookalikes",
    "small-capitals",
    "full-width",
    "mathematical-bold",
)
