#include "worker_bench.hpp"

#include <chrono>
#include <thread>

#include "unit_of_work.hpp"

namespace atlas {
namespace {

constexpr int max_conflict_retries = 5;

}  // namespace

void Bench::transact(Durability durability, FunctionRef<void(Context&)> work) {
  const std::string correlation_id = format_uuid(kernel_.ids.next());
  for (int attempt = 0;; ++attempt) {
    try {
      auto unit = kernel_.begin({.kind = PrincipalKind::system, .org = org_}, Effect::writes, durability);
      unit->begin_call(correlation_id);
      unit->load_access();
      Context cx(*unit, nullptr);
      work(cx);
      kernel_.finish(std::move(unit));
      return;
    } catch (const Error& e) {
      if (e.code() != ErrorCode::storage_conflict || attempt == max_conflict_retries) throw;
      ++kernel_.conflicts;
      std::uint8_t jitter = 0;
      kernel_.options.entropy->fill({&jitter, 1});
      std::this_thread::sleep_for(std::chrono::microseconds((100 << attempt) + jitter * 8));
    }
  }
}

Timestamp store_now(Context& cx) { return cx.unit().read().now(); }

std::int64_t monotonic_ns(Context& cx) { return cx.unit().kernel().options.clock->monotonic_ns(); }

}  // namespace atlas
