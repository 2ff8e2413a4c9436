"""Moments as logs and records write them. Law: pure."""

from __future__ import annotations

from datetime import UTC, datetime


def written(moment: datetime) -> str:
    """Write an aware moment by RFC 3339: in UTC, always with microseconds, so that text sorts."""
    return f"{moment.astimezone(UTC).isoformat(timespec='microseconds')[:-6]}Z"
