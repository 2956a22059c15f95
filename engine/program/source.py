"""The source texts that a run can point into."""

import linecache
from types import CodeType

from engine.program.conditions import Condition, Conditions
from engine.program.names import NameSites, Site, parsed
from engine.program.places import Places
from engine.program.spans import SpanTable
from engine.trace.facts import Span


class SourceMap:
    """Finds the place in a text for a position in running code.

    File 0 is the program itself. Every further file gets the next index when it is first seen; its text is read with
    ``linecache``, so it is what Python itself would show.
    """

    def __init__(self, filename: str, text: str) -> None:
        self._indices: dict[str, int] = {filename: 0}
        self._texts: list[str | None] = [text]
        self._tables: dict[int, tuple[CodeType, SpanTable]] = {}
        self._sites: dict[int, NameSites] = {}
        self._conditions: dict[int, Conditions] = {}
        self._announced = 1

    @classmethod
    def of_file(cls, filename: str) -> "SourceMap":
        """Return a map whose program is the file that Python knows as ``filename`` (a notebook cell included)."""
        return cls(filename, "".join(linecache.getlines(filename)))

    def index_of(self, filename: str) -> int:
        """Return the index of a file, giving it the next one when it is new."""
        index = self._indices.get(filename)
        if index is None:
            index = len(self._texts)
            self._indices[filename] = index
            self._texts.append(None)
        return index

    def learn(self, filename: str, text: str, conditions: Conditions) -> None:
        """Take the text of a file and its conditions from whoever has compiled it."""
        index = self.index_of(filename)
        self._texts[index] = text
        self._conditions[index] = conditions

    def text(self, index: int) -> str:
        """Return the text of a file, empty when it cannot be read."""
        text = self._texts[index]
        if text is None:
            text = "".join(linecache.getlines(self._filename(index)))
            self._texts[index] = text
        return text

    def span(self, code: CodeType, instruction: int) -> Span | None:
        """Return the sub-expression that ``code`` runs at byte offset ``instruction`` of its bytecode.

        Args:
            code: The running code.
            instruction: ``frame.f_lasti``.

        Returns:
            None when the code carries no positions.
        """
        table = self._table(code)
        span = table.span(instruction)
        if span is None:
            return None
        names = self._names(span.file)
        links = names.links(span)
        number = table.comparisons_before(instruction) if links else None
        return names.exact(span) if number is None else Span(span.file, *links[number % len(links)])

    def condition(self, code: CodeType, instruction: int) -> Condition | None:
        """Return the condition that ``code`` asks at ``instruction``, None where it asks none."""
        table = self._table(code)
        span, number = table.span(instruction), table.jumps_before(instruction)
        if span is None or number is None:
            return None
        place = (span.line, span.column, span.end_line, span.end_column)
        return self._conditions_of(span.file).at_jump(place, number)

    def is_told(self, span: Span) -> bool:
        """Whether the call at ``span`` gives a number to a condition that tells its outcome by a mark."""
        place = (span.line, span.column, span.end_line, span.end_column)
        return place in self._conditions_of(span.file).sources

    def written(self, span: Span) -> str:
        """Return what is written at ``span``, on one line and shortened where it is long."""
        place = (span.line, span.column, span.end_line, span.end_column)
        return Places(self.text(span.file)).text(place)

    def site(self, span: Span) -> Site | None:
        """Return what the program text says about names at ``span``, or None when it says nothing."""
        return self._names(span.file).at(span)

    def _names(self, file: int) -> NameSites:
        sites = self._sites.get(file)
        if sites is None:
            sites = self._sites[file] = NameSites(self.text(file))
        return sites

    def _table(self, code: CodeType) -> SpanTable:
        known = self._tables.get(id(code))
        if known is None:
            index = self.index_of(code.co_filename)
            # Hashing a code object hashes all of its content; held here, its address is as good a key.
            known = self._tables[id(code)] = (code, SpanTable(code, index, self.text(index)))
        return known[1]

    def _conditions_of(self, file: int) -> Conditions:
        known = self._conditions.get(file)
        if known is None:
            text = self.text(file)
            known = self._conditions[file] = Conditions(parsed(text), Places(text))
        return known

    def new_files(self) -> tuple[str, ...]:
        """Return the files first seen since the last call, in index order."""
        known = list(self._indices)
        fresh = tuple(known[self._announced :])
        self._announced = len(known)
        return fresh

    @property
    def further_files(self) -> tuple[str, ...]:
        """All files but the program, in index order."""
        return tuple(self._indices)[1:]

    def _filename(self, index: int) -> str:
        return list(self._indices)[index]
