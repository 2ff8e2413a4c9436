"""``connector`` of a queue file: what the deprecated connector proves itself with.

Law: reads one key; a credential without a value is none.
"""

from __future__ import annotations

from gateway.config.given import Given
from gateway.config.references import References
from gateway.diagnostic import Report, Span
from gateway.hooks.credentials import Credentials
from gateway.hooks.signature import Secret


def read_connector(
    given: Given, owner: str, references: References, report: Report
) -> tuple[Credentials | None, list[tuple[Secret, Span]]]:
    """Read the credentials of a connector: a user with a password, or a token."""
    inner = given.inner("connector")
    if inner is None:
        return None, []
    written = inner.node.entries.keys()
    user, key = inner.text("user"), "token" if "token" in written else "password"
    if (user is None) is not (key == "token") or "password" in written - {key}:
        report.error(
            "R144",
            "a connector has a user with a password, or a token",
            given.node.entries["connector"].key.span,
            hint="write user: NAME and password: ${env:NAME}, or token: ${env:NAME}",
        )
        return None, []
    if user is not None and ":" in user.value:
        message = "the name of a user has no colon: basic authentication ends it there"
        report.error("R144", message, user.span)
    found = references.secrets(inner.texts(key), f"{owner} connector {key}", report)
    secrets = tuple(secret for secret, _ in found)
    made = Credentials(None if user is None else user.value, secrets) if secrets else None
    return made, [(secret, text.span) for secret, text in found]
