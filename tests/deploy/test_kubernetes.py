"""The manifests: well formed, safe, and about the gateway that there is."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import click
import pytest
import yaml
from jsonschema import Draft7Validator

import gateway
from gateway.cli.serve import serve
from gateway.processes.children import GRACE
from gateway.web.server import Limits

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "deploy/kubernetes"
SCHEMA = json.loads(Path(__file__).with_name("kubernetes.schema.json").read_text(encoding="utf-8"))
FILES = sorted(FOLDER.glob("*.yaml"))
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")


def manifest(name):
    return yaml.safe_load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))


DEPLOYMENT = manifest("deployment")
POD = DEPLOYMENT["spec"]["template"]["spec"]
(CONTAINER,) = POD["containers"]
ENVIRONMENT = {one["name"]: one["value"] for one in CONTAINER["env"]}
PORTS = {one["name"]: one["containerPort"] for one in CONTAINER["ports"]}
KUSTOMIZATION = manifest("kustomization")


def mistakes(found):
    kind = SCHEMA["kinds"][found["kind"]]
    validator = Draft7Validator({"definitions": SCHEMA["definitions"], **kind})
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(found)]


@pytest.mark.parametrize("name", KUSTOMIZATION["resources"])
def test_every_manifest_is_well_formed(name):
    assert mistakes(manifest(name.removesuffix(".yaml"))) == []


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (["securityContext", "runAsNonRoot"], False),
        (["securityContext", "runAsUser"], 0),
        (["securityContext", "seccompProfile", "type"], "Unconfined"),
        (["automountServiceAccountToken"], True),
        (["hostNetwork"], True),
        (["containers", 0, "securityContext", "readOnlyRootFilesystem"], False),
        (["containers", 0, "securityContext", "allowPrivilegeEscalation"], True),
        (["containers", 0, "securityContext", "privileged"], True),
        (["containers", 0, "securityContext", "capabilities", "drop"], []),
        (["containers", 0, "volumeMounts", 0, "subPath"], "gateway.yaml"),
        (["containers", 0, "imagePullPolice"], "Always"),
        (["volumes", 0, "hostPath"], {"path": "/"}),
    ],
)
def test_what_is_unsafe_or_misspelled_would_be_found(path, value):
    changed = json.loads(json.dumps(DEPLOYMENT))
    place = changed["spec"]["template"]["spec"]
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value

    assert mistakes(changed)


def test_the_kustomization_names_every_file_and_no_other():
    manifests = {path.name for path in FILES} - {"kustomization.yaml"}
    (configs,) = KUSTOMIZATION["configMapGenerator"]

    assert set(KUSTOMIZATION["resources"]) == manifests
    assert {f"configs/{path.name}" for path in (FOLDER / "configs").iterdir()} == set(
        configs["files"]
    )
    assert KUSTOMIZATION["generatorOptions"] == {"disableNameSuffixHash": True}
    assert configs["name"] == POD["volumes"][0]["configMap"]["name"]
    assert KUSTOMIZATION["namespace"] == manifest("namespace")["metadata"]["name"]
    (image,) = KUSTOMIZATION["images"]
    assert (image["name"], image["newTag"]) == (CONTAINER["image"], gateway.__version__)


def test_everybody_means_the_same_pods():
    labels = DEPLOYMENT["spec"]["template"]["metadata"]["labels"]

    assert DEPLOYMENT["spec"]["selector"]["matchLabels"] == labels
    assert manifest("service")["spec"]["selector"] == labels
    assert manifest("poddisruptionbudget")["spec"]["selector"]["matchLabels"] == labels
    assert manifest("networkpolicy")["spec"]["podSelector"]["matchLabels"] == labels
    assert POD["serviceAccountName"] == manifest("serviceaccount")["metadata"]["name"]


def test_the_arguments_are_those_of_the_command():
    name, *arguments = CONTAINER["args"]

    assert name == "serve"
    assert serve.make_context(name, arguments).params["configs"] == Path("/etc/gateway")


def test_every_variable_is_an_option_and_has_a_value_for_it():
    options = {one.envvar: one for one in serve.params if isinstance(one, click.Option)}

    for name, value in ENVIRONMENT.items():
        assert options[name].type_cast_value(click.Context(serve), value) is not None


def test_ports_are_where_the_gateway_listens():
    assert ENVIRONMENT["GATEWAY_LISTEN"].endswith(f":{PORTS['http']}")
    assert ENVIRONMENT["GATEWAY_MANAGEMENT"].endswith(f":{PORTS['management']}")
    exposed = re.findall(r"^EXPOSE (.*)$", DOCKERFILE, re.MULTILINE)
    assert [int(port) for port in exposed[0].split()] == [PORTS["http"], PORTS["management"]]
    annotations = DEPLOYMENT["spec"]["template"]["metadata"]["annotations"]
    assert annotations["prometheus.io/port"] == str(PORTS["management"])


def test_the_management_port_is_for_monitoring_alone():
    ports = [one["targetPort"] for one in manifest("service")["spec"]["ports"]]
    rules = manifest("networkpolicy")["spec"]["ingress"]
    who = {
        rule["ports"][0]["port"]: [
            one["namespaceSelector"]["matchLabels"]["kubernetes.io/metadata.name"]
            for one in rule["from"]
        ]
        for rule in rules
    }

    assert ports == ["http"]
    assert who == {"http": ["ingress-nginx"], "management": ["monitoring"]}


def test_the_user_is_that_of_the_image():
    (user,) = re.findall(r"^USER (\d+):(\d+)$", DOCKERFILE, re.MULTILINE)
    context = POD["securityContext"]

    assert (str(context["runAsUser"]), str(context["runAsGroup"])) == user


def test_a_stop_has_the_time_that_it_may_take():
    notice = float(ENVIRONMENT["GATEWAY_STOP_DELAY"])

    assert POD["terminationGracePeriodSeconds"] > notice + Limits().drain + GRACE


def test_readiness_fails_before_the_door_closes():
    probe = CONTAINER["readinessProbe"]

    noticed = probe["periodSeconds"] * probe["failureThreshold"]
    assert noticed < float(ENVIRONMENT["GATEWAY_STOP_DELAY"])


def test_mounts_and_volumes_belong_to_each_other():
    mounts = {one["name"]: one for one in CONTAINER["volumeMounts"]}

    assert mounts.keys() == {one["name"] for one in POD["volumes"]}
    assert mounts["configs"]["mountPath"] == CONTAINER["args"][1]
    assert mounts["tmp"]["mountPath"] == "/tmp"  # noqa: S108 - the container's
    assert {name for name, one in mounts.items() if not one.get("readOnly")} == {"tmp"}


def mounted(folder, files):
    """Lay *files* out as the kubelet mounts a ConfigMap or a Secret."""
    version = folder / "..2025_01_31_12_00_00.1"
    version.mkdir(parents=True)
    for name, text in files.items():
        (version / name).write_text(text)
        (folder / name).symlink_to(Path("..data") / name)
    (folder / "..data").symlink_to(version.name)
    return folder


def test_the_example_configuration_is_right_as_it_is_mounted(tmp_path):
    mounts = {one["name"]: one["mountPath"] for one in CONTAINER["volumeMounts"]}
    texts = {path.name: path.read_text() for path in (FOLDER / "configs").iterdir()}
    names = re.findall(r"\$\{file:([^}…]+)\}", texts["acme.queue.yaml"])
    assert names == [f"{mounts['secrets']}/acme-hook-secret"]
    secrets = mounted(tmp_path / "secrets", {"acme-hook-secret": "a secret of sixteen or more"})
    texts = {name: text.replace(mounts["secrets"], str(secrets)) for name, text in texts.items()}
    configs = mounted(tmp_path / "configs", texts)

    done = subprocess.run(
        [sys.executable, "-m", "gateway", "check", configs, "--secrets", "--strict"],
        env=os.environ | {"GATEWAY_SECRET_FOLDERS": str(secrets)},
        check=False,
        capture_output=True,
        text=True,
    )

    assert (done.returncode, done.stderr) == (0, ""), done.stdout


def test_the_secret_that_pods_wait_for_is_the_one_to_be_made():
    head = (FOLDER / "deployment.yaml").read_text(encoding="utf-8").partition("apiVersion")[0]
    (secret,) = [one["secret"]["secretName"] for one in POD["volumes"] if "secret" in one]

    assert f"create secret generic {secret} --from-literal=acme-hook-secret=" in head
