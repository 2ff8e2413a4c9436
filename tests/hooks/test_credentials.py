"""The ``Authorization`` header of a connector."""

import base64

import pytest

from gateway.hooks.credentials import Credentials, CredentialsError, authenticate
from gateway.hooks.signature import Secret

NEW, OLD = (
    Secret("new-password-0123", "acme connector password 1"),
    Secret("old-pässword-0123", "2"),
)
BASIC = Credentials("rossum", (NEW, OLD))
TOKEN = Credentials(None, (NEW, OLD))


def basic(text):
    return "Basic " + base64.b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    ("credentials", "header", "reason"),
    [
        (BASIC, None, "missing"),
        (BASIC, "", "malformed"),
        (BASIC, "Basic", "wrong"),
        (BASIC, "Basic ", "wrong"),
        (BASIC, "Basic *", "malformed"),
        (BASIC, "Basic cm9zc3Vt", "wrong"),
        (BASIC, "Basic cm9zc3V", "malformed"),
        (BASIC, basic("rossum:wrong"), "wrong"),
        (BASIC, basic("Rossum:new-password-0123"), "wrong"),
        (BASIC, basic(":new-password-0123"), "wrong"),
        (BASIC, basic("new-password-0123"), "wrong"),
        (BASIC, basic("rossum:new-password-0123 "), "wrong"),
        (BASIC, "Bearer new-password-0123", "malformed"),
        (BASIC, "secret_key new-password-0123", "malformed"),
        (BASIC, basic("rossum:new-password-0123") + ", " + basic("a:b"), "malformed"),
        (BASIC, "Basic " + "A" * 20_000, "malformed"),
        (BASIC, "Basic \xe9\u20ac", "malformed"),
        (TOKEN, "secret_key wrong", "wrong"),
        (TOKEN, "secret_key", "wrong"),
        (TOKEN, "new-password-0123", "malformed"),
        (TOKEN, basic("rossum:new-password-0123"), "malformed"),
        (Credentials("rossum", ()), basic("rossum:"), "wrong"),
    ],
)
def test_what_is_not_the_connectors_is_refused_with_its_reason(credentials, header, reason):
    with pytest.raises(CredentialsError) as raised:
        authenticate(header, credentials)

    assert raised.value.reason == reason
    assert "password" not in str(raised.value)


@pytest.mark.parametrize(
    ("credentials", "header", "found"),
    [
        (BASIC, basic("rossum:new-password-0123"), NEW),
        (BASIC, basic("rossum:new-password-0123").replace("Basic", "basic"), NEW),
        (BASIC, basic("rossum:new-password-0123").replace(" ", "  "), NEW),
        (BASIC, basic("rossum:old-pässword-0123"), OLD),
        (TOKEN, "secret_key new-password-0123", NEW),
        (TOKEN, "secret_key old-pässword-0123".encode().decode("latin-1"), OLD),
    ],
)
def test_either_secret_opens_while_one_is_changed(credentials, header, found):
    assert authenticate(header, credentials) is found
