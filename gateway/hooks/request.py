"""A hook request: bytes in, what rules may know of it out.

Webhook reference §5 to §9; security reference §3. Law: pure; ``secrets`` and the platform's token
are never kept, so that nothing later can show them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

import msgspec

from gateway.annotation import tree as trees
from gateway.annotation.plain import from_json
from gateway.annotation.tree import Node, TooManyNodesError, Tree
from gateway.annotation.urls import resource_id
from gateway.annotation.values import Value, clean_text, parse_number
from gateway.engine.subject import Subject
from gateway.hooks.lenient import LenientReader
from gateway.hooks.mail import mail_fact, reference_fact
from gateway.hooks.wire import Reads, request_type
from gateway.rules.events import ACTIONS, CONTENT, EMAIL, OTHER_EVENTS
from gateway.rules.selectors.path import Keys

_SECRET_KEYS: Final = ("secrets", "rossum_authorization_token")
#: Published samples spell null as this text.
_NULL: Final = "None"


class PayloadError(Exception):
    """The body is not a hook request."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason

    def __str__(self) -> str:
        return f"not a hook request: {self.reason}"


Decode = Callable[[bytes], Any]


class Decoder:
    """Reads the bytes of requests, as far as some queues' rules need."""

    def __init__(self, reads: Reads) -> None:
        """Prepare to read what *reads* names."""
        self._type = request_type(reads)
        self._decode: Decode = msgspec.json.Decoder(self._type).decode
        self._whole = reads.whole
        self._keys = Keys(reads.node, reads.content)

    def decode(self, body: bytes) -> Request:
        """Read a request.

        Raises:
            PayloadError: it is no strict JSON, no object, or names no event.
        """
        try:
            if self._whole:
                # From plain data nodes are made in a third of the time of a second decode.
                data = plain_payload(body)
                return Request(msgspec.convert(data, self._type), body, self._keys, data)
            return Request(self._decode(body), body, self._keys)
        except msgspec.ValidationError:
            return self._decode_leniently(body)
        except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
            raise PayloadError("the body is not JSON") from None
        except TooManyNodesError as error:
            raise PayloadError(str(error)) from None

    def _decode_leniently(self, body: bytes) -> Request:
        """Read a request whose types surprise: what makes sense of it counts."""
        data = plain_payload(body)
        if not isinstance(data, dict):
            raise PayloadError("the body is not a JSON object")
        for key in ("event", "action"):
            if not isinstance(data.get(key), str):
                raise PayloadError(f"it has no {key}")
        try:
            return Request(_Loose(data), body)
        except TooManyNodesError as error:
            raise PayloadError(str(error)) from None


#: For numbers beyond what a float holds: infinite ones are unreadable wherever they are met.
_decode_any_number: Decode = msgspec.json.Decoder(float_hook=float).decode


def plain_payload(body: bytes) -> Any:
    """Decode a body as plain data, without what must stay secret.

    Raises:
        PayloadError: it is not JSON.
    """
    try:
        try:
            data = msgspec.json.decode(body)
        except msgspec.ValidationError:
            data = _decode_any_number(body)
    except msgspec.ValidationError:
        raise PayloadError("it has a whole number of thousands of digits") from None
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        raise PayloadError("the body is not JSON") from None
    if isinstance(data, dict):
        for key in _SECRET_KEYS:
            data.pop(key, None)
    return data


class _Loose:
    """Plain data with the attributes of a decoded request."""

    def __init__(self, data: dict[str, Any]) -> None:
        self._data = data
        self.event = data["event"]
        self.action = data["action"]
        request_id = data.get("request_id")
        self.request_id = request_id if isinstance(request_id, str) else None
        annotation = data.get("annotation")
        self.annotation = _LooseAnnotation(annotation) if isinstance(annotation, dict) else None
        self.document = (
            _Fields(data["document"]) if isinstance(data.get("document"), dict) else None
        )
        updated = data.get("updated_datapoints")
        self.updated_datapoints = updated if isinstance(updated, list) else None

    def __getattr__(self, name: str) -> Any:
        return self._data.get(name)


class _Fields:
    def __init__(self, data: Mapping[str, Any]) -> None:
        self._data = data

    def __getattr__(self, name: str) -> Any:
        return self._data.get(name)


class _LooseAnnotation(_Fields):
    def __init__(self, data: Mapping[str, Any]) -> None:
        super().__init__(data)
        content = data.get("content")
        reader = LenientReader()
        self.content = reader.sections(content) if isinstance(content, list) else None
        self.left_out = reader.left_out
        self.queue = data.get("queue")


class Request:
    """One hook request. Its ``repr`` shows nothing of what it holds."""

    __slots__ = (
        "_body",
        "_decoded",
        "_keys",
        "_payload",
        "action",
        "event",
        "request_id",
        "tree",
        "updated",
    )

    def __init__(
        self,
        decoded: Any,
        body: bytes,
        keys: Keys | None = None,
        payload: dict[str, Any] | None = None,
    ) -> None:
        """Index *decoded*; *body* is kept for what is read on demand, unless *payload* is all.

        *keys* are those that its nodes have as they arrived; without, they may differ from it.
        """
        self._decoded = decoded
        self._body = body
        self._keys = keys
        self._payload = payload
        self.event: str = decoded.event
        self.action: str = decoded.action
        self.request_id: str | None = decoded.request_id
        content = decoded.annotation.content if decoded.annotation is not None else None
        #: The indexed content; None for events without content.
        self.tree: Tree | None = trees.index(content) if isinstance(content, list) else None
        self.updated: frozenset[str] = frozenset(map(str, decoded.updated_datapoints or ()))

    @property
    def runs_on(self) -> str | None:
        """What rules name in ``on``: a content event's action, another's name; None: no rule runs.

        A content event without content is nothing to run rules on.
        """
        if self.event == CONTENT:
            return self.action if self.tree is not None else None
        return self.name if self.name in OTHER_EVENTS else None

    @property
    def name(self) -> str:
        """The event and action, ``other`` for names that the platform does not have."""
        full = f"{self.event}.{self.action}"
        if full in OTHER_EVENTS or (self.event == CONTENT and self.action in ACTIONS):
            return full
        return "other"

    @property
    def annotation_id(self) -> int | None:
        """The platform's id of the annotation."""
        found = getattr(self._decoded.annotation, "id", None)
        return found if type(found) is int else None

    @property
    def left_out(self) -> int:
        """How many nodes of the content are so odd that no rule sees them."""
        return getattr(self._decoded.annotation, "left_out", 0)

    @property
    def queue_ids(self) -> frozenset[int]:
        """The platform's ids of the queues: from the annotation, beside the event, or of files."""
        annotation = self._decoded.annotation
        found = resource_id(annotation.queue) if annotation is not None else None
        if found is None:
            found = resource_id(self.payload.get("queue"))
        if found is not None:
            return frozenset((found,))
        return frozenset(_queues_of(self.payload.get("files")))

    @property
    def payload(self) -> dict[str, Any]:
        """All of the request as plain data, without what must stay secret."""
        if self._payload is None:
            data = plain_payload(self._body)
            self._payload = data if isinstance(data, dict) else {}
        return self._payload

    def subject(self) -> Subject:
        """Give what JMESPath searches: the list of sections; of other events the whole payload."""
        if self.event != CONTENT:
            return Subject(lambda: self.payload)
        nodes = self._decoded.annotation.content if self._keys is not None else None
        return Subject(lambda: _walk(self.payload, ("annotation", "content")), nodes, self._keys)

    def at(self, now: datetime, expired: Callable[[], bool]) -> RequestFacts:
        """Give what rules may know of the request at a time."""
        return RequestFacts(self, now, expired)

    def decoded_fact(self, root: str, key: str) -> Any:
        """Read a key of ``annotation`` or ``document``."""
        return getattr(getattr(self._decoded, root), key, None)

    def decoded_key(self, key: str) -> Any:
        """Read a key of the envelope."""
        return getattr(self._decoded, key, None)


class RequestFacts:
    """What the engine asks of a request (`gateway.engine.facts.Facts`)."""

    __slots__ = ("_request", "_subject", "action", "expired", "now")

    def __init__(self, request: Request, now: datetime, expired: Callable[[], bool]) -> None:
        """Answer for *request* as of *now*."""
        self._request = request
        self._subject: Subject | None = None
        self.action = request.runs_on or request.action
        self.now = now
        self.expired = expired

    def fact(self, path: tuple[str, ...]) -> Value:
        """Give a fact by its path; what is absent is empty."""
        match path:
            case ("event",):
                return self._request.event
            case ("action",):
                return self._request.action
            case ("annotation" | "document" as root, key):
                return _fact(self._request.decoded_fact(root, key))
            case ("queue" | "email" as root, key):
                return _fact(_related(self._request, root, key))
            case ("payload", *keys):
                return _fact(_walk(self._request.payload, keys))
            case _:
                return None

    def attribute(self, node: Node, name: str) -> Value:
        """Give an attribute of a datapoint."""
        content = node.content
        match name:
            case "id":
                return Decimal(node.id) if isinstance(node.id, int) else node.id
            case "hidden":
                return bool(node.hidden)
            case "validation_sources":
                return list(getattr(node, name, None) or ())
            case "options":
                return [
                    clean_text(option["value"])
                    for option in getattr(node, name, None) or ()
                    if isinstance(option.get("value"), str)
                ]
        if content is None:
            return None
        match name:
            case "extracted":
                text = content.rir_text
                if text == _NULL and content.normalized_value == _NULL:
                    return None
                return clean_text(text) if text else None
            case "confidence":
                found = content.rir_confidence
                return None if found is None else parse_number(repr(found))
            case "page":
                return None if content.page is None else Decimal(content.page)
            case _:
                return None

    def is_edited(self, nodes: Sequence[Node | None]) -> bool:
        """Whether one of the nodes is among the updated datapoints."""
        updated = self._request.updated
        return any(node is not None and str(node.id) in updated for node in nodes)

    def subject(self) -> Subject:
        """Give what JMESPath searches."""
        if self._subject is None:
            self._subject = self._request.subject()
        return self._subject


def _fact(data: Any) -> Value:
    return None if data == _NULL else from_json(data)


def _related(request: Request, root: str, key: str) -> Any:
    """Read a key of the queue or e-mail: side-loaded, itself, referred to, or an event's own."""
    data = request.decoded_key(f"{root}s")
    own = request.decoded_key(root)
    found = data[0] if isinstance(data, list) and data else own
    if isinstance(found, dict) and found.get(key) is not None:
        return found[key]
    said = mail_fact(request.payload, key) if request.name == EMAIL and root == "email" else None
    return reference_fact(own, key) if said is None else said


def _queues_of(files: Any) -> Iterator[int]:
    for file in files if isinstance(files, list) else ():
        found = resource_id(file.get("queue")) if isinstance(file, dict) else None
        if found is not None:
            yield found


def _walk(data: Any, keys: Sequence[str]) -> Any:
    for key in keys:
        data = data.get(key) if isinstance(data, dict) else None
    return data
