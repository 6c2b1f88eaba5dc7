#pragma once
// The stand-alone search for duplicates.

#include <pybind11/pybind11.h>

namespace atlas::python {

void bind_dedup(pybind11::module_& m);

}  // namespace atlas::python
