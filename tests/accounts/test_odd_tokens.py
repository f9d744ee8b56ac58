"""Odd claims in a correctly signed token are a 401, never a 500."""

from __future__ import annotations

import jwt
import pytest

from accounts import tokens
from core.errors import APIError
from tests.accounts.conftest import assert_refused
from tests.accounts.test_tokens import LOGOUT, ME, REFRESH, VERIFY, claims_of, signed

pytestmark = pytest.mark.django_db

ODD = [
    *(("user_id", value) for value in [[1], {}, True, None, 1e20, 1.0, -1, 0, 2**63, 10**30]),
    *(("user_id", value) for value in ["", "x", "1 ", "-1", "1.0", "٣", "9" * 19, "9" * 5000]),
    *(("exp", value) for value in [1e20, -1e20, 10**30, "x", "", None, True, [1], {}, "9" * 5000]),
    *(("exp", value) for value in [float("inf"), float("nan"), str(2**40), 2**53]),
    *(("nbf", value) for value in ["x", [1], 1e20, 10**400]),
    *(("iat", value) for value in ["x", [1], 1e20, 10**400]),
    *(("jti", value) for value in [None, 7, [1], {}, "", "x" * 65, "a\0", "\ud800", "é"]),
    *((claim, value) for claim in ("stamp", "token_type") for value in [None, 7, [1], True]),
]


@pytest.mark.database
@pytest.mark.parametrize(("claim", "value"), ODD)
def test_an_odd_claim_in_a_correctly_signed_token_is_401(
    api, bearer, student, signed_in, settings, claim, value
):
    def odd(token):
        claims = {name: held for name, held in claims_of(token).items() if name != claim}
        changed = claims if value is None else claims | {claim: value}
        return signed(changed, settings.SECRET_KEY)

    pair = {kind: odd(token) for kind, token in signed_in(student).items()}
    answers = [
        bearer(pair["access"]).get(ME),
        api().post(VERIFY, {"token": pair["access"]}),
        *(api().post(path, {"refresh": pair["refresh"]}) for path in (REFRESH, LOGOUT)),
    ]
    settings.ROTATE_REFRESH_TOKENS = True
    answers.append(api().post(REFRESH, {"refresh": pair["refresh"]}))

    too_long = len(pair["refresh"]) > 4096
    for answer in answers[:1] if too_long else answers:
        assert_refused(answer, 401, "token_not_valid")
    for answer in answers[1:] if too_long else ():
        assert answer.status_code == 400
    with pytest.raises(APIError) as refusal:  # as the socket for live push does
        tokens.read_access(pair["access"])
    assert refusal.value.status == 401


@pytest.mark.parametrize("payload", ["[]", "7", "null", '"x"', "{}", "[" * 4000])
def test_a_payload_that_is_not_an_object_of_claims_is_401(bearer, settings, payload):
    token = jwt.PyJWS().encode(payload.encode(), settings.SECRET_KEY)

    assert_refused(bearer(token).get(ME), 401, "token_not_valid")
