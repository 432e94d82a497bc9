"""Templates of Word: checked against what a document may say, then filled.

A template is text with placeholders in braces, read by Jinja. Of what Jinja knows little may stand in one:
placeholders, loops over a document's own lists, conditions. Nothing else is run, however it is written.
"""

from __future__ import annotations

import difflib
import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias
from xml.sax.saxutils import unescape

from docx.opc.exceptions import PackageNotFoundError
from docxtpl import DocxTemplate
from jinja2 import StrictUndefined, TemplateSyntaxError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from millmark.programmes.documents.errors import RefusedFile
from millmark.programmes.documents.examining import examine
from millmark.programmes.documents.media import Media
from millmark.reports.official.errors import InvalidTemplate
from millmark.reports.official.kinds import DocumentKind, Schema

Values: TypeAlias = Mapping[str, "str | list[dict[str, str]]"]

_HARMLESS = (
    nodes.Template,
    nodes.Output,
    nodes.TemplateData,
    nodes.Name,
    nodes.Getattr,
    nodes.For,
    nodes.If,
    nodes.Const,
    nodes.Compare,
    nodes.Operand,
    nodes.Not,
    nodes.And,
    nodes.Or,
)
_OF_A_LOOP = {"index", "first", "last", "length"}
_MOST_LOOPS = 2


def check_template(content: bytes, kind: DocumentKind) -> None:
    """Raises `InvalidTemplate` for what is no .docx, and for placeholders or statements that the kind does not know."""
    try:
        media = examine(content)
    except RefusedFile as error:
        raise InvalidTemplate(f"the template cannot be used: {error}") from error
    if media is not Media.DOCX:
        raise InvalidTemplate(f"a template is a .docx file, not {media.value}; save it as .docx and send it again")
    problems = list(_problems(content, kind.placeholders))
    if problems:
        raise InvalidTemplate("; ".join(dict.fromkeys(problems)))


def fill(content: bytes, values: Values) -> bytes:
    """The .docx with every placeholder filled; raises `InvalidTemplate`."""
    template = DocxTemplate(io.BytesIO(content))
    environment = _environment()
    environment.globals.clear()
    try:
        template.render(dict(values), environment, autoescape=True)
    except Exception as error:
        # What Word splits and Jinja reads can fail in many ways; each is the template's, none is the platform's.
        raise InvalidTemplate(f"the template cannot be filled: {error}") from error
    target = io.BytesIO()
    template.save(target)
    return target.getvalue()


def _environment() -> ImmutableSandboxedEnvironment:
    return ImmutableSandboxedEnvironment(undefined=StrictUndefined, autoescape=True)


def _problems(content: bytes, schema: Schema) -> Iterator[str]:
    """What is wrong, part by part of the file."""
    environment = _environment()
    for source in _sources(content):
        try:
            tree = environment.parse(source)
        except TemplateSyntaxError as error:
            yield f"the braces do not fit: {error.message}"
            continue
        yield from _Reader(schema).problems(tree)


def _sources(content: bytes) -> Iterator[str]:
    """The text of body, headers and footers as Jinja will read it."""
    try:
        template = DocxTemplate(io.BytesIO(content))
        template.init_docx()
    except (PackageNotFoundError, KeyError, ValueError) as error:
        raise InvalidTemplate(f"the template cannot be opened: {error}") from error
    yield template.patch_xml(template.get_xml())
    for uri in (template.HEADER_URI, template.FOOTER_URI):
        for _key, part in template.get_headers_footers(uri):
            yield template.patch_xml(template.get_part_xml(part))


class _Reader:
    """Walks what Jinja read, with the rows that loop variables stand for."""

    def __init__(self, schema: Schema) -> None:
        self._schema = schema

    def problems(self, tree: nodes.Template) -> Iterator[str]:
        yield from self._walk(tree, {}, 0)

    def _walk(self, node: nodes.Node, rows: Mapping[str, Mapping[str, str]], depth: int) -> Iterator[str]:
        if not isinstance(node, _HARMLESS):
            yield f"a template may not have {type(node).__name__.lower()!r}, only placeholders, loops and conditions"
            return
        if isinstance(node, nodes.For):
            yield from self._loop(node, rows, depth)
            return
        if isinstance(node, nodes.Getattr):
            yield from self._field(node, rows)
            return
        if isinstance(node, nodes.Name):
            yield from self._name(node, rows)
            return
        for child in node.iter_child_nodes():
            yield from self._walk(child, rows, depth)

    def _loop(self, node: nodes.For, rows: Mapping[str, Mapping[str, str]], depth: int) -> Iterator[str]:
        over = node.iter.name if isinstance(node.iter, nodes.Name) else ""
        row = self._schema.get(over)
        if not isinstance(row, Mapping) or not isinstance(node.target, nodes.Name) or node.test or node.recursive:
            lists = ", ".join(name for name, inner in self._schema.items() if isinstance(inner, Mapping))
            yield f"a loop runs over one of the lists: {lists}"
            return
        if depth >= _MOST_LOOPS:
            yield f"loops may be within each other {_MOST_LOOPS} deep, not more"
            return
        inner = {**rows, node.target.name: row}
        for child in [*node.body, *node.else_]:
            yield from self._walk(child, inner, depth + 1)

    def _field(self, node: nodes.Getattr, rows: Mapping[str, Mapping[str, str]]) -> Iterator[str]:
        owner = node.node.name if isinstance(node.node, nodes.Name) else ""
        known = _OF_A_LOOP if owner == "loop" and rows else set(rows.get(owner, ()))
        if node.attr not in known:
            yield _unknown(f"{owner}.{node.attr}", [f"{owner}.{name}" for name in known] or list(self._schema))

    def _name(self, node: nodes.Name, rows: Mapping[str, Mapping[str, str]]) -> Iterator[str]:
        if not isinstance(self._schema.get(node.name), str):
            known = [name for name, inner in self._schema.items() if isinstance(inner, str)]
            yield _unknown(node.name, known + [f"{row}.{name}" for row, fields in rows.items() for name in fields])


def _unknown(name: str, known: list[str]) -> str:
    near = difflib.get_close_matches(name, known, 1)
    hint = f"did you mean {near[0]!r}?" if near else f"known are {', '.join(sorted(known))}"
    return f"the placeholder {name!r} is not known; {hint}"


def plain_text(content: bytes) -> str:
    """All text of a .docx, for searching."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        document = archive.read("word/document.xml").decode("utf-8")
    return unescape(re.sub(r"<[^>]+>", "", re.sub(r"</w:p>", "\n", document)))


def properties(content: bytes, title: str, sources: str) -> bytes:
    """The .docx with its title, and the digest of its sources where Word shows it among the properties."""
    import docx

    document: Any = docx.Document(io.BytesIO(content))
    document.core_properties.title = title
    document.core_properties.author = "Millmark"
    document.core_properties.comments = f"sources sha256:{sources}"
    target = io.BytesIO()
    document.save(target)
    return target.getvalue()
