// The conformance suite on SQLite and SQLCipher. When a store is closed, the plan of every statement that it
// prepared for the suite is looked at.

#include <iostream>
#include <map>

#include "../sqlite/plan_check.hpp"
#include "../sqlite/sqlite_place.hpp"

namespace {

using namespace atlas;
using namespace atlas::testing;

struct Watch {
  std::map<std::string, PlanFault> faults;
  std::size_t statements = 0;
};

class WatchedStore final : public Store {
 public:
  WatchedStore(std::unique_ptr<Store> store, Watch& watch) : store_(std::move(store)), watch_(watch) {}
  ~WatchedStore() override {
    try {
      watch_.statements += sqlite_statements(*store_).size();
      for (PlanFault& fault : plan_faults(*store_)) watch_.faults.emplace(fault.text, std::move(fault));
    } catch (const std::exception& error) {
      watch_.faults.emplace("", PlanFault{"", "", error.what()});
    }
  }
  const StoreCapabilities& capabilities() const override { return store_->capabilities(); }
  const Catalog& catalog() const override { return store_->catalog(); }
  int schema_version() const override { return store_->schema_version(); }
  std::unique_ptr<ReadTransaction> read() override { return store_->read(); }
  std::unique_ptr<WriteTransaction> write(Durability durability) override {
    return store_->write(durability);
  }
  void backup(const std::string& path) override { store_->backup(path); }
  void rekey(std::string_view passphrase) override { store_->rekey(passphrase); }
  std::vector<StoreFinding> check() override { return store_->check(); }
  void maintain() override { store_->maintain(); }

 private:
  std::unique_ptr<Store> store_;
  Watch& watch_;
};

class WatchedPlace final : public StorePlace {
 public:
  WatchedPlace(bool encrypted, Watch& watch) : place_(encrypted), watch_(watch) {}
  std::unique_ptr<Store> open(const StoreOpening& opening) override {
    return std::make_unique<WatchedStore>(place_.open(opening), watch_);
  }

 private:
  SqlitePlace place_;
  Watch& watch_;
};

}  // namespace

int main(int argc, char** argv) {
  Watch watch;
  const StoreBackend backends[] = {
      {"sqlite", [&] { return std::make_unique<WatchedPlace>(false, watch); }, {}},
      {"sqlcipher", [&] { return std::make_unique<WatchedPlace>(true, watch); }, {}},
  };
  const int result = conformance_main(argc, argv, backends);
  for (const auto& [text, fault] : watch.faults) {
    std::cout << "plan: " << fault.why << "\n  " << fault.text << "\n  " << fault.plan << "\n";
  }
  std::cout << watch.statements << " statements were explained\n";
  return result != 0 || !watch.faults.empty() || watch.statements == 0 ? 1 : 0;
}
