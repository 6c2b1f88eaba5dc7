"""What the generated namespaces stand on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from ._wire import UNSET, Unset
from .errors import FieldError, InvalidArgument


class Caller(Protocol):
    """What calls an operation: a session."""

    __slots__ = ()

    def call(self, operation: str, arguments: Mapping[str, Any] | None = None, /) -> dict[str, Any]: ...


class Namespace:
    """The operations of one module, called on a session."""

    __slots__ = ("_session",)

    def __init__(self, session: Caller) -> None:
        self._session = session

    def _call(self, operation: str, arguments: Mapping[str, Any]) -> Any:
        return self._session.call(operation, arguments)


def with_filters(where: Mapping[str, Any] | Unset, equal: Mapping[str, Any]) -> Mapping[str, Any] | Unset:
    """A predicate and keyword filters as one predicate; a field in both is refused, not overruled."""
    given = {name: value for name, value in equal.items() if value is not UNSET}
    if not given:
        return where
    if isinstance(where, Unset):
        return given
    for name in given:
        if name in where:
            wrong = FieldError(f"/where/{name}", "duplicate_member", "given as a keyword and in where")
            raise InvalidArgument("a field is filtered twice", fields=[wrong])
    return {**where, **given}
