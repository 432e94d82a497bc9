"""Writes packs/schema/*.json from the models of the packs' files; run it after a change of the models."""

from __future__ import annotations

from pathlib import Path

from millmark.programmes.packs.schema import schema_texts

FOLDER = Path(__file__).parents[1] / "packs" / "schema"

if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name, text in schema_texts().items():
        (FOLDER / name).write_text(text, "utf-8")
