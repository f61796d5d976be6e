"""The parts of `manage.py test`: the folders of tests that are run together, and when."""

from __future__ import annotations

# Two things run at a time: these, slowest first, and what builds images or walks a whole stack, one after the other.
PARALLEL = (
    *("catalog", "chart", "gitops", "terraform", "payment", "devtools", "ui"),
    *("common", "auth", "video", "demo"),
)
OF_STACK = ("images", "e2e", "attack", "browser")
# What is run when it is named and never by accident: it installs into the cluster of KUBECONFIG.
ON_REQUEST = ("cluster",)
PARTS = (*PARALLEL, *OF_STACK, *ON_REQUEST)
# Parts that outlast all others run in two, each with a database of its own: this folder of the part, and its rest.
SPLIT = {"catalog": "tests/backoffice"}
# Parts that are no service's; a service's tests lie beside its code.
CROSSING = ("devtools", "demo", "chart", "gitops", "terraform", *OF_STACK, *ON_REQUEST)


def folder_of(part: str) -> str:
    """The folder of a part's tests, below the repository."""
    return f"tests/{part}" if part in CROSSING else f"apps/{part}"
