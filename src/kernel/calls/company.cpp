#include "company.hpp"

#include <algorithm>

namespace atlas {
namespace {

/// Whoever came first waits for those who came later; not for long.
constexpr std::size_t most_guests = 64;
constexpr std::int64_t longest_ns = 10'000'000;

std::string key_of(const Principal& who, Durability durability) {
  std::string key(who.org.view());
  key += static_cast<char>(durability);
  return key;
}

/// Of the failure in hand, which a commit has met: unless the store says that nothing was done, the work may
/// stand, and must not be done a second time.
std::optional<Error> unknown_end() {
  try {
    throw;
  } catch (const Error& e) {
    const ErrorCode c = e.code();
    const bool undone = c == ErrorCode::storage_busy || c == ErrorCode::storage_conflict ||
                        c == ErrorCode::storage_full || c == ErrorCode::storage_read_only;
    return undone || !is_storage_failure(e) ? std::nullopt : std::optional(e);
  } catch (...) {
    return std::nullopt;
  }
}

}  // namespace

Turn::Turn(const Principal& who, Durability durability, Work w) : Guest(key_of(who, durability)), work(w) {}

void Company::gather(UnitOfWork& unit, Clock& clock) {
  std::int64_t until = 0;
  while (guests_.size() < most_guests) {
    guests_.reserve(guests_.size() + 1);  // whoever is taken is never lost
    auto* const turn = static_cast<Turn*>(gate_.take(host_.key()));
    if (!turn) return;
    guests_.push_back({turn, unit.position()});
    unit.savepoint();
    try {
      turn->work(unit);
      unit.release();
    } catch (const Error& e) {
      if (is_storage_failure(e)) throw;
      turn->error = e;
      unit.rollback_to();
    }
    const std::int64_t now = clock.monotonic_ns();
    if (until == 0) until = now + longest_ns;
    if (now >= until) return;
  }
}

void Company::share(UnitOfWork& unit, bool with_events) {
  const std::vector<Event> events = with_events ? unit.events() : std::vector<Event>();
  std::vector<std::function<void()>> work = unit.take_after_commit();
  UnitOfWork::Position from;
  Turn* whose = &host_;
  const auto give = [&](const UnitOfWork::Position& to) {
    for (std::size_t i = from.entries; i < std::min(to.entries, events.size()); ++i)
      whose->events.push_back(events[i]);
    for (std::size_t i = from.work; i < to.work; ++i) whose->after_commit.push_back(std::move(work[i]));
    from = to;
  };
  for (const Place& place : guests_) {
    give(place.from);
    whose = place.turn;
  }
  give({events.size(), work.size()});
}

void Company::answer() {
  for (const Place& place : guests_) gate_.answer(*place.turn, true);
  guests_.clear();
}

void Company::part() {
  for (const Place& place : guests_) {
    place.turn->error.reset();
    gate_.answer(*place.turn, false);
  }
  guests_.clear();
}

void Company::fail(const Error& error) {
  for (const Place& place : guests_) {
    place.turn->error = error;
    gate_.answer(*place.turn, true);
  }
  guests_.clear();
}

void Kernel::Impl::write_together(const Principal& who, Durability durability,
                                  FunctionRef<void(UnitOfWork&)> work) {
  Turn mine(who, durability, work);
  auto pass = gate.enter([this] { end_overdue_batch(); }, &mine);
  if (pass) {
    auto unit = std::make_unique<UnitOfWork>(*this, who, Effect::writes, durability, std::move(pass));
    work(*unit);
    Company company(gate, mine);
    bool committing = false;
    try {
      company.gather(*unit, *options.clock);
      committing = true;
      unit->commit();
      company.committed();
    } catch (...) {
      if (company.empty()) throw;
      if (const auto unknown = committing ? unknown_end() : std::nullopt) {
        unit.reset();
        company.fail(*unknown);
        throw;
      }
      // What one of them met is not the others' failure.
      unit.reset();
      company.part();
      unit = begin(who, Effect::writes, durability);
      work(*unit);
      finish(std::move(unit));
      return;
    }
    const std::size_t along = company.size();
    company.share(*unit, !events.empty());
    unit.reset();  // the writer is free again before anybody is told
    company.answer();
    if (along > 0) owner.count("writes_joined", "kind", "call", static_cast<std::int64_t>(along));
  } else if (mine.error) {
    throw Error(*mine.error);
  }
  events.publish(mine.events);
  events.run(mine.after_commit);
}

}  // namespace atlas
