"""Texts of strangers have no links in mails."""

from __future__ import annotations

import time

import pytest

from mail.defang import defang, one_line


@pytest.mark.parametrize(
    ("text", "told"),
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
def test_what_a_mail_program_makes_a_link_of_is_none(text, told):
    assert defang(text) == told
    assert defang(told) == told


@pytest.mark.parametrize(
    "text",
    [
        "I am ill. See you on 31 March 2030 at 10:00 CEST (Europe/Berlin)!",
        "e.g. 10.30 p.m., v1.2.3, 3.5 %, wait...then, Ph.D., U.S.A., z.B.",
        "Data: file: see tel: none; a/b and/or @ada #1 für Anfänger 🎲 👩‍🎓",
        "",
    ],
)
def test_other_words_stay_as_they_are(text):
    assert defang(text) == text


def test_names_are_on_one_line():
    assert one_line(" ada\r\n\x00\u2028 lovelace\t") == "ada lovelace"


@pytest.mark.parametrize(
    "part", ["a", "a.", "aa:", "://", "a://", "www.", "a@", "mailto:", "\\", "a-", "\u200b", " "]
)
def test_the_time_grows_with_the_text_and_no_faster(part):
    def seconds(number):
        text = part * number + "!"
        return min(timed(text) for _ in range(3))

    def timed(text):
        began = time.process_time()
        defang(text)
        return time.process_time() - began

    assert seconds(16_000) < 8 * seconds(4_000) + 0.02
