#include "host.hpp"

namespace atlas::simulation {

namespace {
constexpr std::uint64_t batch_errors = 8;
}

using testing::Crash;
using testing::FaultPoint;

/// Keys that the host keeps elsewhere; asking for them leaves the library too.
class Host::Keys final : public KeyStore {
 public:
  explicit Keys(testing::FaultHook hook) : hook_(std::move(hook)) {}
  std::optional<Key> key(std::string_view name) override {
    hook_({"keys", "key", false});
    Key key{};
    if (name == "subjects")
      key.fill(0x5a);
    else if (name == "checkpoint")
      key.fill(0xc3);
    else
      return std::nullopt;
    return key;
  }

 private:
  testing::FaultHook hook_;
};

/// The clock on the host's wall; what only goes on is the same for all.
class Host::OwnClock final : public Clock {
 public:
  OwnClock(Ground& ground, const Host& host) : ground_(ground), host_(host) {}
  Timestamp now() override { return ground_.clock.now() + (ground_.skew ? ground_.skew(host_) : 0); }
  std::int64_t monotonic_ns() override { return ground_.clock.monotonic_ns(); }

 private:
  Ground& ground_;
  const Host& host_;
};

Host::Host(Ground& ground, int number, std::uint64_t seed)
    : ground_(ground),
      number_(number),
      entropy_(seed),
      hook_([this](const FaultPoint& p) { at(p); }),
      own_(std::make_shared<OwnClock>(ground, *this)),
      clock_(std::make_shared<testing::FaultInjectingClock>(*own_, hook_)),
      bytes_(std::make_shared<testing::FaultInjectingEntropy>(entropy_, hook_)) {}

Host::~Host() {
  dead_ = true;
  batch.reset();
}

void Host::start() {
  dead_ = false;
  Options o;
  o.store = "simulated";
  o.subject_keys = SubjectKeys::inside;
  o.clock = clock_;
  o.entropy = bytes_;
  o.keys = std::make_shared<Keys>(hook_);
  o.make_store = [this](const StoreOpening& opening) -> std::unique_ptr<Store> {
    struct Watch {
      Disk& disk;
      ~Watch() { disk.watch({}); }
    } const watch{ground_.disk};
    ground_.disk.watch([this](std::string_view call) { at({"store", call, false}); });
    StoreOpening shared = opening;
    // The disk has one clock, whatever those of the hosts say.
    if (ground_.skew && !ground_.leases_by_hosts) shared.clock = &ground_.clock;
    auto store = ground_.disk.open(shared);
    if (ground_.watch) store = ground_.watch(std::move(store), *this);
    if (ground_.spoil) store = ground_.spoil(std::move(store));
    return std::make_unique<testing::FaultInjectingStore>(std::move(store), hook_);
  };
  o.checkpoint = [this](const std::string& note) {
    hook_({"checkpoint", "note", false});
    ground_.keep_note(note);
  };
  if (ground_.equip) ground_.equip(*this, o);
  engine_.emplace(std::move(o));
}

void Host::die() {
  dead_ = true;  // a dead process writes nothing more, whatever its destructors try
  batch.reset();
  engine_.reset();
  ground_.disk.crashed();
}

void Host::crash() {
  ++faults_;
  dead_ = true;
  throw Crash{};
}

void Host::at(const FaultPoint& point) {
  if (dead_) {
    if (point.port == "store") throw Error(ErrorCode::storage_unavailable, "The process has ended.");
    return;
  }
  if (!armed_) return;
  if (interleave_ && !point.after && point.port == "store") {
    const bool begins = point.call == "begin_write" || point.call == "begin_read";
    if (begins && ++transactions_ > 1) interleave_ = nullptr;
    if (point.call == "commit") interleave_ = nullptr;
    if (interleave_ && ground_.fate.chance(ground_.weather.interleaved)) {
      const auto step = std::move(interleave_);
      interleave_ = nullptr;
      step();
    }
  }
  if (pause_ && !point.after && point.call == "begin_write") {
    pause_();
    if (dead_) return at(point);
  }
  strike(point);
}

void Host::strike(const FaultPoint& point) {
  const Weather& w = ground_.weather;
  const bool commit = point.call == "commit";
  const bool store = point.port == "store";
  const std::uint64_t crashes = commit ? w.commit_crashes : w.crashes;
  // In a batch a failed call must be undone alone: worth more tries.
  const std::uint64_t errors = commit ? w.commit_errors : batch ? batch_errors * w.errors : w.errors;
  std::uint64_t roll = ground_.fate.below(1'000'000);
  const auto falls = [&](std::uint64_t share) {
    if (roll < share) return true;
    roll -= share;
    return false;
  };
  if (falls(crashes)) crash();
  if (falls(w.delays)) return ground_.clock.advance(static_cast<std::int64_t>(ground_.fate.below(2'000'000)));
  if (falls(w.jumps)) {
    const auto jump = static_cast<std::int64_t>(ground_.fate.below(2 * micros_per_hour)) - micros_per_hour;
    return ground_.clock.set(ground_.clock.now() + jump);
  }
  if (!store || !falls(errors)) return;
  ++faults_;
  if (commit && point.after) {
    // The commit stands: its caller may only be told that nobody knows.
    throw Error(ErrorCode::storage_unavailable, "The connection was lost during the commit.")
        .with("outcome", "unknown");
  }
  static constexpr ErrorCode codes[] = {ErrorCode::storage_busy, ErrorCode::storage_unavailable,
                                        ErrorCode::storage_full, ErrorCode::storage_io,
                                        ErrorCode::storage_busy, ErrorCode::storage_conflict};
  throw Error(codes[ground_.fate.below(std::size(codes))], "A fault that the simulation asked for.");
}

}  // namespace atlas::simulation
