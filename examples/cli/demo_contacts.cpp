// Contacts become dossiers, and those who come twice are met.

#include <chrono>
#include <numeric>
#include <unordered_map>

#include "atlas/csv.hpp"
#include "atlas/dossiers.hpp"
#include "atlas/json.hpp"
#include "demo.hpp"
#include "lines.hpp"

namespace atlas::cli::demo {
namespace {

constexpr std::size_t file_limit = 256u << 20;
constexpr std::size_t per_transaction = 500;
constexpr int examples = 3;

/// Calls `row` with each record of a CSV file, by the names of its header.
template <class F>
void each_row(const std::string& path, const std::vector<std::string>& names, F&& row) {
  const std::string bytes = read_whole(path, file_limit);
  std::vector<std::size_t> columns;
  CsvReader reader(',', [&](std::size_t record, const std::vector<std::string>& fields) {
    if (record == 1) {
      for (const std::string& name : names) {
        const auto at = std::find(fields.begin(), fields.end(), name);
        if (at == fields.end()) {
          throw Error(ErrorCode::invalid_argument, "the file has no column " + name).with("file", path);
        }
        columns.push_back(static_cast<std::size_t>(at - fields.begin()));
      }
      return;
    }
    std::vector<std::string> cells;
    for (const std::size_t column : columns) cells.push_back(column < fields.size() ? fields[column] : "");
    row(std::move(cells));
  });
  reader.feed(bytes);
  reader.finish();
}

std::string source_code(const std::string& source) {
  static const std::map<std::string, std::string> codes{{"website", "LEAD_SOURCE_FORM"},
                                                        {"phone", "LEAD_SOURCE_PHONE"},
                                                        {"whatsapp", "LEAD_SOURCE_WHATSAPP"},
                                                        {"walk-in", "LEAD_SOURCE_WALK_IN"},
                                                        {"portal", "LEAD_SOURCE_PARTNER"}};
  const auto it = codes.find(source);
  return it == codes.end() ? "LEAD_SOURCE_OTHER" : it->second;
}

dossiers::Create to_dossier(const Contact& contact) {
  const auto given = [](const std::string& text) {
    return text.empty() ? std::nullopt : std::optional(text);
  };
  dossiers::Create in;
  in.case_type_code = "CRM_LEAD_BUY";
  in.source_code = source_code(contact.source);
  in.contact_name = contact.name;
  in.phone = given(contact.phone);
  in.phone_region = given(contact.country);
  in.email = given(contact.email);
  in.city = given(contact.city);
  in.meta = "{\"record\":" + json_string(contact.id) + "}";
  return in;
}

/// "phone, email: a phone or an email"
std::string reason_of(const Error& error) {
  std::map<std::string, std::string> paths;
  for (const FieldError& field : error.fields()) {
    std::string& names = paths[field.message];
    names += (names.empty() ? "" : ", ") + field.path.substr(std::min<std::size_t>(1, field.path.size()));
  }
  std::string reason;
  for (const auto& [message, names] : paths) reason += (reason.empty() ? "" : "; ") + names + ": " + message;
  return reason.empty() ? error.message() : reason;
}

/// Records that are one person, by the file of true pairs.
class Truth {
 public:
  explicit Truth(const std::string& path) {
    each_row(path, {"id_a", "id_b"}, [&](std::vector<std::string> cells) {
      const std::size_t a = number(cells[0]), b = number(cells[1]);
      pairs_.emplace_back(a, b);
      parents_[root(a)] = root(b);
    });
  }
  bool same(const std::string& a, const std::string& b) { return root(number(a)) == root(number(b)); }
  std::int64_t pairs() const { return static_cast<std::int64_t>(pairs_.size()); }

  /// Pairs whose records went to one dossier.
  std::int64_t found(const std::unordered_map<std::string, Uuid>& dossiers) const {
    std::int64_t n = 0;
    for (const auto& [a, b] : pairs_) {
      const auto x = dossiers.find(ids_[a]), y = dossiers.find(ids_[b]);
      n += x != dossiers.end() && y != dossiers.end() && x->second == y->second;
    }
    return n;
  }

 private:
  std::size_t number(const std::string& id) {
    const auto [it, fresh] = numbers_.try_emplace(id, numbers_.size());
    if (fresh) {
      parents_.push_back(it->second);
      ids_.push_back(id);
    }
    return it->second;
  }
  std::size_t root(std::size_t n) {
    while (parents_[n] != n) n = parents_[n] = parents_[parents_[n]];
    return n;
  }
  std::unordered_map<std::string, std::size_t> numbers_;
  std::vector<std::size_t> parents_;
  std::vector<std::string> ids_;
  std::vector<std::pair<std::size_t, std::size_t>> pairs_;
};

std::string both(const std::vector<std::string>& matched_on) {
  std::string text;
  for (const std::string& key : matched_on)
    text += (text.empty() ? "" : " and ") + (key == "email" ? "e-mail" : key);
  return text;
}

}  // namespace

std::vector<Contact> read_contacts(const std::string& path) {
  std::vector<Contact> contacts;
  each_row(path, {"id", "source", "given_name", "family_name", "phone", "email", "city", "country"},
           [&](std::vector<std::string> c) {
             const std::string between = c[2].empty() || c[3].empty() ? "" : " ";
             contacts.push_back({c[0], c[1], c[2] + between + c[3], c[4], c[5], c[6], c[7]});
           });
  return contacts;
}

Import open_dossiers(Guide& guide, Session& session, std::vector<Contact> contacts) {
  Import import;
  import.contacts = std::move(contacts);
  import.outcomes.resize(import.contacts.size());
  const auto begin = std::chrono::steady_clock::now();
  Progress progress(guide.terminal(), "opening dossiers", static_cast<std::int64_t>(import.contacts.size()));
  for (std::size_t i = 0; i < import.contacts.size(); ++i) {
    if (!session.in_batch()) session.begin_batch();
    Outcome& outcome = import.outcomes[i];
    try {
      const dossiers::Created made = session.call(dossiers::create, to_dossier(import.contacts[i]));
      outcome.opened = made.created;
      outcome.matched_on = made.matched_on;
      if (made.dossier) outcome.dossier = made.dossier->id;
      ++(made.created ? import.opened : import.met);
    } catch (const Error& error) {
      if (error.code() != ErrorCode::invalid_argument) throw;
      ++import.refused;
      ++import.refusals[reason_of(error)];
    }
    if ((i + 1) % per_transaction == 0) session.commit_batch();
    progress.at(static_cast<std::int64_t>(i + 1));
  }
  if (session.in_batch()) session.commit_batch();
  progress.finish();
  const auto ms =
      std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begin).count();
  const auto read = static_cast<std::int64_t>(import.contacts.size());

  Table table({"contacts", "", ""});
  table.align_right(0);
  table.row(
      {grouped(import.opened), "opened", "a new dossier, with its audit entry, timeline and search keys"});
  table.row({grouped(import.met), "met", "already there under the same phone or e-mail: no second dossier"});
  for (const auto& [reason, count] : import.refusals) table.row({grouped(count), "refused", reason});
  guide.table(table);
  guide.note(grouped(read) + " contacts in " + grouped(ms) + " ms, " + std::to_string(per_transaction) +
             " to a transaction: " + grouped(read * 1000 / std::max<std::int64_t>(ms, 1)) + " a second");
  guide.fact("contacts", read);
  guide.fact("opened", import.opened);
  guide.fact("met", import.met);
  guide.fact("refused", import.refused);
  guide.fact("import_ms", ms);
  return import;
}

void show_duplicates(Guide& guide, const Import& import, const std::string& data) {
  std::unordered_map<Uuid, std::size_t> first;
  std::unordered_map<std::string, Uuid> dossiers;
  Table table({"came later", "", "dossier met", "", "met by"});
  int shown = 0;
  for (std::size_t i = 0; i < import.contacts.size(); ++i) {
    const Outcome& outcome = import.outcomes[i];
    if (!outcome.dossier) continue;
    const Contact& contact = import.contacts[i];
    dossiers.emplace(contact.id, *outcome.dossier);
    const Contact& other = import.contacts[first.try_emplace(*outcome.dossier, i).first->second];
    // Examples that look different, which is what makes them worth showing.
    if (outcome.opened || shown == examples || contact.name == other.name || contact.phone == other.phone)
      continue;
    if (contact.phone.empty() || other.phone.empty()) continue;
    ++shown;
    table.row({contact.name, contact.phone, other.name, other.phone, both(outcome.matched_on)});
  }
  guide.table(table);

  std::optional<Truth> truth;
  try {
    truth.emplace(data + "/people.pairs.csv");
  } catch (const Error& error) {
    if (error.code() != ErrorCode::not_found) throw;
    return;
  }
  std::int64_t right = 0;
  for (std::size_t i = 0; i < import.contacts.size(); ++i) {
    const Outcome& outcome = import.outcomes[i];
    if (!outcome.dossier || outcome.opened) continue;
    right += truth->same(import.contacts[i].id, import.contacts[first.at(*outcome.dossier)].id);
  }
  const std::int64_t found = truth->found(dossiers);
  guide.line();
  guide.line(grouped(right) + " of the " + grouped(import.met) + " (" + percent(right, import.met) +
             ") are the same person by the file of true pairs; the others share a telephone or an address.");
  guide.line("Exact keys bring together " + percent(found, truth->pairs()) + " of the " +
             grouped(truth->pairs()) + " true pairs. The rest changed number and address, or mistyped them.");
  guide.fact("met_true", right);
  guide.fact("true_pairs", truth->pairs());
  guide.fact("true_pairs_found", found);
}

std::string percent(std::int64_t part, std::int64_t whole) {
  const std::int64_t tenths = whole > 0 ? (part * 1000 + whole / 2) / whole : 0;
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " %";
}

}  // namespace atlas::cli::demo
