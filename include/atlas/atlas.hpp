#pragma once
// The whole library for a C++ host: open an engine, take a session, call operations. Each room's own header
// does for those who want less.

#include "atlas/access_explain.hpp"
#include "atlas/activities.hpp"
#include "atlas/appointments.hpp"
#include "atlas/audit.hpp"
#include "atlas/dossiers.hpp"
#include "atlas/engine.hpp"
#include "atlas/error.hpp"
#include "atlas/id.hpp"
#include "atlas/import_runner.hpp"
#include "atlas/imports.hpp"
#include "atlas/listings.hpp"
#include "atlas/meta.hpp"
#include "atlas/moderation.hpp"
#include "atlas/money.hpp"
#include "atlas/organisations.hpp"
#include "atlas/parties.hpp"
#include "atlas/portal.hpp"
#include "atlas/reference_codes.hpp"
#include "atlas/time.hpp"
#include "atlas/users.hpp"
