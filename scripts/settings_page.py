"""Write docs/settings.md from the settings' own models, so that the page cannot lie.

`make docs` writes it; a test fails when it is stale.
"""

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter
from pydantic.fields import FieldInfo

from beffroi.settings import reference

PAGE = Path(__file__).parent.parent / "docs" / "settings.md"

HEAD = """# Machine settings

<!-- Written by `make docs` from src/beffroi/settings.py: change it there. -->

These say where an installation listens, keeps and hands over. They never say what may be detected:
that is voted, and lives in the database with its acts. Cameras live there too.

A value comes from `beffroi.yaml` in the data folder, or from the environment
(`BEFFROI_WEB__PORT=8080` for `web.port`), or from a secret file (`secrets/database_url`); the
later wins. An unknown key stops the program and names the nearest valid one. Passwords and tokens
of channels are never settings: each lies in `secrets/handover-<name>`, readable by its owner only.

```yaml
web:
  port: 8080
handover:
  channels:
    - type: smtp
      name: control-room
      host: mail.example.org
      sender: beffroi@example.org
      recipients: [duty@example.org]
ledger:
  witnesses: [/mnt/second-disk/beffroi-checkpoints]
```

## Scripts

Where no terminal can ask for a password, a file holds it, readable by its owner only.
`BEFFROI_PASSWORD_FILE` names the file with *your* password, with which a command acts for you
(`--as`, or `BEFFROI_AS`); `--new-password-file` of `beffroi account add` and `beffroi account
password` names the one with the password that is *set*. `BEFFROI_DATA` names the data folder.

## Monitoring

`/health` answers 200 while web, database and ledger keep up, and 503 with the reason otherwise.
`/metrics` gives figures of cameras, alerts that wait and the ledger's signature in Prometheus' text
form, to whoever brings the token in `secrets/metrics` (`Authorization: Bearer …`); without that
file there is no such page. It tells of machines, never of what was seen.
"""

TYPES = {
    "integer": "whole number",
    "number": "number",
    "string": "text",
    "boolean": "true or false",
}


def page() -> str:
    """The page as it is written."""
    parts = [HEAD]
    for model, settings in groupby(reference(), key=lambda setting: setting.model):
        parts.append(f"\n## {model.__doc__.splitlines()[0].rstrip('.')}\n\n{TABLE}")
        for path, _, field in settings:
            default = "" if field.is_required() else f"`{_shown(field.default)}`"
            parts.append(f"| `{path}` | {field.description} | {_values(field)} | {default} |\n")
    return "".join(parts)


TABLE = "| Setting | What it does | Values | Default |\n|---|---|---|---|\n"


def _values(field: FieldInfo) -> str:
    return "; ".join(_describe(TypeAdapter(field.rebuild_annotation()).json_schema()))


def _describe(schema: dict[str, Any]) -> Iterator[str]:
    if "anyOf" in schema:
        kinds = [one for one in schema["anyOf"] if one["type"] != "null"]
        yield from (text for one in kinds for text in _describe(one))
        return
    if "const" in schema:
        yield f"`{schema['const']}`"
    elif "enum" in schema:
        yield ", ".join(f"`{value}`" for value in schema["enum"])
    elif schema["type"] == "array":
        inner = schema.get("items") or schema["prefixItems"][0]
        yield f"list: {next(_describe(inner))}"
    else:
        yield "path" if schema.get("format") == "path" else TYPES[schema["type"]]
    low, high = schema.get("minimum"), schema.get("maximum")
    if (above := schema.get("exclusiveMinimum")) is not None:
        yield f"more than {above:g}, at most {high:g}"
    elif low is not None:
        yield f"{low:g} to {high:g}"


def _shown(value: object) -> object:
    return list(value) if isinstance(value, tuple) else "none" if value is None else value


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
