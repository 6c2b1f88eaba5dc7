#include "atlas/permission.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

namespace atlas {
namespace {

// What a cell of the domain's tables says, in their words.
enum class Cell : std::uint8_t {
  no,
  yes,
  yes_to_creator,
  assigned,
  own,
  own_listings,
  own_schedule,
  moderation,
  scope,
  group,
  read,
  by_setting,
  by_policy,
};

constexpr std::array<std::string_view, 13> cell_texts = {"no",
                                                         "yes",
                                                         "yes (assigned to its creator)",
                                                         "assigned",
                                                         "own",
                                                         "own listing's",
                                                         "own schedule",
                                                         "moderation scope",
                                                         "scope",
                                                         "group",
                                                         "read",
                                                         "by setting",
                                                         "by policy"};
static_assert(cell_texts[static_cast<std::size_t>(Cell::by_policy)] == "by policy");

constexpr std::array<std::string_view, 8> role_names = {
    "ADMIN_ORG", "MANAGER", "AGENT", "OWNER", "MODERATOR", "COOP_MANAGER", "COOP_MEMBER", "AUDITOR"};
constexpr std::size_t agent = 2;

struct Row {
  std::string_view permission;
  std::array<Cell, role_names.size()> cells;
};

// Short names, so that the table below reads as a table. A plain `read` is one of a row that joins reading
// and writing: it stands beside the permission that reads and is `no` beside the one that writes.
constexpr Cell N = Cell::no, Y = Cell::yes, YC = Cell::yes_to_creator, A = Cell::assigned, O = Cell::own,
               OL = Cell::own_listings, OS = Cell::own_schedule, M = Cell::moderation, S = Cell::scope,
               G = Cell::group, R = Cell::read, BS = Cell::by_setting, BP = Cell::by_policy;

// The default matrix. A family such as "USER_*" is spelled out. Co-operative roles and auditors may read the
// organisation itself, without which no session can say where it is; the tables leave those three cells open.
// clang-format off
constexpr Row rows[] = {
    //                          admin man. agent owner mod. c.man c.mem audit
    {"ORG_READ",                 {Y,   Y,   Y,   Y,   S,   Y,   Y,   Y}},
    {"ORG_UPDATE_SETTINGS",      {Y,   N,   N,   N,   N,   N,   N,   N}},
    {"USER_READ",                {Y,   N,   N,   N,   N,   N,   N,   N}},
    {"USER_CREATE",              {Y,   N,   N,   N,   N,   N,   N,   N}},
    {"USER_UPDATE",              {Y,   N,   N,   N,   N,   N,   N,   N}},
    {"USER_DISABLE",             {Y,   N,   N,   N,   N,   N,   N,   N}},
    {"ROLE_MANAGE",              {Y,   N,   N,   N,   N,   N,   N,   N}},
    {"REFERENCE_MANAGE",         {Y,   N,   N,   N,   N,   N,   N,   N}},
    {"WORKFLOW_MANAGE",          {Y,   N,   N,   N,   N,   N,   N,   N}},
    {"BILLING_READ",             {Y,   N,   N,   N,   N,   N,   N,   N}},
    {"BILLING_MANAGE",           {Y,   N,   N,   N,   N,   N,   N,   N}},
    {"LISTING_READ_PUBLIC",      {Y,   Y,   Y,   Y,   Y,   N,   N,   N}},
    {"LISTING_READ_ORG",         {Y,   Y,   Y,   O,   M,   N,   N,   N}},
    {"LISTING_CREATE",           {Y,   Y,   Y,   O,   N,   N,   N,   N}},
    {"LISTING_UPDATE",           {Y,   Y,   Y,   O,   N,   N,   N,   N}},
    {"MEDIA_UPLOAD",             {Y,   Y,   Y,   O,   N,   N,   N,   N}},
    {"MEDIA_DELETE",             {Y,   Y,   Y,   O,   N,   N,   N,   N}},
    {"LISTING_PUBLISH",          {Y,   Y,   BP,  BP,  N,   N,   N,   N}},
    {"LISTING_ARCHIVE",          {Y,   Y,   BP,  BP,  N,   N,   N,   N}},
    {"DOSSIER_READ_ORG",         {Y,   Y,   BS,  N,   N,   N,   N,   N}},
    {"DOSSIER_READ_ASSIGNED",    {Y,   Y,   Y,   OL,  N,   N,   N,   N}},
    {"DOSSIER_CREATE",           {Y,   Y,   YC,  N,   N,   N,   N,   N}},
    {"DOSSIER_UPDATE",           {Y,   Y,   A,   N,   N,   N,   N,   N}},
    {"DOSSIER_ASSIGN",           {Y,   Y,   N,   N,   N,   N,   N,   N}},
    {"DOSSIER_CHANGE_STATUS",    {Y,   Y,   A,   N,   N,   N,   N,   N}},
    {"DOSSIER_ADD_NOTE",         {Y,   Y,   A,   N,   N,   N,   N,   N}},
    {"DOSSIER_ADD_TASK",         {Y,   Y,   A,   N,   N,   N,   N,   N}},
    {"DOSSIER_EXPORT",           {Y,   Y,   N,   N,   N,   N,   N,   N}},
    {"APPOINTMENT_READ",         {Y,   Y,   A,   N,   N,   N,   N,   N}},
    {"APPOINTMENT_CREATE",       {Y,   Y,   A,   N,   N,   N,   N,   N}},
    {"APPOINTMENT_UPDATE",       {Y,   Y,   A,   N,   N,   N,   N,   N}},
    {"MESSAGE_SEND",             {Y,   Y,   A,   N,   N,   N,   N,   N}},
    {"REPORT_CREATE",            {Y,   Y,   Y,   Y,   Y,   N,   N,   N}},
    {"MODERATION_QUEUE_READ",    {N,   N,   N,   N,   Y,   N,   N,   N}},
    {"MODERATION_DECIDE",        {N,   N,   N,   N,   Y,   N,   N,   N}},
    {"DUPLICATE_READ",           {Y,   Y,   A,   N,   Y,   N,   N,   N}},
    {"DUPLICATE_DECIDE",         {Y,   Y,   N,   N,   N,   N,   N,   N}},
    {"DUPLICATE_OVERRIDE",       {Y,   Y,   N,   N,   N,   N,   N,   N}},
    {"AUDIT_READ",               {Y,   Y,   A,   N,   S,   G,   N,   Y}},
    {"AUDIT_EXPORT",             {Y,   Y,   N,   N,   N,   N,   N,   N}},
    {"CONSENT_READ",             {Y,   Y,   A,   N,   N,   N,   N,   N}},
    {"CONSENT_RECORD",           {Y,   Y,   A,   N,   N,   N,   N,   N}},
    {"CONSENT_EXPORT",           {Y,   Y,   N,   N,   N,   N,   N,   N}},
    {"REPORTING_BASIC_READ",     {Y,   Y,   O,   O,   N,   N,   N,   N}},
    {"REPORTING_ADV_READ",       {Y,   Y,   N,   N,   N,   N,   N,   N}},
    {"PARTY_READ",               {Y,   Y,   A,   N,   N,   N,   N,   R}},
    {"PARTY_WRITE",              {Y,   Y,   A,   N,   N,   N,   N,   N}},
    {"DOCUMENT_READ",            {Y,   Y,   A,   O,   N,   G,   O,   R}},
    {"DOCUMENT_WRITE",           {Y,   Y,   A,   O,   N,   G,   O,   N}},
    {"TASK_READ",                {Y,   Y,   A,   N,   N,   G,   N,   R}},
    {"TASK_WRITE",               {Y,   Y,   A,   N,   N,   G,   N,   N}},
    {"ACTIVITY_READ",            {Y,   Y,   A,   N,   N,   G,   N,   R}},
    {"IMPORT_RUN",               {Y,   Y,   N,   N,   N,   N,   N,   N}},
    {"BULK_RUN",                 {Y,   Y,   N,   N,   N,   N,   N,   N}},
    {"TEMPLATE_MANAGE",          {Y,   Y,   N,   N,   N,   N,   N,   N}},
    {"OUTBOX_OPERATE",           {Y,   Y,   N,   N,   N,   N,   N,   N}},
    {"OUTBOX_READ",              {Y,   Y,   A,   N,   N,   G,   N,   R}},
    {"CHANNEL_MANAGE",           {Y,   N,   N,   N,   N,   N,   N,   N}},
    {"APIKEY_MANAGE",            {Y,   N,   N,   N,   N,   N,   N,   N}},
    {"PRIVACY_EXPORT",           {Y,   N,   N,   N,   N,   N,   N,   N}},
    {"PRIVACY_ERASE",            {Y,   N,   N,   N,   N,   N,   N,   N}},
    {"WORKFLOW_OVERRIDE",        {Y,   N,   N,   N,   N,   N,   N,   N}},
    {"COOP_READ",                {Y,   Y,   N,   N,   N,   G,   OS,  G}},
    {"COOP_MANAGE",              {Y,   N,   N,   N,   N,   G,   N,   N}},
    {"COOP_DECIDE",              {Y,   N,   N,   N,   N,   G,   N,   N}},
    {"COOP_CONTRIBUTE",          {Y,   N,   N,   N,   N,   G,   O,   N}},
};
// clang-format on
constexpr std::size_t row_count = std::size(rows);

// The rows by name, for the search that every call makes.
constexpr auto sorted = [] {
  std::array<Row, row_count> all{};
  std::copy(std::begin(rows), std::end(rows), all.begin());
  std::sort(all.begin(), all.end(), [](const Row& a, const Row& b) { return a.permission < b.permission; });
  return all;
}();
static_assert(std::adjacent_find(sorted.begin(), sorted.end(), [](const Row& a, const Row& b) {
                return a.permission == b.permission;
              }) == sorted.end());

constexpr auto flat = [] {
  std::array<PermissionRow, row_count * role_names.size()> all{};
  std::size_t n = 0;
  for (const Row& row : rows)
    for (std::size_t r = 0; r < role_names.size(); ++r)
      all[n++] = {row.permission, role_names[r], cell_texts[static_cast<std::size_t>(row.cells[r])]};
  return all;
}();

const Row* find_row(std::string_view permission) noexcept {
  const auto it =
      std::lower_bound(sorted.begin(), sorted.end(), permission,
                       [](const Row& row, std::string_view name) { return row.permission < name; });
  return it != sorted.end() && it->permission == permission ? &*it : nullptr;
}

std::size_t role_index(std::string_view role) noexcept {
  return static_cast<std::size_t>(std::find(role_names.begin(), role_names.end(), role) - role_names.begin());
}

Scope scope_of(const Row& row, std::size_t role, const PolicySettings& settings) noexcept {
  switch (row.cells[role]) {
    case Cell::no:
      return scope_none;
    case Cell::yes:
      // "May read the dossiers assigned to them: yes" is a yes to those only.
      return role == agent && row.permission == "DOSSIER_READ_ASSIGNED" ? scope_assigned : scope_all;
    case Cell::yes_to_creator:
      return scope_all;
    case Cell::assigned:
      return scope_assigned;
    case Cell::own:
    case Cell::own_listings:
    case Cell::own_schedule:
      return scope_own;
    case Cell::moderation:
    case Cell::scope:
      return scope_moderation;
    case Cell::group:
      return scope_group;
    case Cell::read:
      return scope_all;
    case Cell::by_setting:
      return settings.agents_see_all_dossiers ? scope_all : scope_none;
    case Cell::by_policy:
      if (role == agent) return settings.publish_by_agents ? scope_all : scope_none;
      return settings.publish_by_owners ? scope_own : scope_none;
  }
  return scope_none;
}

}  // namespace

std::span<const PermissionRow> permission_matrix() noexcept { return flat; }

bool is_permission(std::string_view permission) noexcept { return find_row(permission) != nullptr; }

bool is_role(std::string_view role) noexcept { return role_index(role) < role_names.size(); }

Scope granted(std::string_view permission, std::span<const std::string> roles,
              const PolicySettings& settings) noexcept {
  const Row* const row = find_row(permission);
  if (!row) return scope_none;
  Scope scope = scope_none;
  for (const std::string& role : roles) {
    const std::size_t index = role_index(role);
    if (index < role_names.size()) scope = scope | scope_of(*row, index, settings);
  }
  return scope;
}

}  // namespace atlas
