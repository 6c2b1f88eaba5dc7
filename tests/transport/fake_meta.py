"""The messages edge of the WhatsApp Cloud API, as its documentation describes what it takes and refuses."""
import json
import re
import uuid

import fake_http

NUMBER = "106540352242922"
OWN = "33700000000"
TOKEN = "EAAG-the-access-token"
#                     body values, header kind, url buttons
TEMPLATES = {("visite", "fr"): (["text", "text"], None, 0), ("visite_nommee", "fr"): ({"prenom", "heure"}, None, 0),
             ("plan", "fr"): ([], "document", 1), ("simple", "en_US"): ([], None, 0)}
MEDIA = {"image": True, "video": True, "document": True, "audio": False, "sticker": False}


class Handler(fake_http.Handler):
    provider = "META"

    def error_body(self, code, status, message, details="", subcode=None):
        error = {"message": f"(#{code}) {message}", "type": "OAuthException", "code": code,
                 "error_data": {"messaging_product": "whatsapp", "details": details or message},
                 "fbtrace_id": "Az8or2yhqkZfEZ-_4Qn_Bam"}
        if subcode is not None:
            error["error_subcode"] = subcode
        return {"error": error}

    def refuse(self, code, message, status=400, details="", subcode=None):
        return status, self.error_body(code, status, message, details, subcode)

    def handle_message(self, path, body):
        match = re.fullmatch(r"/v\d+\.\d+/(\d+)/messages", path)
        if not match:
            return self.refuse(2500, "Unknown path components: " + path)
        if self.headers.get("Authorization") != "Bearer " + TOKEN:
            return self.refuse(190, "Invalid OAuth access token", 401)
        if match[1] != NUMBER:
            return self.refuse(100, f"Unsupported post request. Object with ID '{match[1]}' does not exist", 400,
                               subcode=33)
        if self.headers.get("Content-Type", "").partition(";")[0] != "application/json":
            return self.refuse(100, "The parameter messaging_product is required.")
        try:
            message = json.loads(body)
        except ValueError:
            return self.refuse(100, "Invalid JSON")
        return self.message(message)

    def message(self, m):
        if not isinstance(m, dict) or m.get("messaging_product") != "whatsapp":
            return self.refuse(100, "The parameter messaging_product is required.")
        to = m.get("to")
        if not isinstance(to, str) or not to:
            return self.refuse(100, "The parameter to is required.")
        number = re.sub(r"\D", "", to)
        if not re.fullmatch(r"[1-9]\d{6,14}", number):
            return self.refuse(131009, "Parameter value is not valid", details="to is not a phone number")
        if number == OWN:
            return self.refuse(131021, "Recipient cannot be sender")
        if m.get("recipient_type", "individual") != "individual":
            return self.refuse(100, "Param recipient_type must be one of {INDIVIDUAL}")
        callback = m.get("biz_opaque_callback_data", "")
        if not isinstance(callback, str) or len(callback) > 512:
            return self.refuse(100, "Param biz_opaque_callback_data must be at most 512 characters long.")
        context = m.get("context")
        if context is not None and not str(context.get("message_id", "")).startswith("wamid."):
            return self.refuse(131009, "Parameter value is not valid", details="context.message_id")
        kind = m.get("type", "text")
        known = {"text": self.text, "template": self.template, **{k: self.media for k in MEDIA}}
        if kind not in known:
            return self.refuse(100, "Param type must be one of {TEXT, TEMPLATE, …}")
        contents = m.get(kind)
        if not isinstance(contents, dict):
            return self.refuse(131008, "Required parameter is missing", details=f"Parameter {kind} is required.")
        refusal = known[kind](contents, kind)
        if refusal:
            return refusal
        return 200, {"messaging_product": "whatsapp", "contacts": [{"input": to, "wa_id": number}],
                     "messages": [{"id": "wamid." + uuid.uuid4().hex, "message_status": "accepted"}]}

    def text(self, text, _kind):
        body = text.get("body")
        if not isinstance(body, str) or not body:
            return self.refuse(131008, "Required parameter is missing", details="text.body")
        if len(body) > 4096:
            return self.refuse(100, "Param text['body'] must be at most 4096 characters long.")
        return None

    def media(self, media, kind):
        link, media_id = media.get("link"), media.get("id")
        if bool(link) == bool(media_id):
            return self.refuse(100, "Exactly one of id or link is required")
        if link and not link.startswith(("http://", "https://")):
            return self.refuse(131009, "Parameter value is not valid", details=f"{kind}.link")
        if media_id and not re.fullmatch(r"\d+", media_id):
            return self.refuse(131009, "Parameter value is not valid", details=f"{kind}.id")
        caption = media.get("caption")
        if caption is not None and not MEDIA[kind]:
            return self.refuse(100, f"Unexpected key \"caption\" on param \"{kind}\"")
        if caption is not None and len(caption) > 1024:
            return self.refuse(100, f"Param {kind}['caption'] must be at most 1024 characters long.")
        if "filename" in media and kind != "document":
            return self.refuse(100, f"Unexpected key \"filename\" on param \"{kind}\"")
        return None

    def template(self, template, _kind):
        key = (template.get("name"), (template.get("language") or {}).get("code"))
        if key not in TEMPLATES:
            return self.refuse(132001, "Template name does not exist in the translation", 404)
        body, header, buttons = TEMPLATES[key]
        components = template.get("components", [])
        by_type = {kind: [c for c in components if c.get("type") == kind] for kind in ("header", "body", "button")}
        if sum(map(len, by_type.values())) != len(components):
            return self.refuse(100, "Unknown component type")
        values = [p for c in by_type["body"] for p in c.get("parameters", [])]
        if len(values) != len(body):
            return self.refuse(132000, "Number of parameters does not match the expected number of params",
                               details=f"body: number of localizable_params ({len(values)}) does not match "
                                       f"the expected number of params ({len(body)})")
        if isinstance(body, set) and {p.get("parameter_name") for p in values} != body:
            return self.refuse(132000, "Number of parameters does not match", details="parameter_name")
        for p in values:
            if p.get("type") != "text" or not p.get("text"):
                return self.refuse(132012, "Parameter format does not match format in the created template")
            if re.search(r"[\n\t]| {5}", p["text"]):
                return self.refuse(132018, "Param text cannot have new-line/tab characters or more than 4 "
                                           "consecutive spaces")
        headers = [p for c in by_type["header"] for p in c.get("parameters", [])]
        if [p.get("type") for p in headers] != ([header] if header else []):
            return self.refuse(132012, "header: Format mismatch")
        for p in headers:
            refusal = self.media(p.get(p["type"], {}), p["type"])
            if refusal:
                return refusal
        if len(by_type["button"]) != buttons:
            return self.refuse(131008, "Required parameter is missing", details="button")
        for button in by_type["button"]:
            if button.get("sub_type") not in ("url", "quick_reply") or not re.fullmatch(r"\d", str(button.get("index"))):
                return self.refuse(132012, "button: Format mismatch")
        return None
