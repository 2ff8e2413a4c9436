"""The source of a sieve: what plain rules ask of a document, written as one function.

Law: pure; generates from linked steps, never from text: names and values of theirs are constants
in the namespace. The conditions are the compiled forms that the general path runs as well.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final, TypeAlias

from gateway.annotation.content import Content
from gateway.engine.frame import Frame
from gateway.engine.outcome import Outcome
from gateway.engine.program import Fused, Linked, Source, Step
from gateway.engine.sieve_words import WORDS
from gateway.rules.effect import Put
from gateway.rules.expressions.code import code_of
from gateway.rules.expressions.expression import all_references
from gateway.rules.expressions.references import (
    Clock,
    Fact,
    FieldText,
    FieldValue,
    Selected,
    SelectedText,
    WholeColumn,
)
from gateway.rules.rule import ByPath, BySchemaId, Mode, Overwrite

Ask: TypeAlias = Callable[[Content, Frame], list[Outcome | None]]

#: What rules ask of by name.
_NAMED: Final = (FieldValue, FieldText, Selected, SelectedText)


def compile_sieve(steps: Sequence[Step]) -> Ask | None:
    """Make the function that asks *steps*; None if none of them is plain.

    It expects `gateway.annotation.values.CONTEXT` to be the thread's decimal context.
    """
    writer = _Writer()
    for number, step in enumerate(steps):
        if _is_plain(step):
            writer.step(f"o{number}", step)
    return writer.make(len(steps)) if writer.lines else None


def cost_of(step: Step) -> int:
    """Count the steps that a rule's conditions take at most for each row of the longest table."""
    asked = [one for one in (step.when, step.require) if one is not None]
    return sum(one.size + len(one.sources) for one in asked)


def reads_of(step: Step) -> frozenset[str]:
    """List the schema ids whose values decide what the sieve says of a rule."""
    selected = _selected(step)
    names = set() if selected is None else {selected[0]}
    asked = [one for one in (step.when, step.require, _kept(step)) if one is not None]
    for reference in {one for linked in asked for one in all_references(linked.expression)}:
        match reference:
            case FieldValue(name) | FieldText(name) | WholeColumn(name):
                names.add(name)
    return frozenset(names) | step.rule.writes()


def _is_plain(step: Step) -> bool:
    """Whether a rule has nothing to say as long as no run of it fires."""
    rule = step.rule
    if rule.select is not None and _selected(step) is None:
        return False
    return not (rule.edited or step.otherwise or step.in_turn or step.follows)


def _selected(step: Step) -> tuple[str, str] | None:
    """Give the schema id that a rule selects, and the word that finds where it stands."""
    match step.rule.select:
        case BySchemaId(schema_id):
            return schema_id, "stand"
        case ByPath(path) if path.shape is not None and path.shape.keys is None:
            return path.shape.schema_id, f"stand_in_{path.shape.place}"
        case _:
            return None


class _Writer:
    """Writes one function: first what is read, then each step."""

    def __init__(self) -> None:
        self._constants = dict(WORDS)
        self._numbers: dict[object, str] = {}
        self._values: dict[str, str] = {}
        #: The steps; empty as long as none is plain.
        self.lines: list[str] = []

    def make(self, count: int) -> Ask:
        outcomes = [f"o{number}" for number in range(count)]
        lines = [
            "def ask(content, frame):",
            f" {' = '.join(outcomes)} = None",
            *(f" {name} = {call}" for call, name in self._values.items()),
            *self.lines,
            f" return [{', '.join(outcomes)}]",
        ]
        source = "\n".join(lines) + "\n"
        exec(code_of(source, "<sieve>"), self._constants)  # noqa: S102 - our own source.
        made: Ask = self._constants["ask"]
        return made

    def step(self, outcome: str, step: Step) -> None:
        """Write what one rule asks."""
        selected = _selected(step)
        if selected is None:
            self.lines += _attempt(" ", self._once(outcome, step, None))
            return
        name, find = selected
        stands = self._value(f"{find}(content.tree, {self._constant(name)})")
        self.lines.append(f" if {stands} is None: {outcome} = {self._outcome(step)}")
        rows = _attempt("  ", self._rows(outcome, step, name, stands))
        once = _attempt("  ", self._once(outcome, step, name))
        if rows:
            self.lines += [f" elif {stands}.__class__ is Table:", *rows]
        if once:
            self.lines += [f" elif {stands} == 'once':", *once]

    # Rules that run once: for the document, or for the only datapoint with a schema id.

    def _once(self, outcome: str, step: Step, selected: str | None) -> Iterator[str]:
        """Write what a rule asks if it runs once; nothing, if that is not plain."""
        kept = _kept(step)
        asked = [one for one in (step.when, step.require, kept) if one is not None]
        if not asked or not all(_is_asked_once(one, selected) for one in asked):
            return
        lead = ""
        if step.when is not None:
            yield f"r = {self._call(step.when, selected)}"
            yield f"if r is False or r is None or r is UNREADABLE: {outcome} = " + self._outcome(
                step, passed=1
            )
            lead = "elif r is True: "
        if step.require is not None:
            call = self._call(step.require, selected)
            told = f"{self._outcome(step, passed=1)} if r is True else "
            if not step.rule.fires_when_empty:
                skipped = self._outcome(step, skipped=1)
                told += f"{skipped} if r is None or r is UNREADABLE else "
            yield f"{lead}r = {call}; {outcome} = {told}None"
        elif kept is not None:
            there = f"is_there(content, {self._constant(_target(step, selected))}, "
            fired = self._outcome(step, fired=1)
            yield f"{lead}{outcome} = {fired} if {there}{self._call(kept, selected)}) else None"

    def _call(self, linked: Linked, selected: str | None) -> str:
        operands = ", ".join(self._operand(source, selected) for source in linked.sources)
        return f"{self._constant(linked.run)}({operands})"

    def _operand(self, source: Source, selected: str | None) -> str:
        name, as_text = _named(source, selected)
        if name is None:
            return f"only(frame, {self._constant(source)})"
        reads = f"content.{'text' if as_text else 'value'}({self._constant(name)})"
        # What is selected may stand in rows, and then nobody asks for single values.
        return reads if selected is not None else self._value(reads)

    # Rules that run in the rows of a table.

    def _rows(self, outcome: str, step: Step, selected: str, stands: str) -> Iterator[str]:
        """Write what a rule asks of whole columns; nothing, if that is not plain."""
        writes = step.when is None and step.require is None
        fused = step.own_cell.fused if writes and step.own_cell is not None else step.fused
        if fused is None or not all(_is_asked_in_rows(one) for one in fused.sources):
            return
        names = [f"a{number}" for number in range(len(fused.sources))]
        columns = []
        for name, source in zip(names, fused.sources, strict=True):
            schema_id, as_text = _named(source, selected)
            if schema_id is None:
                yield f"{name} = only(frame, {self._constant(source)})"
                continue
            reads = "texts" if as_text else "column"
            yield f"{name} = content.{reads}({self._constant(schema_id)})"
            columns.append(name)
        kinds = [f"{name}.kind" if name in columns else f"kind_in({name})" for name in names]
        tests = [*self._fits(fused, kinds)]
        tests.append(" or ".join(f"{one}.table is {stands}" for one in columns) or "False")
        if Selected not in map(type, (source.what for source in fused.sources)):
            tests.append(f"is_full({stands}, {self._constant(selected)})")
        given = ", ".join(
            f"along({name}, {stands})" if name in columns else f"repeat({name})" for name in names
        )
        if writes:
            yield f"b = content.column({self._constant(_target(step, selected))})"
            tests.append(f"b.table is {stands}")
            tests.append(f"are_there(b, {self._constant(fused.vector.run)}({given}))")
        else:
            tests.append(f"{self._constant(fused.vector.none)}({given})")
        verdict = "fired" if writes else "passed"
        yield "if " + " and ".join(f"({test})" for test in tests) + ":"
        yield f" {outcome} = {verdict}({self._constant(step.rule.id)}, len({stands}.rows))"

    def _fits(self, fused: Fused, kinds: Sequence[str]) -> Iterator[str]:
        """Write what `Vector.fits` asks, as far as it is not known."""
        first: dict[int, str] = {}
        vector = fused.vector
        for kind, wanted, group in zip(kinds, vector.kinds, vector.groups, strict=True):
            if wanted is not None:
                yield f"{kind} is {self._constant(wanted)}"
            elif group in first:
                yield f"{kind} is {first[group]}"
            else:
                first[group] = kind
                yield f"{kind} in SINGLE"

    def _value(self, reads: str) -> str:
        """Read something once, before all steps; give the name it is kept under."""
        return self._values.setdefault(reads, f"v{len(self._values)}")

    def _outcome(self, step: Step, fired: int = 0, passed: int = 0, skipped: int = 0) -> str:
        runs = fired + passed + skipped
        return self._constant(Outcome(step.rule.id, runs, fired, passed, skipped))

    def _constant(self, value: Any) -> str:
        key = value if isinstance(value, str) else id(value)
        name = self._numbers.setdefault(key, f"k{len(self._numbers)}")
        self._constants[name] = value
        return name


def _attempt(indent: str, lines: Iterator[str]) -> list[str]:
    """Write lines whose failures the general path tells."""
    found = [f"{indent} {line}" for line in lines]
    return [f"{indent}try:", *found, f"{indent}except FAILURES: pass"] if found else []


def _named(source: Source, selected: str | None) -> tuple[str | None, bool]:
    """Give the schema id whose values a source gives, and whether as displayed; None: no values."""
    match source.what:
        case FieldValue(name):
            return name, False
        case FieldText(name):
            return name, True
        case Selected() | SelectedText():
            return selected, isinstance(source.what, SelectedText)
        case _:
            return None, False


def _is_asked_once(linked: Linked, selected: str | None) -> bool:
    named = (FieldValue, FieldText) if selected is None else _NAMED
    return all(
        isinstance(one.what, (*named, WholeColumn)) or _is_same(one) for one in linked.sources
    )


def _is_asked_in_rows(source: Source) -> bool:
    return isinstance(source.what, _NAMED) or _is_same(source)


def _is_same(source: Source) -> bool:
    """Whether it is the same wherever a rule runs, and asks no table: that is for its turn."""
    what = source.what
    return isinstance(what, Fact | Clock) or (isinstance(what, Linked) and not what.asks)


def _kept(step: Step) -> Linked | None:
    """Give the value that a rule writes, if that is all it does where its ``when`` holds."""
    rule = step.rule
    if step.require is not None or len(step.effects) != 1 or rule.mode is not Mode.ENFORCE:
        return None
    if rule.overwrite is not Overwrite.ALWAYS or (rule.group is not None and rule.group.stops):
        return None
    (effect,) = step.effects
    if not isinstance(effect.effect, Put) or effect.effect.template.lone is None:
        return None
    ((value,),) = (template.holes for template in effect.templates)
    return value


def _target(step: Step, selected: str | None) -> str | None:
    effect = step.effects[0].effect
    return (effect.schema_id if isinstance(effect, Put) else None) or selected
