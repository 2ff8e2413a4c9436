"""Security reference §12, *crashes*: nothing that is stored is lost, whatever is killed or gone."""

import os
import random
import subprocess
import sys
import time
from collections import Counter

import pytest

from gateway.delivery.entry import New, State, Wanted
from gateway.delivery.opening import outbox_at
from gateway.delivery.outbox import OutboxError
from tests.delivery.couriers import Heard, working
from tests.delivery.receivers import Receiver, destination
from tests.permissions import held_to_permissions
from tests.waiting import until

#: Couriers that are killed; thousands on demand.
KILLS = int(os.environ.get("GATEWAY_TEST_KILLS", "100"))


def new(key, expires=3_600.0):
    return New(key, "erp", "acme", "tell", "a", b'{"a":1}', time.time() + expires)


def run(program, *arguments, **options):
    return subprocess.run(
        [sys.executable, "-c", program, *arguments],
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
        **options,
    )


class Forgetful:
    """Fails one time in three, and now and then hangs up before or after it has understood."""

    def __init__(self, seed):
        self._chance = random.Random(seed)

    def __call__(self, number):
        met = self._chance.random()
        if met < 0.2:
            return 503, {}, b""
        if met < 0.3:
            return 500, {"Content-Length": "100", "Connection": "close"}, b"short"
        if met < 0.35:
            raise ConnectionResetError
        return 200, {}, b"a" * self._chance.choice([0, 10, 100_000])


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_couriers_that_are_killed_lose_nothing(kind, tmp_path, request):
    address = str(tmp_path / "outbox.sqlite"), None
    if kind == "postgres":
        address = None, request.getfixturevalue("database")
    outbox = outbox_at(*address)
    keys = [f"k{number}" for number in range(4 * KILLS if kind == "sqlite" else 2 * KILLS)]
    outbox.put([new(keys[0])], time.time())
    kills = KILLS if kind == "sqlite" else KILLS // 2
    with Receiver(Forgetful(7)) as receiver:
        words = [address[0] or address[1], receiver.url, str(kills), "7"]
        killer = subprocess.Popen([sys.executable, "-m", "bench.killing", *words])
        for start in range(1, len(keys), 20):
            outbox.put([new(key) for key in keys[start : start + 20]], time.time())
            time.sleep(0.02)
        assert killer.wait(300) == 0

    entries = outbox.list(Wanted(limit=100_000))
    outbox.close()
    assert Counter(one.state for one in entries) == {State.DONE: len(keys)}
    assert {one.key for one in entries} == set(keys) == receiver.keys.keys()


WRITING = """
import sys, time
from gateway.delivery.entry import New
from gateway.delivery.opening import outbox_at
outbox = outbox_at(sys.argv[1], None)
worst = 0.0
for number in range(150):
    began = time.monotonic()
    outbox.put([New(f"{sys.argv[2]}-{number}", "erp", "q", "r", "s", b"{}", 9e9)], time.time())
    worst = max(worst, time.monotonic() - began)
print(worst)
"""


def test_processes_that_write_one_file_wait_for_each_other_and_not_for_long(tmp_path):
    file = str(tmp_path / "outbox.sqlite")
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITING, file, str(one)], stdout=subprocess.PIPE)
        for one in range(4)
    ]
    told = [writer.communicate(timeout=60)[0] for writer in writers]

    assert [writer.returncode for writer in writers] == [0] * 4
    assert max(map(float, told)) < 2
    outbox = outbox_at(file, None)
    assert len(outbox.list(Wanted(limit=1_000))) == 600
    outbox.close()


FULL = """
import resource, sys, time
from gateway.delivery.entry import New, Wanted
from gateway.delivery.opening import outbox_at
from gateway.delivery.outbox import OutboxError

outbox = outbox_at(sys.argv[1], None)
hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, hard))
stored = []

def put(number):
    outbox.put([New(f"k{number}", "erp", "q", "r", "s", b"x" * 5_000, 9e9)], time.time())
    stored.append(f"k{number}")

for number in range(500):
    try:
        put(number)
    except OutboxError as error:
        print(error)
        break
resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
assert 10 < len(stored) < 500, len(stored)
assert sorted(one.key for one in outbox.list(Wanted(limit=1_000))) == sorted(stored)
put(1_000)
assert len(outbox.list(Wanted(limit=1_000))) == len(stored)
"""


def test_a_disk_that_is_full_stores_nothing_by_half_and_is_used_again_when_there_is_room(tmp_path):
    told = run(FULL, str(tmp_path / "outbox.sqlite")).stdout.strip()

    assert told in ("the disk is full", "the disk fails")


def test_a_folder_that_cannot_be_written_is_told(tmp_path):
    tmp_path.chmod(0o500)
    with held_to_permissions(), pytest.raises(OutboxError, match="permission denied"):
        outbox_at(str(tmp_path / "outbox.sqlite"), None).put([new("k")], time.time())


@pytest.mark.parametrize(
    ("made", "told"),
    [
        (lambda path: path.mkdir(), "is a directory"),
        (lambda path: path.write_bytes(b"not a database" * 100), "it is no SQLite file"),
        (lambda path: path.parent.joinpath("x").symlink_to(path), None),
    ],
)
def test_what_is_no_outbox_is_told(tmp_path, made, told):
    made(tmp_path / "outbox.sqlite")
    outbox = outbox_at(str(tmp_path / "outbox.sqlite"), None)
    if told is None:
        outbox.put([new("k")], time.time())
    else:
        with pytest.raises(OutboxError, match=told):
            outbox.put([new("k")], time.time())
    outbox.close()


def test_a_file_that_somebody_removes_is_made_anew(tmp_path):
    file = tmp_path / "outbox.sqlite"
    outbox = outbox_at(str(file), None)
    outbox.put([new("k1")], time.time())
    for one in tmp_path.iterdir():
        one.unlink()
    outbox.put([new("k2")], time.time())
    outbox.close()

    assert [one.key for one in outbox.list(Wanted())] == ["k2"]
    outbox.close()


def test_a_database_that_goes_away_and_comes_back_loses_nothing(postgres, database):
    outbox, heard = outbox_at(None, database), Heard()
    outbox.put([new("k1")], time.time())
    with (
        Receiver() as receiver,
        working(outbox_at(None, database), destination(receiver.url), heard=heard),
    ):
        until(lambda: receiver.keys == {"k1": 1})
        until(lambda: outbox.list(Wanted())[0].state is State.DONE)
        postgres.stop()
        try:
            began = time.monotonic()
            for _ in range(3):
                with pytest.raises(OutboxError) as failed:
                    outbox.put([new("k2")], time.time())
                assert "postgresql" not in str(failed.value)
            assert time.monotonic() - began < 10
            until(lambda: any(one.startswith("trouble") for one in heard.told))
        finally:
            postgres.start()
        until(lambda: _stored(outbox, "k2"), 30)
        until(lambda: receiver.keys == {"k1": 1, "k2": 1}, 30)
    outbox.close()


def _stored(outbox, key):
    try:
        outbox.put([new(key)], time.time())
    except OutboxError:
        return False
    return True


DYING = """
import os, signal, sys
import msgspec
from gateway.delivery.keeping import Keeper
from gateway.runtime import Gateway
from tests.documents import UNSIGNED, Document, acme, configured

class Dying(Keeper):
    def keep(self, *given):
        super().keep(*given)
        os.kill(os.getpid(), signal.SIGKILL)

gateway = f'version: 1\\ndestinations: {{erp: {{url: "https://erp.example.com/"}}}}\\n'
gateway += f'outbox: {{file: {sys.argv[1]}}}\\n'
rule = "  - {id: tell, on: export, notify: {to: erp, body: '{name}'}}\\n"
configuration = configured(acme(rule, "", **{"gateway.yaml": gateway}))
keeper = Dying() if sys.argv[2] == "dies" else Keeper()
envelope = {"request_id": sys.argv[3]}
payload = Document({"name": "Anna"}, action="export", envelope=envelope).payload()
served = Gateway(configuration, keeper=keeper)
print(served.answer(msgspec.json.encode(payload), UNSIGNED, "acme").body)
"""


def test_a_worker_that_dies_between_storing_and_answering_stores_once(tmp_path):
    file = str(tmp_path / "outbox.sqlite")
    with pytest.raises(subprocess.CalledProcessError) as died:
        run(DYING, file, "dies", "r-1")
    assert died.value.returncode == -9

    told = run(DYING, file, "lives", "r-2").stdout

    assert "operations" in told
    outbox = outbox_at(file, None)
    assert len(outbox.list(Wanted())) == 1
    outbox.close()


def test_an_outbox_is_used_by_threads_of_a_forked_process_without_the_parents_connection(tmp_path):
    file = str(tmp_path / "outbox.sqlite")
    program = (
        "import os, sys, threading, time\n"
        "from tests.delivery.test_faults import new, outbox_at, Wanted\n"
        "outbox = outbox_at(sys.argv[1], None)\n"
        "outbox.put([new('parent')], time.time())\n"
        "pid = os.fork()\n"
        "outbox.put([new(f'{pid == 0}-{number}') for number in range(5)], time.time())\n"
        "if pid == 0: os._exit(0)\n"
        "assert os.waitpid(pid, 0)[1] == 0\n"
        "outbox.put([new('after')], time.time())\n"
        "assert len(outbox.list(Wanted())) == 12, outbox.list(Wanted())\n"
    )
    run(program, file)
