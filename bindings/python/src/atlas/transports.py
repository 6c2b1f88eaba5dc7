"""How messages leave: transports written in Python, and the library's own.

class Relay(atlas.Transport):
    def send(self, envelope, sending):
        if not sending.begin():
            return atlas.Outcome.not_taken("deadline")
        …
        return atlas.Outcome.accepted(reference)

engine = atlas.open("agency.db", transports={"HOST": Relay()})
"""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any, Literal, Protocol, Union

OutcomeKind = Literal[
    "accepted", "not_taken", "later", "rejected", "unreachable", "opted_out", "account", "unknown"
]


@dataclass(frozen=True, slots=True)
class TemplateParameter:
    """One value of a provider's template; `name` is "" when it goes by position."""

    name: str
    value: str
    part: str
    button: int
    media_type: str


@dataclass(frozen=True, slots=True)
class ProviderTemplate:
    """A template that the provider knows."""

    reference: str
    language: str
    parameters: tuple[TemplateParameter, ...]


@dataclass(frozen=True, slots=True)
class MediaReference:
    """A file that goes with a message; `content` for e-mail only."""

    url: str
    media_type: str
    file_name: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Envelope:
    """One message, ready to leave. Holds personal data: a transport keeps none of it."""

    account_id: str
    provider: str
    sender: str
    business_id: str
    base_url: str
    status_callback: str
    channel_code: str
    to: str = field(repr=False)
    to_name: str = field(repr=False)
    subject: str = field(repr=False)
    body: str = field(repr=False)
    html: str = field(repr=False)
    reply_to: str
    unsubscribe_url: str = field(repr=False)
    token: str
    """The same for every attempt of one message."""
    template: ProviderTemplate | None = field(repr=False)
    media: tuple[MediaReference, ...] = field(repr=False)


class Sending(Protocol):
    """The call of send() that is running; of no use afterwards."""

    def begin(self) -> bool:
        """To be called just before the first byte leaves. False: too late, send nothing, answer not_taken."""
        ...

    def remaining_ns(self) -> int:
        """Nanoseconds until the deadline; 0 when it has passed."""
        ...

    def secret(self, name: str) -> str | None:
        """The account's secret of that name ("send")."""
        ...


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an attempt ended. The texts hold no secret and no personal data."""

    kind: OutcomeKind
    provider_id: str = ""
    retry_after: timedelta | None = None
    reason: str = ""
    provider_code: str = ""
    provider_text: str = ""
    alarm: bool = False
    whole_account: bool = False
    """With a retry_after: the account's other messages wait as well, at most an hour."""

    @classmethod
    def accepted(cls, provider_id: str) -> Outcome:
        """The provider has it; reports will name it so."""
        return cls("accepted", provider_id)

    @classmethod
    def not_taken(cls, reason: str, retry_after: timedelta | None = None) -> Outcome:
        """Certainly not taken, may be tried again."""
        return cls("not_taken", reason=reason, retry_after=retry_after)

    @classmethod
    def later(cls, reason: str, retry_after: timedelta | None = None) -> Outcome:
        """Certainly not taken, and not before some time: spends no attempt."""
        return cls("later", reason=reason, retry_after=retry_after)

    @classmethod
    def rejected(cls, reason: str, provider_code: str = "") -> Outcome:
        """Never as it is."""
        return cls("rejected", reason=reason, provider_code=provider_code)

    @classmethod
    def unreachable(cls, reason: str, provider_code: str = "") -> Outcome:
        """This address cannot be reached on this channel."""
        return cls("unreachable", reason=reason, provider_code=provider_code)

    @classmethod
    def opted_out(cls, provider_code: str = "") -> Outcome:
        """The person has opposed at the provider: a withdrawal."""
        return cls("opted_out", reason="opted_out", provider_code=provider_code)

    @classmethod
    def account(cls, reason: str, provider_code: str = "") -> Outcome:
        """The account or its configuration: it is paused, the message waits."""
        return cls("account", reason=reason, provider_code=provider_code, alarm=True)

    @classmethod
    def unknown(cls, reason: str) -> Outcome:
        """It may have been taken or not: never sent again blindly."""
        return cls("unknown", reason=reason)


DeliveryState = Literal["queued", "sent", "delivered", "read", "failed"]


@dataclass(frozen=True, slots=True)
class Inquiry:
    """One attempt of which nobody knows whether it left. Holds personal data: a transport keeps none of it."""

    account_id: str
    provider: str
    sender: str
    business_id: str
    base_url: str
    channel_code: str
    provider_id: str
    """The provider's id; "" = it never told."""
    token: str
    """The envelope's."""
    to: str = field(repr=False)
    body: str = field(repr=False)
    """As it was handed over; "" with a template."""
    since: datetime
    """The attempt began and ended between `since` and `until`."""
    until: datetime


@dataclass(frozen=True, slots=True)
class Finding:
    """A message that the provider has and that fits."""

    provider_id: str
    state: DeliveryState
    at: datetime | None = None
    """When the provider made it."""
    error_code: str = ""
    error_text: str = ""
    token: str = ""
    """Where the provider keeps tokens."""


class Transport(ABC):
    """Hands messages to a provider. Called from several threads at once; may block until the deadline.

    What send() raises is `unknown`, or `not_taken` before begin() where `marks_begin` is true.
    """

    takes_idempotency_token: bool = False
    """Does sending the same token twice deliver once?"""
    marks_begin: bool = False
    """Does send() call sending.begin() before the first byte, always?"""

    @abstractmethod
    def send(self, envelope: Envelope, sending: Sending) -> Outcome:
        """Hands the message over once; never tries again by itself."""

    def ask(self, inquiry: Inquiry, asking: Sending) -> Iterable[Finding] | None:
        """Asks the provider about a message that it may have; sends nothing. None: it did not answer.

        Only where a class has an `ask` of its own is a provider asked. Several findings are several messages:
        those that the library knows are left out, and nothing is made of more than one."""
        return None


class Secrets(ABC):
    """Where a host keeps the secrets that channel accounts name by reference. Called from several threads."""

    @abstractmethod
    def secret(self, reference: str) -> str | None:
        """`reference`: the organisation's id, "/", and the name that the account has for it.

        None: unknown; then nothing is sent and no signature is right."""


TransportMap = Union[
    Mapping[str, Transport], Mapping[tuple[str, str], Transport], Mapping[Union[str, tuple[str, str]], Transport]
]
"""By provider ("HOST"), or by provider and channel ("HOST", "CHAN_SMS")."""


@dataclass(frozen=True, slots=True)
class OwnTransports:
    """The library's own: Twilio, the WhatsApp Cloud API, SMTP, and files if a directory is named."""

    directory: str | None = None
    proxy: str | None = None
    ca_file: str | None = None
    connect_timeout_ms: int | None = None
    allow_plain: bool = False
    meta_version: str | None = None


def native_transports(
    transports: TransportMap | None,
) -> list[tuple[str, str, Any, bool, bool, Any]]:
    """What the native half takes."""
    rows = []
    for key, transport in (transports or {}).items():
        provider, channel = (key, "") if isinstance(key, str) else key
        rows.append(
            (
                provider,
                channel,
                _sender(transport),
                bool(transport.takes_idempotency_token),
                bool(transport.marks_begin),
                _asker(transport) if type(transport).ask is not Transport.ask else None,
            )
        )
    return rows


def native_settings(own: OwnTransports | None) -> str | None:
    """What the native half takes."""
    if own is None:
        return None
    return json.dumps({name: value for name, value in asdict(own).items() if value is not None})


_LONGEST_WAIT = timedelta(hours=72)
"""The longest that a transport's word puts a message off; more counts as that."""


def _sender(transport: Transport) -> Any:
    def send(fields: dict[str, Any], sending: Sending) -> tuple[Any, ...]:
        template = fields.pop("template")
        if template is not None:
            parameters = tuple(TemplateParameter(*row) for row in template["parameters"])
            template = ProviderTemplate(template["reference"], template["language"], parameters)
        media = tuple(MediaReference(*row) for row in fields.pop("media"))
        outcome = transport.send(Envelope(**fields, template=template, media=media), sending)
        if not isinstance(outcome, Outcome):
            raise TypeError("send() answers an atlas.Outcome")
        wait = outcome.retry_after
        return (
            outcome.kind,
            outcome.provider_id,
            None if wait is None else max(min(wait, _LONGEST_WAIT), timedelta(0)) // timedelta(microseconds=1),
            outcome.reason,
            outcome.provider_code,
            outcome.provider_text,
            outcome.alarm,
            outcome.whole_account,
        )

    return send


_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


def _asker(transport: Transport) -> Any:
    def ask(fields: dict[str, Any], asking: Sending) -> list[tuple[Any, ...]] | None:
        for name in ("since", "until"):
            fields[name] = _EPOCH + timedelta(microseconds=fields[name])
        found = transport.ask(Inquiry(**fields), asking)
        if found is None:
            return None
        rows: list[tuple[Any, ...]] = []
        for one in found:
            if not isinstance(one, Finding):
                raise TypeError("ask() answers atlas.Finding, or None")
            at = None if one.at is None else (one.at - _EPOCH) // timedelta(microseconds=1)
            rows.append((one.provider_id, one.state, at, one.error_code, one.error_text, one.token))
        return rows

    return ask
