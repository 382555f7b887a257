"""What speech recognisers write when nobody speaks.

Recognisers that are language models end silence and noise with what their training data, the
captions of videos, ends with: thanks for watching, subscribe, who made the captions; or a lone
"you", "bye" or "thank you", again and again (Koenecke et al. 2024, "Careless Whisper", FAccT).
"""

from __future__ import annotations

import re

_FEWEST_ROUNDS = 3
_LONGEST = 1_000  # what goes on for longer repeats itself, which is looked for elsewhere

# Nobody ends the answer to an interview's question so.
_OF_VIDEOS = re.compile(
    r"""
    \bthank(?:s|\ you)(?:\ (?:so|very)\ much|\ all|\ guys)?\ for\ (?:watching|viewing)(?:\ (?:this|the|my)\ video)?
    | \b(?:please|don't\ forget\ to|remember\ to|like\ and|like,?\ share\ and)(?:\ like\ and)?\ subscribe
      (?:\ to\ (?:my|the|our|this)\ channel)?
    | \bsubscribe\ to\ (?:my|our)\ channel
    | \b(?:i'll\ |i\ will\ )?see\ you\ (?:guys\ )?in\ (?:the|my)\ next\ (?:video|one|episode)
    | \b(?:subtitles|captions|captioning)\ (?:made\ |provided\ |created\ )?by(?:\ [\w.']+){1,6}
    | \b(?:transcribed|transcription)\ by\ (?:https?:|www\.)\S+
    | \bsubs\ by\ www(?:\ ?\.?\w+)+
    | \bamara\.?org\ community
    """,
    re.IGNORECASE | re.VERBOSE,
)
_IDLE = re.compile(
    r"\b(?:thank you(?: so much| very much)?|thanks|bye(?:[ -]bye)?|goodbye|you|okay|oh|hmm+|so|the)\b",
    re.IGNORECASE,
)


def is_invented(text: str, *, fewest: int = _FEWEST_ROUNDS) -> bool:
    """Tell whether a whole transcript is what recognisers write into silence.

    It is if nothing is left without phrases that end videos; or if it is "thank you", "bye", "you"
    and the like, again and again, and nothing else.

    Args:
        text: The transcript.
        fewest: So many of the latter make it so; 1 where it is known that a recogniser wrote them.
    """
    if len(text) > _LONGEST:
        return False
    plain = " ".join(text.replace("’", "'").split())
    rest, of_videos = _OF_VIDEOS.subn(" ", plain)
    rest, idle = _IDLE.subn(" ", rest)
    if any(character.isalnum() for character in rest):
        return False
    return of_videos > 0 or idle >= fewest
