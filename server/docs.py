"""What the documentation page shows, arranged from the OpenAPI description; the template only prints it."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from .errors import KINDS
from .settings import Settings, flag, table, variable

Schema = dict[str, Any]
FORM = "multipart/form-data"


def documentation(description: Schema, settings: Settings) -> dict[str, Any]:
    """Variables of ``docs.html``."""
    schemas = description["components"]["schemas"]
    groups: dict[str, list[dict[str, Any]]] = {}
    for path, methods in description["paths"].items():
        for method, operation in methods.items():
            groups.setdefault(operation["tags"][0], []).append(_operation(method.upper(), path, operation))
    return {
        "description": description["info"]["description"],
        "groups": groups,
        "schemas": [{"name": name, **_object(schema)} for name, schema in sorted(schemas.items())],
        "problems": KINDS,
        "limits": [
            {
                "name": name,
                "value": getattr(settings, name),
                "unit": row.unit,
                "text": row.description,
                "flag": flag(name),
                "variable": variable(name),
            }
            for name, row, _ in table()
            if row.limit
        ],
    }


def _operation(method: str, path: str, operation: Schema) -> dict[str, Any]:
    contents: Schema = operation.get("requestBody", {}).get("content", {})
    return {
        "method": method,
        "path": path,
        "anchor": f"{method.lower()}{path.replace('/', '-').replace('{', '').replace('}', '').replace('.', '-')}",
        "summary": operation["summary"],
        "parameters": [_parameter(parameter) for parameter in operation.get("parameters", ())],
        "body": _type({"anyOf": [body["schema"] for body in contents.values()]}) if contents else None,
        "examples": [
            {
                "summary": example["summary"],
                "json": json.dumps(example["value"], ensure_ascii=False),
                "curl": (_curl_form if kind == FORM else _curl)(method, path, example["value"]),
            }
            for kind, body in contents.items()
            for example in body.get("examples", {}).values()
        ]
        + [
            {"summary": example["summary"], "json": "", "curl": _curl_query(path, example["value"])}
            for example in operation.get("x-example-queries", {}).values()
        ],
        "answers": list(_answers(operation["responses"])),
    }


def _curl_query(path: str, value: dict[str, Any]) -> str:
    query = f"?{urlencode(value, safe='{}')}" if value else ""
    return f"curl {_quoted(f'http://127.0.0.1:8000{path}{query}')}"


def _curl_form(method: str, path: str, value: dict[str, str]) -> str:
    fields = (f"  -F {_quoted(f'{name}={text}')}" for name, text in value.items())
    return f"curl -X {method} http://127.0.0.1:8000{path} \\\n" + " \\\n".join(fields)


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"


def _curl(method: str, path: str, value: Any) -> str:
    address = f"http://127.0.0.1:8000{path}"
    quoted = _quoted(json.dumps(value))
    return f"curl -X {method} {address} \\\n  -H 'Content-Type: application/json' \\\n  -d {quoted}"


def _parameter(parameter: Schema) -> dict[str, Any]:
    schema = parameter["schema"]
    return {
        "name": parameter["name"],
        "place": parameter["in"],
        "type": _type(schema),
        "required": parameter.get("required", False),
        "text": parameter.get("description", ""),
        "default": schema.get("default"),
    }


def _answers(responses: Schema) -> Iterator[dict[str, Any]]:
    for status, response in responses.items():
        kinds = response.get("content", {})
        media_type = next(iter(kinds), "")
        content = kinds.get(media_type, {})
        problem = media_type == "application/problem+json"
        yield {
            "status": status,
            "text": response["description"],
            "type": _type(content.get("schema", {})),
            "problem": problem,
        }


def _object(schema: Schema) -> dict[str, Any]:
    required = schema.get("required", ())
    fields = [
        {"name": name, "type": _type(field), "required": name in required, "text": field.get("description", "")}
        for name, field in schema.get("properties", {}).items()
    ]
    for choice in schema.get("oneOf", ()):
        fields += [
            {"name": name, "type": _type(field), "required": False, "text": field.get("description", "")}
            for name, field in choice.get("properties", {}).items()
        ]
    return {"text": schema.get("description", ""), "fields": fields}


def _type(schema: Schema) -> list[dict[str, str | None]]:
    """The type as pieces of text, each with the name of the schema it links to or None."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return [{"text": name, "link": name}]
    if "anyOf" in schema:
        pieces: list[dict[str, str | None]] = []
        for choice in schema["anyOf"]:
            pieces += [{"text": " | ", "link": None}] * bool(pieces) + _type(choice)
        return pieces
    if "enum" in schema:
        return [{"text": " | ".join(json.dumps(value) for value in schema["enum"]), "link": None}]
    if "const" in schema:
        return [{"text": json.dumps(schema["const"]), "link": None}]
    if schema.get("format") == "binary":
        return [{"text": "file", "link": None}]
    if schema.get("type") == "array":
        inner = _type(schema.get("items", {})) if "items" in schema else _type(schema.get("prefixItems", [{}])[0])
        return [{"text": "[", "link": None}, *inner, {"text": "]", "link": None}]
    if schema.get("type") == "object" and isinstance(schema.get("additionalProperties"), dict):
        return [{"text": "{name: ", "link": None}, *_type(schema["additionalProperties"]), {"text": "}", "link": None}]
    return [{"text": schema.get("type", "any"), "link": None}]
