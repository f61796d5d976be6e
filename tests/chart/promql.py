"""Names of metrics and labels in a PromQL expression: enough of the language for the chart's own rules and panels."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from tests.chart.render import Object, of_kind

STRING = re.compile(r'"(?:[^"\\]|\\.)*"')
RANGE = re.compile(r"\[[^\]]*\]")
GROUPING = re.compile(r"\b(?:by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)")
SELECTOR = re.compile(r"\{[^}]*\}")
WORD = re.compile(r"(?<![\w:.])[A-Za-z_:][\w:]*")
WORDS_OF_THE_LANGUAGE = {"and", "or", "unless", "bool", "offset", "inf", "nan"}


def metrics(expression: str) -> set[str]:
    """Every metric that is asked for, recorded ones too."""
    text = SELECTOR.sub("", GROUPING.sub("", RANGE.sub("", STRING.sub("", expression))))
    return {
        match[0]
        for match in WORD.finditer(text)
        if match[0].lower() not in WORDS_OF_THE_LANGUAGE and not text[match.end() :].lstrip().startswith("(")
    }


def labels(expression: str) -> dict[str, set[str]]:
    """By metric: the labels that its selectors name."""
    found: dict[str, set[str]] = {}
    for name, selector in re.findall(r"([A-Za-z_:][\w:]*)\{([^}]*)\}", STRING.sub("", expression)):
        found.setdefault(name, set()).update(re.findall(r"([A-Za-z_]\w*)\s*[=!]", selector))
    return found


def expressions(objects: list[Object]) -> Iterator[tuple[str, str]]:
    """Service and expression, of every rule and every panel."""
    for item in of_kind(objects, "PrometheusRule"):
        for group in item["spec"]["groups"]:
            for rule in group["rules"]:
                yield item["metadata"]["labels"]["app.kubernetes.io/name"], rule["expr"]
    for item in of_kind(objects, "ConfigMap"):
        if "grafana_dashboard" in item["metadata"]["labels"]:
            [text] = item["data"].values()
            for panel in json.loads(text)["panels"]:
                for target in panel["targets"]:
                    yield item["metadata"]["labels"]["app.kubernetes.io/name"], target["expr"]


def recording_rules(objects: list[Object]) -> set[str]:
    """Names of the series that recording rules make."""
    return {
        rule["record"]
        for item in of_kind(objects, "PrometheusRule")
        for group in item["spec"]["groups"]
        for rule in group["rules"]
        if "record" in rule
    }
