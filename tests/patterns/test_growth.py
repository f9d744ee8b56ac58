"""Regular expressions and fields take linear time for texts designed to be slow: at most 2.5 times
the time for twice the length."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from copy import deepcopy
from typing import Any

import django_filters
import pytest
from django.apps import apps
from django.conf import settings
from django.core.exceptions import ValidationError as InvalidValue
from django.core.validators import EmailValidator, RegexValidator, URLValidator
from django.urls import Resolver404, resolve
from rest_framework.exceptions import APIException
from rest_framework.fields import SkipField

from core.api.fields import Input
from core.api.filters import StrictFilterSet
from materials import limits
from tests.patterns.attacks import attacks
from tests.patterns.cases import cases_of, failures
from tests.patterns.finding import routes
from tests.patterns.growth import LONGEST, time_of
from tests.patterns.listed import BOUNDED, LISTED, patterns_at
from tests.patterns.test_ambiguity import OLD_ACTIVE

# Repeated texts for code that isn't a single regular expression.
PUMPS = [
    *["a", "0", "9", " ", "\n", ".", "-", "_", "@", "/", ":", "%", "+", ",", "<", "&", "[", "\\"],
    *["a@", "a.", "-a", "a-", "//", "0:", "-1", "+00:00", "T0", "1.", "<!--", "&#", "xn--"],
    *["é", "ß"],
]
STARTS = ["a@", "http://", "http://a.", "2030-01-01T", "2030-01-01T10:00:00.", "a@["]
EVERYWHERE = [("", pump, "\x00") for pump in PUMPS]
EVERYWHERE += [(start, pump, "\x00") for start in STARTS for pump in ["a", "0", ".", "a.", "-"]]


def ignoring_refusals(work: Callable[[str], object]) -> Callable[[str], None]:
    """Return the same function, which ignores that it refuses a text."""

    def work_or_refuse(text: str) -> None:
        with suppress(InvalidValue, APIException, SkipField, Resolver404):
            work(text)

    return work_or_refuse


@pytest.mark.parametrize("site", sorted(LISTED.keys() - BOUNDED.keys()))
def test_the_products_regular_expressions_take_linear_time(site):
    assert failures(cases_of(patterns_at(site), LISTED[site])) == []


@pytest.mark.parametrize("site", BOUNDED)
def test_ambiguous_patterns_are_fast_for_the_longest_text_that_they_get(site):
    for _, work, texts in cases_of(patterns_at(site), LISTED[site]):
        for start, pump, end in texts:
            text = (start + pump * BOUNDED[site])[: BOUNDED[site]] + end
            assert min(time_of(work, text) for _ in range(3)) < 10_000_000, text  # nanoseconds


def test_addresses_are_matched_in_linear_time():
    cases = list(cases_of({*routes()}, "search"))
    paths = ["/", "/api/", "/v1/", "/api/sessions/", "/admin/", "/admin/r/", "/admin/auth/user/"]
    pumps = ["/", "a/", "a", "1/", "%", "\n"]

    assert len(cases) > 80
    assert failures(cases) == []
    assert (
        failures(
            [("resolve", ignoring_refusals(resolve), [(s, p, "\n") for s in paths for p in pumps])]
        )
        == []
    )


def test_the_settings_regular_expressions_take_linear_time():
    named = [name for name in dir(settings) if "REGEX" in name]
    lists = ["DISALLOWED_USER_AGENTS", "IGNORABLE_404_URLS", "SECURE_REDIRECT_EXEMPT"]
    values = [getattr(settings, name) for name in [*named, *lists]]
    texts = [text for each in values for text in ([each] if isinstance(each, str) else each)]

    assert {"CORS_ALLOWED_ORIGIN_REGEXES", "CORS_URLS_REGEX"} <= {*named}
    assert failures(cases_of(map(re.compile, texts), "match")) == []


def inputs(base: type[Any] = Input) -> Iterator[type[Any]]:
    for each in base.__subclasses__():
        yield each
        yield from inputs(each)


def test_every_field_of_every_input_is_read_in_linear_time():
    declared = [field for each in inputs() for field in each._declared_fields.values()]
    # One of each kind of field is enough.
    fields = {(type(each), *map(type, each.validators)): each for each in declared}
    cases = [
        (field, ignoring_refusals(deepcopy(field).run_validation), EVERYWHERE)
        for field in fields.values()
    ]

    assert len(cases) > 8
    assert failures(cases, LONGEST // 2) == []


def test_every_filter_is_read_in_linear_time():
    filters = {
        name: each
        for of in StrictFilterSet.__subclasses__()
        for name, each in of.base_filters.items()
    }
    cases = [
        (name, ignoring_refusals(each.field.clean), EVERYWHERE)
        for name, each in filters.items()
        if not isinstance(each, django_filters.MultipleChoiceFilter)
    ]

    assert len(cases) > 5
    assert failures(cases) == []


def test_the_columns_validators_take_linear_time():
    fields = [field for model in apps.get_models() for field in model._meta.concrete_fields]
    validators = [each for field in fields for each in field.validators]
    chosen = {repr(each.regex): each for each in validators if isinstance(each, RegexValidator)}
    chosen |= {repr(type(e)): e for e in validators if isinstance(e, EmailValidator)}
    cases = [(name, ignoring_refusals(each), EVERYWHERE) for name, each in chosen.items()]

    assert len(cases) >= 2
    assert failures(cases) == []


def test_a_web_address_is_checked_in_linear_time():
    """Up to the largest length of a link (contract M1)."""
    check = ignoring_refusals(URLValidator(schemes=["http", "https"]))
    texts = [*EVERYWHERE, *attacks(URLValidator.regex.pattern, URLValidator.regex.flags)]

    assert failures([("URLValidator", check, texts)], limits.URL) == []


def test_a_pattern_that_takes_exponential_time_is_found():
    [first, *_] = failures(cases_of([re.compile(OLD_ACTIVE)], "match"))

    assert "<!--" in first


@pytest.mark.parametrize(
    ("pattern", "method"), [("a*b", "search"), ("(a|aa)*b", "match"), (r"(\w+\s?)*$", "match")]
)
def test_more_than_linear_time_is_found(pattern, method):
    assert failures(cases_of([re.compile(pattern)], method))
