#include "msm_machine.hpp"

namespace atlas::machines {
namespace {

ATLAS_STATE(Draft, "ANN_DRAFT");
ATLAS_STATE(Published, "ANN_PUBLISHED");
ATLAS_STATE(Suspended, "ANN_SUSPENDED");
ATLAS_STATE(Archived, "ANN_ARCHIVED");

ATLAS_EVENT(Publish, "publish");
ATLAS_EVENT(Suspend, "suspend");
ATLAS_EVENT(Resume, "resume");
ATLAS_EVENT(Archive, "archive");

// clang-format off
struct Listing : Definition<Listing> {
  using initial_state = Draft;
  struct transition_table : mpl::vector<
      _row<Draft,     Publish, Published>,
      _row<Published, Suspend, Suspended>,
      _row<Suspended, Resume,  Published>,
      _row<Draft,     Archive, Archived>,
      _row<Published, Archive, Archived>,
      _row<Suspended, Archive, Archived>> {};
};
// clang-format on

}  // namespace

Compiled compiled_listing() { return MsmMachine<Listing>::compiled("listing"); }

}  // namespace atlas::machines
