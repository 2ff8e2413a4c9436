"""Effects as compiled: what a rule's ``message``, ``block`` and ``replace`` say.

Language §5. Law: pure; nodes whose structure is right in, effects or diagnostics out.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from gateway.annotation.values import Kind
from gateway.diagnostic import Report, Span
from gateway.effects import Level
from gateway.rules.compile_changes import CHANGES
from gateway.rules.compile_files import ARRIVALS
from gateway.rules.effect import At, Effect, Put, Say, Stop
from gateway.rules.expressions.expression import Expression, compile_condition
from gateway.rules.expressions.scope import Scope, Selects
from gateway.rules.templates.template import Template, compile_template
from gateway.rules.yaml.source import List, Map, Node, Scalar, Text

DOCUMENT = "document"
MAX_VALUE = 1_500


@dataclass(slots=True)
class EffectCompiler:
    """Compiles the effects of one rule, or of its ``otherwise``."""

    scope: Scope
    report: Report
    effects: list[Effect] = field(default_factory=list)
    sound: bool = True

    def compile(self, node: Map) -> tuple[Effect, ...] | None:
        """Compile every effect among the keys of *node*; None after a mistake."""
        message = node.get("message")
        text = self._message(message) if isinstance(message, Map) else None
        block = node.get("block")
        if block is not None:
            self._block(block, text, message)
        replace = node.get("replace")
        if replace is not None:
            self._replace(replace)
        for key, compile_change in (*CHANGES.items(), *ARRIVALS.items()):
            change = node.get(key)
            if change is not None:
                compile_change(change, self)
        return tuple(self.effects) if self.sound else None

    def error(self, code: str, message: str, place: Span, hint: str | None = None) -> None:
        """Report a mistake of this rule."""
        self.sound = False
        self.report.error(code, message, place, hint=hint, rule=self.scope.rule)

    def template(self, node: Node | None, scope: Scope | None = None) -> Template | None:
        """Compile a template, or that of several which is in the queue's language."""
        if isinstance(node, Map):
            node = self._in_language(node)
        if not isinstance(node, Scalar):
            self.sound = False
            return None
        before = self.report.errors
        template = compile_template(node.text, scope or self.scope, self.report)
        if template is None or self.report.errors > before:
            self.sound = False
        return template

    def condition(self, node: Node | None, scope: Scope) -> Expression | None:
        """Compile a condition that is part of an effect."""
        if not isinstance(node, Scalar):
            return None
        condition = compile_condition(node.text, scope, self.report)
        if condition is None:
            self.sound = False
        return condition

    def puts(self, node: Map, scope: Scope) -> tuple[Put, ...]:
        """Compile what is written into fields."""
        within = EffectCompiler(scope, self.report)
        within._replace(node)
        self.sound = self.sound and within.sound
        return tuple(effect for effect in within.effects if isinstance(effect, Put))

    def inner(self, node: Node | None, scope: Scope) -> tuple[Effect, ...]:
        """Compile effects that an effect may have; those of no node are none."""
        if not isinstance(node, Map):
            return ()
        found = EffectCompiler(scope, self.report).compile(node)
        self.sound = self.sound and found is not None
        return found or ()

    def _in_language(self, texts: Map) -> Node | None:
        """Choose the text in the queue's language, else English, else the first."""
        for entry in texts.entries.values():
            if isinstance(entry.value, Scalar):
                compile_template(entry.value.text, self.scope, self.report)
        language = self.scope.context.locale.replace("_", "-").lower()
        for key in (language, language.partition("-")[0], "en"):
            node = next((e.value for k, e in texts.entries.items() if k.lower() == key), None)
            if node is not None:
                return node
        return next((entry.value for entry in texts.entries.values()), None)

    def _message(self, node: Map) -> Template | None:
        template = self.template(node.get("text"))
        at = self._at(node.get("at"))
        if at is None and self.scope.selects is Selects.ROWS:
            self.error(
                "R404",
                "this rule selects rows, so its message must say where it stands",
                node.span,
                "add at: with a column, or at: document",
            )
        level = node.get("type")
        chosen = Level(str(level.data)) if isinstance(level, Scalar) else Level.ERROR
        if template is not None:
            self.effects.append(Say(chosen, template, at))
        return template

    def _block(self, node: Node, message: Template | None, said: Node | None) -> None:
        if not isinstance(node, Map):
            at = self._at(said.get("at")) if isinstance(said, Map) else None
            if said is None:
                self.error(
                    "R405",
                    "block: true takes the message's text, and there is no message",
                    node.span,
                    "write block: TEXT",
                )
            elif message is not None:
                self.effects.append(Stop(message, at))
            return
        template = message if node.get("text") is None else self.template(node.get("text"))
        if template is None:
            if self.sound:
                self.error("R403", "this blocker has no text", node.span, "add text: ...")
            return
        self.effects.append(Stop(template, self._at(node.get("at"))))

    def _at(self, node: Node | None) -> At | None:
        if node is None:
            return None
        items = node.items if isinstance(node, List) else (node,)
        names = [item.text for item in items if isinstance(item, Scalar)]
        if [name.value for name in names] == [DOCUMENT]:
            return At(())
        return At(tuple(self.field(name) for name in names))

    def field(self, name: Text, *, category: str | None = None) -> str:
        """Give the schema id of what an effect names; report what is not there, or another thing.

        *category* is the platform's: ``datapoint`` or ``multivalue``.
        """
        schema_id = self.scope.schema_id(name.value)
        found = self.scope.schema_field(schema_id)
        if name.value == DOCUMENT:
            self.error("R406", "document stands alone, not among fields", name.span)
        elif self.scope.is_unknown(schema_id):
            meant = self.scope.suggest(name.value)
            hint = f'did you mean "{meant}"?' if meant else None
            self.error("R201", self.scope.unknown_field(name.value), name.span, hint)
        elif category is not None and found is not None and found.category != category:
            words = {"datapoint": "field", "multivalue": "table", "tuple": "row"}
            this, wanted = words.get(found.category, found.category), words[category]
            hint = f"name the fields of the {this}" if wanted == "field" else None
            self.error("R408", f"{name.value} is a {this}, not a {wanted}", name.span, hint)
        return schema_id

    def _replace(self, node: Node) -> None:
        if isinstance(node, Map):
            for entry in node.entries.values():
                self._put(self.field(entry.key), entry.key, entry.value)
            return
        if self.scope.selects is Selects.ANNOTATION:
            self.error(
                "R407",
                "nothing is selected that could be replaced",
                node.span,
                "add select: FIELD, or write replace: {FIELD: VALUE}",
            )
        elif self.scope.selects is Selects.ROWS:
            self.error(
                "R407", "a row has no value of its own", node.span, "write replace: {COLUMN: VALUE}"
            )
        elif self.scope.path is not None and not self.scope.path.gives_datapoints:
            self.error(
                "R407",
                "what is selected carries no id, so there is no datapoint to replace",
                node.span,
                "add id to the braces of the selector: {id: id, ...}",
            )
        else:
            self._put(None, None, node)

    def _put(self, schema_id: str | None, name: Text | None, node: Node) -> None:
        template = self.template(node)
        target = schema_id or self.scope.selected
        found = self.scope.schema_field(target) if target else None
        if found is not None:
            place = name.span if name is not None else node.span
            if found.category != "datapoint":
                self.error("R408", f"{target} is a {found.category}; it has no value", place)
            elif found.formula:
                self.error(
                    "R408", f"{target} is a formula field; the platform ignores writes to it", place
                )
        if template is None:
            return
        plain = "".join(part for part in template.parts if isinstance(part, str))
        if len(plain) > MAX_VALUE:
            self.error("R409", f"a value has at most {MAX_VALUE} characters", template.text.span)
        if template.lone is not None and template.lone.expression.kind == Kind.COLUMN:
            return
        self.effects.append(Put(schema_id, template))
