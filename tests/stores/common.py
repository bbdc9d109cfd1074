"""What the Python programs share: the plain form of values, and how `expected.json` is written."""
import json
from datetime import date, datetime, timezone
from decimal import Decimal
from pathlib import Path
from uuid import UUID


def plain(value):
    """A value as JSON has it, in the text that the library stores."""
    if isinstance(value, UUID):
        return value.hex
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, (set, frozenset)):
        return sorted(plain(item) for item in value)
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return value


def utc(time):
    """An instant; a time without a zone is one of UTC."""
    if time.tzinfo is None:
        time = time.replace(tzinfo=timezone.utc)
    return time.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def write(folder, dialect, library, streams, findings=()):
    """Each stream is a dict: stream, category, first, events, states; `findings` are what may be said of them."""
    whole = {"dialect": dialect, "library": library, "streams": streams, "findings": findings}
    text = json.dumps(whole, ensure_ascii=False, indent=1)
    Path(folder, "expected.json").write_text(text + "\n", encoding="utf-8")
