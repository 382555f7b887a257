from __future__ import annotations

import ipaddress

import pytest

from api.webhooks import TargetPolicy, TargetRefused

STRICT = TargetPolicy()


@pytest.mark.parametrize(
    ("url", "normal"),
    [
        ("https://example.com/hooks?a=b", "https://example.com/hooks?a=b"),
        ("https://EXAMPLE.com:443", "https://example.com/"),
        ("https://example.com:8443/", "https://example.com:8443/"),
        ("https://bücher.example/", "https://xn--bcher-kva.example/"),
        ("https://93.184.215.14/", "https://93.184.215.14/"),
        ("https://[2606:2800:21f:cb07:6820:80da:af6b:8b2c]/",) * 2,
    ],
)
def test_public_addresses_are_allowed_and_brought_into_normal_form(url: str, normal: str) -> None:
    assert STRICT.check_url(url) == normal


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("", "whole one"),
        ("example.com/hooks", "whole one"),
        ("https://", "whole one"),
        ("https://exa mple.com/", "whole one"),
        ("https://example.com:99999/", "whole one"),
        ("http://example.com/", "https://"),
        ("ftp://example.com/", "https://"),
        ("file:///etc/passwd", "https://"),
        ("mailto:someone@example.com", "https://"),
        ("https://user:pass@example.com/", "no user or password"),
        ("https://user@example.com/", "no user or password"),
        ("https://example.com/#part", "fragment"),
        ("https://example.com:22/", "port 22; the ports allowed are 443, 8443"),
        ("https://example.com:6379/", "port 6379"),
        ("https://example.com/" + "a" * 2048, "2048 characters"),
    ],
)
def test_what_is_no_address_for_a_webhook_is_refused(url: str, reason: str) -> None:
    with pytest.raises(TargetRefused, match=reason) as caught:
        STRICT.check_url(url)
    assert "pass@" not in str(caught.value)


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "127.1",
        "2130706433",
        "0x7f.0.0.1",
        "0177.0.0.1",
        "0.0.0.0",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.100.100.200",
        "168.63.129.16",
        "192.0.0.192",
        "198.18.0.1",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "[::]",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:169.254.169.254]",
        "[::127.0.0.1]",
        "[64:ff9b::10.0.0.1]",
        "[64:ff9b:1::1]",
        "[2002:7f00:1::]",
        "[2001:0:4136:e378:8000:63bf:3fff:fdd2]",
        "[fe80::1]",
        "[fc00::1]",
        "[fd00:ec2::254]",
        "[fec0::1]",
        "[ff02::1]",
        "[2001:db8::1]",
    ],
)
def test_addresses_that_are_not_public_are_refused_however_written(host: str) -> None:
    with pytest.raises(TargetRefused, match="not a public address"):
        STRICT.check_url(f"https://{host}/")


def test_public_addresses_within_ipv6_forms_are_seen_as_what_they_mean() -> None:
    STRICT.check_address(ipaddress.ip_address("::ffff:93.184.215.14"))
    STRICT.check_address(ipaddress.ip_address("64:ff9b::93.184.215.14"))


def test_one_bad_address_among_good_ones_is_enough_and_is_named() -> None:
    with pytest.raises(TargetRefused, match=r"10\.0\.0\.7.*the name example\.com stands for it"):
        STRICT.check_resolved("example.com", ["93.184.215.14", "10.0.0.7"])


def test_what_a_resolver_says_must_be_addresses() -> None:
    with pytest.raises(TargetRefused, match="no IP address"):
        STRICT.check_resolved("example.com", ["localhost"])


def test_networks_ports_and_plain_http_can_be_allowed() -> None:
    policy = TargetPolicy(
        allow_http=True,
        allowed_networks=(ipaddress.ip_network("10.0.0.0/8"), ipaddress.ip_network("fd00::/8")),
        ports=None,
    )
    policy.check_url("http://10.1.2.3:5000/")
    policy.check_url("https://[::ffff:10.1.2.3]/")
    policy.check_url("https://[fd00::1]/")
    for url in ("http://127.0.0.1/", "http://192.168.0.1/", "https://[fe80::1]/"):
        with pytest.raises(TargetRefused):
            policy.check_url(url)
