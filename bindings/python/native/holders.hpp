#pragma once
// Python objects in the library's hands, and the count of everything that is alive.

#include <pybind11/pybind11.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>

#include "atlas/error.hpp"

namespace atlas::python {

namespace py = pybind11;

/// How many of each are open or held, for leak tests. Thread-safe.
struct Live {
  std::atomic<std::int64_t> engines{0}, sessions{0}, callbacks{0}, kv_transactions{0};
  /// Callbacks that came after the interpreter had begun to exit.
  std::atomic<std::int64_t> dropped{0};
  /// Set by the exit hook: no callback enters Python from then on.
  std::atomic<bool> exiting{false};
};
Live& live() noexcept;

/// A Python object that C++ may hold and let go on any thread: letting go takes the GIL, and leaks the object
/// when there is no interpreter left.
class Held {
 public:
  /// Needs the GIL.
  explicit Held(py::object object);
  /// Needs the GIL while the result is used.
  py::handle get() const { return object_->ptr; }

 private:
  struct Object {
    explicit Object(py::object o) : ptr(o.release()) { ++live().callbacks; }
    ~Object();
    Object(const Object&) = delete;
    py::handle ptr;
  };
  std::shared_ptr<Object> object_;
};

/// Can Python be entered? If not, the callback is counted as dropped.
bool may_enter() noexcept;

/// The Python exception as the library's error: an atlas.Error keeps its code and message, anything else is
/// told to sys.unraisablehook and becomes `otherwise`. Needs the GIL.
Error as_error(py::error_already_set& raised, std::string_view where, ErrorCode otherwise);

/// Tells sys.unraisablehook. Needs the GIL.
void report(py::error_already_set& raised, std::string_view where);

}  // namespace atlas::python
