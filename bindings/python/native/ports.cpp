#include "ports.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "holders.hpp"

namespace atlas::python {
namespace {

py::bytes bytes_of(std::string_view text) { return {text.data(), text.size()}; }

/// The bytes of a Python `bytes`. Valid as long as the object.
std::string_view view_of(py::handle bytes) {
  if (!PyBytes_Check(bytes.ptr())) throw py::type_error("expected bytes");
  return {PyBytes_AS_STRING(bytes.ptr()), static_cast<std::size_t>(PyBytes_GET_SIZE(bytes.ptr()))};
}

class PyClock : public Clock {
 public:
  PyClock(Held now, Held monotonic) : now_(std::move(now)), monotonic_(std::move(monotonic)) {}
  Timestamp now() override {
    if (!may_enter()) return system_clock().now();
    return {ask(now_)};
  }
  std::int64_t monotonic_ns() override {
    if (!may_enter()) return system_clock().monotonic_ns();
    return ask(monotonic_);
  }

 private:
  static std::int64_t ask(const Held& callable) {
    const py::gil_scoped_acquire gil;
    try {
      return py::cast<std::int64_t>(callable.get()());
    } catch (py::error_already_set& raised) {
      throw as_error(raised, "the clock", ErrorCode::internal);
    } catch (const py::cast_error&) {
      throw Error(ErrorCode::internal, "the clock answered something else than a time")
          .with("reason", "port");
    }
  }
  Held now_, monotonic_;
};

/// Calls into a KvStore; `f` runs with the GIL.
template <class F>
auto in_store(F&& f) {
  if (!may_enter()) throw Error(ErrorCode::storage_unavailable, "the interpreter is exiting");
  const py::gil_scoped_acquire gil;
  try {
    return f();
  } catch (py::error_already_set& raised) {
    throw as_error(raised, "the key-value store", ErrorCode::storage_io);
  } catch (const std::runtime_error&) {  // of a cast: the answer has another type than the port says
    throw Error(ErrorCode::storage_io, "the key-value store answered with another type")
        .with("reason", "port");
  }
}

class PyKvTransaction : public KvTransaction {
 public:
  explicit PyKvTransaction(Held transaction) : transaction_(std::move(transaction)) {
    ++live().kv_transactions;
  }
  ~PyKvTransaction() override {
    --live().kv_transactions;
    if (!may_enter()) return;
    const py::gil_scoped_acquire gil;
    try {
      transaction_.get().attr("close")();
    } catch (py::error_already_set& raised) {
      report(raised, "the end of a key-value transaction");
    }
  }

  bool get(std::string_view key, std::string& value) override {
    return in_store([&] {
      const py::object found = transaction_.get().attr("get")(bytes_of(key));
      if (found.is_none()) return false;
      value = view_of(found);
      return true;
    });
  }
  void put(std::string_view key, std::string_view value) override {
    in_store([&] { transaction_.get().attr("put")(bytes_of(key), bytes_of(value)); });
  }
  void erase(std::string_view key) override {
    in_store([&] { transaction_.get().attr("erase")(bytes_of(key)); });
  }

  void scan(std::string_view begin, std::string_view end, bool descending,
            FunctionRef<bool(std::string_view, std::string_view)> sink) override {
    // The sink runs without the GIL, on pairs taken a few at a time: one first, since many scans want no
    // more.
    constexpr std::size_t most_at_once = 64;
    std::vector<std::pair<std::string, std::string>> pairs;
    Held pairs_left = in_store([&] {
      const py::object last = end.empty() ? py::object(py::none()) : py::object(bytes_of(end));
      return Held(py::iter(transaction_.get().attr("scan")(bytes_of(begin), last, descending)));
    });
    for (std::size_t wanted = 1;; wanted = std::min(wanted * 2, most_at_once)) {
      pairs.clear();
      const bool more = in_store([&] { return take(pairs_left, wanted, pairs); });
      for (const auto& [key, value] : pairs) {
        if (!sink(key, value)) return;
      }
      if (!more) return;
    }
  }

  void commit(Durability durability) override {
    in_store([&] { transaction_.get().attr("commit")(durability == Durability::durable); });
  }

 private:
  static bool take(const Held& iterator, std::size_t wanted,
                   std::vector<std::pair<std::string, std::string>>& pairs) {
    while (pairs.size() < wanted) {
      const auto item = py::reinterpret_steal<py::object>(PyIter_Next(iterator.get().ptr()));
      if (!item) {
        if (PyErr_Occurred()) throw py::error_already_set();
        return false;
      }
      const auto pair = py::cast<py::sequence>(item);
      const py::object key = pair[0], value = pair[1];
      pairs.emplace_back(view_of(key), view_of(value));
    }
    return true;
  }
  Held transaction_;
};

class PyKvStore : public KvStore {
 public:
  explicit PyKvStore(Held store) : store_(std::move(store)) {}
  std::unique_ptr<KvTransaction> begin_read() override { return begin("begin_read"); }
  std::unique_ptr<KvTransaction> begin_write() override { return begin("begin_write"); }
  bool durable() const override {
    return in_store([&] { return py::cast<bool>(store_.get().attr("durable")); });
  }

 private:
  std::unique_ptr<KvTransaction> begin(const char* method) {
    return in_store([&]() -> std::unique_ptr<KvTransaction> {
      return std::make_unique<PyKvTransaction>(Held(store_.get().attr(method)()));
    });
  }
  Held store_;
};

class PyKeyStore : public KeyStore {
 public:
  explicit PyKeyStore(Held key) : key_(std::move(key)) {}
  std::optional<Key> key(std::string_view name) override {
    const py::gil_scoped_acquire gil;
    const py::object found = key_.get()(py::str(name.data(), name.size()));
    if (found.is_none()) return std::nullopt;
    const std::string_view bytes = view_of(found);
    Key key;
    if (bytes.size() != key.size()) throw py::value_error("a key has 32 bytes");
    std::copy(bytes.begin(), bytes.end(), key.begin());
    return key;
  }

 private:
  Held key_;
};

/// Calls back; what Python raises is reported and, with `count`, thrown on so that the library counts it.
template <class F>
void call_back(std::string_view where, bool count, F&& f) {
  if (!may_enter()) return;
  const py::gil_scoped_acquire gil;
  try {
    f();
  } catch (py::error_already_set& raised) {
    report(raised, where);
    if (count) throw std::runtime_error("a callback raised an exception");
  }
}

const char* level_name(LogLevel level) {
  switch (level) {
    case LogLevel::debug:
      return "debug";
    case LogLevel::info:
      return "info";
    case LogLevel::warning:
      return "warning";
    case LogLevel::error:
      break;
  }
  return "error";
}

}  // namespace

std::shared_ptr<Clock> make_clock(py::object now_micros, py::object monotonic_ns) {
  if (now_micros.is_none()) return nullptr;
  return std::make_shared<PyClock>(Held(std::move(now_micros)), Held(std::move(monotonic_ns)));
}

std::shared_ptr<KvStore> make_kv_store(py::object store) {
  if (store.is_none()) return nullptr;
  return std::make_shared<PyKvStore>(Held(std::move(store)));
}

std::shared_ptr<KeyStore> make_key_store(py::object key) {
  if (key.is_none()) return nullptr;
  return std::make_shared<PyKeyStore>(Held(std::move(key)));
}

std::function<void(LogLevel, std::string_view)> make_log(py::object callback) {
  if (callback.is_none()) return {};
  return [held = Held(std::move(callback))](LogLevel level, std::string_view line) {
    call_back("the log", false, [&] { held.get()(level_name(level), py::str(line.data(), line.size())); });
  };
}

std::function<void(const std::string&)> make_checkpoint(py::object callback) {
  if (callback.is_none()) return {};
  return [held = Held(std::move(callback))](const std::string& note) {
    call_back("the checkpoint callback", false, [&] { held.get()(py::str(note)); });
  };
}

std::function<void(std::size_t, std::size_t)> make_progress(py::object callback) {
  if (callback.is_none()) return {};
  return [held = Held(std::move(callback))](std::size_t step, std::size_t of) {
    call_back("the progress callback", false, [&] { held.get()(step, of); });
  };
}

std::function<void(const Event&)> make_subscriber(py::object callback) {
  return [held = Held(std::move(callback))](const Event& event) {
    call_back("an event callback", true, [&] {
      const py::object id =
          event.entity_id ? py::object(py::str(format_uuid(*event.entity_id))) : py::object(py::none());
      held.get()(format_uuid(event.org), event.sequence, event.type, event.entity_kind, id, event.at.micros);
    });
  };
}

}  // namespace atlas::python
