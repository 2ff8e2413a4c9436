import http.server
import json
import threading

import pytest
from click.testing import CliRunner

from gateway.cli.main import main
from gateway.hooks.signature import Secret, Signatures, verify

SECRET = "a secret of sixteen or more"
PAYLOAD = {
    "event": "annotation_content",
    "action": "updated",
    "annotation": {
        "content": [
            {
                "id": 1,
                "category": "section",
                "schema_id": "basic",
                "children": [
                    {
                        "id": 11,
                        "category": "datapoint",
                        "schema_id": "amount_total",
                        "content": {"value": "1,00"},
                    },
                    {"id": "12", "category": "datapoint", "schema_id": "pay", "content": None},
                    {
                        "id": 20,
                        "category": "multivalue",
                        "schema_id": "items",
                        "children": [
                            {
                                "id": 100 + row,
                                "category": "tuple",
                                "schema_id": "item",
                                "children": [
                                    {
                                        "id": 200 + row,
                                        "category": "datapoint",
                                        "schema_id": "item_code",
                                        "content": {"value": f"C{row}"},
                                    }
                                ],
                            }
                            for row in (1, 2)
                        ],
                    },
                ],
            }
        ]
    },
}
ANSWER = {
    "messages": [
        {"id": 11, "type": "error", "content": "Too much"},
        {"type": "warning", "content": "No purchase\norder \x1b[31m"},
        {"id": 202, "type": "info", "content": "Second row"},
        {"id": 999, "type": "info", "content": "Nobody knows"},
    ],
    "operations": [
        {"op": "replace", "id": 11, "value": {"content": {"value": "2.00"}}},
        {"op": "replace", "id": "12", "value": {"hidden": True}},
        {
            "op": "replace",
            "id": "12",
            "value": {
                "options": [{"value": "a", "label": "a"}, {"value": "b", "label": "B"}],
                "validation_sources": ["score", "connector"],
            },
        },
        {"op": "replace", "id": 202, "value": {"content": {"value": ""}}},
        {
            "op": "add",
            "id": 20,
            "value": [{"schema_id": "item_code", "content": {"value": "FREIGHT"}}],
        },
        {"op": "remove", "id": 101},
    ],
    "automation_blockers": [{"id": 11, "content": "Look at it"}, {"content": "And again"}],
}
TOLD = """\
error    amount_total: Too much
warning  document: No purchase order \ufffd[31m
info     item_code[2]: Second row
info     #999: Nobody knows
replace  amount_total: '1,00' -> '2.00'
replace  pay: hidden = True
replace  pay: options = a, b (B)
replace  pay: validation_sources = score, connector
replace  item_code[2]: 'C2' -> ''
add      items: item_code 'FREIGHT'
remove   item[1]
blocker  amount_total: Look at it
blocker  document: And again
"""


class Receiver(http.server.BaseHTTPRequestHandler):
    status, answer = 200, json.dumps(ANSWER).encode()

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.received.append((self.path, dict(self.headers), body))
        self.send_response(self.server.status)
        self.send_header("Content-Length", str(len(self.server.answer)))
        self.send_header("Location", "/elsewhere")
        self.end_headers()
        self.wfile.write(self.server.answer)

    def log_message(self, *_arguments):
        pass


@pytest.fixture
def receiver():
    with http.server.HTTPServer(("127.0.0.1", 0), Receiver) as server:
        server.received, server.status, server.answer = [], 200, json.dumps(ANSWER).encode()
        server.url = f"http://127.0.0.1:{server.server_port}/hook/acme"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join(5)


@pytest.fixture
def payload(tmp_path):
    file = tmp_path / "payload.json"
    file.write_text(json.dumps(PAYLOAD, indent=2))
    return file


def send(*arguments, **given):
    environment = {"HTTP_PROXY": None, "http_proxy": None, "ALL_PROXY": None, "HOOK": SECRET}
    return CliRunner(env=environment).invoke(main, ["send", *map(str, arguments)], **given)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["nowhere.json", "--to", "http://127.0.0.1:9/"], "cannot read 'nowhere.json': no such"),
        ([".", "--to", "http://127.0.0.1:9/"], "cannot read '.': is a directory"),
        (["-", "--to", "http://127.0.0.1:9/"], "cannot reach 'http://127.0.0.1:9/'"),
        (["-", "--to", "gopher://x/"], "'gopher://x/' is no address of the kind https://"),
        (["-", "--to", "nonsense"], "'nonsense' is no address of the kind https://"),
        (["-", "--to", "http://127.0.0.1:9/", "--secret-env", "NONE"], "no variable 'NONE'"),
        (["-", "--to", "http://127.0.0.1:9/", "--secret", "${env:NONE}"], "no variable 'NONE'"),
        (["-", "--to", "http://127.0.0.1:9/", "--secret", "x", "--secret-env", "HOOK"], "two sec"),
        (["-"], "Missing option '--to'"),
    ],
)
def test_what_cannot_be_sent_is_told_in_a_sentence(arguments, sentence):
    result = send(*arguments, input="{}")

    assert result.exit_code == 2
    assert sentence in result.stderr
    assert SECRET not in result.output


@pytest.mark.parametrize(
    "secret", [["--secret", SECRET], ["--secret-env", "HOOK"], ["--secret", "${env:HOOK}"]]
)
def test_the_stored_bytes_are_sent_as_they_are_and_signed(receiver, payload, secret):
    assert send(payload, "--to", receiver.url, *secret).exit_code == 0

    ((path, headers, body),) = receiver.received
    assert (path, body) == ("/hook/acme", payload.read_bytes())
    assert headers["Content-Type"] == "application/json"
    signatures = Signatures(headers["X-Rossum-Signature-SHA256"], None)
    assert verify(body, signatures, [Secret(SECRET, "x")], legacy=False)


def test_old_accounts_sign_with_the_other_header(receiver, payload):
    send(payload, "--to", receiver.url, "--secret", SECRET, "--legacy")

    ((_, headers, body),) = receiver.received
    assert "X-Rossum-Signature-SHA256" not in headers
    signatures = Signatures(None, headers["X-Elis-Signature"])
    assert verify(body, signatures, [Secret(SECRET, "x")], legacy=True)


def test_without_a_secret_nothing_is_signed(receiver):
    assert send("-", "--to", receiver.url, input=b"not JSON").exit_code == 0

    ((_, headers, body),) = receiver.received
    assert body == b"not JSON"
    assert not [name for name in headers if "Signature" in name]


def test_the_answer_is_told_with_the_names_of_the_payload(receiver, payload):
    result = send(payload, "--to", receiver.url)

    status, _, told = result.stdout.partition("\n")
    assert status.startswith("200 OK in ")
    assert told == TOLD


@pytest.mark.parametrize(
    ("status", "answer", "told", "code"),
    [
        (200, b'{"messages": [], "operations": []}', "No messages, no operations.\n", 0),
        (200, b"[]", "The answer is no JSON object.\n", 0),
        (200, b"\xff", "The answer is no JSON object.\n", 0),
        (200, b'{"messages": [1], "operations": {}}', "No messages, no operations.\n", 0),
        (
            401,
            b'{"error": {"code": "signature", "message": "Not signed."}}',
            "signature: Not signed.\n",
            1,
        ),
        (502, b"<html>", "", 1),
        pytest.param(302, b"", "", 1, id="a redirect is not followed"),
    ],
)
def test_the_exit_code_says_whether_it_was_answered(receiver, payload, status, answer, told, code):
    receiver.status, receiver.answer = status, answer

    result = send(payload, "--to", receiver.url)

    assert result.exit_code == code
    assert result.stdout.startswith(str(status))
    assert result.stdout.partition("\n")[2] == told
    assert len(receiver.received) == 1


def test_with_json_only_the_answer_is_on_standard_output(receiver, payload):
    result = send(payload, "--to", receiver.url, "--json")

    assert json.loads(result.stdout) == ANSWER
    assert result.stderr.startswith("200 OK in ")
