"""Telling code that lost its fence from prose, line by line."""

from __future__ import annotations

import re
from collections.abc import Sequence

# Each alternative is something that a line of prose does not do.
_CODE = re.compile(
    r"""
      [\])}]+[;,)]*$                                        # closes what was opened
    | .*[^\s.]\s*\{$                                        # opens a block
    | .*=>\s*[{(\[]?$
    | \}\s*(?:else|catch|finally|while)\b.*
    | .*[\w\])]\([^()]*(?:\([^()]*\)[^()]*)*\)\s*;$         # a call, ended as a statement
    | [\w$.\[\]'\"]+(?:\s+[\w$]+)?\s*[-+*/]?=\s*[^=\s].*;$  # an assignment
    | (?:const|let|var)\s+[\w${\[].*=.*
    | (?:export\s+|default\s+|async\s+)*function\b\s*\w*\(.*
    | (?:return|throw|await|yield)\s+\S+;$
    | import\s.*\bfrom\s+['\"].*
    | from\s+[\w.]+\s+import\s+\S.*
    | (?:async\s+)?(?:def|class)\s+\w+\s*(?:\(.*\))?.*:$
    | (?:public|private|protected|static)\s+[\w<>\[\]]+\s+\w+.*[;({]$
    | \#include\s*[<\"].*
    | //\s?\S.*
    | \"[\w-]+\"\s*:\s*\S.*[,{\[\]}\"\d]$
    | @\w+\(.*\)$
    | \$\s+(?:npm|npx|node|docker|kubectl|curl|git|pip|psql|sudo|cd|ls)\s.*
    | (?:npm|npx|node|docker|kubectl|curl|git|pip|psql|sudo)\s\S.*\s--?[a-zA-Z].*
    | (?:SELECT|INSERT\s+INTO|UPDATE|DELETE\s+FROM|WITH|EXPLAIN)\b.*\b(?:FROM|SET|WHERE|VALUES|AS|SELECT)\b.*
    | (?:CREATE|ALTER|DROP)\s+(?:UNIQUE\s+)?(?:TABLE|INDEX|VIEW|TYPE|SCHEMA)\b.*[(;]$
    | (?:BEGIN|COMMIT|ROLLBACK|SELECT\b.*|INSERT\b.*|UPDATE\b.*);$
    """,
    re.VERBOSE,
)
_LONGEST_LINE = 300
_LONGEST_RUN = 200


def is_code(text: str) -> bool:
    """Tell whether a line is code; blank or very long lines are not."""
    text = text.strip()
    return 0 < len(text) <= _LONGEST_LINE and bool(_CODE.match(text))


def code_run(texts: Sequence[str]) -> int:
    """Count the lines of code at the beginning of `texts`; 0 if the first is not code.

    A bracket left open takes in what follows until it closes. One that never closes takes in only
    the lines that look like code themselves.
    """
    depth = count = sure = 0
    for text in texts[:_LONGEST_RUN]:
        code = is_code(text)
        if not code and depth <= 0:
            break
        depth += _brackets(text)
        count += 1
        if depth <= 0 or (code and sure == count - 1):
            sure = count
    return count if depth <= 0 else sure


def _brackets(text: str) -> int:
    return sum(text.count(c) for c in "([{") - sum(text.count(c) for c in ")]}")
