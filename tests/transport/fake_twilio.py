"""The Messages resource of Twilio, as its documentation describes what it takes and refuses."""
import base64
import datetime
import email.utils
import json
import re
import urllib.parse
import uuid

import fake_http

ACCOUNT = "AC" + "0" * 31 + "1"
TOKEN = "the-auth-token"
KEY = ("SK" + "0" * 31 + "2", "the-key-secret")
SENDERS = {"+33700000000", "AGENCE"}
WHATSAPP_SENDERS = {"whatsapp:+33700000000"}
SERVICES = {"MG" + "0" * 31 + "3"}
TEMPLATES = {"HX" + "0" * 31 + "4": {"1", "2"}, "HX" + "0" * 31 + "5": set()}
OPTED_OUT = "+33600000001"
LONGEST = 1600


class Handler(fake_http.Handler):
    provider = "TWILIO"

    def error_body(self, code, status, message):
        return {"code": code, "message": message, "status": status,
                "more_info": f"https://www.twilio.com/docs/errors/{code}"}

    def refuse(self, code, message, status=400):
        return status, self.error_body(code, status, message)

    def authorised(self):
        kind, _, text = (self.headers.get("Authorization") or "").partition(" ")
        try:
            user, _, password = base64.b64decode(text, validate=True).decode().partition(":")
        except ValueError:
            return False
        return kind == "Basic" and (user, password) in ((ACCOUNT, TOKEN), KEY)

    def handle_message(self, path, body):
        match = re.fullmatch(r"/2010-04-01/Accounts/(AC[0-9a-f]{32})/Messages\.json", path)
        if not match:
            return self.refuse(20404, f"The requested resource {path} was not found", 404)
        if not self.authorised() or match[1] != ACCOUNT:
            return self.refuse(20003, "Authenticate", 401)
        if self.headers.get("Content-Type") != "application/x-www-form-urlencoded":
            return self.refuse(20001, "Unsupported content type", 415)
        try:
            form = urllib.parse.parse_qs(body.decode("ascii"), strict_parsing=True, keep_blank_values=True,
                                         errors="strict")
        except ValueError:
            return self.refuse(20001, "Malformed body")
        return self.message({k: v[0] for k, v in form.items()}, form.get("MediaUrl", []))

    def handle_question(self, path):
        """One message by its id, or a page of them: newest first, by `To`, `From` and the day they were sent."""
        path, _, query = path.partition("?")
        match = re.fullmatch(r"/2010-04-01/Accounts/(AC[0-9a-f]{32})/Messages(?:/([A-Z]{2}[0-9a-f]{32}))?\.json", path)
        if not match:
            return self.refuse(20404, f"The requested resource {path} was not found", 404)
        if not self.authorised() or match[1] != ACCOUNT:
            return self.refuse(20003, "Authenticate", 401)
        kept = getattr(self.server, "kept", [])
        if match[2]:
            for one in kept:
                if one["sid"] == match[2]:
                    return 200, one
            return self.refuse(20404, f"The requested resource {path} was not found", 404)
        try:
            asked = dict(urllib.parse.parse_qsl(query, strict_parsing=True)) if query else {}
            size = int(asked.pop("PageSize", 50))
            days = {name: datetime.date.fromisoformat(asked.pop(name)) for name in ("DateSent", "DateSent<", "DateSent>")
                    if name in asked}
        except ValueError:
            return self.refuse(20001, "Malformed query")
        if not 1 <= size <= 1000:
            return self.refuse(20006, "Page size must be between 1 and 1000")

        def fits(one):
            day = email.utils.parsedate_to_datetime(one["date_sent"]).date()
            return (asked.get("To", one["to"]) == one["to"] and asked.get("From", one["from"]) == one["from"]
                    and days.get("DateSent", day) == day and days.get("DateSent>", day) <= day <= days.get("DateSent<", day))

        found = [one for one in reversed(kept) if fits(one)]
        more = f"{path}?{query}&Page=1" if len(found) > size else None
        return 200, {"messages": found[:size], "page": 0, "page_size": size, "start": 0,
                     "end": max(len(found[:size]) - 1, 0), "uri": f"{path}?{query}", "first_page_uri": f"{path}?{query}",
                     "next_page_uri": more, "previous_page_uri": None}

    def message(self, form, media):
        to = form.get("To", "")
        if not to:
            return self.refuse(21604, "A 'To' phone number is required.")
        channel, number = to.rpartition(":")[0], to.rpartition(":")[2]
        if channel not in ("", "whatsapp") or not re.fullmatch(r"\+[1-9]\d{6,14}", number):
            return self.refuse(21211, f"The 'To' number {to} is not a valid phone number.")
        sender, service = form.get("From"), form.get("MessagingServiceSid")
        if not sender and not service:
            return self.refuse(21603, "A 'From' phone number is required.")
        if service and service not in SERVICES:
            return self.refuse(21705, "The Messaging Service Sid is invalid.")
        if sender and (sender.startswith("whatsapp:") != (channel == "whatsapp")):
            return self.refuse(21910, "Invalid From and To pair. From and To should be of the same channel")
        if sender and sender not in (WHATSAPP_SENDERS if channel else SENDERS):
            if channel:
                return self.refuse(63007, "Twilio could not find a Channel with the specified From address")
            return self.refuse(21606, f"The 'From' phone number {sender} is not valid for messaging")
        if number == OPTED_OUT:
            return self.refuse(21610, "Attempt to send to unsubscribed recipient")
        refusal = self.contents(form, media)
        if refusal:
            return refusal
        callback = form.get("StatusCallback")
        if callback is not None and not re.match(r"https?://[^/]+\.[^/]+", callback):
            return self.refuse(21609, f"The 'StatusCallback' URL {callback} is not a valid URL.")
        sid = ("MM" if media else "SM") + uuid.uuid4().hex
        now = email.utils.format_datetime(datetime.datetime.now(datetime.timezone.utc))
        kept = {"sid": sid, "account_sid": ACCOUNT, "status": "delivered", "body": form.get("Body", ""), "to": to,
                "from": sender, "messaging_service_sid": service, "error_code": None, "error_message": None,
                "direction": "outbound-api", "date_created": now, "date_sent": now, "date_updated": now}
        self.server.kept = getattr(self.server, "kept", []) + [kept]
        return 201, {"sid": sid, "account_sid": ACCOUNT, "status": "accepted" if service else "queued",
                     "body": form.get("Body", ""), "to": to, "from": sender, "messaging_service_sid": service,
                     "num_media": str(len(media)), "num_segments": "1", "error_code": None,
                     "error_message": None, "direction": "outbound-api", "price": None, "price_unit": "USD",
                     "date_created": "Sun, 22 Nov 2026 09:50:00 +0000", "api_version": "2010-04-01",
                     "uri": f"/2010-04-01/Accounts/{ACCOUNT}/Messages/{sid}.json"}

    def contents(self, form, media):
        """None when there is nothing to refuse."""
        template = form.get("ContentSid")
        if template is not None:
            if template not in TEMPLATES:
                return self.refuse(21655, "The ContentSid is invalid or does not exist")
            try:
                variables = json.loads(form.get("ContentVariables", "{}"))
            except ValueError:
                variables = None
            if not isinstance(variables, dict) or not all(isinstance(v, str) and v for v in variables.values()):
                return self.refuse(21656, "The ContentVariables Parameter is invalid")
            if set(variables) != TEMPLATES[template]:
                return self.refuse(63028, "Number of parameters provided does not match the expected number")
            return None
        body = form.get("Body", "")
        if not body and not media:
            return self.refuse(21619, "A text message body or media urls must be specified.")
        if len(body) > LONGEST:
            return self.refuse(21617, "The concatenated message body exceeds the 1600 character limit")
        if len(media) > 10:
            return self.refuse(21623, "Number of media files exceeds allowed limit")
        if any(not url.startswith(("http://", "https://")) for url in media):
            return self.refuse(21620, "Invalid media URL(s)")
        return None
