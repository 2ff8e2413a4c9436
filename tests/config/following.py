"""A folder that is followed: its files, and what is offered and reported of it."""

from gateway.config.load import load
from gateway.config.reload import Reloader

ENVIRONMENT = {
    "ACME": "secret-of-acme-0123456789",
    "GLOBEX": "secret-of-globex-01234567",
}
GATEWAY = "version: 1\n"
RULES = """\
version: 1
rules:
  - id: total-missing
    require: is_set(amount_total)
    message: The total is missing.
"""


def queue(name, first=1, extra=""):
    return f"""\
version: 1
queue:
  ids: [{first}, {first + 1}]
  secret: ${{env:{name}}}
  rules: [a.rules.yaml]
{extra}"""


FILES = {
    "gateway.yaml": GATEWAY,
    "acme.queue.yaml": queue("ACME"),
    "globex.queue.yaml": queue("GLOBEX", 11),
    "a.rules.yaml": RULES,
}
MORE = RULES + "  - id: date-missing\n    require: is_set(date_issue)\n    message: No date.\n"
BROKEN = "version: 1\nrules: [\n"


def write(root, files):
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)


class Served:
    """A folder that is served: what was offered, and what was reported."""

    def __init__(self, root, environment=ENVIRONMENT):
        self.root = root
        self.now = 1_000.0
        self.offered = []
        self.faulty = False
        self.reported = []
        start = load(root, environment)
        self.reloader = Reloader(root, environment, start, self.offer, self.reported.append)

    def offer(self, snapshot, secrets):
        if self.faulty:
            raise ZeroDivisionError
        self.offered.append((snapshot, secrets))

    @property
    def switched(self):
        made = [loaded.configuration for loaded in self.reported]
        return [one for one in made if one is not None]

    def look(self, seconds=0.0):
        """Let time pass and look once."""
        self.now += seconds
        return self.reloader.look(self.now)

    def settle(self):
        """Look as a watcher does, until nothing is under way."""
        self.now += 1.0
        while wait := self.look():
            self.now += wait

    @property
    def status(self):
        return self.reloader.status

    def rules(self, name="acme"):
        return [rule.id for rule in self.reloader.configuration.by_name[name].rules.rules]
