"""Effects as compiled: what a rule may do to a document.

Language §5. Law: values only; an effect of these types has no mistake that can be known before a
document is seen.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

from gateway.effects import Form, Level
from gateway.rules.expressions.expression import Expression
from gateway.rules.question import Question
from gateway.rules.templates.template import Template


@dataclass(frozen=True, slots=True)
class At:
    """Where a message or blocker stands: fields by schema id; none of them is the document."""

    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Say:
    """``message``."""

    level: Level
    text: Template
    #: None: the selected datapoint, else the document.
    at: At | None


@dataclass(frozen=True, slots=True)
class Stop:
    """``block``."""

    text: Template
    at: At | None


@dataclass(frozen=True, slots=True)
class Put:
    """``replace`` of one target."""

    #: None: the selected datapoint.
    schema_id: str | None
    template: Template

    @property
    def clears(self) -> bool:
        """Whether it is the literal ``""``."""
        return self.template.parts == ("",)


@dataclass(frozen=True, slots=True)
class Choose:
    """``options`` of one field: what may be chosen there."""

    schema_id: str
    #: Value and label of each.
    options: tuple[tuple[Template, Template], ...]


@dataclass(frozen=True, slots=True)
class Reveal:
    """``show`` and ``hide``: one way."""

    fields: tuple[str, ...]
    hidden: bool


@dataclass(frozen=True, slots=True)
class Follow:
    """``visible`` of one field: shown while the condition holds, hidden while it does not."""

    schema_id: str
    condition: Expression


@dataclass(frozen=True, slots=True)
class Validate:
    """``validate``: fields marked as validated by an extension."""

    fields: tuple[str, ...]


Cells: TypeAlias = tuple[tuple[str, Template], ...]


@dataclass(frozen=True, slots=True)
class AddRow:
    """``add``: a row, unless one with the same key is there."""

    table: str
    cells: Cells
    key: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RemoveRow:
    """``remove``: the selected row."""


@dataclass(frozen=True, slots=True)
class Derive:
    """``table``: the rows of one table made from those of another."""

    into: str
    source: str
    #: Speaks of a row of *source*.
    where: Expression | None
    #: Columns of *source*; rows with equal values there become one.
    by: tuple[str, ...]
    #: Columns of the result, with whether they descend.
    order: tuple[tuple[str, bool], ...]
    #: Speak of a row of *source*; with *by*, of the columns of a group of rows.
    cells: Cells


@dataclass(frozen=True, slots=True)
class Respond:
    """``respond``: any JSON; its texts are templates, the rest is as written."""

    data: Any


@dataclass(frozen=True, slots=True)
class KeepOut:
    """``import: false``: the selected file becomes no document."""


@dataclass(frozen=True, slots=True)
class FileValues:
    """``values``: what fields of the selected file's document begin with, by name."""

    values: Cells


@dataclass(frozen=True, slots=True)
class SetSender:
    """``sender``: who the e-mail is really from."""

    email: Template
    name: Template | None


@dataclass(frozen=True, slots=True)
class ChooseFrom:
    """``options`` of one field from a table: every record is one."""

    schema_id: str
    #: Has no criteria.
    question: Question
    #: Columns.
    value: str
    label: str


@dataclass(frozen=True, slots=True)
class Attempt:
    """A step of ``match``: what is asked, with a template for each criterion."""

    question: Question
    keys: tuple[Template, ...]


@dataclass(frozen=True, slots=True)
class Into:
    """Where ``match`` puts what it has found."""

    schema_id: str
    #: Speak of ``hit``, a candidate.
    value: Template
    label: Template
    #: Whether the candidates become the field's options; else only its value is written.
    has_options: bool
    #: Options besides the candidates: value and label of each, the default one first.
    others: tuple[tuple[Template, Template], ...]
    #: The first of *others* is chosen where no candidate is.
    has_default: bool


@dataclass(frozen=True, slots=True)
class Match:
    """``match``: records of a table, and what is done with none, one or many of them."""

    table: str
    #: In order: the first that finds anything decides.
    by: tuple[Attempt, ...]
    #: Speaks of ``hit``, a candidate, which it may leave out.
    where: Expression | None
    #: Columns to sort by, with whether they descend.
    order: tuple[tuple[str, bool], ...]
    into: Into | None
    #: Speak of ``hit``, the one record.
    fill: tuple[Put, ...]
    none: tuple[Effect, ...]
    one: tuple[Effect, ...]
    many: tuple[Effect, ...]

    @property
    def outcomes(self) -> tuple[Effect, ...]:
        """Every effect that it may have, besides what it writes itself."""
        return (*self.none, *self.one, *self.many)

    def templates(self) -> Iterator[Template]:
        """Yield its own templates, those of its effects apart."""
        for attempt in self.by:
            yield from attempt.keys
        if self.into is not None:
            yield from (self.into.value, self.into.label)
            yield from (template for option in self.into.others for template in option)


@dataclass(frozen=True, slots=True)
class Each:
    """A list in the body of ``notify``: an item for each row of a table."""

    table: str
    #: A condition on the row, which is the template's only hole; None: every row.
    where: Template | None
    #: JSON whose texts are templates that speak of the row.
    item: Any


@dataclass(frozen=True, slots=True)
class Notify:
    """``notify``: something to tell another system."""

    destination: str
    form: Form
    #: JSON whose texts are templates, and whose lists may be `Each`.
    body: Any
    key: Template | None


Effect: TypeAlias = (
    Say
    | Stop
    | Put
    | Choose
    | ChooseFrom
    | Reveal
    | Follow
    | Validate
    | AddRow
    | RemoveRow
    | Derive
    | Match
    | Respond
    | KeepOut
    | FileValues
    | SetSender
    | Notify
)


def every(effects: Iterable[Effect]) -> Iterator[Effect]:
    """Yield effects, and those that any of them may have."""
    for effect in effects:
        yield effect
        if isinstance(effect, Match):
            yield from every((*effect.fill, *effect.outcomes))


def templates_of(effect: Effect) -> tuple[Template, ...]:
    """List the templates of an effect, in a fixed order."""
    match effect:
        case Say() | Stop():
            return (effect.text,)
        case Put():
            return (effect.template,)
        case Choose():
            return tuple(template for option in effect.options for template in option)
        case AddRow() | Derive():
            return tuple(template for _, template in effect.cells)
        case Respond():
            return tuple(templates_in(effect.data))
        case FileValues():
            return tuple(template for _, template in effect.values)
        case SetSender():
            return (effect.email,) if effect.name is None else (effect.email, effect.name)
        case Notify():
            return (*templates_in(effect.key), *templates_in(effect.body))
        case _:
            return ()


def condition_of(effect: Effect) -> Expression | None:
    """Give the condition that is part of an effect, if it has one."""
    match effect:
        case Follow():
            return effect.condition
        case Derive() | Match():
            return effect.where
        case _:
            return None


def expressions_of(effect: Effect) -> Iterator[Expression]:
    """Yield every expression of an effect, and of those that it may have; templates included."""
    for one in every((effect,)):
        condition = condition_of(one)
        if condition is not None:
            yield condition
        for template in one.templates() if isinstance(one, Match) else templates_of(one):
            yield from (hole.expression for hole in template.holes)


def writes_of(effect: Effect, selected: str | None) -> frozenset[str]:
    """List the schema ids whose values an effect changes; *selected* is the selected field."""
    match effect:
        case Put():
            target = effect.schema_id or selected
            return frozenset() if target is None else frozenset((target,))
        case AddRow():
            return frozenset((effect.table, *(name for name, _ in effect.cells)))
        case Derive():
            return frozenset((effect.into, *(name for name, _ in effect.cells)))
        case Match():
            into = () if effect.into is None else (effect.into.schema_id,)
            inner = (writes_of(one, selected) for one in (*effect.fill, *effect.outcomes))
            return frozenset(into).union(*inner)
        case _:
            return frozenset()


def has_rows(effect: Effect) -> bool:
    """Whether an effect speaks of rows besides those of its rule."""
    match effect:
        case Derive():
            return True
        case Notify():
            return has_each(effect.body)
        case _:
            return False


def has_each(body: Any) -> bool:
    """Whether a body has a list that is made of rows."""
    match body:
        case Each():
            return True
        case list():
            return any(map(has_each, body))
        case dict():
            return any(map(has_each, body.values()))
        case _:
            return False


def templates_in(data: Any) -> Iterator[Template]:
    """Yield the templates in JSON, in their order."""
    match data:
        case Template():
            yield data
        case list():
            for item in data:
                yield from templates_in(item)
        case dict():
            for item in data.values():
                yield from templates_in(item)
        case Each(_, where, item):
            yield from templates_in(where)
            yield from templates_in(item)
