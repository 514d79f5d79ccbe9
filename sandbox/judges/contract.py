"""Holds a running sandbox against the service's OpenAPI document, with schemathesis.

Every answer must have a status, a content type and a body that the document knows, and none may be a 5xx. The live service
itself departs from the document in a few places, and the sandbox follows it; those are written into the document first, each
with its reason. Everything else is a finding, and the exit code says so.
"""

import argparse
import copy
import os
import pathlib
import subprocess
import sys
import tempfile

import requests
import yaml

import seeds

CHECKS = [
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
]


def walk(node):
    """Every object in the document."""
    if isinstance(node, dict):
        yield node
        for value in node.values():
            yield from walk(value)
    elif isinstance(node, list):
        for value in node:
            yield from walk(value)


def operation(document, name):
    for path in document["paths"].values():
        for candidate in path.values():
            if isinstance(candidate, dict) and candidate.get("operationId") == name:
                return candidate
    raise SystemExit(f"the document has no operation {name}")


def answer_schemas(document):
    for path in document["paths"].values():
        for candidate in path.values():
            if isinstance(candidate, dict):
                for response in candidate.get("responses", {}).values():
                    for media in response.get("content", {}).values():
                        yield media


def with_live_deviations(document):
    """The document as the live service keeps it."""
    # Aliases of the YAML must not share what is changed for one of them.
    document = copy.deepcopy(document)
    error = {"description": "", "content": {"application/json": {"schema": {"type": "object", "required": ["error"]}}}}
    for media in answer_schemas(document):
        for schema in walk(media):
            properties = schema.get("properties")
            if not isinstance(properties, dict):
                continue
            # `content` has one element as an object where the document says list, and `base-type` for `baseType`.
            if "content" in properties and "rawXml" in properties:
                properties["content"] = {}
            # `success` of a validation is a boolean, not the text "true".
            if "success" in properties and "validationErrors" in properties:
                properties["success"] = {"type": "boolean"}
            # `metadata` is free-form: `grade` can be 5 or "5", and what the document does not list is kept.
            if "metadata" in properties:
                properties["metadata"] = {"type": "object"}
    # An identifier that exists is a conflict for every creation.
    for name in ["createSection", "addAssessmentItem"]:
        operation(document, name)["responses"].setdefault("409", error)
    # A body that is wrong is a 400 for every write.
    for name in ["updateAssessmentTest", "processResponse", "validateXml", "validateBatch"]:
        operation(document, name)["responses"].setdefault("400", error)
    return document


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
        document = pathlib.Path(directory) / "document.yaml"
        loaded = yaml.safe_load(options.document.read_text(encoding="utf-8"))
        document.write_text(yaml.safe_dump(with_live_deviations(loaded)), encoding="utf-8")
        command = [
            "schemathesis",
            "run",
            str(document),
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
