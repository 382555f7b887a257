"""A TCP proxy on loopback that can cut off what is behind it, and let it come back."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from typing import Self

_CHUNK = 1 << 16


class Proxy:
    """Passes connections on to another port; a context manager that starts and ends it.

    Attributes:
        port: Where it listens, on loopback; the same after `restore` as before `cut`.
    """

    def __init__(self, to_port: int) -> None:
        self._to = ("127.0.0.1", to_port)
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._listening = _bound(0)
        self.port = int(self._listening.getsockname()[1])
        self._accept()

    def cut(self) -> None:
        """Break all connections, and refuse new ones."""
        # To close it alone would not end the waiting for connections.
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self._accepting.join()
        # Held while nobody listens there, lest another program be given it.
        self._listening = _bound(self.port)
        with self._lock:
            for each in self._open:
                with suppress(OSError):
                    each.shutdown(socket.SHUT_RDWR)

    def restore(self) -> None:
        """Let connections through again."""
        self._accept()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.cut()
        self._listening.close()

    def _accept(self) -> None:
        self._listening.listen(128)
        self._accepting = threading.Thread(target=self._accept_all, args=[self._listening])
        self._accepting.start()

    def _accept_all(self, listening: socket.socket) -> None:
        while True:
            try:
                client, _ = listening.accept()
            except OSError:
                return
            try:
                server = socket.create_connection(self._to)
            except OSError:
                client.close()
                continue
            with self._lock:
                self._open |= {client, server}
            threading.Thread(target=self._pass_both, args=[client, server]).start()

    def _pass_both(self, client: socket.socket, server: socket.socket) -> None:
        back = threading.Thread(target=_pass, args=[server, client])
        back.start()
        _pass(client, server)
        back.join()
        with self._lock:
            self._open -= {client, server}
        client.close()
        server.close()


def _bound(port: int) -> socket.socket:
    bound = socket.socket()
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    bound.bind(("127.0.0.1", port))
    return bound


def _pass(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while chunk := source.recv(_CHUNK):
            target.sendall(chunk)
    for each in (source, target):
        with suppress(OSError):
            each.shutdown(socket.SHUT_RDWR)
