// pump, workers: running what is due.

#include <csignal>
#include <ctime>

#include <algorithm>

#include "atlas/json.hpp"
#include "commands.hpp"

namespace atlas::cli {
namespace {

constexpr std::int64_t jobs_at_once = 100;

/// SIGINT, SIGTERM and SIGHUP, held back so that work ends at a whole job. Before any thread is started.
class Signals {
 public:
  Signals() {
    sigemptyset(&set_);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&set_, signal);
    pthread_sigmask(SIG_BLOCK, &set_, nullptr);
  }
  void wait() const {
    int signal = 0;
    sigwait(&set_, &signal);
  }
  /// True when one came within `micros`.
  bool wait_for(std::int64_t micros) const {
    micros = std::max<std::int64_t>(micros, 0);
    const timespec time{static_cast<time_t>(micros / micros_per_second),
                        static_cast<long>(micros % micros_per_second * 1000)};
    return sigtimedwait(&set_, nullptr, &time) > 0;
  }

 private:
  sigset_t set_{};
};

struct Total {
  std::int64_t jobs = 0, failed = 0;
  std::optional<Timestamp> next_due;
};

/// Everything that is due at this moment.
void drain(Engine& engine, Total& total) {
  for (;;) {
    const PumpResult r = engine.pump(jobs_at_once);
    total.jobs += r.done;
    total.failed += r.failed;
    total.next_due = r.next_due;
    // What failed comes again later: it is no progress.
    if (r.done - r.failed <= 0) return;
  }
}

}  // namespace

int run_pump(Shell& shell, const std::string& until) {
  std::optional<Timestamp> end;
  if (!until.empty()) {
    end = parse_timestamp(until);
    if (!end) throw UsageError("--until takes a time such as 2026-11-22T09:30:00Z");
  }
  const Signals signals;
  Engine engine = shell.open();
  Total total;
  drain(engine, total);
  while (end) {
    const std::int64_t left = end->micros - system_clock().now().micros;
    if (left <= 0) break;
    // Other processes may queue work, so no wait is long.
    std::int64_t wait = std::min(left, micros_per_second);
    if (total.next_due) wait = std::min(wait, total.next_due->micros - system_clock().now().micros);
    if (signals.wait_for(std::max(wait, 10 * micros_per_ms))) break;
    drain(engine, total);
  }
  std::string json;
  JsonWriter writer(json);
  writer.begin_object().key("done").number(total.jobs).key("failed").number(total.failed).key("next_due");
  if (total.next_due)
    writer.string(format_timestamp(*total.next_due));
  else
    writer.null();
  writer.end_object();
  shell.show(json);
  return total.failed > 0 ? not_well : done;
}

int run_workers(Shell& shell, unsigned count) {
  const Signals signals;
  Options options = shell.options();
  options.log = [&shell](LogLevel level, std::string_view text) {
    if (level >= LogLevel::warning) shell.terminal.say(text);
  };
  Engine engine = shell.open(std::move(options));
  engine.start_workers(count);
  if (shell.terminal.human_errors()) {
    shell.terminal.say(std::to_string(count) + (count == 1 ? " worker runs" : " workers run") +
                       "; Ctrl-C ends.");
  }
  signals.wait();
  engine.stop_workers();
  return done;
}

int run_metrics(Shell& shell) {
  Engine engine = shell.open();
  shell.terminal.out.write(engine.metrics_text());
  return done;
}

}  // namespace atlas::cli
