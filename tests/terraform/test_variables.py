"""Variables and versions: no null where a value is meant, no untyped value, one shape of `versions.tf`."""

from __future__ import annotations

import re

import pytest

from tests.terraform.configuration import FOLDER, folders, text_of

BLOCK = re.compile(r'^variable "(\w+)" \{\n(.*?)^\}', re.MULTILINE | re.DOTALL)
PROVIDER = r'    \w+ = \{\n      source  = "hashicorp/\w+"\n      version = "~> [\d.]+"\n    \}\n'
VERSIONS = re.compile(
    rf'terraform \{{\n  required_version = ">= 1\.11"\n(\n  required_providers \{{\n(?:{PROVIDER})+  \}}\n)?\}}\n'
)


def faults(text: str) -> list[str]:
    """What is wrong with the variables in a text of Terraform."""
    found = []
    for name, body in BLOCK.findall(text):
        may_be_null = re.search(r"^  default += null$", body, re.MULTILINE)
        is_strict = re.search(r"^  nullable += false$", body, re.MULTILINE)
        if may_be_null and is_strict:
            found.append(f"{name} is null by default and may not be null")
        if not may_be_null and not is_strict:
            found.append(f"{name} lacks nullable = false: null would replace its default, or pass as a value")
        if re.search(r"\bany\b|^  type += (map|list|set|object)$", _type(body), re.MULTILINE):
            found.append(f"{name} has an untyped value: say what is in it, with object({{…}}) and optional()")
    return found


def _type(body: str) -> str:
    """A variable's `type` argument, which ends where the next argument or block of the variable begins."""
    match = re.search(r"^  type += .*?(?=^  (?:\w+ += |validation \{)|\Z)", body, re.MULTILINE | re.DOTALL)
    return match[0] if match else ""


@pytest.mark.parametrize("folder", folders(), ids=lambda folder: str(folder.relative_to(FOLDER)))
def test_variables_are_typed_and_not_null_unless_null_is_their_default(folder):
    assert faults(text_of(folder)) == []


def test_variables_are_found_by_the_check():
    names = [name for folder in folders() for name, _ in BLOCK.findall(text_of(folder))]
    assert len(names) > 100


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ('  type    = string\n  default = "x"\n', "lacks nullable = false"),
        ("  type = string\n", "lacks nullable = false"),
        ("  type     = string\n  default  = null\n  nullable = false\n", "is null by default"),
        ("  type     = any\n  nullable = false\n", "has an untyped value"),
        ("  type     = map(any)\n  default  = {}\n  nullable = false\n", "has an untyped value"),
        ("  type = object({\n    sizes = list(any)\n  })\n  nullable = false\n", "has an untyped value"),
    ],
)
def test_untyped_or_nullable_variable_is_found(arguments, words):
    [found] = faults(f'variable "x" {{\n{arguments}}}\n')
    assert words in found


def test_typed_variable_passes():
    text = "  type = object({ name = string, size = optional(number, 1) })\n  default  = {}\n  nullable = false\n"
    assert faults(f'variable "company" {{\n  description = "Of any size."\n{text}}}\n') == []
    assert faults('variable "subnet" {\n  type    = string\n  default = null\n}\n') == []


@pytest.mark.parametrize("folder", folders(), ids=lambda folder: str(folder.relative_to(FOLDER)))
def test_versions_have_one_shape(folder):
    """Terraform's own version and the providers', and nothing else."""
    text = (folder / "versions.tf").read_text()
    assert VERSIONS.fullmatch(text), text


@pytest.mark.parametrize("folder", folders(), ids=lambda folder: str(folder.relative_to(FOLDER)))
def test_backends_and_providers_stand_where_a_reader_looks_for_them(folder):
    def files(pattern: str) -> set[str]:
        return {path.name for path in folder.glob("*.tf") if re.search(pattern, path.read_text(), re.MULTILINE)}

    is_root = folder.parent == FOLDER / "environments"
    assert files(r"^  backend ") == ({"backend.tf"} if is_root else set())
    assert files(r"^provider ") == ({"providers.tf"} if is_root else set())
    assert files(r"^variable ") <= {"variables.tf"}
    assert files(r"^output ") <= {"outputs.tf"}
