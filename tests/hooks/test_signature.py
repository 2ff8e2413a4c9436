import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.hooks.signature import (
    Secret,
    SignatureError,
    Signatures,
    sign,
    sign_legacy,
    verify,
)

# The platform's own test vector.
KEY = Secret("This is very secret", "acme secret 1")
OTHER = Secret("another secret altogether", "acme secret 2")
BODY = b'{ "message": "sign me", "someValue" = 45 }'
SHA256 = "sha256=9539a7a70fc585ee96bc8dfb989db05f6faa216af8f68231fed028b1a7dafbc4"
SHA1 = "sha1=82673bc38c8eea236b04bad7fea3311a1e5b951c"
DIGITS = SHA256.removeprefix("sha256=")


@pytest.mark.parametrize(
    ("sha256", "sha1", "legacy", "reason"),
    [
        (None, None, False, "missing"),
        (None, None, True, "missing"),
        pytest.param(None, SHA1, False, "missing", id="the old header counts only where allowed"),
        pytest.param("sha256=" + "0" * 64, SHA1, True, "wrong", id="the newer header decides"),
        pytest.param("", SHA1, True, "malformed", id="even an empty newer header decides"),
        pytest.param(SHA1, None, True, "malformed", id="another algorithm in the newer header"),
        pytest.param(None, SHA256, True, "malformed", id="another algorithm in the old header"),
        ("sha256=" + "0" * 64, None, False, "wrong"),
        (DIGITS, None, False, "malformed"),
        (SHA256[:-1], None, False, "malformed"),
        (SHA256 + "0", None, False, "malformed"),
        (SHA256[:-1] + "g", None, False, "malformed"),
        ("SHA256=" + DIGITS, None, False, "malformed"),
        ("sha256 = " + DIGITS, None, False, "malformed"),
        (" " + SHA256, None, False, "malformed"),
        pytest.param(SHA256 + "\n", None, False, "malformed", id="a line break at the end"),
        pytest.param(f"{SHA256}, {SHA256}", None, False, "malformed", id="two equal values"),
        (f"{SHA256},", None, False, "malformed"),
        (f'"{SHA256}"', None, False, "malformed"),
        pytest.param(SHA256[:-1] + "\xe9", None, False, "malformed", id="not ASCII"),
        pytest.param(SHA256[:-1] + "\u0664", None, False, "malformed", id="a digit, not ASCII"),
        pytest.param(SHA256[:-1] + "\udce9", None, False, "malformed", id="a lone surrogate"),
        (None, SHA1 + "0", True, "malformed"),
        (None, "sha1=" + "0" * 40, True, "wrong"),
    ],
)
def test_what_is_not_exactly_the_signature_is_refused(sha256, sha1, legacy, reason):
    with pytest.raises(SignatureError) as refused:
        verify(BODY, Signatures(sha256, sha1), [KEY], legacy=legacy)

    assert refused.value.reason == reason
    assert str(refused.value) == f"signature {reason}"


@pytest.mark.parametrize(
    ("sha256", "sha1", "legacy"),
    [
        (SHA256, None, False),
        (SHA256, None, True),
        pytest.param("sha256=" + DIGITS.upper(), None, False, id="upper-case digits are digits"),
        pytest.param(SHA256, "sha1=nonsense", True, id="the old header is not looked at"),
        (None, SHA1, True),
    ],
)
def test_the_platforms_own_vector_is_accepted(sha256, sha1, legacy):
    assert verify(BODY, Signatures(sha256, sha1), [KEY], legacy=legacy) is KEY


def test_signing_gives_the_platforms_own_vector():
    assert sign(BODY, KEY.value) == SHA256
    assert sign_legacy(BODY, KEY.value) == SHA1


@pytest.mark.parametrize("secrets", [[KEY, OTHER], [OTHER, KEY]])
def test_during_a_rotation_it_is_told_which_secret_matched(secrets):
    assert verify(BODY, Signatures(SHA256, None), secrets, legacy=False) is KEY


def test_without_secrets_nothing_is_accepted():
    with pytest.raises(SignatureError):
        verify(BODY, Signatures(sign(BODY, ""), None), [], legacy=False)


def test_a_secret_that_is_not_utf8_signs_with_its_own_bytes():
    secret = b"caf\xe9 caf\xe9 caf\xe9 caf\xe9".decode("utf-8", "surrogateescape")

    assert verify(BODY, Signatures(sign(BODY, secret), None), [Secret(secret, "x")], legacy=False)


def test_no_text_of_a_secret_shows_its_value():
    assert repr(KEY) == str(KEY) == f"{KEY}" == "Secret('acme secret 1')"


@given(st.binary(max_size=64), st.integers(0, 255), st.data())
def test_a_body_changed_anywhere_is_refused(body, replacement, data):
    signatures = Signatures(sign(body, KEY.value), None)
    assert verify(body, signatures, [KEY], legacy=False) is KEY

    at = data.draw(st.integers(0, len(body)))
    changed = body[:at] + bytes([replacement]) + body[at + 1 :]
    if changed != body:
        with pytest.raises(SignatureError):
            verify(changed, signatures, [KEY], legacy=False)


@given(st.text(), st.text(), st.booleans())
def test_any_headers_are_refused_without_another_exception(sha256, sha1, legacy):
    with pytest.raises(SignatureError):
        verify(BODY, Signatures(sha256, sha1), [KEY], legacy=legacy)
