"""The commands that are no service's: `manage.py up`, `status`, `logs`, `down`, `demo`, `test`, `lint` …"""

from __future__ import annotations

import argparse
import sys

from devtools.checks.parts import ON_REQUEST, PARTS
from devtools.errors import DevToolsError
from devtools.project import SERVICES
from devtools.stack.config import Stack


def main(arguments: list[str]) -> int:
    """Run one command; returns the exit code. What a person can fix is said in one sentence."""
    parser = argparse.ArgumentParser(
        prog="manage.py",
        description=f"StreamCart. With a service first ({', '.join(SERVICES)}), any Django command of it.",
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="command")
    start = commands.add_parser("up", help="run everything until Ctrl-C (PORT=8000, STREAMCART_VAR=var)")
    start.add_argument("--no-demo", action="store_true", help="leave the shop empty")
    start.add_argument("--verbose", action="store_true", help="show every line of every process")
    status = commands.add_parser("status", help="what runs, and how it is")
    status.add_argument("--json", action="store_true", help="as JSON, once")
    status.add_argument("--once", action="store_true", help="print it once instead of keeping it up to date")
    logs = commands.add_parser("logs", help="follow the logs of all processes, or of some")
    logs.add_argument("names", nargs="*", help="a service (catalog) or one process (catalog.web, postgres, gateway)")
    logs.add_argument("--lines", type=int, default=20, help="how many earlier lines of each")
    commands.add_parser("down", help="stop the running stack")
    commands.add_parser("demo", help="load the demo catalogue into the running stack")
    test = commands.add_parser("test", help="run the tests, all or some parts")
    test.add_argument(
        "parts",
        nargs="*",
        metavar="part",
        help=f"{', '.join(PARTS)}; all without, except {', '.join(ON_REQUEST)}",
    )
    test.add_argument("-k", dest="keyword", help="pytest's -k")
    images = commands.add_parser("images", help="build the services' container images")
    images.add_argument("services", nargs="*", help=f"{', '.join(SERVICES)}; all without")
    kind = commands.add_parser("kind", help="install the shop on a cluster on this machine (kind)")
    kind.add_argument("--published", default="", metavar="VERSION", help="a published version instead of this tree")
    kind.add_argument("--no-demo", action="store_true", help="leave the shop empty")
    kind.add_argument("--customers", type=int, default=0, metavar="PODS", help="pods of virtual customers")
    commands.add_parser("kind-down", help="remove that cluster")
    commands.add_parser("lint", help="run every check")
    # What stands behind "--" is for pytest.
    own, extra = _split(arguments)
    options = parser.parse_args(own)
    try:
        return _run(options, extra)
    except DevToolsError as error:
        print(f"\nmanage.py {options.command}: {error}", file=sys.stderr)
        return 1


def _split(arguments: list[str]) -> tuple[list[str], list[str]]:
    at = arguments.index("--") if "--" in arguments else len(arguments)
    return arguments[:at], arguments[at + 1 :]


def _run(options: argparse.Namespace, extra: list[str]) -> int:
    if options.command == "test":
        from devtools.checks.testing import test

        return test(options.parts, keyword=options.keyword, extra=extra)
    if options.command == "images":
        from devtools.release.images import images

        return images(options.services)
    if options.command == "kind":
        from devtools.release.kind import Options, kind

        return kind(Options(options.published, with_demo=not options.no_demo, customers=options.customers))
    if options.command == "kind-down":
        from devtools.release.kind import kind_down

        return kind_down()
    if options.command == "lint":
        from devtools.checks.lint import lint

        return lint()
    if options.command == "status":
        from devtools.stack.status import status

        return status(Stack.from_environment(), as_json=options.json, is_once=options.once)
    if options.command == "logs":
        from devtools.stack.logs import follow_logs

        return follow_logs(Stack.from_environment(), options.names, lines=options.lines)
    if options.command == "demo":
        from devtools.demo.run import main as demo

        return demo([])
    from devtools.stack.up import down, up

    stack = Stack.from_environment()
    if options.command == "down":
        return down(stack)
    return up(stack, with_demo=not options.no_demo, is_verbose=options.verbose)
