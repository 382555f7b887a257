"""Telling what a file is by its first bytes; its name and its declared type are not believed."""

from __future__ import annotations

import struct

from grader.speech._errors import AudioInvalid

KINDS = ("wav", "mp3", "m4a", "ogg", "webm", "flac")

_ACCEPTED = "send wav, mp3, m4a, ogg, webm or flac"
_EBML = b"\x1a\x45\xdf\xa3"
_UNKNOWN_LENGTH = 0xFFFFFF00


def sniff(data: bytes) -> str:
    """Return the kind of an audio file, one of `KINDS`.

    Raises:
        AudioInvalid: It is something else; says what, where that can be told.
    """
    if not data:
        raise AudioInvalid(f"the audio is empty; {_ACCEPTED}")
    if data[:4] == b"RIFF" and data[8:12] == b"WAVE":
        return "wav"
    if data[:4] == b"fLaC":
        return "flac"
    if data[:4] == b"OggS":
        return "ogg"
    if data[:4] == _EBML:  # WebM is a Matroska file
        return "webm"
    if data[4:8] == b"ftyp":
        return "m4a"
    if data[:3] == b"ID3" or _is_mpeg_frame(data):
        return "mp3"
    raise AudioInvalid(f"not audio that can be read{_seen(data)}; {_ACCEPTED}")


def _is_mpeg_frame(data: bytes) -> bool:
    """Tell whether data begins with the header of an MPEG audio frame of layer III (ISO 11172-3)."""
    if len(data) < 4 or data[0] != 0xFF or data[1] & 0xE0 != 0xE0:
        return False
    version, layer = data[1] >> 3 & 3, data[1] >> 1 & 3
    rate_index, frequency = data[2] >> 4, data[2] >> 2 & 3
    return version != 1 and layer == 1 and 0 < rate_index < 15 and frequency != 3


def _seen(data: bytes) -> str:
    import filetype

    found = filetype.guess(data[:8192])
    if found is not None:
        return f": this is {found.mime}"
    try:
        text = data[:512].decode()
    except UnicodeDecodeError:
        return ""
    return ": this is text" if text.isprintable() or "\n" in text else ""


def declared_wav_bytes(data: bytes) -> tuple[int, int] | None:
    """Return how many bytes of sound a WAV file declares, and how many it has.

    None where it declares no length, as recorders do that write as they go.
    """
    position = 12
    while position + 8 <= len(data):
        name, size = data[position : position + 4], struct.unpack_from("<I", data, position + 4)[0]
        position += 8
        if name == b"data":
            return None if size == 0 or size >= _UNKNOWN_LENGTH else (size, len(data) - position)
        position += size + size % 2
    return None
