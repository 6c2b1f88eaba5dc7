#pragma once
// Secrets and transports that a host writes in Python, as the library sees them. Called with no lock of the
// library held.

#include <pybind11/pybind11.h>

#include <memory>
#include <string>

#include "atlas/engine.hpp"

namespace atlas::python {

/// A callable from a reference to text or None. What it raises is told to sys.unraisablehook and is None.
std::shared_ptr<Secrets> make_secrets(pybind11::object secret);

/// `hosts`: tuples (provider, channel, send, takes_idempotency_token, marks_begin, ask), where send(envelope,
/// sending) takes a dict and answers a tuple (kind, provider_id, retry_after_us, reason, provider_code,
/// provider_text, alarm, whole_account), and ask(inquiry, asking), or None, takes a dict and answers a list
/// of tuples (provider_id, state, at_us, error_code, error_text, token), or None. `own`: settings of the
/// library's own transports as JSON, or None. Null for neither.
std::shared_ptr<const Transports> make_transports(pybind11::object hosts, pybind11::object own,
                                                  const std::shared_ptr<Clock>& clock);

/// The class that send() gets as `sending`.
void bind_sending(pybind11::module_& m);

}  // namespace atlas::python
