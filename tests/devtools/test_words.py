"""Words that the project does not use are found, wherever Git knows a text."""

from __future__ import annotations

import re

import pytest

from devtools.checks import words

AVOIDED = (
    "the house is running",
    "class HouseError(Exception):",
    "def house_folder():",
    "mend what is broken",
    "made anew",
    "fill the shelves",
    "three pieces are left",
    "class Wish:",
    "ask_kindly(client)",
    "self._give_back(order)",
    "def test_it_works():",
    "def test_bad_ones_are_refused():",
    "MOST = 20",
    "the units that were promised",
    "answer = client.get(path)",
    "class AnswerField(Field):",
    "def put_answers(values):",
    "MAX_ANSWERS = 100",
    "a request that is answered twice",
    "told = read_events()",
    "def test_the_list_tells_devices_apart():",
    "what the service tells others",
)
FINE = (
    "warehouse = Warehouse()",
    "household goods",
    "def test_item_is_sold():",
    "ALMOST = 20",
    "a commendable amendment",
    "almost everybody",
    "slug = 'answer-lost'",
    "size = buffer.tell()",
    "storytelling in an untold way",
    "a compromised key",
    "await promise.then(show)",
)


def is_found(line: str) -> bool:
    return any(re.search(rule.word, line) for rule in words.RULES)


@pytest.mark.parametrize("line", AVOIDED)
def test_an_avoided_word_is_found(line):
    assert is_found(line)


@pytest.mark.parametrize("line", FINE)
def test_a_word_that_only_looks_like_one_is_left_alone(line):
    assert not is_found(line)


def test_a_finding_names_the_place_and_what_to_write(tmp_path, monkeypatch):
    monkeypatch.setattr(words, "ROOT", tmp_path)
    monkeypatch.setattr(words, "listed_files", lambda: ["notes.md", "devtools/demo/data/films.yaml"])
    (tmp_path / "notes.md").write_text("fine\nthe house\n")
    (tmp_path / "devtools/demo/data").mkdir(parents=True)
    (tmp_path / "devtools/demo/data/films.yaml").write_text("title: The House of Ghosts\n")
    assert words.findings() == ["notes.md:2: house -> the stack, the platform, devtools"]
