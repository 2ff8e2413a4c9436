"""Permissions hold for root too: without two capabilities it reads and writes like anybody."""

import ctypes
import os
from collections.abc import Iterator
from contextlib import contextmanager

#: CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH.
_PAST_PERMISSIONS = 1 << 1 | 1 << 2
_VERSION = 0x20080522


class _Header(ctypes.Structure):
    _fields_ = (("version", ctypes.c_uint32), ("pid", ctypes.c_int))


class _Sets(ctypes.Structure):
    """The capabilities 0 to 31, then 32 to 63."""

    _fields_ = (
        ("effective", ctypes.c_uint32),
        ("permitted", ctypes.c_uint32),
        ("inheritable", ctypes.c_uint32),
        ("effective_2", ctypes.c_uint32),
        ("permitted_2", ctypes.c_uint32),
        ("inheritable_2", ctypes.c_uint32),
    )


@contextmanager
def held_to_permissions() -> Iterator[None]:
    """Have permissions stop this thread, whoever runs the tests."""
    if os.geteuid() != 0:
        yield
        return
    sets = _Sets()
    _call("capget", sets)
    effective = sets.effective
    sets.effective = effective & ~_PAST_PERMISSIONS
    _call("capset", sets)
    try:
        yield
    finally:
        sets.effective = effective
        _call("capset", sets)


def _call(name: str, sets: _Sets) -> None:
    header = _Header(_VERSION, 0)
    libc = ctypes.CDLL(None, use_errno=True)
    if getattr(libc, name)(ctypes.byref(header), ctypes.byref(sets)):
        raise OSError(ctypes.get_errno(), name)
