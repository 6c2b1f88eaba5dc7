#include "transports.hpp"

#include <pybind11/stl.h>

#include <algorithm>
#include <array>
#include <utility>

#include "atlas/inquiry.hpp"
#include "atlas/own_transports.hpp"
#include "holders.hpp"

namespace atlas::python {
namespace {

class PySecrets : public Secrets {
 public:
  explicit PySecrets(Held secret) : secret_(std::move(secret)) {}
  std::optional<Secret> secret(std::string_view reference) override {
    if (!may_enter()) return std::nullopt;
    const py::gil_scoped_acquire gil;
    try {
      const py::object found = secret_.get()(py::str(reference.data(), reference.size()));
      if (found.is_none()) return std::nullopt;
      return Secret(py::cast<std::string>(found));
    } catch (py::error_already_set& raised) {
      report(raised, "the secrets");
    } catch (const py::cast_error&) {
      PyErr_SetString(PyExc_TypeError, "a secret is text or None");
      PyErr_WriteUnraisable(secret_.get().ptr());
    }
    return std::nullopt;
  }

 private:
  Held secret_;
};

/// `sending` in Python: of use until send() returns, however long it is kept.
struct PySending {
  Sending* sending = nullptr;
  const SendingAccount* account = nullptr;

  Sending& alive() const {
    if (sending == nullptr) throw py::value_error("the call of send() has ended");
    return *sending;
  }
};

py::dict template_of(const ProviderTemplate& t) {
  py::list parameters;
  for (const TemplateParameter& p : t.parameters) {
    const char* const part = p.part == TemplatePart::header   ? "header"
                             : p.part == TemplatePart::button ? "button"
                                                              : "body";
    parameters.append(py::make_tuple(p.name, p.value, part, p.button, p.media_type));
  }
  py::dict out;
  out["reference"] = t.reference;
  out["language"] = t.language;
  out["parameters"] = parameters;
  return out;
}

py::dict envelope_of(const Envelope& e) {
  py::dict out;
  out["account_id"] = e.account.id;
  out["provider"] = e.account.provider;
  out["sender"] = e.account.sender;
  out["business_id"] = e.account.business_id;
  out["base_url"] = e.account.base_url;
  out["status_callback"] = e.account.status_callback;
  out["channel_code"] = e.channel_code;
  out["to"] = e.to;
  out["to_name"] = e.to_name;
  out["subject"] = e.subject;
  out["body"] = e.body;
  out["html"] = e.html;
  out["reply_to"] = e.reply_to;
  out["unsubscribe_url"] = e.unsubscribe_url;
  out["token"] = e.token;
  out["template"] =
      e.content_template ? py::object(template_of(*e.content_template)) : py::object(py::none());
  py::list media;
  for (const MediaReference& m : e.media)
    media.append(py::make_tuple(m.url, m.media_type, m.file_name, py::bytes(m.content)));
  out["media"] = media;
  return out;
}

Outcome outcome_of(const py::tuple& answer) {
  if (answer.size() != 8) throw py::value_error("an outcome has eight parts");
  const auto kind = outcome_kind(py::cast<std::string>(answer[0]));
  if (!kind) throw py::value_error("an outcome of an unknown kind");
  Outcome o;
  o.kind = *kind;
  o.provider_id = py::cast<std::string>(answer[1]);
  o.retry_after_us = py::cast<std::optional<std::int64_t>>(answer[2]);
  o.reason = py::cast<std::string>(answer[3]);
  o.provider_code = py::cast<std::string>(answer[4]);
  o.provider_text = py::cast<std::string>(answer[5]);
  o.alarm = py::cast<bool>(answer[6]);
  o.whole_account = py::cast<bool>(answer[7]);
  return o;
}

py::dict inquiry_of(const Inquiry& q) {
  py::dict out;
  out["account_id"] = q.account.id;
  out["provider"] = q.account.provider;
  out["sender"] = q.account.sender;
  out["business_id"] = q.account.business_id;
  out["base_url"] = q.account.base_url;
  out["channel_code"] = q.channel_code;
  out["provider_id"] = q.provider_id;
  out["token"] = q.token;
  out["to"] = q.to;
  out["body"] = q.body;
  out["since"] = q.from.micros;
  out["until"] = q.until.micros;
  return out;
}

/// (provider_id, state, at in microseconds or None, error_code, error_text, token)
Finding finding_of(const py::tuple& row) {
  if (row.size() != 6) throw py::value_error("a finding has six parts");
  Finding f;
  f.provider_id = py::cast<std::string>(row[0]);
  const auto state = py::cast<std::string>(row[1]);
  static constexpr std::array states{DeliveryState::queued, DeliveryState::sent, DeliveryState::delivered,
                                     DeliveryState::read, DeliveryState::failed};
  const auto* const known =
      std::find_if(states.begin(), states.end(), [&](DeliveryState one) { return to_text(one) == state; });
  if (known == states.end()) throw py::value_error("a finding of an unknown state");
  f.state = *known;
  if (const auto at = py::cast<std::optional<std::int64_t>>(row[2])) f.at = Timestamp{*at};
  f.error_code = py::cast<std::string>(row[3]);
  f.error_text = py::cast<std::string>(row[4]);
  f.token = py::cast<std::string>(row[5]);
  return f;
}

class PyTransport : public Transport {
 public:
  /// `ask`: nothing where the provider cannot be asked.
  PyTransport(Held send, std::optional<Held> ask, bool takes_token, bool marks_begin)
      : send_(std::move(send)), ask_(std::move(ask)), takes_token_(takes_token), marks_begin_(marks_begin) {}

  Outcome send(const Envelope& e, Sending& sending) override {
    if (!may_enter()) return Outcome::not_taken("exiting");
    const py::gil_scoped_acquire gil;
    const auto running = std::make_shared<PySending>(PySending{&sending, &e.account});
    const struct End {
      PySending& s;
      ~End() { s.sending = nullptr; }
    } end{*running};
    try {
      return outcome_of(py::cast<py::tuple>(send_.get()(envelope_of(e), running)));
    } catch (py::error_already_set& raised) {
      throw as_error(raised, "a transport", ErrorCode::internal);
    } catch (const std::runtime_error&) {  // of a cast, or an outcome that is none
      throw Error(ErrorCode::internal, "a transport answered something else than an outcome")
          .with("reason", "port");
    }
  }
  bool takes_idempotency_token() const noexcept override { return takes_token_; }
  bool marks_begin() const noexcept override { return marks_begin_; }

  bool answers_inquiries() const noexcept override { return ask_.has_value(); }
  Findings ask(const Inquiry& q, Sending& sending) override {
    if (!may_enter()) return {false, "exiting", {}, {}};
    const py::gil_scoped_acquire gil;
    const auto running = std::make_shared<PySending>(PySending{&sending, &q.account});
    const struct End {
      PySending& s;
      ~End() { s.sending = nullptr; }
    } end{*running};
    try {
      const py::object answer = ask_->get()(inquiry_of(q), running);
      if (answer.is_none()) return {false, "no_answer", {}, {}};
      Findings out;
      out.answered = true;
      for (const py::handle row : py::cast<py::list>(answer))
        out.found.push_back(finding_of(py::cast<py::tuple>(row)));
      return out;
    } catch (py::error_already_set& raised) {
      report(raised, "a transport");
    } catch (const std::runtime_error&) {  // of a cast, or a finding that is none
      PyErr_SetString(PyExc_TypeError, "ask() answers atlas.Finding, or None");
      PyErr_WriteUnraisable(ask_->get().ptr());
    }
    return {false, "exception", {}, {}};
  }

 private:
  Held send_;
  std::optional<Held> ask_;
  bool takes_token_, marks_begin_;
};

std::optional<std::string> secret_of(const PySending& s, const std::string& name) {
  s.alive();
  if (!s.account->secret) return std::nullopt;
  std::optional<Secret> found;
  {
    const py::gil_scoped_release released;
    found = s.account->secret(name);
  }
  if (!found) return std::nullopt;
  return std::string(found->view());
}

}  // namespace

std::shared_ptr<Secrets> make_secrets(py::object secret) {
  if (secret.is_none()) return nullptr;
  return std::make_shared<PySecrets>(Held(std::move(secret)));
}

std::shared_ptr<const Transports> make_transports(py::object hosts, py::object own,
                                                  const std::shared_ptr<Clock>& clock) {
  auto transports = std::make_shared<Transports>();
  if (!own.is_none()) add_own_transports(*transports, py::cast<std::string>(own), clock);
  for (const py::handle host : hosts) {
    const auto row = py::cast<py::tuple>(host);
    std::optional<Held> ask;
    if (!row[5].is_none()) ask.emplace(py::cast<py::object>(row[5]));
    transports->add(py::cast<std::string>(row[0]), py::cast<std::string>(row[1]),
                    std::make_shared<PyTransport>(Held(py::cast<py::object>(row[2])), std::move(ask),
                                                  py::cast<bool>(row[3]), py::cast<bool>(row[4])));
  }
  if (transports->empty()) return nullptr;
  return transports;
}

void bind_sending(py::module_& m) {
  py::class_<PySending, std::shared_ptr<PySending>>(m, "Sending")
      .def("begin", [](const PySending& s) { return s.alive().begin(); })
      .def("remaining_ns", [](const PySending& s) { return s.alive().remaining_ns(); })
      .def("secret", &secret_of, py::arg("name"));
}

}  // namespace atlas::python
