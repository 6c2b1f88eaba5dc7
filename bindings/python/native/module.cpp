// The extension module atlas._core: the engine and its sessions with JSON in and out. What makes it pleasant
// (types, keyword arguments, iteration) is Python, in src/atlas.

#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <chrono>
#include <string>
#include <utility>

#include "atlas/meta.hpp"
#include "dedup.hpp"
#include "engine_box.hpp"
#include "holders.hpp"
#include "ports.hpp"
#include "transports.hpp"

namespace atlas::python {
namespace {

using NoGil = py::gil_scoped_release;

/// Python's session: closes when collected.
class PySession {
  template <class F>
  auto use(F&& f) {
    return box_->use(*slot_, std::forward<F>(f));
  }

 public:
  PySession(std::shared_ptr<EngineBox> box, std::shared_ptr<SessionSlot> slot)
      : box_(std::move(box)), slot_(std::move(slot)) {}
  ~PySession() {
    const NoGil released;
    box_->close_session(slot_);
    box_.reset();
  }
  PySession(const PySession&) = delete;

  std::string call(const std::string& operation, const std::string& params) {
    return use([&](Session& s) { return s.call_json(operation, params); });
  }
  void begin() {
    use([](Session& s) { s.begin_batch(); });
  }
  std::pair<std::int64_t, std::int64_t> commit() {
    return use([](Session& s) {
      const BatchOutcome outcome = s.commit_batch();
      return std::pair(outcome.calls, outcome.failed);
    });
  }
  void rollback() {
    use([](Session& s) { s.rollback_batch(); });
  }
  bool in_batch() {
    return use([](Session& s) { return s.in_batch(); });
  }
  void close() { box_->end_session(slot_); }

 private:
  std::shared_ptr<EngineBox> box_;
  std::shared_ptr<SessionSlot> slot_;
};

/// Python's engine: closes when collected, unless a session still holds it.
class PyEngine {
 public:
  explicit PyEngine(std::shared_ptr<EngineBox> box) : box_(std::move(box)) {}
  ~PyEngine() {
    const NoGil released;
    box_.reset();
  }
  PyEngine(const PyEngine&) = delete;
  const std::shared_ptr<EngineBox>& box() const { return box_; }

 private:
  std::shared_ptr<EngineBox> box_;
};

template <class T>
T named(std::string_view what, const std::string& value,
        std::initializer_list<std::pair<std::string_view, T>> choices) {
  for (const auto& [name, choice] : choices) {
    if (name == value) return choice;
  }
  throw Error(ErrorCode::invalid_argument, "there is no such " + std::string(what))
      .field("/" + std::string(what), field_code::not_a_code, "see the documentation for the choices");
}

Uuid id_of(const char* path, const std::string& text) {
  if (const auto id = parse_uuid(text)) return *id;
  throw Error(ErrorCode::invalid_argument, "not an id")
      .field(path, field_code::not_an_id, "a UUID is expected");
}

PrincipalKind kind_of(const std::string& kind) {
  using K = PrincipalKind;
  return named<K>("kind", kind,
                  {{"user", K::user},
                   {"api_key", K::api_key},
                   {"public", K::public_site},
                   {"system", K::system},
                   {"provider", K::provider},
                   {"agent", K::agent}});
}

std::unique_ptr<PyEngine> open_engine(std::string store, std::optional<std::string> passphrase,
                                      std::optional<py::bytes> raw_key, bool create, bool migrate,
                                      bool read_only, const std::string& durability,
                                      const std::string& subject_keys, py::object kv, py::object keys,
                                      py::object clock_now, py::object clock_monotonic, std::int64_t busy_ms,
                                      std::int64_t batch_idle_ms, std::int64_t batch_max_ms,
                                      std::size_t max_request_bytes, std::int64_t calls_per_second,
                                      std::int64_t public_calls_per_minute, py::object log,
                                      py::object checkpoint, py::object migration_progress,
                                      py::object secrets, py::object transports, py::object own_transports) {
  Options o;
  o.store = std::move(store);
  o.passphrase = std::move(passphrase);
  if (raw_key) {
    const std::string_view bytes = *raw_key;
    Key key;
    if (bytes.size() != key.size()) {
      throw Error(ErrorCode::invalid_argument, "a raw key has 32 bytes")
          .field("/key", field_code::out_of_range, "32 bytes, or a passphrase as text");
    }
    std::copy(bytes.begin(), bytes.end(), reinterpret_cast<char*>(key.data()));
    o.raw_key = key;
    wipe(key.data(), key.size());
  }
  o.create = create;
  o.migrate = migrate;
  o.read_only = read_only;
  o.durability = named<Durability>("durability", durability,
                                   {{"durable", Durability::durable}, {"fast", Durability::fast}});
  o.subject_keys = named<SubjectKeys>("subject_keys", subject_keys,
                                      {{"automatic", SubjectKeys::automatic},
                                       {"beside", SubjectKeys::beside},
                                       {"inside", SubjectKeys::inside}});
  o.kv = make_kv_store(std::move(kv));
  o.keys = make_key_store(std::move(keys));
  o.clock = make_clock(std::move(clock_now), std::move(clock_monotonic));
  o.secrets = make_secrets(std::move(secrets));
  o.transports = make_transports(std::move(transports), std::move(own_transports), o.clock);
  o.busy_ms = busy_ms;
  o.batch_idle_ms = batch_idle_ms;
  o.batch_max_ms = batch_max_ms;
  o.max_request_bytes = max_request_bytes;
  o.calls_per_second = calls_per_second;
  o.public_calls_per_minute = public_calls_per_minute;
  o.log = make_log(std::move(log));
  o.checkpoint = make_checkpoint(std::move(checkpoint));
  o.migration_progress = make_progress(std::move(migration_progress));
  const NoGil released;
  return std::make_unique<PyEngine>(std::make_shared<EngineBox>(std::move(o)));
}

/// `f(engine)` without the GIL.
template <class F>
auto with(PyEngine& e, F&& f) {
  const NoGil released;
  return e.box()->use(std::forward<F>(f));
}

/// A webhook's request; the answer as JSON.
std::string inbound(PyEngine& e, const std::string& endpoint, const std::string& method,
                    const std::string& url, const std::vector<std::pair<std::string, std::string>>& headers,
                    const py::bytes& body) {
  const std::string raw = body;
  WebhookRequest request;
  request.endpoint = endpoint;
  request.method = method;
  request.url = url;
  for (const auto& [name, value] : headers) request.headers.emplace_back(name, value);
  request.body = raw;
  return with(e, [&](Engine& x) { return to_json(x.inbound(request)); });
}

py::list organisations(PyEngine& e) {
  const auto all = with(e, [](Engine& x) { return x.organisations(); });
  py::list out;
  for (const auto& o : all) out.append(py::make_tuple(format_uuid(o.id), o.name, o.status_code));
  return out;
}

py::dict check(PyEngine& e, py::object progress) {
  const auto report = make_progress(std::move(progress));
  const CheckResult result = with(e, [&](Engine& x) { return x.check(report); });
  py::list store, all;
  for (const auto& f : result.store) store.append(py::make_tuple(f.where, f.what));
  for (const auto& o : result.organisations) {
    all.append(py::make_tuple(format_uuid(o.id), o.name, o.entries, o.entities, o.findings));
  }
  py::dict out;
  out["ok"] = result.ok();
  out["store"] = store;
  out["organisations"] = all;
  return out;
}

py::dict metrics(PyEngine& e) {
  const Metrics m = with(e, [](Engine& x) { return x.metrics(); });
  py::list operations;
  for (const auto& o : m.operations)
    operations.append(py::make_tuple(o.operation, o.calls, o.errors, o.nanoseconds));
  py::dict out;
  out["operations"] = operations;
  out["refusals"] = m.refusals;
  out["audit_refusals_unrecorded"] = m.audit_refusals_unrecorded;
  out["conflicts_retried"] = m.conflicts_retried;
  out["callbacks_failed"] = m.callbacks_failed;
  return out;
}

py::dict capabilities(PyEngine& e) {
  const StoreCapabilities c = with(e, [](Engine& x) { return x.capabilities(); });
  py::dict out;
  out["name"] = c.name;
  out["snapshot_reads"] = c.snapshot_reads;
  out["concurrent_writers"] = c.concurrent_writers;
  out["many_processes"] = c.many_processes;
  out["durable"] = c.durable;
  out["encrypted"] = c.encrypted;
  out["backup"] = c.backup;
  out["server_clock"] = c.server_clock;
  return out;
}

py::tuple pump(PyEngine& e, std::int64_t max_jobs) {
  const PumpResult r = with(e, [&](Engine& x) { return x.pump(max_jobs); });
  const py::object due = r.next_due ? py::object(py::int_(r.next_due->micros)) : py::object(py::none());
  return py::make_tuple(r.done, r.failed, due);
}

std::string catalogue(PyEngine& e) {
  return with(e, [](Engine& x) { return to_json(meta::catalogue(x.kernel().registry(), std::nullopt)); });
}

std::unique_ptr<PySession> session(PyEngine& e, const std::string& org,
                                   const std::optional<std::string>& user, std::vector<std::string> roles,
                                   const std::string& kind, const std::string& client) {
  SessionOptions o{.org = id_of("/org", org), .roles = std::move(roles), .kind = kind_of(kind)};
  o.client_address = client;
  if (user) o.user = id_of("/user", *user);
  const NoGil released;
  return std::make_unique<PySession>(e.box(), e.box()->open_session([&](Engine& x) { return x.session(o); }));
}

std::unique_ptr<PySession> host_session(PyEngine& e) {
  const NoGil released;
  return std::make_unique<PySession>(e.box(),
                                     e.box()->open_session([](Engine& x) { return x.host_session(); }));
}

py::list error_rows() {
  py::list out;
  for (const ErrorInfo& row : error_table()) {
    if (row.code != ErrorCode::ok) {
      out.append(py::make_tuple(std::string(row.text), static_cast<int>(row.code), row.http,
                                std::string(row.advice)));
    }
  }
  return out;
}

py::dict live_counts() {
  py::dict out;
  out["engines"] = live().engines.load();
  out["sessions"] = live().sessions.load();
  out["callbacks"] = live().callbacks.load();
  out["kv_transactions"] = live().kv_transactions.load();
  out["dropped_callbacks"] = live().dropped.load();
  return out;
}

void translate(std::exception_ptr raised) {
  try {
    if (raised) std::rethrow_exception(raised);
  } catch (const Error& e) {
    const py::object make = py::module_::import("atlas.errors").attr("error_from_json");
    const py::object error = make(e.to_json());
    PyErr_SetObject(reinterpret_cast<PyObject*>(Py_TYPE(error.ptr())), error.ptr());
  }
}

void bind_engine(py::module_& m) {
  py::class_<PyEngine>(m, "Engine")
      .def(py::init(&open_engine), py::kw_only(), py::arg("store"), py::arg("passphrase"), py::arg("raw_key"),
           py::arg("create"), py::arg("migrate"), py::arg("read_only"), py::arg("durability"),
           py::arg("subject_keys"), py::arg("kv"), py::arg("keys"), py::arg("clock_now"),
           py::arg("clock_monotonic"), py::arg("busy_ms"), py::arg("batch_idle_ms"), py::arg("batch_max_ms"),
           py::arg("max_request_bytes"), py::arg("calls_per_second"), py::arg("public_calls_per_minute"),
           py::arg("log"), py::arg("checkpoint"), py::arg("migration_progress"), py::arg("secrets"),
           py::arg("transports"), py::arg("own_transports"))
      .def("session", &session, py::arg("org"), py::arg("user"), py::arg("roles"), py::arg("kind"),
           py::arg("client") = "")
      .def("host_session", &host_session)
      .def("pump", &pump, py::arg("max_jobs"))
      .def(
          "start_workers", [](PyEngine& e, unsigned n) { with(e, [&](Engine& x) { x.start_workers(n); }); },
          py::arg("count"))
      .def("stop_workers", [](PyEngine& e) { with(e, [](Engine& x) { x.stop_workers(); }); })
      .def(
          "subscribe",
          [](PyEngine& e, std::string pattern, py::object callback) {
            auto subscriber = make_subscriber(std::move(callback));
            return with(e, [&](Engine& x) { return x.subscribe(std::move(pattern), std::move(subscriber)); });
          },
          py::arg("pattern"), py::arg("callback"))
      .def(
          "unsubscribe",
          [](PyEngine& e, std::uint64_t id) { with(e, [&](Engine& x) { x.unsubscribe(id); }); },
          py::arg("subscription"))
      .def("organisations", &organisations)
      .def("inbound", &inbound, py::arg("endpoint"), py::arg("method"), py::arg("url"), py::arg("headers"),
           py::arg("body"))
      .def(
          "backup", [](PyEngine& e, const std::string& path) { with(e, [&](Engine& x) { x.backup(path); }); },
          py::arg("path"))
      .def(
          "rekey",
          [](PyEngine& e, std::string key) {
            with(e, [&](Engine& x) { x.rekey(key); });
            wipe(key.data(), key.size());
          },
          py::arg("passphrase"))
      .def("check", &check, py::arg("progress"))
      .def("schema_version",
           [](PyEngine& e) { return with(e, [](Engine& x) { return x.schema_version(); }); })
      .def("capabilities", &capabilities)
      .def("metrics", &metrics)
      .def("metrics_text", [](PyEngine& e) { return with(e, [](Engine& x) { return x.metrics_text(); }); })
      .def("catalogue", &catalogue)
      .def(
          "close",
          [](PyEngine& e, std::int64_t patience_ms) {
            const NoGil released;
            return e.box()->close(std::chrono::milliseconds(patience_ms));
          },
          py::arg("patience_ms"))
      .def("closed", [](PyEngine& e) {
        const NoGil released;
        return e.box()->closed();
      });
}

}  // namespace

PYBIND11_MODULE(_core, m) {
  m.doc() = "The native half of the package atlas. Use atlas, not this.";
  py::register_local_exception_translator(&translate);
  bind_sending(m);
  bind_engine(m);
  bind_dedup(m);
  py::class_<PySession>(m, "Session")
      .def("call", &PySession::call, py::arg("operation"), py::arg("params"), py::call_guard<NoGil>())
      .def("begin", &PySession::begin, py::call_guard<NoGil>())
      .def("commit", &PySession::commit, py::call_guard<NoGil>())
      .def("rollback", &PySession::rollback, py::call_guard<NoGil>())
      .def("in_batch", &PySession::in_batch, py::call_guard<NoGil>())
      .def("close", &PySession::close, py::call_guard<NoGil>());
  m.def("error_rows", &error_rows);
  m.def("live", &live_counts);
  m.def("begin_exit", [] { live().exiting = true; });
  m.def(
      "currency_exponent", [](const std::string& code) { return currency_exponent(code); }, py::arg("code"));
  m.def("version", [] { return std::string(version_string()); });
}

}  // namespace atlas::python
