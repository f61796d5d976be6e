"""Makes the secrets of docker/compose.yaml that are missing, once, into the folder that is given: a file for each."""

import base64
import os
import sys
from pathlib import Path

SERVICES = ("auth", "catalog", "payment", "ui", "video")
OWN = {
    "auth": ("key-encryption-key",),
    "payment": ("webhook-secret",),
    "ui": ("cookie-key",),
    "video": ("stream-secret", "key-encryption-key"),
}


def names():
    yield "postgres-password"
    for service in SERVICES:
        yield f"{service}-secret-key"
        yield f"{service}-client-secret"
        for name in OWN.get(service, ()):
            yield f"{service}-{name}"
        if service != "ui":
            yield f"{service}-database-password"


def main(folder):
    for name in names():
        path = folder / name
        if not path.exists():
            # The form that Fernet keys must have; good for passwords and addresses as well.
            path.write_text(base64.urlsafe_b64encode(os.urandom(32)).decode())
    for service in SERVICES:
        if service != "ui":
            password = (folder / f"{service}-database-password").read_text()
            (folder / f"{service}-database-url").write_text(f"postgres://{service}:{password}@postgres:5432/{service}")
    for path in folder.iterdir():
        path.chmod(0o444)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
