#pragma once
// Events are read from the audit: an event is an entry without its content.

#include "atlas/audit.hpp"
#include "atlas/context.hpp"

namespace atlas::audit {

EventPage list_events(Context& cx, const ListEvents& in);

}  // namespace atlas::audit
