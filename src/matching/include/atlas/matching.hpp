#pragma once
// Which records tell of the same person, organisation, place or thing: keys that bring candidates together,
// a score in bits that can be explained, clusters. Pure: no storage, no clock, no randomness. What is decided
// depends on a Model and the records alone, never on order or time. Thread-safe: a Model and a PreparedRecord
// are immutable.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace atlas::matching {

/// What a field holds, and so how two values of it are compared.
enum class FieldKind : std::uint8_t {
  ignored,  ///< Says nothing about identity: row numbers, constants, notes of the import.
  given_name,
  family_name,
  full_name,  ///< A person's whole name, in any order.
  title,      ///< Name of an organisation, a venue or a product; the title of a listing.
  email,
  phone,
  date,    ///< A date that belongs to the thing itself, such as a birth.
  street,  ///< Number and street, or a whole postal address.
  house_number,
  city,
  postcode,
  region,
  identifier,  ///< A number given by an authority or a maker: national id, model, reference.
  money,
  number,
  category,  ///< One of few values.
  text,      ///< Many words: a description, a message.
  latitude,
  longitude,
  photos,  ///< Hashes of photos: 16 hexadecimal digits of what one shows, or 64 of its content.
};
/// "given_name"; a stable code, also the key of its translations.
std::string_view to_string(FieldKind kind) noexcept;
std::optional<FieldKind> parse_field_kind(std::string_view code) noexcept;

/// A column of the records. Any value may be missing.
struct Field {
  std::string name;  ///< Shown in explanations.
  FieldKind kind = FieldKind::ignored;
};

/// One record under a model: a value per field of the model, in its order; empty = missing, and a missing
/// value speaks neither for nor against. Several values of one field (phones, e-mails) are joined by U+001F.
struct Record {
  std::vector<std::string> values;
};
inline constexpr char value_separator = '\x1f';
/// Behind a telephone whose country was only guessed (+212661234567?): it says less than one that tells its
/// own.
inline constexpr char guessed_mark = '?';

/// Text that is longer is compared by its beginning only.
inline constexpr std::size_t value_bytes = 4096;

class ModelData;

/// Parameters, frequencies and thresholds of one training: versioned, immutable, cheap to copy.
class Model {
 public:
  /// Models for an organisation's records before it has enough of its own to learn from. Their fields, in
  /// order:
  ///   dossiers  contact_name, phone, email, city
  ///   parties   given_name, family_name, organisation_name, phones, emails, address, birth_date, national_id
  ///   listings  title, description, price, surface_m2, rooms, floor, city, zone, address_text, lat, lng,
  ///             contact_phone, property_type_code, transaction_type_code, bedrooms, bathrooms,
  ///             photos
  static Model for_dossiers();
  static Model for_parties();
  static Model for_listings();

  /// Reads what to_json wrote; throws invalid_argument.
  static Model from_json(std::string_view json);
  /// Deterministic text: equal models give equal bytes. Values are in it as 8-byte hashes only, no names.
  std::string to_json() const;
  /// 16 hexadecimal digits of a hash of to_json(): the version that scores and keys belong to.
  std::string version() const;

  std::span<const Field> fields() const noexcept;
  /// From here on two records are taken for the same (and merged by hand with one look).
  double same_threshold() const noexcept;
  /// From here on a machine may merge; at least the former.
  double automatic_threshold() const noexcept;
  /// From here on a person should look.
  double review_threshold() const noexcept;

  explicit Model(std::shared_ptr<const ModelData> data) : data_(std::move(data)) {}
  const ModelData& data() const noexcept { return *data_; }

 private:
  std::shared_ptr<const ModelData> data_;
};

/// What the records do not say of themselves.
struct TrainOptions {
  /// Country of national telephone numbers (ISO 3166, "ZZ" = unknown; with a question mark behind it:
  /// guessed, then such numbers weigh less than those that say theirs).
  std::string phone_region = "ZZ";
};
/// Learns from `records` without labels, beginning at `prior` and staying near it when there is little to
/// learn from. The order of the records changes nothing. Memory and time grow with their number.
Model train(const Model& prior, std::span<const Record> records, const TrainOptions& options = {});

class PreparedValues;

/// A record made ready for comparing: normalised once, compared often.
class PreparedRecord {
 public:
  /// `record.values` may be shorter than the fields; what lacks is missing. Throws invalid_argument when it
  /// is longer. Bytes that are no UTF-8 are replaced.
  PreparedRecord(const Record& record, const Model& model, std::string_view phone_region = "ZZ");
  const PreparedValues& values() const noexcept { return *values_; }

 private:
  std::shared_ptr<const PreparedValues> values_;
};

/// At most this many keys are kept of a record.
inline constexpr std::size_t max_stored_keys = 4;
/// The keys under which a record is found again: two records that share a key are candidates. None is made of
/// a missing value. A key may belong to many records; who looks up takes at most `key_cap` of them, those of
/// largest id last, since what is shared by more says little.
std::vector<std::uint64_t> keys_of(const PreparedRecord& record, const Model& model);
std::vector<std::uint64_t> keys_of(const Record& record, const Model& model,
                                   std::string_view phone_region = "ZZ");
inline constexpr std::size_t key_cap = 200;

/// What one comparison said.
struct Contribution {
  std::string field;    ///< Field names, joined by "+" where several are compared at once.
  std::string kind;     ///< Code of the comparison: "given_name", "phone", …, "related", "order".
  std::string level;    ///< Code of the level reached: "exact", "similar", "different", "missing", …
  std::string value_a;  ///< As given; empty when missing.
  std::string value_b;
  double bits = 0;  ///< For (+) or against (−).
};

/// How two records stand to each other. `prior` + the bits of all contributions = `weight` (to 1e-9), and
/// `probability` = 2^weight / (1 + 2^weight).
struct Score {
  double weight = 0;       ///< Bits.
  double probability = 0;  ///< 0..1
  double prior = 0;        ///< Bits: the chance that two records of the whole file are the same.
  std::vector<Contribution> contributions;
};
/// Symmetric: swapping a and b swaps the values shown and nothing else.
Score score(const PreparedRecord& a, const PreparedRecord& b, const Model& model);
Score score(const Record& a, const Record& b, const Model& model, std::string_view phone_region = "ZZ");

/// The weight alone, without the words; what a search calls.
double weight_of(const PreparedRecord& a, const PreparedRecord& b, const Model& model);
double probability_of_weight(double bits) noexcept;

/// One thing that would change the verdict.
struct Change {
  std::string field;
  std::string level;       ///< The level that the field would have to reach.
  double probability = 0;  ///< What the pair would then have.
};
/// Single comparisons whose outcome, were it another, would carry the pair over `threshold` or below it;
/// the likeliest first, at most 5.
std::vector<Change> what_would_change(const Score& score, const Model& model, double threshold);

/// The words for a code of FieldKind, comparison or level, in "fr", "en" or "ar" (anything else: "en").
std::string_view label(std::string_view code, std::string_view language) noexcept;
/// One line for people: "phone: same number (+14.2 bits)".
std::string sentence(const Contribution& contribution, std::string_view language);

/// How alike are two values of a kind: level 0 (different, or one is missing) to `levels` (equal).
struct Similarity {
  int level = 0;
  int levels = 1;
  double score = 0;  ///< level / levels
};
Similarity similarity(FieldKind kind, std::string_view a, std::string_view b,
                      std::string_view phone_region = "ZZ");

/// A pair of records, by their numbers, with its weight.
struct WeightedPair {
  std::uint32_t a = 0, b = 0;
  float weight = 0;
};

/// How sure two groups have to be to become one.
struct ClusterOptions {
  double threshold = 0.5;   ///< Probability from which a pair joins.
  double unseen_bits = -3;  ///< What a pair that is not in the graph says when two groups would be joined.
  double clip_bits = 12;    ///< No pair says more than this in a group's favour or disfavour.
  bool one_to_one = false;  ///< Every record has at most one partner.
};
/// Groups records that are the same. Pairs are joined from the surest down; two groups become one only if all
/// that is known between them speaks for it, so that a weak bridge does not join two strong groups. Answers
/// for each record 0..count-1 the smallest record of its group. The order of `pairs` changes nothing as long
/// as the numbering of the records is the same; ties are broken by number.
std::vector<std::uint32_t> cluster(std::size_t count, std::span<const WeightedPair> pairs,
                                   const ClusterOptions& options = {});

/// Why are these two one: the records from `a` to `b` such that the weakest step is as strong as can be, over
/// pairs whose both ends are in a's group. Empty when there is no way.
std::vector<std::uint32_t> path(std::uint32_t a, std::uint32_t b, std::span<const WeightedPair> pairs,
                                std::span<const std::uint32_t> groups);

}  // namespace atlas::matching
