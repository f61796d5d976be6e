"""Words that this project does not use, each with the term to write instead: names and sentences stay plain English.

`python -m devtools.checks.words` prints where they stand; `make lint` runs it.
"""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import dataclass

from devtools.project import ROOT


@dataclass(frozen=True)
class Rule:
    """A word (a regular expression), what to write instead, and the files where it means something else."""

    word: str
    instead: str
    allowed: str = r"$^"


# Texts of the demo's products and films, and its pictures, are a shop's own.
DEMO = r"devtools/demo/(data|art)/"
RULES = (
    Rule(r"\bhouses?\b|\bHouse(Error)?\b|(?<![a-z])house_|_house\b", "the stack, the platform, devtools", DEMO),
    Rule(r"\bhabits?\b", "targets"),
    Rule(r"\bmend(s|ed|ing)?\b", "fix"),
    Rule(r"\banew\b", "again, or generate"),
    Rule(r"\bShelf\b|\bshel(f|ves)\b", "LockedStock, navigation, carousel", DEMO),
    Rule(r"\bpieces\b", "units", DEMO),
    Rule(r"\bto be had\b", "in stock", DEMO),
    Rule(r"\bpromises (stock|units)\b|(?<![a-zA-Z])[Pp]romised(?![a-z])", "reserved", DEMO),
    # The slug of a problem's type is a part of the API.
    Rule(r"[Aa]nswer(?!-lost\b)|ANSWER", "response, cached response, attribute value", DEMO),
    # `file.tell()` is Python's.
    Rule(
        r"(?<![a-zA-Z])([Tt]ell(?!\()|[Tt]ells|[Tt]old|[Tt]elling)(?![a-zA-Z])",
        "report, return, show, describe, distinguish",
        DEMO,
    ),
    Rule(r"\bclass (Wish|Placed|Sign|Receipt|Place|Told|Kept|Known|Light)\b", "a noun of the field"),
    Rule(r"\w*_shapes\b|\bshapes\.\w+Serializer|as shapes\b", "serializers, schemas"),
    Rule(r"\bNarrowing\b", "FilterState"),
    Rule(r"\bask_kindly\b", "fetch_or_default"),
    Rule(r"\bKindErrors\b", "ServiceErrors"),
    Rule(r"\blook_again\b", "refresh_payment"),
    Rule(r"\badvance_now\b", "advance_or_defer"),
    Rule(r"\b_(driving|note|facts|give_up|give_back)\(", "order_lease, record_charge, event_payload, compensate …"),
    Rule(r"\border_mail\(", "enqueue_mail"),
    Rule(r"\blockout\.(charge|refund)\b", "record_attempt, forgive_attempt"),
    Rule(r"\b(TOLD_AT_MOST|ASIDE_SECONDS|HOT|MOST|LEAST)\b", "what is bounded, such as MAX_DISPLAYED_STOCK"),
    Rule(r"\bkindly\b", "nothing"),
    Rule(r"\bdef test_(it|its|one|ones|they|them|others|who|whoever|what|whatever|bad_ones)_", "a subject"),
)
# Lists of words, history, and what is generated.
SKIPPED = re.compile(
    r"devtools/checks/words\.py|tests/devtools/test_words\.py|CHANGELOG\.md|.*package-lock\.json|requirements/.*\.txt"
)


def listed_files() -> list[str]:
    """Paths of all files that Git knows."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    return [path for path in listed.stdout.split("\0") if path]


def findings() -> list[str]:
    """`path:line: word -> what to write instead`, for every file that Git knows."""
    rules = [(re.compile(rule.word), re.compile(rule.allowed), rule) for rule in RULES]
    found = []
    for path in listed_files():
        if SKIPPED.fullmatch(path) or not (ROOT / path).is_file():
            continue
        try:
            lines = (ROOT / path).read_text().splitlines()
        except UnicodeDecodeError:
            continue
        for word, allowed, rule in rules:
            if allowed.match(path):
                continue
            for number, line in enumerate(lines, 1):
                if match := word.search(line):
                    found.append(f"{path}:{number}: {match.group().strip()} -> {rule.instead}")
    return found


def main() -> int:
    """Print the findings; returns the exit code."""
    found = findings()
    print("\n".join(found))
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
