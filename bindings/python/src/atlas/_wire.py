"""Between Python values and the JSON of the operations."""

from __future__ import annotations

import dataclasses
import json
import keyword
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from enum import Enum
from typing import TYPE_CHECKING, Any, Callable, ClassVar, Final, Mapping, Self
from uuid import UUID

from .errors import FieldError, InvalidArgument
from .money import Money

EPOCH: Final = datetime(1970, 1, 1, tzinfo=timezone.utc)
# Endings of the names of members whose text is the library's own.
_TECHNICAL: Final = ("code", "kind", "_key", "hash", "root")
_MICROSECOND: Final = timedelta(microseconds=1)


class Unset(Enum):
    """The type of `UNSET`, the default of parameters that may be left out."""

    UNSET = "UNSET"

    def __repr__(self) -> str:
        return "UNSET"


UNSET: Final = Unset.UNSET
"""Not given. In an update it leaves a field as it is, where None clears it."""


def to_micros(moment: datetime) -> int:
    if moment.tzinfo is None:
        raise ValueError("a datetime needs a time zone")
    return (moment - EPOCH) // _MICROSECOND


def from_micros(micros: int) -> datetime:
    return EPOCH + timedelta(microseconds=micros)


def decode_time(wire: str) -> datetime:
    return datetime.fromisoformat(wire)


def decode_decimal(wire: float | int | str) -> Decimal:
    # Exact: a decimal field has at most 15 digits, which the shortest text of a double gives back.
    return Decimal(str(wire))


def many(decode: Callable[[Any], Any]) -> Callable[[list[Any]], tuple[Any, ...]]:
    return lambda wire: tuple(decode(item) for item in wire)


def wire_name(attribute: str) -> str:
    """`from_` stands for `from`."""
    return attribute[:-1] if attribute.endswith("_") and keyword.iskeyword(attribute[:-1]) else attribute


def attribute_name(member: str) -> str:
    return member + "_" if keyword.iskeyword(member) else member


class Record:
    """A result: attributes that do not change.

    Its repr leaves out personal data and what people wrote, since a repr ends up in logs and tracebacks.
    """

    __slots__ = ("_extra",)
    _extra: dict[str, Any]
    _decoders: ClassVar[Mapping[str, Callable[[Any], Any]]] = {}
    _personal: ClassVar[frozenset[str]] = frozenset()
    _spread: ClassVar[str | None] = None
    """The record whose members are spread among ours, and which may be absent as a whole."""

    @classmethod
    def _decode(cls, wire: Mapping[str, Any]) -> Self:
        record = object.__new__(cls)
        put = object.__setattr__
        decoders = cls._decoders
        names = _names(cls)
        extra = {}
        for member, value in wire.items():
            if (name := names.get(member)) is None:
                extra[member] = value
            elif value is None or (decode := decoders.get(member)) is None:
                put(record, name, value)
            else:
                put(record, name, decode(value))
        hidden = cls._spread is not None and extra.pop(cls._spread, "") is None
        if not hidden:
            for member, name in names.items():
                if member not in wire:
                    put(record, name, None)
        put(record, "_extra", extra)
        return record

    def _is_shown(self) -> bool:
        return hasattr(self, dataclasses.fields(self)[0].name)

    @property
    def extra(self) -> Mapping[str, Any]:
        """Members of the answer that this type does not name, as JSON: `replayed`, `redirected_from`."""
        return getattr(self, "_extra", {})

    @property
    def replayed(self) -> bool:
        """Is it the answer of an earlier call with the same idempotency key?"""
        return bool(self.extra.get("replayed", False))

    def to_dict(self) -> dict[str, Any]:
        """All members by name; records within become dictionaries too."""
        return {f.name: _plain(getattr(self, f.name, None)) for f in dataclasses.fields(self)}

    def _values(self) -> tuple[Any, ...]:
        return tuple(getattr(self, f.name, None) for f in dataclasses.fields(self))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Record) or type(other) is not type(self):
            return NotImplemented
        return self._values() == other._values()

    def __hash__(self) -> int:
        return hash((type(self), self._values()))

    def __repr__(self) -> str:
        parts = []
        for name, value in zip(_names(type(self)).values(), self._values()):
            if value is None or value == {} or value == ():
                continue
            hidden = name in self._personal or (
                isinstance(value, (str, dict, tuple)) and not name.endswith(_TECHNICAL)
            )
            parts.append(f"{name}=…" if hidden else f"{name}={value!r}")
        return f"{type(self).__name__}({', '.join(parts)})"

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            spread = type(self)._spread
            if spread is not None and name in _names(type(self)).values():
                raise AttributeError(f"the {spread} lies outside what the caller may see")
            raise AttributeError(f"{type(self).__name__!r} has no attribute {name!r}")


def _names(cls: type[Record]) -> Mapping[str, str]:
    """Member → attribute, in order; computed once per class."""
    names = _all_names.get(cls)
    if names is None:
        names = {wire_name(f.name): f.name for f in dataclasses.fields(cls)}
        _all_names[cls] = names
    return names


_all_names: dict[type[Record], Mapping[str, str]] = {}


def _plain(value: Any) -> Any:
    if isinstance(value, Record):
        return value.to_dict()
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value


def encode(value: Any, path: str = "") -> Any:
    """A Python value as JSON-able data. Raises InvalidArgument with the path of what has no such form."""
    if isinstance(value, Enum):
        value = value.value
    if value is None or isinstance(value, (str, bool, int)):
        return value
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise _wrong(path, "not_a_time", "a datetime needs a time zone")
        return value.astimezone(timezone.utc).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, (UUID, Decimal)):
        return str(value)
    if isinstance(value, Money):
        return value._encode()
    if isinstance(value, Record):
        return {
            name: encode(getattr(value, attribute), f"{path}/{name}")
            for name, attribute in _names(type(value)).items()
        }
    if isinstance(value, Mapping):
        out = {}
        for key, item in value.items():
            if not isinstance(key, str):
                raise _wrong(path, "wrong_type", "the names of members are text")
            if item is not UNSET:
                out[key] = encode(item, f"{path}/{key}")
        return out
    if isinstance(value, (list, tuple, set, frozenset)):
        return [encode(item, f"{path}/{i}") for i, item in enumerate(value)]
    if isinstance(value, float) and value - value == 0:
        return value
    raise _wrong(path, "wrong_type", f"{type(value).__name__} has no JSON form")


def dump(arguments: Mapping[str, Any]) -> str:
    text = json.dumps(encode(arguments), ensure_ascii=False, separators=(",", ":"))
    try:
        text.encode()
    except UnicodeEncodeError:
        raise InvalidArgument("the text contains a lone surrogate") from None
    return text


def _wrong(path: str, code: str, message: str) -> InvalidArgument:
    return InvalidArgument("the arguments are not valid", fields=[FieldError(path, code, message)])
