"""What PyTorch and its companions are told before they are loaded."""

from __future__ import annotations

import os


def prepare_torch() -> None:
    """Keep the libraries off the network, and have sums made in the same order in any company.

    The libraries look for updates and adapters on the model hub unless told not to. Intel's MKL adds
    up in another order for other numbers of rows and threads, unless asked not to ("strict conditional
    numerical reproducibility"). And threads that wait for one another do so busily, for so long that
    beside another busy process all are slow; they are to give way sooner. The libraries read this when
    they are loaded; what is set already stands.
    """
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    os.environ.setdefault("MKL_CBWR", "AUTO,STRICT")
    os.environ.setdefault("GOMP_SPINCOUNT", "10000")
