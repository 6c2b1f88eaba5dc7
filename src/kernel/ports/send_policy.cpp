#include "atlas/send_policy.hpp"

#include "unit_of_work.hpp"

namespace atlas {
namespace {

/// Nobody knows: nothing leaves, nothing is counted.
class RefuseAll final : public SendPolicy {
 public:
  void hold(Context&, std::span<const SendQuestion>) const override {}
  SendAnswer decide(Context&, const SendQuestion&) const override { return no(); }
  void note_sent(Context&, const SendQuestion&, const SendAnswer&) const override {}
  void open_window(Context&, const SessionOpening&) const override {}
  void close_window(Context&, std::string_view, std::string_view, Timestamp) const override {}
  SendAnswer decide_call(Context&, const SendQuestion&, Timestamp) const override { return no(); }
  void note_call(Context&, const CallNote&) const override {}

 private:
  static SendAnswer no() {
    SendAnswer answer;
    answer.detail = "no_policy";
    return answer;
  }
};

const char* message_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::consent_withdrawn:
      return "the person has withdrawn consent";
    case ErrorCode::consent_expired:
      return "the consent's time is over";
    case ErrorCode::objected:
      return "the person has objected";
    case ErrorCode::outside_session_window:
      return "free form only within 24 hours of the person's last message; else an approved template";
    case ErrorCode::frequency_cap:
      return "the person has had enough messages for now";
    case ErrorCode::template_invalid:
      return "the template does not fit the purpose";
    default:
      return "no consent for this address, channel and purpose";
  }
}

}  // namespace

std::string_view to_string(SendKind kind) noexcept {
  switch (kind) {
    case SendKind::opt_in_request:
      return "opt_in_request";
    case SendKind::opt_out_confirmation:
      return "opt_out_confirmation";
    default:
      return "ordinary";
  }
}

const SendPolicy& send_policy(Context& cx) {
  static const RefuseAll refuse_all;
  const SendPolicy* const policy = cx.unit().kernel().registry->send_policy();
  return policy ? *policy : refuse_all;
}

Error send_refusal(const SendAnswer& answer) {
  Error error(answer.error, message_of(answer.error));
  if (!answer.detail.empty()) std::move(error).with("reason", answer.detail);
  return std::move(error).with_json(looked_at_detail, answer.looked_at);
}

}  // namespace atlas
