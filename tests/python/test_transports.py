"""Transports and secrets written in Python, and the library's own, from acceptance to the last byte."""

import json
import threading
from datetime import timedelta

import pytest

import atlas
from atlas.testing import RecordingTransport

PHONE = "+212600000001"


class Outbox:
    """An account, a person who has said yes, and the way of their messages."""

    def __init__(self, engine, session, provider="HOST", channel="CHAN_SMS", sender="+212500000000", address=PHONE,
                 **account):
        self.engine, self.session, self.channel = engine, session, channel
        self.account = session.call("channels.create", {"channel_code": channel, "provider": provider,
                                                        "sender": sender, **account})
        self.dossier = session.dossiers.create(contact_name="Salma", phone=PHONE, email="salma@example.ma")
        session.call("consents.grant", {
            "channel_code": channel, "address": address, "purpose_code": "CONSENT_CONTACT",
            "source_code": "CONSENT_SRC_FORM", "wording": "J'accepte d'être contacté", "wording_version": "1",
            "language": "fr", "evidence": {"kind": "web_form", "reference": "https://agence.example/1",
                                           "sha256": "e" * 64}})

    def send(self, body="Bonjour Salma"):
        made = self.session.call("messages.send", {
            "dossier_id": str(self.dossier.id), "channel_code": self.channel, "purpose_code": "CONSENT_CONTACT",
            "body": body, **({"subject": "Visite"} if self.channel == "CHAN_EMAIL" else {})})
        return made["id"]

    def status(self, message):
        while self.engine.pump().done:
            pass
        return self.session.call("messages.get", {"id": message})["status_code"]


def test_a_message_leaves_by_the_recording_transport(atlas_engine, atlas_session, recording_transport):
    outbox = Outbox(atlas_engine, atlas_session)
    assert outbox.status(outbox.send()) == "SENT"
    (envelope,) = recording_transport.envelopes
    assert (envelope.provider, envelope.sender, envelope.to) == ("HOST", "+212500000000", PHONE)
    assert (envelope.channel_code, envelope.body) == ("CHAN_SMS", "Bonjour Salma")
    assert envelope.account_id == outbox.account["id"] and envelope.token
    assert envelope.template is None and envelope.media == ()
    assert PHONE not in repr(envelope) and "Bonjour" not in repr(envelope)


@pytest.mark.parametrize("outcome, status", [
    (atlas.Outcome.accepted("x"), "SENT"), (atlas.Outcome.accepted(""), "UNCERTAIN"),
    (atlas.Outcome.not_taken("busy"), "QUEUED"), (atlas.Outcome.later("limit", timedelta(hours=1)), "QUEUED"),
    (atlas.Outcome.rejected("content", "63013"), "FAILED"), (atlas.Outcome.unreachable("no_such_number"), "FAILED"),
    (atlas.Outcome.opted_out(), "FAILED"), (atlas.Outcome.account("token_expired"), "QUEUED"),
    (atlas.Outcome.unknown("no_answer"), "UNCERTAIN")])
def test_every_outcome(atlas_engine, atlas_session, recording_transport, outcome, status):
    outbox = Outbox(atlas_engine, atlas_session)
    recording_transport.answer(outcome)
    assert outbox.status(outbox.send()) == status


ABSURD = [
    (atlas.Outcome.accepted("i" * 256), "UNCERTAIN"), (atlas.Outcome.accepted("a\0b"), "UNCERTAIN"),
    (atlas.Outcome.accepted("i" * 255), "SENT"), (atlas.Outcome.later("limit", timedelta.max), "QUEUED"),
    (atlas.Outcome.later("limit", timedelta.min), "QUEUED"), (atlas.Outcome.not_taken("busy", timedelta.max), "QUEUED"),
    (atlas.Outcome("rejected", "i" * 100_000, None, "r\n" * 100_000, "c\0" * 100_000, "t\x1b" * 100_000), "FAILED")]


@pytest.mark.parametrize("outcome, status", ABSURD)
def test_absurd_outcomes_are_held_within_bounds(atlas_engine, atlas_session, recording_transport, outcome, status):
    outbox = Outbox(atlas_engine, atlas_session)
    recording_transport.answer(outcome)
    message = outbox.send()
    assert outbox.status(message) == status
    entry = atlas_session.call("outbox.get", {"id": message})
    (attempt,) = entry["attempts_made"]
    for name, most in (("reason", 64), ("error_code", 64), ("error_text", 200), ("provider_message_id", 255)):
        assert 0 < len((attempt.get(name) or "x").encode()) <= most


class Broken(atlas.Transport):
    def __init__(self, answer, begins, marks):
        self.answer, self.begins, self.marks_begin = answer, begins, marks

    def send(self, envelope, sending):
        if self.begins:
            assert sending.begin()
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@pytest.mark.parametrize("answer", [RuntimeError("broken"), None, ("accepted", "x"), atlas.Outcome("sent")])
@pytest.mark.parametrize("begins, marks, status", [
    (True, True, "UNCERTAIN"), (False, True, "QUEUED"), (True, False, "UNCERTAIN"), (False, False, "UNCERTAIN")])
def test_what_a_transport_raises(new_organisation, fake_clock, unraisable, answer, begins, marks, status):
    with atlas.open(":memory:", clock=fake_clock, transports={"HOST": Broken(answer, begins, marks)}) as engine:
        made = new_organisation(engine)
        with engine.session(org=made.id, user=made.admin_user_id) as session:
            outbox = Outbox(engine, session)
            assert outbox.status(outbox.send()) == status
    assert {where for _, where in unraisable} <= {"a transport"}


class Vault(atlas.Secrets):
    def __init__(self, **known):
        self.known, self.asked = known, []

    def secret(self, reference):
        self.asked.append(reference)
        answer = self.known.get(reference.partition("/")[2])
        if isinstance(answer, Exception):
            raise answer
        return answer


class Curious(RecordingTransport):
    def send(self, envelope, sending):
        assert 0 < sending.remaining_ns() < 10**12
        self.secrets = [sending.secret("send"), sending.secret("nothing")]
        self.sending, self.thread = sending, threading.get_ident()
        return super().send(envelope, sending)


@pytest.mark.parametrize("known, found", [({"twilio": "s3cret é"}, "s3cret é"), ({}, None), ({"twilio": 7}, None),
                                          ({"twilio": KeyError("x")}, None)])
def test_secrets_of_the_host(new_organisation, fake_clock, unraisable, known, found):
    vault, transport = Vault(**known), Curious()
    with atlas.open(":memory:", clock=fake_clock, secrets=vault, transports={("HOST", "CHAN_SMS"): transport}) as engine:
        made = new_organisation(engine)
        with engine.session(org=made.id, user=made.admin_user_id) as session:
            outbox = Outbox(engine, session, secret_refs={"send": "twilio"})
            outbox.status(outbox.send())
            assert transport.secrets == [found, None]
            assert vault.asked == [f"{made.id}/twilio"]
            with pytest.raises(ValueError):
                transport.sending.begin()
    assert bool(unraisable) == (known.get("twilio", "") not in ("", "s3cret é"))


def test_the_library_s_own_files(new_organisation, fake_clock, tmp_path):
    own = atlas.OwnTransports(directory=str(tmp_path))
    with atlas.open(":memory:", clock=fake_clock, own_transports=own) as engine:
        made = new_organisation(engine)
        with engine.session(org=made.id, user=made.admin_user_id) as session:
            outbox = Outbox(engine, session, provider="FILE")
            assert outbox.status(outbox.send()) == "SENT"
    (file,) = tmp_path.iterdir()
    assert json.loads(file.read_text())["to"] == PHONE


@pytest.mark.parametrize("own", [{"proxy": 7}, {"connect_timeout_ms": 0}, {"allow_plain": "yes"}])
def test_wrong_settings(own):
    with pytest.raises(atlas.InvalidArgument) as caught:
        atlas.open(":memory:", own_transports=atlas.OwnTransports(**own))
    assert [field.path for field in caught.value.fields] == [f"/{name}" for name in own]


def test_without_a_transport_messages_wait(new_organisation, fake_clock):
    with atlas.open(":memory:", clock=fake_clock) as engine:
        made = new_organisation(engine)
        with engine.session(org=made.id, user=made.admin_user_id) as session:
            outbox = Outbox(engine, session)
            assert outbox.status(outbox.send()) == "QUEUED"


class Relay(atlas.Transport):
    """Loses every answer, and may be asked what became of its messages."""

    marks_begin = True

    def __init__(self, *answers):
        self.answers, self.asked, self.sent = list(answers), [], 0

    def send(self, envelope, sending):
        assert sending.begin()
        self.sent += 1
        return atlas.Outcome.unknown("timeout")

    def ask(self, inquiry, asking):
        assert asking.secret("send") is None
        self.asked.append(inquiry)
        answer = self.answers.pop(0) if self.answers else None
        if isinstance(answer, Exception):
            raise answer
        return answer


@pytest.mark.parametrize("state, status", [
    ("queued", "SENT"), ("sent", "SENT"), ("delivered", "DELIVERED"), ("read", "READ"), ("failed", "FAILED")])
def test_a_provider_is_asked_what_became_of_a_message(new_organisation, fake_clock, state, status):
    found = atlas.Finding("x-1", state, fake_clock.now(), error_code="30003" if state == "failed" else "")
    relay = Relay(None, [], [found])
    with atlas.open(":memory:", clock=fake_clock, transports={"HOST": relay}) as engine:
        made = new_organisation(engine)
        with engine.session(org=made.id, user=made.admin_user_id) as session:
            outbox = Outbox(engine, session)
            message = outbox.send()
            for minutes in (3, 10, 60):
                assert outbox.status(message) == "UNCERTAIN"
                fake_clock.advance(timedelta(minutes=minutes))
            assert outbox.status(message) == status
            assert session.call("messages.get", {"id": message})["provider_message_id"] == "x-1"
    first = relay.asked[0]
    assert (first.provider, first.channel_code, first.to, first.body) == ("HOST", "CHAN_SMS", PHONE, "Bonjour Salma")
    assert first.provider_id == "" and first.token and first.since < first.until
    assert PHONE not in repr(first) and "Bonjour" not in repr(first)
    assert (len(relay.asked), relay.sent) == (3, 1)


@pytest.mark.parametrize("answer", [RuntimeError("broken"), ["x-1"], [atlas.Finding("x-1", "lost")],
                                    [atlas.Finding("", "sent")], [atlas.Finding("x-1", 7)], 7])
def test_what_is_no_answer_proves_nothing(new_organisation, fake_clock, unraisable, answer):
    relay = Relay(answer)
    with atlas.open(":memory:", clock=fake_clock, transports={"HOST": relay}) as engine:
        made = new_organisation(engine)
        with engine.session(org=made.id, user=made.admin_user_id) as session:
            outbox = Outbox(engine, session)
            message = outbox.send()
            assert outbox.status(message) == "UNCERTAIN"
            fake_clock.advance(timedelta(minutes=3))
            assert outbox.status(message) == "UNCERTAIN"
    assert (len(relay.asked), relay.sent) == (1, 1)


def test_who_has_no_ask_is_not_asked(atlas_engine, atlas_session, recording_transport, fake_clock):
    outbox = Outbox(atlas_engine, atlas_session)
    recording_transport.answer(atlas.Outcome.unknown("timeout"))
    message = outbox.send()
    assert outbox.status(message) == "UNCERTAIN"
    fake_clock.advance(timedelta(days=4))
    assert outbox.status(message) == "UNCERTAIN"
    told = atlas_session.call("audit.list", {"entity_id": message})["items"]
    assert "message.asked" not in {entry["action"] for entry in told}
