"""Holds a running sandbox against the service's OpenAPI document, with schemathesis.

Every answer must have a status, a content type and a body that the document knows, and none may be a 5xx. The live service
itself departs from the document in a few places, and the sandbox follows it; `document.py` writes those into the document
first. Everything else is a finding, and the exit code says so.
"""

import argparse
import os
import pathlib
import subprocess
import sys
import tempfile

import requests
import yaml

import seeds
from document import as_the_service_keeps_it

CHECKS = [
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
]


class Api:
    def __init__(self, options):
        grant = {
            "grant_type": "client_credentials",
            "client_id": options.client_id,
            "client_secret": options.client_secret,
        }
        answer = requests.post(options.token_url, data=grant, timeout=10)
        answer.raise_for_status()
        self.base = options.base_url
        self.token = answer.json()["access_token"]

    def post(self, path, body):
        headers = {"Authorization": f"Bearer {self.token}"}
        requests.post(self.base + path, json=body, headers=headers, timeout=10).raise_for_status()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--document", required=True, type=pathlib.Path, help="the OpenAPI document, YAML")
    parser.add_argument("--base-url", required=True, help="the sandbox's API, ending in /api")
    parser.add_argument("--token-url", required=True)
    parser.add_argument("--client-id", default="sandbox-client")
    parser.add_argument("--client-secret", default="sandbox-secret")
    parser.add_argument("--max-examples", default="100", help="requests an operation and phase")
    parser.add_argument("--seed", default="1")
    options = parser.parse_args()

    api = Api(options)
    for path, body in seeds.BODIES:
        api.post(path, body)
    here = pathlib.Path(__file__).resolve().parent
    with tempfile.TemporaryDirectory() as directory:
        file = pathlib.Path(directory) / "document.yaml"
        loaded = yaml.safe_load(options.document.read_text(encoding="utf-8"))
        file.write_text(yaml.safe_dump(as_the_service_keeps_it(loaded)), encoding="utf-8")
        command = [
            "schemathesis",
            "run",
            str(file),
            *["--url", options.base_url],
            *["--header", f"Authorization: Bearer {api.token}"],
            *["--mode", "positive"],
            *["--phases", "examples,coverage,fuzzing,stateful"],
            *["--checks", ",".join(CHECKS)],
            *["--max-examples", options.max_examples],
            *["--seed", options.seed],
            *["--generation-database", "none"],
            "--continue-on-failure",
            "--no-color",
        ]
        environment = {**os.environ, "SCHEMATHESIS_HOOKS": "contract_hooks", "PYTHONPATH": str(here)}
        program = pathlib.Path(sys.executable).parent / command[0]
        return subprocess.run([str(program), *command[1:]], env=environment, cwd=directory, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
