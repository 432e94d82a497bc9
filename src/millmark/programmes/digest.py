"""What a signature, an award or a published version names its content by."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any


def content_digest(content: Mapping[str, Any]) -> str:
    """SHA-256, as hex digits, of the JSON text of a content with its names sorted and no blanks.

    Documents that leave the platform have the spelling of RFC 8785 instead; this one stays what it was when the
    contents that are kept were signed.
    """
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
