"""Makes the Secrets of the platform that are missing, once: `generate_secrets.py TABLE.json`.

The table is `{namespace: {secret: {variable: name}}}`. Variables with the same name get the same value; a value that a
Secret holds already is kept and shared. Only Python's standard library, with the pod's own token.
"""

import base64
import json
import os
import ssl
import sys
import urllib.error
import urllib.request

POD_IDENTITY = "/var/run/secrets/kubernetes.io/serviceaccount"


class Api:
    """The cluster's API, as far as Secrets go."""

    def __init__(self, address, token, context=None):
        self.address, self.token, self.context = address, token, context

    @classmethod
    def of_this_pod(cls):
        host, port = os.environ["KUBERNETES_SERVICE_HOST"], os.environ["KUBERNETES_SERVICE_PORT"]
        host = f"[{host}]" if ":" in host else host
        with open(f"{POD_IDENTITY}/token") as file:
            token = file.read()
        return cls(f"https://{host}:{port}", token, ssl.create_default_context(cafile=f"{POD_IDENTITY}/ca.crt"))

    def read(self, namespace, secret):
        """Its values by variable; None when there is no such Secret."""
        try:
            found = self._call("GET", f"{self._path(namespace)}/{secret}")
        except urllib.error.HTTPError as error:
            if error.code == 404:
                return None
            raise
        return {key: base64.b64decode(value).decode() for key, value in (found.get("data") or {}).items()}

    def create(self, namespace, secret, values):
        """Raises HTTPError 409 when somebody was faster."""
        labels = {"app.kubernetes.io/part-of": "streamcart", "app.kubernetes.io/managed-by": "secret-generator"}
        body = {
            "apiVersion": "v1",
            "kind": "Secret",
            "type": "Opaque",
            "metadata": {"name": secret, "namespace": namespace, "labels": labels},
            "stringData": values,
        }
        self._call("POST", self._path(namespace), body, "application/json")

    def add(self, namespace, secret, values):
        self._call("PATCH", f"{self._path(namespace)}/{secret}", {"stringData": values}, "application/merge-patch+json")

    @staticmethod
    def _path(namespace):
        return f"/api/v1/namespaces/{namespace}/secrets"

    def _call(self, method, path, body=None, kind=None):
        headers = {"Authorization": f"Bearer {self.token}", "Accept": "application/json"}
        if kind:
            headers["Content-Type"] = kind
        data = None if body is None else json.dumps(body).encode()
        address = self.address + path
        request = urllib.request.Request(address, data=data, headers=headers, method=method)  # noqa: S310  (https)
        with urllib.request.urlopen(request, timeout=10, context=self.context) as response:  # noqa: S310  (https)
            return json.load(response)


def new_value():
    """256 random bits in the form that Fernet keys must have; good for passwords and inside addresses as well."""
    return base64.urlsafe_b64encode(os.urandom(32)).decode()


def generate(api, table):
    """Fill what is missing. Raises ValueError when two Secrets hold different values for one name."""
    places = [(namespace, secret, names) for namespace, secrets in table.items() for secret, names in secrets.items()]
    present = {(namespace, secret): api.read(namespace, secret) for namespace, secret, _ in places}
    values = {}
    for namespace, secret, names in places:
        for variable, name in names.items():
            value = (present[namespace, secret] or {}).get(variable)
            if value is not None and values.setdefault(name, value) != value:
                raise ValueError(f"{namespace}/{secret} holds another value for {name} than other Secrets do.")
    for namespace, secret, names in places:
        had = present[namespace, secret]
        missing = {
            variable: values.setdefault(name, new_value())
            for variable, name in names.items()
            if had is None or variable not in had
        }
        if had is None:
            api.create(namespace, secret, missing)
        elif missing:
            api.add(namespace, secret, missing)
        print(f"{namespace}/{secret}: {'made' if had is None else f'{len(missing)} added' if missing else 'complete'}")


def main():
    with open(sys.argv[1]) as file:
        table = json.load(file)
    try:
        generate(Api.of_this_pod(), table)
    except urllib.error.HTTPError as error:
        # A namespace or a role that another Application has yet to make; the Job tries again.
        sys.exit(f"The API returned {error.code}: {error.read().decode(errors='replace')[:500]}")
    except (OSError, ValueError) as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
