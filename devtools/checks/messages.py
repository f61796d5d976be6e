"""Translations of the services' own sentences: gettext catalogues, read and written by Babel alone.

Messages are English in the code and the templates; `apps/<service>/locale/<language>/LC_MESSAGES/django.po` holds each
other language of `SHOP_LANGUAGES`. Compiled `.mo` files are made where they are needed and never committed.

    python -m devtools.checks.messages extract   # write the .po files again, translations are kept
    python -m devtools.checks.messages compile   # write the .mo files that are out of date
    python -m devtools.checks.messages check     # report what lacks a translation; `make lint` runs it
"""

from __future__ import annotations

import argparse
import io
import os
import re
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from babel.messages import Catalog
from babel.messages.catalog import Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

from devtools.project import ROOT, SERVICES, shop_setting

# Messages are written in it, so it needs no catalogue.
SOURCE_LANGUAGE = "en"
PARTS = ("common", *SERVICES)
# Django's names beside those of the standard library: what each takes, a context ("c") and a plural among it.
KEYWORDS = DEFAULT_KEYWORDS | {
    f"{name}{suffix}": arguments
    for name, arguments in {
        "gettext": None,
        "ngettext": (1, 2),
        "pgettext": ((1, "c"), 2),
        "npgettext": ((1, "c"), 2, 3),
    }.items()
    for suffix in ("_lazy", "_noop")
}
SKIPPED_FOLDERS = {"tests", "testing", "migrations", "node_modules", "static", "locale"}
COMMENT_TAGS = ("Translators",)
# Dates and names in the header would differ with each run and conflict at each merge.
VOLATILE = re.compile(
    r'^"(POT-Creation-Date|PO-Revision-Date|Last-Translator|Language-Team|Generated-By|Project-Id-Version|'
    r"Report-Msgid-Bugs-To): .*\n",
    re.MULTILINE,
)
PLACEHOLDER = re.compile(r"%(?:\(\w+\))?[sd]|\{\w*\}")


def languages(root: Path = ROOT) -> tuple[str, ...]:
    """The shop's languages that need catalogues."""
    return tuple(code for code in shop_setting("SHOP_LANGUAGES", root) if code != SOURCE_LANGUAGE)


def po_path(part: str, language: str, root: Path = ROOT) -> Path:
    """Where the translations of a service, or of the common library, into a language lie."""
    # Django's folder for `pt-br` is `pt_BR`.
    base, _, region = language.partition("-")
    locale = f"{base}_{region.upper()}" if region else base
    return root / "apps" / part / "locale" / locale / "LC_MESSAGES" / "django.po"


def template_of(part: str, root: Path = ROOT) -> Catalog:
    """Every message in the Python code and the templates of `apps/<part>`."""
    catalog = Catalog(fuzzy=False)
    for path in _sources(root / "apps" / part):
        text = path.read_text()
        if path.suffix != ".py":
            # What is no message is blanked out; indentation is no block here.
            text = "\n".join(line.lstrip() for line in templatize(text, origin=str(path)).splitlines())
        name = path.relative_to(root).as_posix()
        found = extract("python", io.BytesIO(text.encode()), keywords=KEYWORDS, comment_tags=COMMENT_TAGS)
        for line, message, comments, context in found:
            catalog.add(message, None, [(name, line)], auto_comments=comments, context=context)
    return catalog


def _sources(folder: Path) -> list[Path]:
    return [
        path
        for path in sorted(folder.rglob("*"))
        if (path.suffix == ".py" or (path.suffix in (".html", ".txt") and "templates" in path.parts))
        and not SKIPPED_FOLDERS & set(path.relative_to(folder).parts)
    ]


def write_catalogs(root: Path = ROOT) -> list[Path]:
    """Bring every `.po` file up to date with the code; returns those that changed.

    Files are sorted by message and name source files without lines, so that a diff shows what was translated.
    """
    changed = []
    for part in PARTS:
        template = template_of(part, root)
        for language in languages(root):
            path = po_path(part, language, root)
            if not len(template) and not path.is_file():
                continue
            catalog = _read(path, language)
            catalog.update(template, no_fuzzy_matching=True)
            text = _po_text(catalog)
            if not path.is_file() or path.read_text() != text:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text)
                changed.append(path)
    return changed


def _read(path: Path, language: str) -> Catalog:
    locale = path.parts[-3]
    if not path.is_file():
        return Catalog(locale, domain="django", header_comment="", fuzzy=False)
    with path.open("rb") as file:
        return read_po(file, locale=locale, domain="django")


def _po_text(catalog: Catalog) -> str:
    buffer = io.BytesIO()
    catalog.header_comment = ""
    catalog.fuzzy = False
    write_po(buffer, catalog, width=100, sort_output=True, ignore_obsolete=True, include_lineno=False)
    return VOLATILE.sub("", buffer.getvalue().decode()).lstrip("\n")


def compile_catalogs(root: Path = ROOT) -> list[Path]:
    """Write the `.mo` file of every `.po` file that is newer; returns those that were written."""
    written = []
    for source in sorted((root / "apps").glob("*/locale/*/LC_MESSAGES/django.po")):
        target = source.with_suffix(".mo")
        if target.is_file() and target.stat().st_mtime_ns >= source.stat().st_mtime_ns:
            continue
        catalog = _read(source, source.parts[-3])
        # At once: a service may be starting.
        handle, name = tempfile.mkstemp(dir=target.parent, suffix=".tmp")
        with os.fdopen(handle, "wb") as file:
            write_mo(file, catalog)
        Path(name).chmod(0o644)
        Path(name).replace(target)
        written.append(target)
    return written


def findings(root: Path = ROOT) -> list[str]:
    """`apps/ui/locale/de/…/django.po: not translated: "Checkout"`, for each message without a translation."""
    found = []
    for part in PARTS:
        template = template_of(part, root)
        for language in languages(root):
            path = po_path(part, language, root)
            catalog = _read(path, language)
            name = path.relative_to(root).as_posix()
            found += [f"{name}: {problem}" for problem in _problems(template, catalog)]
    return found


def _problems(template: Catalog, catalog: Catalog) -> Iterator[str]:
    for wanted in template:
        if not wanted.id:
            continue
        message = catalog.get(wanted.id, wanted.context)
        if message is None:
            yield f"missing (run `make messages`): {_shown(wanted)}"
        elif not all(_forms(message.string)):
            yield f"not translated: {_shown(wanted)}"
        elif message.fuzzy:
            yield f"fuzzy: {_shown(wanted)}"
        elif not _placeholders_match(message):
            yield f"other placeholders than the message has: {_shown(wanted)}"
    for message in catalog:
        if message.id and template.get(message.id, message.context) is None:
            yield f"no longer used (run `make messages`): {_shown(message)}"


def _placeholders_match(message: Message) -> bool:
    """One form of a plural may leave a placeholder out ("one copy"), but none may have another."""
    known = {name for form in _forms(message.id) for name in PLACEHOLDER.findall(form)}
    used = [set(PLACEHOLDER.findall(form)) for form in _forms(message.string)]
    return all(names <= known for names in used) and (bool(message.pluralizable) or used == [known])


def _forms(texts: str | tuple[str, ...] | list[str] | None) -> tuple[str, ...]:
    return (texts or "",) if isinstance(texts, str | None) else tuple(texts)


def _shown(message: Message) -> str:
    context = f" [{message.context}]" if message.context else ""
    return f'"{_forms(message.id)[0]}"{context}'


def main(arguments: list[str]) -> int:
    """Run one command; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m devtools.checks.messages", description=__doc__.splitlines()[0])
    parser.add_argument("command", choices=("extract", "compile", "check"))
    command = parser.parse_args(arguments).command
    if command == "check":
        found = findings()
        print("\n".join(found), end="\n" if found else "")
        return int(bool(found))
    for path in write_catalogs() if command == "extract" else compile_catalogs():
        print(path.relative_to(ROOT))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
