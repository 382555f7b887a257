"""The one place that knows Presidio: patterns, checksums and words around them; no model, no names.

Names of people would need a model of language with weights of its own, which are not shipped here.
What is found has a form: addresses, numbers, identifiers.
"""

from __future__ import annotations

import ipaddress
import logging
import re
import threading
from collections.abc import Callable, Mapping
from importlib.metadata import version

import spacy
from presidio_analyzer import (
    AnalyzerEngine,
    EntityRecognizer,
    Pattern,
    PatternRecognizer,
    RecognizerRegistry,
    RecognizerResult,
)
from presidio_analyzer import predefined_recognizers as predefined
from presidio_analyzer.context_aware_enhancers import LemmaContextAwareEnhancer
from presidio_analyzer.nlp_engine import SpacyNlpEngine
from spacy.language import Language
from spacy.tokens import Doc

from grader.redaction._plain import PlainText
from grader.redaction._redacted import Finding, Redacted

# Changes what is found, as a new version of Presidio may.
_RULES = 1

_LANGUAGE = "en"
_LEAST_SCORE = 0.4

_KINDS: Mapping[str, str] = {
    "CREDENTIALS": "credentials",
    "CREDIT_CARD": "card number",
    "EMAIL_ADDRESS": "email",
    "IBAN_CODE": "bank account",
    "IP_ADDRESS": "ip address",
    "PHONE_NUMBER": "phone",
    "PROFILE": "profile",
}
_OTHER_KIND = "id number"

# Words beside a number that make it a telephone's. Presidio's own list has `call` and `number`, which
# in answers about software stand beside any number.
_PHONE_WORDS = [
    "phone",
    "telephone",
    "mobile",
    "cell",
    "cellphone",
    "tel",
    "whatsapp",
    "sms",
    "dial",
]

_CREDENTIALS = Pattern("user in a URL", r"(?<=://)[^\s/?#@:]*:[^\s/?#@]+(?=@[\w\[])", 0.9)
_PROFILE = Pattern("profile", r"\b(?:www\.)?linkedin\.com/in/[\w%-]+", 0.9)

# Digits alone, one decimal, and what cannot stand within a telephone number: dots that make a range,
# or end a sentence.
_MERE_NUMBER = re.compile(r"[ (]*\d*\.?\d+[ )]*|.*(?:\.\.|\. ).*", re.DOTALL)

# What RFC 2606 and RFC 6761 set aside for examples belongs to nobody.
_EXAMPLE_DOMAINS = ("example.com", "example.net", "example.org")
_EXAMPLE_SUFFIXES = ("example", "test", "invalid", "localhost")
# `git@github.com` is how a repository is written, not whom it belongs to.
_ROLES = frozenset({"git"})

_PUBLIC_IPV6 = ipaddress.IPv6Network("2000::/3")
# Public resolvers that answers about networks name.
_WELL_KNOWN = frozenset({"8.8.8.8", "8.8.4.4", "1.1.1.1", "1.0.0.1", "9.9.9.9"})


class PresidioRedactor:
    """Finds e-mail and IP addresses, telephone, card and account numbers, credentials and ids.

    What identifies nobody stays, since answers about software speak of it: addresses reserved for
    examples (`user@example.com`, `192.0.2.1`), private and loopback IP addresses, public resolvers,
    and bare runs of digits, such as 2147483647, without a word beside them that makes them personal.
    """

    def __init__(self) -> None:
        """Load the recognizers; takes some seconds."""
        # It writes what it looks at into its log.
        logging.getLogger("presidio-analyzer").setLevel(logging.CRITICAL + 1)
        self._lock = threading.Lock()
        self._analyzer = AnalyzerEngine(
            registry=RecognizerRegistry(_recognizers(), supported_languages=[_LANGUAGE]),
            nlp_engine=_Words(),
            supported_languages=[_LANGUAGE],
            context_aware_enhancer=LemmaContextAwareEnhancer(context_matching_mode="whole_word"),
        )

    @property
    def fingerprint(self) -> str:
        """The package's version and ours of the rules around it."""
        return f"presidio-{version('presidio-analyzer')}-{_RULES}"

    def redact(self, text: str) -> Redacted:
        """Put a placeholder in the place of each finding; see `Redactor.redact`."""
        plain = PlainText.of(text)
        with self._lock:
            results = self._analyzer.analyze(
                plain.text,
                _LANGUAGE,
                score_threshold=_LEAST_SCORE,
                return_decision_process=True,
            )
        findings = []
        for result in results:
            if _is_personal(result, plain.text[result.start : result.end]):
                start, end = plain.original_span(result.start, result.end)
                findings.append(Finding(start, end, _KINDS.get(result.entity_type, _OTHER_KIND)))
        return Redacted.of(text, findings)


class _Words(SpacyNlpEngine):
    """Splits a text into lower-case words, which is all that looking at the words around takes."""

    def __init__(self) -> None:
        super().__init__()
        words = spacy.blank(_LANGUAGE)
        words.add_pipe("lower_case_lemmas")
        self.nlp: dict[str, Language] = {_LANGUAGE: words}  # type: ignore[assignment]


@Language.component("lower_case_lemmas")
def _lower_case_lemmas(doc: Doc) -> Doc:
    for token in doc:
        token.lemma_ = token.lower_
    return doc


class _Email(predefined.EmailRecognizer):
    """Without the public suffix list, which would be fetched from the network."""

    def validate_result(self, pattern_text: str) -> bool:
        local, _, domain = pattern_text.lower().rpartition("@")
        suffix = domain.rpartition(".")[2]
        is_example = suffix in _EXAMPLE_SUFFIXES or any(
            domain == each or domain.endswith(f".{each}") for each in _EXAMPLE_DOMAINS
        )
        # A package at a version, as in node@18.2.1, ends in a digit.
        return not is_example and local not in _ROLES and not suffix[-1].isdigit()


def _recognizers() -> list[EntityRecognizer]:
    national: tuple[Callable[..., EntityRecognizer], ...] = (
        predefined.AuMedicareRecognizer,
        predefined.AuTfnRecognizer,
        predefined.CaSinRecognizer,
        predefined.DeTaxIdRecognizer,
        predefined.EsNieRecognizer,
        predefined.EsNifRecognizer,
        predefined.FiPersonalIdentityCodeRecognizer,
        predefined.InAadhaarRecognizer,
        predefined.InPanRecognizer,
        predefined.ItFiscalCodeRecognizer,
        predefined.KrRrnRecognizer,
        predefined.NhsRecognizer,
        predefined.PlPeselRecognizer,
        predefined.SePersonnummerRecognizer,
        predefined.SgFinRecognizer,
        predefined.ThTninRecognizer,
        predefined.TrNationalIdRecognizer,
        predefined.UkNinoRecognizer,
        predefined.UkPassportRecognizer,
        predefined.UsItinRecognizer,
        predefined.UsPassportRecognizer,
        predefined.UsSsnRecognizer,
        predefined.ZaIdNumberRecognizer,
    )
    return [
        _Email(),
        predefined.CreditCardRecognizer(),
        predefined.IbanRecognizer(),
        predefined.IpRecognizer(),
        predefined.PhoneRecognizer(context=_PHONE_WORDS),
        PatternRecognizer("CREDENTIALS", patterns=[_CREDENTIALS]),
        PatternRecognizer("PROFILE", patterns=[_PROFILE]),
        *(make(supported_language=_LANGUAGE) for make in national),
    ]


def _is_personal(result: RecognizerResult, text: str) -> bool:
    address = _as_address(text)
    if address is not None:
        return result.entity_type == "IP_ADDRESS" and _is_someones(address)
    digits = {character for character in text if character.isdigit()}
    if len(digits) == 1 and not any(character.isalpha() for character in text):
        return False  # zeros pass every checksum
    if result.entity_type != "CREDIT_CARD" and _MERE_NUMBER.fullmatch(text):
        return bool(result.analysis_explanation.supportive_context_word)
    return True


def _as_address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    if not any(mark in text for mark in ".:"):
        return None  # a bare number would be read as an address too
    try:
        return ipaddress.ip_interface(text).ip
    except ValueError:
        return None


def _is_someones(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    if not address.is_global or address.is_multicast or str(address) in _WELL_KNOWN:
        return False
    return isinstance(address, ipaddress.IPv4Address) or address in _PUBLIC_IPV6
