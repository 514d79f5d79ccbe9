"""The service's OpenAPI document, made true where the live service departs from it."""

import copy


def as_the_service_keeps_it(document):
    """The document with its own examples allowed, and with the departures of the live service."""
    # Aliases of the YAML must not share what is changed for one of them.
    document = copy.deepcopy(document)
    allow_values_of_examples(document)
    allow_live_deviations(document)
    return document


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


def allow_live_deviations(document):
    """Writes down where the live service departs from the document, each with its reason."""
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


def allow_values_of_examples(document):
    """Adds to each enum the values that only an example has, wherever the same enum stands, and says so.

    The service takes and answers what its document shows; its enums are what it has not kept up.
    """
    broken = {}
    for place, schema, value in examples(document):
        for enum, stray in stray_values(document, schema, value):
            broken.setdefault(tuple(map(repr, enum)), {}).setdefault(repr(stray), (stray, place))
    for schema in walk(document):
        enum = schema.get("enum")
        if isinstance(enum, list):
            # The list is replaced, so that the next equal one still compares.
            strays = broken.get(tuple(map(repr, enum)), {}).values()
            schema["enum"] = enum + [stray for stray, _ in strays]
    for strays in broken.values():
        for stray, place in strays.values():
            print(f"allowed, as an example of {place} has it and its enum does not: {stray!r}")


def examples(document):
    """Every example of a parameter or body, with the place and the schema that it is of."""
    for node in walk(document):
        if "operationId" not in node:
            continue
        holders = list(node.get("parameters", []))
        for body in [node.get("requestBody", {}), *node.get("responses", {}).values()]:
            holders.extend(body.get("content", {}).values())
        for holder in holders:
            schema = holder.get("schema", {})
            values = [example.get("value") for example in holder.get("examples", {}).values()]
            values += [holder["example"]] if "example" in holder else []
            for value in values:
                yield node["operationId"], schema, value
        for holder in holders:
            for schema in walk(holder.get("schema", {})):
                # A property may be called "example"; its value is a schema, and breaks no enum.
                values = schema.get("examples") if isinstance(schema.get("examples"), list) else []
                for value in [*values, *([schema["example"]] if "example" in schema else [])]:
                    yield node["operationId"], schema, value


def stray_values(document, schema, value):
    """The values inside `value` that an enum of `schema` lacks, each with that enum."""
    reference = schema.get("$ref", "") if isinstance(schema, dict) else ""
    if not isinstance(schema, dict):
        return
    if reference.startswith("#/components/schemas/"):
        target = document["components"]["schemas"].get(reference.rsplit("/", 1)[1], {})
        yield from stray_values(document, target, value)
    enum = schema.get("enum")
    if isinstance(enum, list) and value not in enum and not isinstance(value, (dict, list)):
        yield enum, value
    for keyword in ["allOf", "anyOf", "oneOf"]:
        branches = [list(stray_values(document, branch, value)) for branch in schema.get(keyword, [])]
        # One branch that takes the value is enough, except where all must.
        if keyword == "allOf" or all(branches):
            for found in branches:
                yield from found
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from stray_values(document, schema.get("properties", {}).get(name), inner)
    if isinstance(value, list):
        for inner in value:
            yield from stray_values(document, schema.get("items"), inner)
