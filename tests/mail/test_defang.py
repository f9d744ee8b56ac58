"""Links in texts that users wrote are removed from mails."""

from __future__ import annotations

import time

import pytest

from mail.defang import defang, one_line


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Pay at https://evil.example/x?y=1 now", "Pay at [link removed] now"),
        ("(HTTP://EVIL.EXAMPLE)", "([link removed]"),
        ("1http://192.0.2.1/", "[link removed]"),
        ("zoommtg://192.0.2.1/join", "[link removed]"),
        ("http://[::1]/ and ftp://host", "[link removed] and [link removed]"),
        ("www.evil.example.", "[link removed]"),
        ("mailto:eve tel:+1900 file:x", "[link removed] [link removed] [link removed]"),
        (r"look at \\host\share", "look at [link removed]"),
        ("evil.com/login", "evil. com/login"),
        ("https:/evil.com", "https:/evil. com"),
        ("//evil.com:8080", "//evil. com:8080"),
        ("a.b.evil.com", "a.b. evil. com"),
        ("eve@evil.com", "eve at evil. com"),
        ("eve＠evil．com", "eve at evil． com"),
        ("evil。com", "evil。 com"),
        ("пример.рф", "пример. рф"),
        ("ev\u200bil.\u2060com \u202emoc.live", "evil. com moc. live"),
    ],
)
def test_text_that_mail_clients_turn_into_a_link_is_changed(text, expected):
    assert defang(text) == expected
    assert defang(expected) == expected


@pytest.mark.parametrize(
    "text",
    [
        "I am ill. See you on 31 March 2030 at 10:00 CEST (Europe/Berlin)!",
        "e.g. 10.30 p.m., v1.2.3, 3.5 %, wait...then, Ph.D., U.S.A., z.B.",
        "Data: file: see tel: none; a/b and/or @ada #1 für Anfänger 🎲 👩‍🎓",
        "",
    ],
)
def test_other_text_is_unchanged(text):
    assert defang(text) == text


def test_names_are_put_on_one_line():
    assert one_line(" ada\r\n\x00\u2028 lovelace\t") == "ada lovelace"


@pytest.mark.parametrize(
    "part", ["a", "a.", "aa:", "://", "a://", "www.", "a@", "mailto:", "\\", "a-", "\u200b", " "]
)
def test_the_time_is_linear_in_the_length_of_the_text(part):
    def seconds(number):
        text = part * number + "!"
        return min(timed(text) for _ in range(3))

    def timed(text):
        began = time.process_time()
        defang(text)
        return time.process_time() - began

    assert seconds(16_000) < 8 * seconds(4_000) + 0.02
