#include "transports.hpp"

#include <pybind11/stl.h>

#include <utility>

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
  if (answer.size() != 7) throw py::value_error("an outcome has seven parts");
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
  return o;
}

class PyTransport : public Transport {
 public:
  PyTransport(Held send, bool takes_token, bool marks_begin)
      : send_(std::move(send)), takes_token_(takes_token), marks_begin_(marks_begin) {}

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

 private:
  Held send_;
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
    transports->add(py::cast<std::string>(row[0]), py::cast<std::string>(row[1]),
                    std::make_shared<PyTransport>(Held(py::cast<py::object>(row[2])), py::cast<bool>(row[3]),
                                                  py::cast<bool>(row[4])));
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
