from datetime import UTC, datetime, timedelta, timezone

import pytest

from gateway.telemetry.moment import written


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        (datetime(2025, 1, 31, 12, tzinfo=UTC), "2025-01-31T12:00:00.000000Z"),
        (datetime(2025, 1, 31, 12, 0, 0, 5, tzinfo=UTC), "2025-01-31T12:00:00.000005Z"),
        (
            datetime(2025, 1, 31, 0, 30, tzinfo=timezone(timedelta(hours=1))),
            "2025-01-30T23:30:00.000000Z",
        ),
    ],
)
def test_moments_are_written_in_one_form_that_sorts(moment, text):
    assert written(moment) == text
