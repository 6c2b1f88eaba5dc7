#pragma once
// Calls that wait for the one writer at the same time share a transaction: whoever has the writer does the
// others' work after its own, each in a savepoint, and one commit holds them all. Nobody waits for company.

#include <optional>
#include <vector>

#include "kernel_impl.hpp"
#include "unit_of_work.hpp"

namespace atlas {

/// One call on its way to the writer; lives on its own thread's stack. Those of one organisation and one
/// durability may share a transaction.
class Turn final : public WriterGate::Guest {
 public:
  using Work = FunctionRef<void(UnitOfWork&)>;
  Turn(const Principal& who, Durability durability, Work work);

  Work work;
  std::optional<Error> error;
  std::vector<Event> events;
  std::vector<std::function<void()>> after_commit;
};

/// Those who go along with a turn. Whoever is not answered in the end runs alone, unless it was committed.
class Company {
 public:
  Company(WriterGate& gate, Turn& host) : gate_(gate), host_(host) {}
  ~Company() { committed_ ? answer() : part(); }
  Company(const Company&) = delete;

  bool empty() const { return guests_.empty(); }
  std::size_t size() const { return guests_.size(); }
  /// Does the work of those who wait. One that fails undoes itself alone. Throws when the transaction is
  /// lost.
  void gather(UnitOfWork& unit, Clock& clock);
  /// After the commit: each gets its own events, and what it wanted done.
  void share(UnitOfWork& unit, bool with_events);
  void committed() noexcept { committed_ = true; }
  /// Once the writer is free.
  void answer();
  /// Nothing of it was done: each tries by itself.
  void part();
  /// Nobody knows what was done: each is told what the commit has met.
  void fail(const Error& error);

 private:
  struct Place {
    Turn* turn;
    UnitOfWork::Position from;
  };
  WriterGate& gate_;
  Turn& host_;
  std::vector<Place> guests_;
  bool committed_ = false;
};

}  // namespace atlas
