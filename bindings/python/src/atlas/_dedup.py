"""Duplicates in a table, without a store."""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, time
from os import PathLike
from pathlib import Path
from typing import Any, Protocol, overload

from . import _core


@dataclass(frozen=True)
class DuplicatePair:
    """Two records that are the same (or, with ``band == "review"``, may be)."""

    id_a: str
    id_b: str
    score: float
    probability: float
    cluster_id: str
    band: str = "same"


@dataclass(frozen=True)
class Duplicates:
    """What was found, and what each column was taken for."""

    pairs: list[DuplicatePair]
    columns: dict[str, str]

    def to_pandas(self) -> Any:
        """The pairs as a ``pandas.DataFrame``, with ``columns`` in its ``attrs``; needs pandas."""
        pandas: Any = importlib.import_module("pandas")
        names = list(DuplicatePair.__dataclass_fields__)
        frame = pandas.DataFrame(
            [tuple(getattr(pair, name) for name in names) for pair in self.pairs], columns=names
        )
        frame.attrs["columns"] = dict(self.columns)
        return frame


Rows = Iterable[Mapping[str, Any]]


class Frame(Protocol):
    """What is known here of a ``pandas.DataFrame``."""

    @property
    def columns(self) -> Any: ...

    def itertuples(self, index: bool = ..., name: str | None = ...) -> Any: ...


_Table = tuple[list[str], list[list[str]]]


def _is_frame(data: Any) -> bool:
    return hasattr(data, "itertuples") and hasattr(data, "columns")


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    # Missing values of pandas and numpy: None, NaN and NaT, which are not equal to themselves, and NA, of which
    # even that cannot be said.
    if value is None or type(value).__name__ == "NAType" or value != value:
        return ""
    # A column of whole numbers with gaps holds fractions, one of days times.
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, datetime) and value.time() == time():
        return value.date().isoformat()
    return str(value)


def _table(data: Any, files: ExitStack) -> int | _Table:
    if isinstance(data, (str, PathLike)):
        return files.enter_context(Path(data).open("rb", buffering=0)).fileno()
    if _is_frame(data):
        names = [str(name) for name in data.columns]
        return names, [[_text(cell) for cell in row] for row in data.itertuples(index=False, name=None)]
    rows = list(data)
    names = list(dict.fromkeys(str(name) for row in rows for name in row))
    return names, [[_text(row.get(name)) for name in names] for row in rows]


@overload
def dedup(
    data: str | PathLike[str] | Rows,
    link: str | PathLike[str] | Rows | Frame | None = None,
    *,
    id: str = "",
    source: str = "",
    within: bool | None = None,
    review: bool = False,
    threshold: float | None = None,
    kinds: Mapping[str, str] | None = None,
    listings: bool | None = None,
    header: bool | None = None,
) -> Duplicates: ...


@overload
def dedup(
    data: Frame,
    link: str | PathLike[str] | Rows | Frame | None = None,
    *,
    id: str = "",
    source: str = "",
    within: bool | None = None,
    review: bool = False,
    threshold: float | None = None,
    kinds: Mapping[str, str] | None = None,
    listings: bool | None = None,
    header: bool | None = None,
) -> Any: ...


def dedup(
    data: Any,
    link: Any = None,
    *,
    id: str = "",
    source: str = "",
    within: bool | None = None,
    review: bool = False,
    threshold: float | None = None,
    kinds: Mapping[str, str] | None = None,
    listings: bool | None = None,
    header: bool | None = None,
) -> Any:
    """Finds records that are about the same person, organisation, place or thing.

    ``data`` and ``link`` are a ``pandas.DataFrame``, an iterable of mappings, or the path of a CSV file. The
    columns' kinds are guessed; ``kinds`` overrides them. The options are those of ``atlas dedup``. ``header``
    says whether the first line of a CSV file names the columns (default: guessed); other tables have names.
    Ids are text, those of the column ``id`` or the rows' numbers from 1. The answer to a ``DataFrame`` is one
    as well (``Duplicates.to_pandas``), to anything else ``Duplicates``.
    """
    with ExitStack() as files:
        first = _table(data, files)
        other = None if link is None else _table(link, files)
        pairs, columns = _core.dedup(
            first, other, id, source, within, review, threshold, dict(kinds or {}), listings, header
        )
    found = Duplicates([DuplicatePair(*pair) for pair in pairs], columns)
    return found.to_pandas() if _is_frame(data) else found
