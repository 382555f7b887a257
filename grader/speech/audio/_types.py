"""A recording that was read, and what may be read."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

RATE = 16_000


@dataclass(frozen=True, slots=True)
class AudioLimits:
    """What is accepted.

    Attributes:
        max_bytes: Of the file.
        max_seconds: Of the recording.
        silence_level: A recording that never rises above it counts as silent, in dB below full
            scale.
    """

    max_bytes: int = 25_000_000
    max_seconds: float = 900.0
    silence_level: float = -50.0


@dataclass(frozen=True, slots=True)
class Audio:
    """A recording, decoded.

    Attributes:
        samples: One channel at `RATE`, 16-bit integers.
        kind: The container it came in: `wav`, `mp3`, `m4a`, `ogg`, `webm` or `flac`.
        level: Of its loudest moments, in dB below full scale.
    """

    samples: NDArray[np.int16] = field(repr=False)
    kind: str
    level: float

    @property
    def duration_ms(self) -> int:
        """Its length in milliseconds."""
        return round(len(self.samples) * 1000 / RATE)

    def to_flac(self) -> bytes:
        """Encode it without loss, and without whatever else the file held (names, places)."""
        import av

        buffer = io.BytesIO()
        with av.open(buffer, "w", format="flac") as output:
            stream = output.add_stream("flac", rate=RATE, layout="mono", format="s16")
            frame_size = 4096
            for start in range(0, len(self.samples), frame_size):
                chunk = self.samples[start : start + frame_size]
                frame = av.AudioFrame.from_ndarray(chunk.reshape(1, -1), "s16", "mono")
                frame.sample_rate = RATE
                output.mux(stream.encode(frame))
            output.mux(stream.encode(None))
        return buffer.getvalue()
