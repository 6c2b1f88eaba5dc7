"""The base of all errors. The classes, one per code, are generated: see errors.py."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, ClassVar, Mapping, Sequence


@dataclass(frozen=True, slots=True)
class FieldError:
    """One wrong field: where (JSON Pointer), which rule, and a sentence for people."""

    path: str
    code: str
    message: str


class Error(Exception):
    """What an operation answers when it did not happen. Nothing of it has happened then.

    `code` is stable and one class stands for it; `details` are for programs, `fields` the wrong fields, and
    `correlation_id` ties the error to the audit.
    """

    code: ClassVar[str] = "internal"
    number: ClassVar[int] = 99
    http: ClassVar[int] = 500
    advice: ClassVar[str] = ""
    _classes: ClassVar[dict[str, type[Error]]] = {}

    def __init__(
        self,
        message: str = "",
        *,
        details: Mapping[str, Any] | None = None,
        fields: Sequence[FieldError] = (),
        correlation_id: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.details: dict[str, Any] = dict(details or {})
        self.fields: tuple[FieldError, ...] = tuple(fields)
        self.correlation_id = correlation_id

    def __init_subclass__(cls) -> None:
        # A host's own subclass of, say, StorageBusy does not take its place.
        if "code" in cls.__dict__:
            Error._classes.setdefault(cls.code, cls)

    @property
    def reason(self) -> str | None:
        """The detail `reason`, which some codes have."""
        reason = self.details.get("reason")
        return reason if isinstance(reason, str) else None

    def to_dict(self) -> dict[str, Any]:
        """The error object of the contracts."""
        details = dict(self.details)
        if self.fields:
            details["fields"] = [{"path": f.path, "code": f.code, "message": f.message} for f in self.fields]
        out: dict[str, Any] = {"code": self.code, "message": self.message, "details": details}
        if self.correlation_id is not None:
            out["correlation_id"] = self.correlation_id
        return out

    def __reduce__(self) -> tuple[Any, ...]:
        return (error_from_json, (json.dumps(self.to_dict()),))

    def __str__(self) -> str:
        wrong = "; ".join(f"{f.path or '/'}: {f.message}" for f in self.fields)
        return f"{self.message} ({wrong})" if wrong else self.message


def error_from_json(text: str) -> Error:
    """The error object of the contracts as an exception of its class."""
    wire = json.loads(text)
    details = dict(wire.get("details") or {})
    fields = [FieldError(f["path"], f["code"], f["message"]) for f in details.pop("fields", ())]
    cls = Error._classes.get(wire["code"], Error)
    return cls(
        wire["message"], details=details, fields=fields, correlation_id=wire.get("correlation_id") or None
    )
