"""Webhooks, as a host in Python hands them in."""

from __future__ import annotations

import hashlib
import hmac
import json

import pytest

import atlas

SECRET = "app-secret"


def account(session: atlas.Session) -> tuple[str, str]:
    made = session.call(
        "channels.create",
        {"channel_code": "CHAN_WHATSAPP", "provider": "META", "sender": "106540352242922"},
    )
    for version, (slot, value) in enumerate([("signing", SECRET), ("verify_token", "verify-me")], start=1):
        session.call(
            "channels.set_secret", {"id": made["id"], "version": version, "slot": slot, "value": value}
        )
    return made["id"], made["endpoint"]


def signed(body: bytes) -> dict[str, str]:
    return {"X-Hub-Signature-256": "sha256=" + hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()}


def test_a_delivery_is_taken_once(atlas_engine: atlas.Engine, atlas_session: atlas.Session) -> None:
    _, endpoint = account(atlas_session)
    question = "/hooks/e?hub.mode=subscribe&hub.challenge=42&hub.verify_token=verify-me"
    assert atlas_engine.inbound(endpoint, "GET", question, []).body == "42"
    message = {
        "from": "212661000002",
        "id": "wamid.1",
        "timestamp": "1700000000",
        "type": "text",
        "text": {"body": "Salam"},
    }
    value = {"metadata": {"phone_number_id": "106540352242922"}, "messages": [message, {"type": "text"}]}
    entry = {"id": "1", "changes": [{"value": value, "field": "messages"}]}
    body = json.dumps({"object": "whatsapp_business_account", "entry": [entry]}).encode()
    answer = atlas_engine.inbound(endpoint, "POST", "/hooks/e", signed(body), body)
    assert answer.status == 200
    assert answer.messages + answer.duplicates + len(answer.rejected) == 2
    assert any(index == 1 for index, _ in answer.rejected)
    with pytest.raises(atlas.errors.Unauthenticated):
        atlas_engine.inbound(endpoint, "POST", "/hooks/e", signed(b"other"), body)
    with pytest.raises(atlas.errors.NotFound):
        atlas_engine.inbound("nowhere", "POST", "/hooks/e", signed(body), body)
