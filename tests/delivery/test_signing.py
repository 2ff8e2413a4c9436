"""Standard Webhooks: what a receiver checks."""

import base64
import hashlib
import hmac

from gateway.config.destinations import key_of
from gateway.delivery.signing import signed_headers


def test_the_example_of_the_specification_is_signed_as_it_says():
    secret = key_of("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    headers = dict(
        signed_headers(
            "msg_p5jXN8AQM9LWM0D4loKWxJek", b'{"test": 2432232314}', 1614265330.9, [secret]
        )
    )

    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    assert headers["webhook-timestamp"] == "1614265330"
    assert headers["webhook-id"] == headers["Idempotency-Key"] == "msg_p5jXN8AQM9LWM0D4loKWxJek"


def test_each_of_two_secrets_signs():
    secrets = [b"a-new-secret-0123", b"an-old-secret-0123"]
    headers = dict(signed_headers("k", b"body", 5.0, secrets))
    expected = [
        base64.b64encode(hmac.new(secret, b"k.5.body", hashlib.sha256).digest()).decode()
        for secret in secrets
    ]

    assert headers["webhook-signature"] == " ".join(f"v1,{one}" for one in expected)


def test_without_a_secret_nothing_is_signed():
    assert "webhook-signature" not in dict(signed_headers("k", b"body", 5.0, []))
