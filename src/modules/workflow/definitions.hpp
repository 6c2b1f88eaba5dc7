#pragma once
// Definitions as an organisation has them, for the room's own sources.

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "atlas/registry.hpp"
#include "atlas/workflow_definitions.hpp"

namespace atlas::workflow {

/// The definition that a row holds, and the row of a definition (without what the publication adds).
Definition definition_of(WorkflowDefinition row);
WorkflowDefinition row_of(const Definition& definition);

/// The newest version of a case type; 0 where there is none.
std::int64_t newest_version(Context& cx, std::string_view case_type);

/// Throws not_found when there is no such definition. Without a version: the active one.
std::shared_ptr<const Definition> require_definition(Context& cx, std::string_view case_type,
                                                     std::optional<std::int64_t> version);

/// Everything that is wrong with it, as far as this organisation goes.
std::vector<Finding> findings_of(Context& cx, const Definition& definition);
bool has_errors(const std::vector<Finding>& findings) noexcept;

/// The records that run on the definitions of a case type, whatever their entity is.
class Records {
 public:
  /// Of an entity that is not there (yet) there are none.
  Records(Context& cx, std::string_view case_type);

  /// A record behind its entity.
  class Record {
   public:
    Record(const Records& all, std::shared_ptr<void> entity) : all_(&all), entity_(std::move(entity)) {}
    const Uuid& id() const { return static_cast<const Entity*>(entity_.get())->id; }
    std::string& status() const { return *static_cast<std::string*>(all_->status_->address(entity_.get())); }
    std::int64_t& workflow_version() const {
      return *static_cast<std::int64_t*>(all_->version_->address(entity_.get()));
    }
    const std::string& case_type() const {
      return *static_cast<std::string*>(all_->type_->address(entity_.get()));
    }
    void* entity() const { return entity_.get(); }

   private:
    const Records* all_;
    std::shared_ptr<void> entity_;
  };

  /// How many stand where: by version and state, archived ones left out.
  std::map<std::pair<std::int64_t, std::string>, std::int64_t> standing() const;
  /// The next ones by id, at most `limit`; those that `where` tells. Archived ones too.
  std::vector<Record> page(const std::optional<Uuid>& after, std::size_t limit,
                           std::vector<Predicate> where = {}) const;
  /// One of them, held to the end of the transaction.
  Record hold(const Uuid& id) const;

  Predicate on_older_than(std::int64_t version) const;
  Predicate stands(std::int64_t version, std::string_view state) const;
  bool exist() const { return info_ != nullptr; }
  const EntityInfo& info() const { return *info_; }

 private:
  Predicate of_type() const;
  Context& cx_;
  std::string case_type_;
  const EntityInfo* info_ = nullptr;
  const Field *type_ = nullptr, *status_ = nullptr, *version_ = nullptr;
};

/// Registers the moving of records to a published version, as due work.
void register_moving(Registry& registry);
void register_publishing(Registry& registry);
void register_simulation(Registry& registry);
inline constexpr std::string_view moving_work = "workflow.move";

}  // namespace atlas::workflow
