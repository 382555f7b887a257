from __future__ import annotations

import logging
import socket
import sys
from collections.abc import Iterator

import pytest

from grader.errors import ConfigurationError
from grader.redaction import Redactor, build_redactor

pytest.importorskip("presidio_analyzer", reason="answer-grader[redaction] is not installed")


@pytest.fixture(scope="module")
def redactor() -> Iterator[Redactor]:
    """Built and used without a network."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket, "getaddrinfo", _no_network)
        patch.setattr(socket.socket, "connect", _no_network)
        yield build_redactor("presidio")


def _no_network(*_: object) -> None:
    raise AssertionError("the redactor looks for something on the network")


@pytest.mark.parametrize(
    ("text", "redacted"),
    [
        ("Write to jane.doe@gmail.com.", "Write to [email 1]."),
        ("I am j.doe@corp.local there.", "I am [email 1] there."),
        ("Ring +44 20 7946 0958 please.", "Ring [phone 1] please."),
        ("Ring (212) 555-0199.", "Ring [phone 1]."),
        ("My cell is 2125550123.", "My cell is [phone 1]."),
        ("We saw 84.23.119.7 in the log.", "We saw [ip address 1] in the log."),
        ("And 2a02:8109:9440::1 too.", "And [ip address 1] too."),
        ("Paid by 4111 1111 1111 1111.", "Paid by [card number 1]."),
        ("To DE89 3704 0044 0532 0130 00.", "To [bank account 1]."),
        ("See https://linkedin.com/in/jane-doe-123.", "See https://[profile 1]."),
        ("redis://:hunter2@cache:6379/0", "redis://[credentials 1]@cache:6379/0"),
        ("https://jane:hunter2@[::1]/", "https://[credentials 1]@[::1]/"),
        ("SSN 536-90-4399.", "SSN [id number 1]."),
        ("NI number AB123456C.", "NI number [id number 1]."),
        ("My NHS number is 9434765919.", "My NHS number is [id number 1]."),
        ("DNI 12345678Z.", "DNI [id number 1]."),
    ],
)
def test_personal_data_is_taken_out(redactor: Redactor, text: str, redacted: str) -> None:
    assert redactor.redact(text).text == redacted


@pytest.mark.parametrize(
    "text",
    [
        "jane\u200bdoe@gm\u200bail.com",
        "ｊａｎｅ＠gmail．com",
        "jane@gmail\u00ad.com",
        "84.23.\u2060119.7",
    ],
)
def test_what_a_model_would_read_is_found_however_it_is_written(
    redactor: Redactor, text: str
) -> None:
    redacted = redactor.redact(f"It is {text}, as I said.")
    assert redacted.text.startswith("It is [")
    assert redacted.text.endswith("], as I said.")
    start, end = redacted.original_span(6, len(redacted.text) - len(", as I said."))
    assert f"It is {text}, as I said."[start:end] == text


@pytest.mark.parametrize(
    "text",
    [
        "server.listen(3000, '127.0.0.1') and then 0.0.0.0, ::1 or localhost",
        "a VPC has 10.0.0.0/8 or 192.168.1.10, and the metadata live at 169.254.169.254",
        "dig @8.8.8.8 example.com, or 1.1.1.1",
        "send a mail to user@example.com or admin@mail.example.org or x@host.test",
        "git clone git@github.com:nodejs/node.git; npm i node@18.2.1 @types/node@20.11.30",
        "INT_MAX is 2147483647, MAX_SAFE_INTEGER is 9007199254740991",
        "at 1700000000 or 1700000000123 or 2024-10-12 10:30:45",
        "we do 10 000 000 000 requests, 1,000,000 a day, p99 = 250 ms",
        "call getUser(1234567890), whose number is 2125550123",
        "std::vector<int> v; Array::map; a::b; key: value",
        "the cost goes from 0.43..8120.55, so P = 0.954276. 4. Then it is done",
        "UUID 550e8400-e29b-41d4-a716-446655440000 and sha 9f86d081884c7d65",
        "postgres://db.internal:5432/app and https://nodejs.org/api/cluster.html#x",
        "libuv, epoll, kqueue, IOCP, HTTP/2, TLS 1.3, RFC 9457, utf8mb4, ES2022, x86_64",
    ],
)
def test_what_belongs_to_nobody_stays(redactor: Redactor, text: str) -> None:
    assert redactor.redact(text).text == text


def test_names_are_not_known(redactor: Redactor) -> None:
    # A limit that the documentation states: should this change, it has to change as well.
    assert not redactor.redact("My name is Jane Doe and I live in Leeds.").changed


def test_its_log_says_nothing_of_the_text(
    redactor: Redactor, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        redactor.redact("My cell is 2125550123 and IBAN DE89 3704 0044 0532 0130 01.")
    assert "2125550123" not in caplog.text
    assert "3704" not in caplog.text


def test_what_it_finds_is_named_by_its_version(redactor: Redactor) -> None:
    assert redactor.fingerprint.startswith("presidio-2.")


def test_without_the_package_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "grader.redaction._presidio", raising=False)
    monkeypatch.setitem(sys.modules, "presidio_analyzer", None)
    with pytest.raises(ConfigurationError, match=r"install answer-grader\[redaction\]"):
        build_redactor("presidio")
