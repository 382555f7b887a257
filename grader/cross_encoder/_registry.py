"""The cross-encoders that settings may name."""

from __future__ import annotations

from pathlib import Path

from grader.cross_encoder._protocol import CrossEncoder
from grader.errors import ConfigurationError
from grader.settings import Settings

NONE, INSTALLED = "none", "installed"


def build_cross_encoder(settings: Settings) -> CrossEncoder | None:
    """Build the cross-encoder that the settings name; None where they name none.

    Raises:
        ConfigurationError: It cannot be loaded.
    """
    if settings.cross_encoder in {"", NONE}:
        return None
    if settings.cross_encoder == INSTALLED:
        from grader.cross_encoder._installed import InstalledCrossEncoder

        return InstalledCrossEncoder()
    folder = model_folder(settings)
    if not folder.is_dir():
        raise ConfigurationError(
            f"GRADER_CROSS_ENCODER is '{settings.cross_encoder}'; it can be {NONE}, {INSTALLED} or a "
            "folder on this machine with a model; models are not downloaded at run time"
        )
    from grader.cross_encoder._named import NamedCrossEncoder

    return NamedCrossEncoder(folder)


def model_folder(settings: Settings) -> Path:
    """The folder that the settings name."""
    return Path(settings.cross_encoder).expanduser().resolve()
