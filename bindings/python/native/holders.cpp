#include "holders.hpp"

#include <string>

namespace atlas::python {

Live& live() noexcept {
  static Live counts;
  return counts;
}

Held::Held(py::object object) : object_(std::make_shared<Object>(std::move(object))) {}

Held::Object::~Object() {
  --live().callbacks;
  if (!Py_IsInitialized()) return;
  const py::gil_scoped_acquire gil;
  ptr.dec_ref();
}

bool may_enter() noexcept {
  if (!live().exiting && Py_IsInitialized()) return true;
  ++live().dropped;
  return false;
}

void report(py::error_already_set& raised, std::string_view where) {
  raised.discard_as_unraisable(py::str(where.data(), where.size()));
}

Error as_error(py::error_already_set& raised, std::string_view where, ErrorCode otherwise) {
  try {
    const py::object base = py::module_::import("atlas.errors").attr("Error");
    if (raised.matches(base)) {
      const auto text = raised.value().attr("code").cast<std::string>();
      for (const ErrorInfo& row : error_table()) {
        if (row.text == text) return Error(row.code, raised.value().attr("message").cast<std::string>());
      }
    }
  } catch (py::error_already_set& second) {
    report(second, where);
  }
  report(raised, where);
  return Error(otherwise, std::string(where) + " raised an exception").with("reason", "port");
}

}  // namespace atlas::python
