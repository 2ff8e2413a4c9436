"""What every test stands on: the profiles of hypothesis, and a database where one is needed."""

import os

from hypothesis import HealthCheck, settings

pytest_plugins = ["tests.postgres"]

# On a shared machine a slow example, or a slow choice of examples, is no finding.
settings.register_profile(
    "default",
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
# Derandomized: a change is judged by the same examples each time, red or green.
settings.register_profile("ci", parent=settings.get_profile("default"), derandomize=True)
settings.register_profile("long", parent=settings.get_profile("default"), max_examples=5_000)


def _profile() -> str:
    chosen = os.environ.get("HYPOTHESIS_PROFILE")
    return chosen or ("ci" if os.environ.get("CI") else "default")


settings.load_profile(_profile())

# Servers that tests start, several at a time, each take a management port of their own.
os.environ["GATEWAY_MANAGEMENT"] = "127.0.0.1:0"
