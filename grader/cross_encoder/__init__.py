"""Reading a claim and a passage together: the cross-encoder seam and its adapters."""

from grader.cross_encoder._protocol import MIXTURE_FILE, ClaimAndPassage, CrossEncoder
from grader.cross_encoder._registry import INSTALLED, NONE, build_cross_encoder, model_folder

__all__ = [
    "INSTALLED",
    "MIXTURE_FILE",
    "NONE",
    "ClaimAndPassage",
    "CrossEncoder",
    "build_cross_encoder",
    "model_folder",
]
