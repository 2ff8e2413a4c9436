"""Spans, received by a real OTLP receiver on loopback."""

import http.server
import json
import subprocess
import sys
import threading
import time

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)

from gateway.engine.outcome import Evaluation, Outcome
from gateway.telemetry.identity import Trace
from gateway.telemetry.spans import Exchange, Spans
from tests.telemetry.serving import answered, begin, written
from tests.telemetry.test_counts import answer

TRACE, PARENT = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
SERVER, INTERNAL = 2, 1


class Receiver(http.server.ThreadingHTTPServer):
    """Keeps the spans that it is sent."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.spans, self.resources, self.status = [], [], 200
        threading.Thread(target=self.serve_forever, daemon=True).start()


class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        assert self.path == "/v1/traces"
        body = self.rfile.read(int(self.headers["Content-Length"]))
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
            self.server.resources.append(attributes(resource.resource))
            for scope in resource.scope_spans:
                self.server.spans.extend(scope.spans)
        sent = ExportTraceServiceResponse().SerializeToString()
        self.send_response(self.server.status)
        self.send_header("Content-Length", str(len(sent)))
        self.end_headers()
        self.wfile.write(sent)

    def log_message(self, *_):
        pass


def attributes(holder):
    return {
        one.key: one.value.string_value or one.value.int_value or one.value.bool_value
        for one in holder.attributes
    }


@pytest.fixture
def receiver(monkeypatch):
    receiver = Receiver()
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", f"http://127.0.0.1:{receiver.server_port}")
    yield receiver
    receiver.shutdown()
    receiver.server_close()


@pytest.fixture
def spans(receiver):
    spans = Spans()
    spans.start()
    return spans


def exchange(status=200, trace=None):
    return Exchange("/hook/{queue}", "POST", status, "r-1", trace, 0.25)


EVALUATION = Evaluation(outcomes=[Outcome("r", fired=1)], seconds=0.125)


def test_a_request_and_its_rules_are_two_spans_with_ids_and_no_values(receiver, spans):
    spans.answered(exchange(), answer(EVALUATION), "d-1")
    spans.stop()

    rules, request = sorted(receiver.spans, key=lambda one: one.name)[::-1]
    assert (request.name, request.kind) == ("POST /hook/{queue}", SERVER)
    assert (rules.name, rules.kind) == ("evaluate", INTERNAL)
    assert attributes(request) == {
        "http.request.method": "POST",
        "http.route": "/hook/{queue}",
        "http.response.status_code": 200,
        "gateway.request_id": "r-1",
        "gateway.decision_id": "d-1",
        "gateway.revision": "abc",
        "gateway.event": "annotation_content.updated",
        "gateway.queue": "acme",
    }
    assert attributes(rules)["gateway.decision_id"] == "d-1"
    assert (rules.trace_id, rules.parent_span_id) == (request.trace_id, request.span_id)
    assert request.end_time_unix_nano - request.start_time_unix_nano == 250_000_000
    assert rules.end_time_unix_nano - rules.start_time_unix_nano == 125_000_000


def test_the_caller_is_the_parent(receiver, spans):
    spans.answered(exchange(trace=Trace(TRACE, PARENT, 1)), answer(), "d-1")
    spans.stop()

    (request,) = receiver.spans
    assert (request.trace_id.hex(), request.parent_span_id.hex()) == (TRACE, PARENT)


def test_a_caller_that_is_not_sampled_is_not_followed(receiver, spans):
    spans.answered(exchange(trace=Trace(TRACE, PARENT, 0)), answer(EVALUATION), "d-1")
    spans.refused(exchange(401, Trace(TRACE, PARENT, 2)), "signature")
    spans.answered(exchange(), answer(), "seen")
    spans.stop()

    assert [attributes(one)["gateway.decision_id"] for one in receiver.spans] == ["seen"]


@pytest.mark.parametrize(("status", "code", "failed"), [(401, "signature", 0), (503, "busy", 2)])
def test_a_refusal_is_a_span_and_an_error_only_if_it_is_ours(receiver, spans, status, code, failed):
    spans.refused(exchange(status), code)
    spans.stop()

    (request,) = receiver.spans
    assert attributes(request)["error.type"] == code
    assert (attributes(request)["http.response.status_code"], request.status.code) == (
        status,
        failed,
    )


@pytest.mark.parametrize(
    ("variables", "name"),
    [
        ({}, "rules-gateway"),
        ({"OTEL_SERVICE_NAME": "invoices"}, "invoices"),
        ({"OTEL_RESOURCE_ATTRIBUTES": "service.name=invoices"}, "invoices"),
    ],
)
def test_the_service_is_called_what_the_operator_says(receiver, monkeypatch, variables, name):
    for key, value in variables.items():
        monkeypatch.setenv(key, value)
    spans = Spans()
    spans.start()
    spans.refused(exchange(401), "signature")
    spans.stop()

    assert receiver.resources[0]["service.name"] == name
    assert receiver.resources[0]["service.version"]


def test_a_disabled_sdk_sends_nothing_and_names_no_trace(receiver, monkeypatch):
    monkeypatch.setenv("OTEL_SDK_DISABLED", "true")
    spans = Spans()
    spans.start()

    assert spans.answered(exchange(), answer(EVALUATION), "d-1") is None
    assert spans.refused(exchange(401), "signature") is None
    spans.stop()
    assert receiver.spans == []


def test_a_receiver_that_does_not_answer_does_not_hold_a_stop_up(monkeypatch, receiver):
    receiver.status = 503
    spans = Spans()
    spans.start()
    spans.refused(exchange(401), "signature")
    began = time.monotonic()

    spans.stop()

    assert time.monotonic() - began < 5


@pytest.mark.parametrize("sent", [{}, {"traceparent": f"00-{TRACE}-{PARENT}-01"}])
def test_spans_log_and_record_of_a_request_name_the_same_trace(tmp_path, receiver, sent):
    endpoint = f"http://127.0.0.1:{receiver.server_port}"
    process = begin(
        written(tmp_path),
        "--tracing",
        "--decisions",
        "stdout",
        OTEL_EXPORTER_OTLP_ENDPOINT=endpoint,
    )

    told, lines = answered(process, **sent)

    record = json.loads(told)
    (line,) = [one for one in lines if one["event"] == "request"]
    spans = {one.name: one for one in receiver.spans}
    assert spans.keys() == {"POST /hook", "evaluate"}
    assert {one.trace_id.hex() for one in receiver.spans} == {line["trace_id"]}
    assert record["trace_id"] == line["trace_id"]
    assert line["trace_id"] == (TRACE if sent else line["trace_id"])
    assert spans["POST /hook"].parent_span_id.hex() == (PARENT if sent else "")
    decisions = {attributes(one)["gateway.decision_id"] for one in receiver.spans}
    assert decisions == {record["decision_id"]} == {line["decision_id"]}


def test_a_receiver_that_is_gone_is_told_of_in_the_log_and_disturbs_nothing(tmp_path):
    endpoint = "http://127.0.0.1:9"
    process = begin(written(tmp_path), "--tracing", OTEL_EXPORTER_OTLP_ENDPOINT=endpoint)

    _, lines = answered(process)

    assert [one["status"] for one in lines if one["event"] == "request"] == [200]
    assert [one["level"] for one in lines if one["event"] == "tracing"][:1] == ["warning"]


def test_without_the_packages_the_start_is_refused_with_advice(tmp_path):
    code = (
        "import sys; sys.modules['opentelemetry'] = None\n"
        "from gateway.cli.main import main\n"
        "sys.argv = ['gateway', 'serve', sys.argv[1], '--listen', '127.0.0.1:0', '--tracing']\n"
        "main()\n"
    )

    done = subprocess.run(
        [sys.executable, "-c", code, tmp_path], check=False, capture_output=True, text=True
    )

    assert done.returncode == 2
    assert "tracing needs the packages of the extra 'tracing': rules-gateway[tracing]" in (
        done.stderr
    )
    assert "Traceback" not in done.stderr


def test_without_tracing_nothing_of_it_is_imported():
    code = (
        "import gateway.web.app, gateway.web.seen, gateway.cli.serve, sys, json\n"
        "print(json.dumps([one for one in sys.modules if one.startswith('opentelemetry')]))\n"
    )

    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)

    assert json.loads(done.stdout) == []
