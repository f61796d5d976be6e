"""Every object of every render is accepted as it is written: strict validation, defaults, admission, no warning."""

from __future__ import annotations

import itertools
import subprocess

import pytest
import yaml

from devtools.tools import kubectl as program
from tests.chart.kubernetes import is_foreign
from tests.chart.render import ENVIRONMENTS, FLAVORS, Object, of_kind, render, render_text
from tests.cluster.cluster import kubectl

pytestmark = pytest.mark.timeout(300)
RESTORING = ("catalog.backup.restore=catalog-20260101T000000Z.dump",)


@pytest.fixture(scope="module", autouse=True)
def namespaces(empty) -> None:
    """A dry run makes nothing, so what admission asks for comes first: namespaces with their Pod Security, accounts."""
    text = yaml.safe_dump_all(of_kind(render("default"), "Namespace", "ServiceAccount"))
    kubectl("apply", "--server-side", "--filename=-", stdin=text)


def undefined(objects: list[Object]) -> list[str]:
    """Groups of other projects whose definitions the cluster lacks."""
    known = kubectl("api-versions").split()
    return sorted({item["apiVersion"] for item in objects if is_foreign(item)} - set(known))


@pytest.mark.parametrize(
    ("environment", "flavor", "settings"),
    [*itertools.product(ENVIRONMENTS, FLAVORS, [()]), ("dev", "nginx", RESTORING)],
)
def test_the_api_server_takes_it_without_a_warning(environment, flavor, settings):
    if lacking := undefined(render(environment, flavor=flavor, settings=settings)):
        pytest.skip(f"the cluster does not know {', '.join(lacking)} (python -m devtools.release.addons prints them)")
    run = subprocess.run(
        [str(program()), "apply", "--server-side", "--dry-run=server", "--validate=strict", "--filename=-"],
        input=render_text(environment, flavor=flavor, settings=settings),
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    # Pod Security and deprecated fields speak up as warnings.
    assert run.stderr == ""
    assert run.stdout.count("\n") == len(render(environment, flavor=flavor, settings=settings))
