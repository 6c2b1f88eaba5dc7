#include "msm_machine.hpp"

namespace atlas::machines {
namespace {

ATLAS_STATE(Open, "REPORT_OPEN");
ATLAS_STATE(InReview, "REPORT_IN_REVIEW");
ATLAS_STATE(Closed, "REPORT_CLOSED");

ATLAS_EVENT(Review, "review");
ATLAS_EVENT(Close, "close");

// clang-format off
struct Report : Definition<Report> {
  using initial_state = Open;
  struct transition_table : mpl::vector<
      _row<Open,     Review, InReview>,
      _row<InReview, Close,  Closed>> {};
};
// clang-format on

}  // namespace

Compiled compiled_report() { return MsmMachine<Report>::compiled("report"); }

}  // namespace atlas::machines
