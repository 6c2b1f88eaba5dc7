#pragma once
// One simulated world: hosts, users and faults that follow from a seed, on one thread.

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "common/host.hpp"
#include "deeds.hpp"
#include "oracle.hpp"

namespace atlas::simulation {

struct Settings {
  std::uint64_t seed = 1;
  std::uint64_t steps = 500;     ///< at most 2,000
  std::string sqlite_directory;  ///< "" = in memory
  DiskFaults disk_faults;
  Spoiler spoil;  ///< for worlds that are to be found out
  std::function<void(const std::string& line)> show;
};

struct Summary {
  std::string trace_hash;  ///< of every step, answer and audit entry: the same for the same seed
  std::uint64_t steps = 0, calls = 0, answers = 0, crashes = 0, unknown = 0, faults = 0, replays = 0,
                meetings = 0, batches = 0;
};

class Simulation {
 public:
  explicit Simulation(Settings settings);
  ~Simulation();
  /// Throws Failure when a judge is not content.
  Summary run();
  std::uint64_t step() const { return step_; }
  const std::deque<std::string>& last_steps() const { return last_; }

 private:
  struct Client {
    std::size_t org;
    Uuid user;
  };
  struct Wish {  ///< a deed whose outcome its client does not know, or knows and may ask for again
    Client client;
    std::shared_ptr<Deed> deed;
    std::string key;
    Timestamp since;
  };
  struct OpenBatch {
    Client client;
    OrgModel model;  ///< as the batch sees it
    std::size_t calls = 0, wanted = 0;
    bool may_be_aborted = false, is_aborted = false;
  };
  struct Walk {
    Client client;
    std::optional<std::string> after;
    std::set<Uuid> must_see, seen;
  };
  enum class Outcome : std::uint8_t { yes, no, storage, unknown, crashed, aborted };
  struct Answer {
    Outcome outcome = Outcome::yes;
    std::string text;
    std::optional<Error> error;
  };

  // setting up and the scheduler (simulation.cpp)
  void make_store(Host& first);
  void set_up();
  void take_step();
  void step_of(Host& host);
  void meanwhile(Host& busy);
  bool ensure_up(Host& host);
  void pass_time();
  void note(std::string line);
  std::string at(const Host& host, const Client& client, std::string_view operation) const;

  // calls and what becomes of them (calls.cpp)
  Answer ask(Host& host, const Client& client, std::string_view operation,
             const std::function<std::string()>& call, bool interleave = false);
  void perform(Host& host, const Wish& wish, bool again);
  bool settle_unknown(const Wish& wish);
  void accept(OrgModel& m, const Wish& wish, const std::string& text);
  void require_no(const OrgModel& m, const Wish& wish, const Answer& answer);
  void require_verdict(const Verdict& verdict, const Answer& answer, const Client& client,
                       std::string_view operation);
  void drop_batch();
  void refresh_walks();
  void switch_organisation(Host& host, std::size_t org);
  void begin_batch(Host& host);
  void batch_step(Host& host);
  void end_batch(Host& host);
  void outwait_batch(Host& host);
  void retry(Host& host);
  void wrong_key(Host& host);

  // what clients do (workload.cpp)
  void write_step(Host& host);
  std::shared_ptr<Deed> draw_deed(const OrgModel& m, const Uuid& user, std::size_t org);
  std::shared_ptr<Deed> draw_create(std::size_t org);
  std::shared_ptr<Deed> draw_update(const OrgModel& m, std::size_t org, const Uuid& user);
  Client draw_client();
  Uuid draw_dossier(const OrgModel& m, std::size_t org, const Uuid& user);
  std::int64_t draw_version(const OrgModel& m, const Uuid& dossier);
  std::string draw_name(std::size_t org);
  std::pair<std::string, std::string> draw_phone(std::size_t org);
  std::string new_key();

  // reading, and what the answers must be (readings.cpp)
  void read_step(Host& host);
  void read_one(Host& host);
  void read_list(Host& host);
  void read_count(Host& host);
  void read_tasks(Host& host);
  void read_parties(Host& host);
  void read_timeline(Host& host);
  void read_audit(Host& host);
  void read_events(Host& host);
  void verify(Host& host);
  void make_checkpoint(Host& host);
  void start_walk();
  void walk_on(Host& host);
  void pump(Host& host);
  bool answered(const Answer& answer, const Verdict& verdict, const Client& client,
                std::string_view operation);
  template <class In, class Out>
  bool read(Host& host, const Client& client, const Operation<In, Out>& op, const In& in, Out& out,
            const Verdict& verdict);

  // judges (judges.cpp)
  void judge_answer(const OrgModel& m, const Client& client, const std::string& text, bool replayed);
  /// Compares the audit with what was acknowledged. Entries beyond it belong to `pending` or are a fault.
  bool look(std::size_t org, const std::function<void(const std::vector<SeenEntry>&)>& pending);
  void judge_records(std::size_t org);
  void judge_history(std::size_t org);
  void judge_all();

  Settings settings_;
  testing::FakeClock clock_;
  Dice dice_, fate_;
  std::unique_ptr<Disk> disk_;
  std::unique_ptr<Ground> ground_;
  std::vector<std::unique_ptr<Host>> hosts_;
  std::unique_ptr<testing::SeededEntropy> oracle_bytes_;
  std::unique_ptr<Oracle> oracle_;

  std::vector<OrgModel> models_;
  std::vector<std::vector<Uuid>> people_;         ///< the users of each organisation
  std::vector<std::vector<Uuid>> listings_;       ///< what its dossiers are about
  std::vector<std::vector<std::string>> leaves_;  ///< of the audit, as last seen, in base64
  std::vector<std::size_t> log_seen_;             ///< of OrgModel::log
  std::vector<std::uint64_t> refusals_, refusals_seen_;
  std::vector<std::pair<std::size_t, std::string>> notes_;  ///< checkpoints: organisation, note
  std::map<Uuid, std::size_t> owner_of_;  ///< every id that is known to belong to one organisation
  std::vector<std::string> markers_;
  std::vector<Wish> wishes_;
  std::optional<OpenBatch> batch_;
  Host* batch_host_ = nullptr;
  std::vector<Walk> walks_;

  std::uint64_t step_ = 0, keys_ = 0;
  bool nested_ = false;
  bool crash_seen_ = false;
  std::deque<std::string> last_;
  Sha256 trace_;
  Summary summary_;
};

}  // namespace atlas::simulation
