"""A supervisor with children that misbehave: ``python -m tests.processes.odd_roles CONFIGS``."""

import os
import sys
import threading
from pathlib import Path

from gateway.config.load import load
from gateway.processes.children import Patience
from gateway.processes.supervisor import Settings, Supervisor
from gateway.web.listening import bind
from gateway.web.logs import Log


class Role:
    """Beats until it is told to stop."""

    sockets = ()

    def __init__(self, name):
        self.name = name

    def wanted(self, _configuration):
        return 1

    def prepare(self, configuration):
        pass

    def busy(self):
        return 0.0

    def run(self, control):
        stopping = threading.Event()
        control.listen(lambda _: None, lambda _: stopping.set())
        while not stopping.wait(0.2):
            control.beat(self.busy())
        return True


class Follower(Role):
    """There is one for each queue."""

    def wanted(self, configuration):
        return len(configuration.by_name)


class Busy(Role):
    """Is always at the same request."""

    def busy(self):
        return 31.0


class Crashing(Role):
    """Ends at once."""

    def run(self, control):
        raise ValueError("a secret of sixteen or more")


class Dissenter(Role):
    """Cannot resolve what the others can."""

    def run(self, control):
        del os.environ["GATEWAY"]
        return super().run(control)


class Deaf(Role):
    """Does not end."""

    def run(self, control):
        control.listen(lambda _: None, lambda _: None)
        while True:
            control.beat()
            threading.Event().wait(0.2)


ROLES = {"follower": Follower, "busy": Busy, "crashing": Crashing}
ROLES |= {"dissenter": Dissenter, "deaf": Deaf}

if __name__ == "__main__":
    configs, *names = sys.argv[1:]
    settings = Settings(
        Path(configs), 0.1, 0.0, Patience(silence=10.0, request=30.0, drain=0.1), frozenset()
    )
    supervisor = Supervisor(
        settings,
        load(Path(configs), os.environ),
        [ROLES[name](name) for name in names],
        bind("127.0.0.1:0"),
        bind("127.0.0.1:0"),
        os.environ,
        Log(open(2, "wb", buffering=0, closefd=False)),  # noqa: SIM115  # as long as the process
    )
    sys.exit(0 if supervisor.run() else 1)
