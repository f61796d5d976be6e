"""How request bodies are read."""

from __future__ import annotations

import io
import json
import re
from typing import Any

from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser as RestJSONParser

# Half of a character that is written in two parts; a whole one matches too.
SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")


class JSONParser(RestJSONParser):
    """JSON in UTF-8 (RFC 8259); a body that is nested beyond any sense, or that holds half a character, which no
    answer could repeat, is malformed like any other, not a crash."""

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        body = stream.read()
        try:
            data = super().parse(io.BytesIO(body), media_type, (parser_context or {}) | {"encoding": "utf-8"})
            if SURROGATE.search(body):
                json.dumps(data, ensure_ascii=False).encode()
        except RecursionError as error:
            raise ParseError("The JSON is nested too deeply.") from error
        except UnicodeEncodeError as error:
            raise ParseError("The JSON holds half a character (a lone surrogate).") from error
        return data
