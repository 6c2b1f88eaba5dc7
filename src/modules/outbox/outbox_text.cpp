// The outbox's figures for those who scrape them.

#include "atlas/outbox.hpp"

namespace atlas::outbox {
namespace {

struct Series {
  const char* name;
  const char* help;
  std::int64_t (*value)(const Told&);
};

// Depths are of now, the others of the last 24 hours: all of them gauges.
constexpr Series all_series[] = {
    {"queued", "Messages that wait.", [](const Told& t) { return t.metrics.queued; }},
    {"sending", "Messages on their way.", [](const Told& t) { return t.metrics.sending; }},
    {"uncertain", "Messages of which nobody knows whether they left.",
     [](const Told& t) { return t.metrics.uncertain; }},
    {"dead_letters", "Messages that failed, with which nobody has dealt.",
     [](const Told& t) { return t.metrics.dead_letters; }},
    {"oldest_due_milliseconds", "Age of the oldest message that is due.",
     [](const Told& t) { return t.metrics.oldest_due_ms.value_or(0); }},
    {"sent_day", "Sent in 24 hours.", [](const Told& t) { return t.metrics.sent; }},
    {"delivered_day", "Delivered in 24 hours.", [](const Told& t) { return t.metrics.delivered; }},
    {"read_day", "Read in 24 hours.", [](const Told& t) { return t.metrics.read; }},
    {"failed_day", "Failed in 24 hours.", [](const Told& t) { return t.metrics.failed; }},
    {"failure_rate_thousandths", "Share that failed of what ended in 24 hours.",
     [](const Told& t) { return t.metrics.failure_rate; }},
    {"blocked_day", "Stopped by the policy at the start in 24 hours.",
     [](const Told& t) { return t.metrics.blocked; }},
    {"retries_day", "Put off to be tried again in 24 hours.",
     [](const Told& t) { return t.metrics.retries; }},
    {"signature_failures_day", "Webhooks with a wrong signature in 24 hours.",
     [](const Told& t) { return t.metrics.signature_failures; }},
    {"queued_to_sent_p50_milliseconds", "From acceptance to the provider, median.",
     [](const Told& t) { return t.metrics.queued_to_sent_p50_ms.value_or(0); }},
    {"queued_to_sent_p99_milliseconds", "From acceptance to the provider, 99 of 100.",
     [](const Told& t) { return t.metrics.queued_to_sent_p99_ms.value_or(0); }},
    {"sent_to_delivered_p50_milliseconds", "From the provider to the person, median.",
     [](const Told& t) { return t.metrics.sent_to_delivered_p50_ms.value_or(0); }},
    {"sent_to_delivered_p99_milliseconds", "From the provider to the person, 99 of 100.",
     [](const Told& t) { return t.metrics.sent_to_delivered_p99_ms.value_or(0); }},
    {"healthy", "1 when there is no reason to worry.",
     [](const Told& t) { return std::int64_t{t.health.healthy ? 1 : 0}; }}};

/// A provider's code may hold what ends a label.
std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\\' || c == '"') out += '\\';
    if (c == '\n')
      out += "\\n";
    else
      out += c;
  }
  return out;
}

class Text {
 public:
  void begin(std::string_view name, std::string_view help) {
    name_ = "atlas_outbox_" + std::string(name);
    out_ += "# HELP " + name_ + " " + std::string(help) + "\n# TYPE " + name_ + " gauge\n";
  }
  void line(const Uuid& organisation, std::int64_t value, std::string_view label = {},
            std::string_view said = {}) {
    out_ += name_ + "{organisation=\"" + format_uuid(organisation) + "\"";
    if (!label.empty()) out_ += "," + std::string(label) + "=\"" + escaped(said) + "\"";
    out_ += "} " + std::to_string(value) + "\n";
  }
  std::string take() { return std::move(out_); }

 private:
  std::string name_, out_;
};

}  // namespace

std::string metrics_text(const std::vector<Told>& organisations) {
  Text text;
  if (organisations.empty()) return text.take();
  for (const Series& series : all_series) {
    text.begin(series.name, series.help);
    for (const Told& t : organisations) text.line(t.organisation, series.value(t));
  }
  text.begin("errors_day", "Failed in 24 hours, by code.");
  for (const Told& t : organisations)
    for (const CodeCount& e : t.metrics.errors) text.line(t.organisation, e.count, "code", e.code);
  text.begin("worries", "Reasons to worry.");
  for (const Told& t : organisations) {
    // One line for each code: several accounts may be paused.
    for (std::size_t i = 0; i < t.health.reasons.size(); ++i) {
      const std::string& code = t.health.reasons[i].code;
      std::int64_t count = 0;
      bool first = true;
      for (std::size_t j = 0; j < t.health.reasons.size(); ++j) {
        if (t.health.reasons[j].code != code) continue;
        first = first && j >= i;
        count += t.health.reasons[j].count;
      }
      if (first) text.line(t.organisation, count, "reason", code);
    }
  }
  return text.take();
}

}  // namespace atlas::outbox
