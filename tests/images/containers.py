"""Running images as a cluster does: read-only, as their own numeric user, without a capability."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import httpx

from devtools.checks.testing import free_port, servers
from devtools.project import DATA_SERVICES, SERVICES
from devtools.release import images

WAIT_SECONDS = 60


def runner() -> str | None:
    """docker or podman, which can also run what they build."""
    if images.builder() == "docker":
        return "docker"
    return "podman" if shutil.which("podman") else None


@dataclass
class Container:
    """A running container; `url` is where its web role listens."""

    program: str
    id: str
    url: str = ""
    started_at: float = field(default_factory=time.monotonic)

    def logs(self) -> str:
        run = subprocess.run([self.program, "logs", self.id], capture_output=True, text=True, check=False)
        return run.stdout + run.stderr

    def execute(self, *command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([self.program, "exec", self.id, *command], capture_output=True, text=True, check=False)

    def stop(self, seconds: int = 45) -> subprocess.Popen[bytes]:
        """SIGTERM, then SIGKILL after so many seconds; returns at once."""
        command = [self.program, "stop", "--time", str(seconds), self.id]
        return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def exit_code(self) -> int:
        run = subprocess.run([self.program, "wait", self.id], capture_output=True, text=True, check=True)
        return int(run.stdout.strip())

    def remove(self) -> None:
        subprocess.run([self.program, "rm", "--force", "--time", "1", self.id], capture_output=True, check=False)

    def wait_until(self, is_so: Callable[[], bool]) -> float:
        """Seconds since the start when it became so. Fails with the container's log when it does not become so."""
        deadline = time.monotonic() + WAIT_SECONDS
        while time.monotonic() < deadline:
            with contextlib.suppress(httpx.TransportError):
                if is_so():
                    return time.monotonic() - self.started_at
            time.sleep(0.05)
        raise AssertionError(f"{self.id[:12]} did not come so far:\n{self.logs()[-4000:]}")


def start(image: str, *role: str, environment: dict[str, str], url: str = "", entrypoint: str = "") -> Container:
    """Start a role of an image under a cluster's restrictions."""
    program = runner()
    assert program
    command = [program, "run", "--detach", "--network=host", "--read-only", "--tmpfs=/tmp", "--cap-drop=ALL"]
    command += ["--security-opt=no-new-privileges", *([f"--entrypoint={entrypoint}"] if entrypoint else [])]
    for name, value in environment.items():
        command += ["--env", f"{name}={value}"]
    began = time.monotonic()
    run = subprocess.run([*command, image, *role], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    return Container(program, run.stdout.strip().splitlines()[-1], url, began)


@dataclass
class Fleet:
    """All five services in containers over a throwaway PostgreSQL and Valkey."""

    names: dict[str, str]
    environments: dict[str, dict[str, str]]
    web: dict[str, Container]

    def restart(self, service: str) -> Container:
        """A fresh web container of a service; the old one is removed."""
        self.web[service].remove()
        self.web[service] = start(
            self.names[service], "web", environment=self.environments[service], url=self.web[service].url
        )
        return self.web[service]


@contextlib.contextmanager
def fleet(names: dict[str, str]) -> Iterator[Fleet]:
    """Migrate and start every service of these images."""
    ports = {service: free_port() for service in SERVICES}
    with servers() as made, contextlib.ExitStack() as stack:
        environments = {service: _environment(service, made, ports) for service in SERVICES}
        for service in DATA_SERVICES:
            job = start(names[service], "migrate", "--wait", "30", environment=environments[service])
            stack.callback(job.remove)
            assert job.exit_code() == 0, job.logs()
        running = Fleet(names, environments, {})
        for service in SERVICES:
            url = f"http://127.0.0.1:{ports[service]}"
            running.web[service] = start(names[service], "web", environment=environments[service], url=url)
            stack.callback(lambda service=service: running.web[service].remove())
        for container in running.web.values():
            container.wait_until(lambda url=container.url: httpx.get(f"{url}/readyz").status_code == 200)
        yield running


def _environment(service: str, made: dict[str, str], ports: dict[str, int]) -> dict[str, str]:
    """What the chart would set, for loopback."""
    secrets = ("SECRET_KEY", "SERVICE_SECRET", "KEY_ENCRYPTION_KEY", "COOKIE_KEY", "SANDBOX_WEBHOOK_SECRET")
    values = {name: made[name] for name in (*secrets, "STREAM_SECRET", "REDIS_URL")} | {"LOG_FORMAT": "json"}
    values |= {f"{name.upper()}_URL": f"http://127.0.0.1:{port}" for name, port in ports.items() if name != "ui"}
    values |= {"BIND": f"127.0.0.1:{ports[service]}", "MEDIA_ROOT": "/tmp/media"}  # noqa: S108  (in the container)
    if service in DATA_SERVICES:
        values["DATABASE_URL"] = f"{made['TEST_DATABASE_URL']}/{service}"
    return values
