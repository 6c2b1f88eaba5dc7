"""Lists: walked page by page, as long as one likes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, overload

from ._namespace import Caller
from ._wire import Record

T = TypeVar("T", bound=Record)
LARGEST_PAGE = 1000


@dataclass(frozen=True, slots=True)
class Page(Sequence[T], Generic[T]):
    """Some records of a list and, unless it is the last page, where the next one starts."""

    items: tuple[T, ...]
    next: str | None

    def __len__(self) -> int:
        return len(self.items)

    @overload
    def __getitem__(self, index: int) -> T: ...

    @overload
    def __getitem__(self, index: slice) -> tuple[T, ...]: ...

    def __getitem__(self, index: int | slice) -> T | tuple[T, ...]:
        return self.items[index]


class Listing(Generic[T]):
    """A list not yet read. Each iteration walks it anew: a keyset walk, not a snapshot.

    Every page is a short read of its own, authorised anew; records that do not change are seen exactly once.
    It belongs to its session: using it after the session closed is Misuse.
    """

    __slots__ = ("_session", "_operation", "_record", "_arguments", "_limit", "_page_size", "_after")

    def __init__(
        self,
        session: Caller,
        operation: str,
        record: type[T],
        arguments: Mapping[str, Any],
        *,
        limit: int | None,
        page_size: int,
        after: str | None,
    ) -> None:
        if not 1 <= page_size <= LARGEST_PAGE:
            raise ValueError(f"page_size is 1 to {LARGEST_PAGE}")
        if limit is not None and limit < 0:
            raise ValueError("limit is not negative")
        self._session = session
        self._operation = operation
        self._record = record
        self._arguments = dict(arguments)
        self._limit = limit
        self._page_size = page_size
        self._after = after

    def page(self, limit: int | None = None, after: str | None = None) -> Page[T]:
        """One page of at most `limit` records (the page size), from `after` on (the start)."""
        arguments: dict[str, Any] = {**self._arguments, "limit": self._page_size if limit is None else limit}
        if (start := after if after is not None else self._after) is not None:
            arguments["after"] = start
        wire = self._session.call(self._operation, arguments)
        return Page(tuple(self._record._decode(item) for item in wire["items"]), wire.get("next"))

    def pages(self) -> Iterator[Page[T]]:
        """Page by page, at most `limit` records in all."""
        left, after = self._limit, self._after
        while left is None or left > 0:
            page = self.page(self._page_size if left is None else min(left, self._page_size), after)
            if page.items:
                yield page
            after = page.next
            if after is None:
                return
            if left is not None:
                left -= len(page)

    def __iter__(self) -> Iterator[T]:
        for page in self.pages():
            yield from page.items

    def first(self) -> T | None:
        """The first record, if there is one."""
        if self._limit == 0:
            return None
        items = self.page(1).items
        return items[0] if items else None

    def to_dicts(self) -> list[dict[str, Any]]:
        """All records as dictionaries."""
        return [record.to_dict() for record in self]

    def to_pandas(self) -> Any:
        """All records as a pandas DataFrame, one column a member. Needs pandas (ImportError)."""
        import pandas  # type: ignore[import]

        columns = [f.name for f in self._record.__dataclass_fields__.values()]  # type: ignore[attr-defined]
        return pandas.DataFrame(self.to_dicts(), columns=columns)
