"""Whether a file's data is right by its JSON Schema, answered quickly: nearly every file is.

Law: pure; answers as the library's validator does, and knows the part of draft-07 that the
project's own schemas use. What exactly is wrong with a file the library says, which is many times
slower and takes a tenth of a second to import.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence, Sized
from decimal import Decimal
from typing import Any, Final, TypeAlias

from gateway.rules.yaml.mistakes import repeated

Check: TypeAlias = Callable[[Any], bool]

#: Keywords that say something to people only, or are looked up by others.
_WORDS: Final = ("$schema", "$id", "title", "description", "default", "examples", "definitions")
_SILENT: Final = frozenset((*_WORDS, "then", "else"))


def accepting(schema: Mapping[str, Any]) -> Check:
    """Compile *schema* into a function that says whether it accepts some data.

    Raises:
        NotImplementedError: the schema has a keyword that is not known here.
    """
    return _Compiler(schema).check(schema)


class _Compiler:
    def __init__(self, root: Mapping[str, Any]) -> None:
        self._definitions = root.get("definitions", {})
        self._compiled: dict[str, Check] = {}

    def check(self, schema: Any) -> Check:
        if isinstance(schema, bool):
            return lambda _: schema
        if "$ref" in schema:  # Draft-07 takes no keyword beside it.
            return self._reference(schema["$ref"])
        checks = [
            self._keyword(keyword, value, schema)
            for keyword, value in schema.items()
            if keyword not in _SILENT
        ]
        if len(checks) == 1:
            return checks[0]
        return lambda data: all(check(data) for check in checks)

    def _reference(self, name: str) -> Check:
        compiled = self._compiled
        if name not in compiled:

            def later(data: Any) -> bool:
                """Look the check up when it is there: a schema may speak of itself."""
                return compiled[name](data)

            compiled[name] = later
            compiled[name] = self.check(self._definitions[name.removeprefix("#/definitions/")])
        return compiled[name]

    def _keyword(self, keyword: str, value: Any, schema: Mapping[str, Any]) -> Check:
        match keyword:
            case "properties" | "additionalProperties" | "propertyNames":
                return self._object(keyword, value, schema)
            case "items":
                item = self.check(value)
                return lambda data: not isinstance(data, list) or all(map(item, data))
            case "allOf" | "anyOf" | "oneOf":
                return _combined(keyword, [self.check(one) for one in value])
            case "if":
                test, then = self.check(value), self.check(schema.get("then", True))
                otherwise = self.check(schema.get("else", True))
                return lambda data: then(data) if test(data) else otherwise(data)
        make = _SIMPLE.get(keyword)
        if make is None:
            raise NotImplementedError(keyword)
        return make(value)

    def _object(self, keyword: str, value: Any, schema: Mapping[str, Any]) -> Check:
        if keyword == "properties":
            known = {name: self.check(one) for name, one in value.items()}
            return lambda data: (
                not isinstance(data, dict)
                or all(known[key](one) for key, one in data.items() if key in known)
            )
        if keyword == "propertyNames":
            name = self.check(value)
            return lambda data: not isinstance(data, dict) or all(map(name, data))
        listed = frozenset(schema.get("properties", ()))
        other = self.check(value)
        return lambda data: (
            not isinstance(data, dict)
            or all(other(one) for key, one in data.items() if key not in listed)
        )


def _combined(keyword: str, checks: Sequence[Check]) -> Check:
    match keyword:
        case "allOf":
            return lambda data: all(check(data) for check in checks)
        case "anyOf":
            return lambda data: any(check(data) for check in checks)
        case _:
            return lambda data: sum(check(data) for check in checks) == 1


def _type(value: str | Sequence[str]) -> Check:
    names = (value,) if isinstance(value, str) else value
    classes = frozenset(one for name in names for one in _CLASSES[name])
    return lambda data: data.__class__ in classes


#: What YAML's data can be, by the schema's word for it; true and false are no numbers.
_CLASSES: Final[Mapping[str, Sequence[type]]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, Decimal),
    "boolean": (bool,),
    "array": (list,),
    "object": (dict,),
    "null": (type(None),),
}


def _equal(data: Any, value: Any) -> bool:
    return bool(data == value) and isinstance(data, bool) == isinstance(value, bool)


def _pattern(value: str) -> Check:
    found = re.compile(value)
    return lambda data: not isinstance(data, str) or found.search(data) is not None


def _required(names: Sequence[str]) -> Check:
    return lambda data: not isinstance(data, dict) or all(name in data for name in names)


def _least(kind: type[Sized]) -> Callable[[int], Check]:
    return lambda least: lambda data: not isinstance(data, kind) or len(data) >= least


def _most(kind: type[Sized]) -> Callable[[int], Check]:
    return lambda most: lambda data: not isinstance(data, kind) or len(data) <= most


def _minimum(value: int) -> Check:
    return lambda data: data.__class__ not in _CLASSES["number"] or bool(data >= value)


def _maximum(value: int) -> Check:
    return lambda data: data.__class__ not in _CLASSES["number"] or bool(data <= value)


_SIMPLE: Final[Mapping[str, Callable[[Any], Check]]] = {
    "type": _type,
    "const": lambda value: lambda data: _equal(data, value),
    "enum": lambda values: lambda data: any(_equal(data, value) for value in values),
    "pattern": _pattern,
    "required": _required,
    "minLength": _least(str),
    "minItems": _least(list),
    "minProperties": _least(dict),
    "maxLength": _most(str),
    "maxItems": _most(list),
    "minimum": _minimum,
    "maximum": _maximum,
    # Single values only, as when mistakes are told.
    "uniqueItems": lambda unique: (
        lambda data: not (unique and isinstance(data, list)) or repeated(data) is None
    ),
}
