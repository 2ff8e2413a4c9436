"""What is wrong with a table's file, for its author.

Law: values only.
"""

from __future__ import annotations


class FileMistake(Exception):
    """A file that no table can be made of."""

    def __init__(
        self,
        message: str,
        *,
        line: int = 1,
        other: int | None = None,
        hint: str | None = None,
    ) -> None:
        """Say what is wrong in which *line*, from 1; *other* is a second line that matters."""
        super().__init__(message, line, other, hint)
        self.message = message
        self.line = line
        self.other = other
        self.hint = hint

    def __str__(self) -> str:
        return self.message


class PackageMissing(Exception):
    """A format that needs a package which is not installed."""

    def __init__(self, package: str) -> None:
        super().__init__(package)
        self.package = package

    def __str__(self) -> str:
        return f"this needs the package {self.package}: pip install 'rules-gateway[tables]'"


def decoded(raw: bytes) -> str:
    """Read UTF-8, with or without a byte order mark.

    Raises:
        FileMistake: it is something else.
    """
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        hint = "save it as UTF-8"
        raise FileMistake("the file is not UTF-8 text", line=line, hint=hint) from None
