"""libatlas: the rules of a real-estate CRM, embedded.

with atlas.open("agency.db", key="…") as engine:
    session = engine.session(org="…", user="…")
    dossier = session.dossiers.create(contact_name="…", phone="06 12 34 56 78")
"""

from . import types
from ._core import version as _version
from ._dedup import DuplicatePair, Duplicates, dedup
from ._engine import (
    CheckResult,
    Engine,
    Event,
    Metrics,
    OperationMetrics,
    OrganisationCheck,
    OrganisationEntry,
    PumpResult,
    StoreFinding,
    Subscription,
    open,
    WebhookAnswer,
)
from ._listing import Listing, Page
from ._session import Batch, Session
from ._wire import UNSET, Record, Unset
from .errors import *  # noqa: F403
from .errors import __all__ as _error_names
from .money import Money
from .ports import Clock, KeyStore, KvStore, KvTransaction
from .transports import (
    Envelope,
    Finding,
    Inquiry,
    MediaReference,
    Outcome,
    OwnTransports,
    ProviderTemplate,
    Secrets,
    Sending,
    TemplateParameter,
    Transport,
)

__version__ = _version()
__all__ = [
    "UNSET",
    "Batch",
    "CheckResult",
    "Clock",
    "DuplicatePair",
    "Duplicates",
    "Engine",
    "Envelope",
    "Event",
    "Finding",
    "Inquiry",
    "KeyStore",
    "KvStore",
    "KvTransaction",
    "Listing",
    "MediaReference",
    "Metrics",
    "Money",
    "OperationMetrics",
    "OrganisationCheck",
    "OrganisationEntry",
    "Outcome",
    "OwnTransports",
    "Page",
    "ProviderTemplate",
    "PumpResult",
    "Record",
    "Secrets",
    "Sending",
    "Session",
    "StoreFinding",
    "Subscription",
    "TemplateParameter",
    "Transport",
    "Unset",
    "dedup",
    "open",
    "types",
    "WebhookAnswer",
]
__all__ += _error_names
