#pragma once
// The ports that a host may write in Python, as the library sees them. None of them is called with a lock of
// the library held, except a KvStore inside its own transaction.

#include <pybind11/pybind11.h>

#include <memory>

#include "atlas/engine.hpp"

namespace atlas::python {

/// Two callables: microseconds since 1970 in UTC, and nanoseconds of a clock that never goes back.
std::shared_ptr<Clock> make_clock(pybind11::object now_micros, pybind11::object monotonic_ns);

/// An object with begin_read(), begin_write() and `durable`; see atlas.KvStore.
std::shared_ptr<KvStore> make_kv_store(pybind11::object store);

/// A callable from a key's name to 32 bytes or None. What it raises leaves open() as it is.
std::shared_ptr<KeyStore> make_key_store(pybind11::object key);

/// Callables for log lines (level, line), checkpoints (note), progress (step, of) and events (six scalars).
std::function<void(LogLevel, std::string_view)> make_log(pybind11::object callback);
std::function<void(const std::string&)> make_checkpoint(pybind11::object callback);
std::function<void(std::size_t, std::size_t)> make_progress(pybind11::object callback);
std::function<void(const Event&)> make_subscriber(pybind11::object callback);

}  // namespace atlas::python
