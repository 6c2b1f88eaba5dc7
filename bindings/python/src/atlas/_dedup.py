"""Duplicates in a table, without a store."""

from __future__ import annotations

import csv
import importlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Any

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
        """The pairs as a ``pandas.DataFrame``; needs pandas."""
        pandas: Any = importlib.import_module("pandas")
        names = list(DuplicatePair.__dataclass_fields__)
        return pandas.DataFrame(
            [tuple(getattr(pair, name) for name in names) for pair in self.pairs], columns=names
        )


Rows = Iterable[Mapping[str, Any]]


def _text(value: Any) -> str:
    # NaN is the one value that is not equal to itself: pandas' missing value.
    if value is None or value != value:
        return ""
    return str(value)


def _table(data: Any) -> tuple[list[str], list[list[str]]]:
    if isinstance(data, (str, PathLike)):
        with Path(data).open(newline="", encoding="utf-8-sig") as file:
            lines = list(csv.reader(file))
        return (lines[0], lines[1:]) if lines else ([], [])
    if hasattr(data, "to_dict") and hasattr(data, "columns"):
        names = [str(name) for name in data.columns]
        return names, [[_text(cell) for cell in row] for row in data.itertuples(index=False, name=None)]
    rows = list(data)
    names = list(dict.fromkeys(str(name) for row in rows for name in row))
    return names, [[_text(row.get(name)) for name in names] for row in rows]


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
) -> Duplicates:
    """Finds records that are about the same person, organisation, place or thing.

    ``data`` and ``link`` are a ``pandas.DataFrame``, an iterable of mappings, or the path of a CSV file. The
    columns' kinds are guessed; ``kinds`` overrides them. The options are those of ``atlas dedup``. ``header``
    says whether the first line of a CSV file names the columns (default: guessed); other tables have names.
    """
    names, rows = _table(data)
    other = None if link is None else _table(link)
    files = all(isinstance(table, (str, PathLike)) for table in (data, link) if table is not None)
    named = header if files else True
    pairs, columns = _core.dedup(
        names, rows, other, id, source, within, review, threshold, dict(kinds or {}), listings, named
    )
    return Duplicates([DuplicatePair(*pair) for pair in pairs], columns)
