"""The JSON Schema of each file of a pack, made from the models that read it, for editors that check as one writes."""

from __future__ import annotations

import json
from collections.abc import Mapping

from millmark.programmes.packs.reading import FILES

_DRAFT = "https://json-schema.org/draft/2020-12/schema"


def schema_texts() -> Mapping[str, str]:
    """The text of each schema by its file name, `pack.json` for `pack.toml` and so on."""
    return {name.replace(".toml", ".json"): _text(name) for name in FILES}


def _text(name: str) -> str:
    schema = {"$schema": _DRAFT, **FILES[name].model_json_schema(), "title": name}
    return json.dumps(schema, ensure_ascii=False, indent=2) + "\n"
