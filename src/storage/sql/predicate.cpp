#include <bit>

#include "atlas/error.hpp"
#include "render.hpp"

namespace atlas::sql {

namespace {

using Kind = Predicate::Kind;

std::string_view operator_of(Kind kind, bool negated) {
  switch (kind) {
    case Kind::equal:
      return negated ? " <> " : " = ";
    case Kind::not_equal:
      return negated ? " = " : " <> ";
    case Kind::greater:
      return negated ? " <= " : " > ";
    case Kind::greater_equal:
      return negated ? " < " : " >= ";
    case Kind::less:
      return negated ? " >= " : " < ";
    case Kind::less_equal:
      return negated ? " > " : " <= ";
    default:
      throw Error(ErrorCode::internal, "A predicate is not a comparison.");
  }
}

class Renderer {
 public:
  Renderer(const Dialect& dialect, const Catalog& catalog, Statement& out)
      : dialect_(dialect), catalog_(catalog), out_(out) {}

  void render(const Table& table, std::string_view alias, const Predicate& p, bool negated) {
    switch (p.kind) {
      case Kind::always:
        return constant(!negated);
      case Kind::never:
        return constant(negated);
      case Kind::all:
        return join(table, alias, p, negated, !negated);
      case Kind::any:
        return join(table, alias, p, negated, negated);
      case Kind::negation:
        return render(table, alias, p.children.at(0), !negated);
      case Kind::is_null:
        return is_null(table, alias, p.column, negated);
      case Kind::in:
        return in(table, alias, p, negated);
      case Kind::prefix:
        return prefix(table, alias, p, negated);
      case Kind::contains:
        return contains(table, alias, p, negated);
      case Kind::exists:
        return exists(table, alias, p, negated);
      default:
        return compare(table, alias, p.kind, p.column, p.values.at(0).view(), negated);
    }
  }

 private:
  void constant(bool value) { out_.text += value ? "TRUE" : "FALSE"; }

  // Absent cells make a comparison false and so its negation true.
  void open(const Table& table, std::string_view alias, unsigned column, bool negated) {
    if (!negated) return;
    out_.text += '(';
    if (column_of(table, column).nullable) {
      out_.text += reference(table, alias, column);
      out_.text += " IS NULL OR ";
    }
  }
  void close(bool negated) {
    if (negated) out_.text += ')';
  }

  void join(const Table& table, std::string_view alias, const Predicate& p, bool negated, bool conjunction) {
    if (p.children.empty()) return constant(conjunction);
    out_.text += '(';
    for (std::size_t i = 0; i < p.children.size(); ++i) {
      if (i > 0) out_.text += conjunction ? " AND " : " OR ";
      render(table, alias, p.children[i], negated);
    }
    out_.text += ')';
  }

  void compare(const Table& table, std::string_view alias, Kind kind, unsigned column, const Value& value,
               bool negated) {
    if (value.is_null()) return constant(negated);
    open(table, alias, column, negated);
    out_.text += reference(table, alias, column);
    out_.text += operator_of(kind, negated);
    append_value(dialect_, table, column, value, out_);
    close(negated);
  }

  void is_null(const Table& table, std::string_view alias, unsigned column, bool negated) {
    if (!column_of(table, column).nullable) return constant(negated);
    out_.text += reference(table, alias, column);
    out_.text += negated ? " IS NOT NULL" : " IS NULL";
  }

  void in(const Table& table, std::string_view alias, const Predicate& p, bool negated) {
    std::vector<Value> values;
    values.reserve(p.values.size());
    for (const OwnedValue& value : p.values) {
      if (!value.is_null()) values.push_back(value.view());
    }
    if (values.empty()) return constant(negated);
    if (values.size() == 1) return compare(table, alias, Kind::equal, p.column, values[0], negated);
    // Lists are filled up to a power of two, so that few different statements come about.
    values.resize(std::bit_ceil(values.size()), values.back());
    open(table, alias, p.column, negated);
    out_.text += reference(table, alias, p.column);
    out_.text += negated ? " NOT IN (" : " IN (";
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (i > 0) out_.text += ", ";
      append_value(dialect_, table, p.column, values[i], out_);
    }
    out_.text += ')';
    close(negated);
  }

  // A range, so that an index can serve it.
  void prefix(const Table& table, std::string_view alias, const Predicate& p, bool negated) {
    const Value value = p.values.at(0).view();
    if (value.is_null()) return constant(negated);
    if (value.bytes().empty()) return is_null(table, alias, p.column, !negated);
    out_.owned.push_front(after_prefix(value.bytes()));
    const std::string& bound = out_.owned.front();
    const std::string column = reference(table, alias, p.column);
    open(table, alias, p.column, negated);
    if (!negated) out_.text += '(';
    out_.text += column;
    out_.text += negated ? " < " : " >= ";
    append_value(dialect_, table, p.column, value, out_);
    if (!bound.empty()) {
      out_.text += negated ? " OR " : " AND ";
      out_.text += column;
      out_.text += negated ? " >= " : " < ";
      append_value(dialect_, table, p.column, Value::text(bound), out_);
    }
    if (!negated) out_.text += ')';
    close(negated);
  }

  void contains(const Table& table, std::string_view alias, const Predicate& p, bool negated) {
    const Value value = p.values.at(0).view();
    if (value.is_null()) return constant(negated);
    open(table, alias, p.column, negated);
    out_.text.append(dialect_.contains).append("(").append(reference(table, alias, p.column)).append(", ");
    append_value(dialect_, table, p.column, value, out_);
    out_.text += negated ? ") = 0" : ") > 0";
    close(negated);
  }

  void exists(const Table& table, std::string_view alias, const Predicate& p, bool negated) {
    if (p.table >= catalog_.tables.size()) throw Error(ErrorCode::internal, "A predicate names no table.");
    const Table& other = catalog_[p.table];
    const std::string inner = std::string(alias) + "x";
    out_.text += negated ? "NOT EXISTS (SELECT 1 FROM " : "EXISTS (SELECT 1 FROM ";
    out_.text.append(quoted(other.name)).append(" AS ").append(inner).append(" WHERE ");
    bool first = true;
    const auto next = [&] {
      if (!first) out_.text += " AND ";
      first = false;
    };
    if (other.tenant) {
      next();
      out_.text.append(inner).append(".").append(quoted(dialect_.tenant_column)).append(" = ");
      append_tenant(dialect_, out_);
    }
    for (const auto& [mine, theirs] : p.on) {
      if (column_of(table, mine).type != column_of(other, theirs).type) {
        throw Error(ErrorCode::internal, "A predicate joins columns of different types.");
      }
      next();
      out_.text += reference(other, inner, theirs) + " = " + reference(table, alias, mine);
    }
    if (!p.children.empty()) {
      next();
      render(other, inner, p.children[0], false);
    }
    if (first) constant(true);
    out_.text += ')';
  }

  const Dialect& dialect_;
  const Catalog& catalog_;
  Statement& out_;
};

// The code point that ends `text`, and where it begins; nothing when the bytes are no UTF-8 there.
bool last_code_point(std::string_view text, std::size_t& begin, std::uint32_t& code) {
  begin = text.size() - 1;
  while (begin > 0 && text.size() - begin < 4 && (static_cast<unsigned char>(text[begin]) & 0xc0) == 0x80)
    --begin;
  const auto lead = static_cast<unsigned char>(text[begin]);
  const std::size_t length = text.size() - begin;
  if (lead < 0x80 && length == 1) {
    code = lead;
  } else if (lead >= 0xc2 && lead < 0xe0 && length == 2) {
    code = lead & 0x1fU;
  } else if (lead >= 0xe0 && lead < 0xf0 && length == 3) {
    code = lead & 0x0fU;
  } else if (lead >= 0xf0 && lead < 0xf5 && length == 4) {
    code = lead & 0x07U;
  } else {
    return false;
  }
  for (std::size_t i = begin + 1; i < text.size(); ++i) {
    code = code << 6 | (static_cast<unsigned char>(text[i]) & 0x3fU);
  }
  return true;
}

void append_code_point(std::string& out, std::uint32_t code) {
  const auto byte = [&](std::uint32_t b) { out += static_cast<char>(static_cast<unsigned char>(b)); };
  if (code < 0x80) {
    byte(code);
  } else if (code < 0x800) {
    byte(0xc0 | code >> 6);
    byte(0x80 | (code & 0x3f));
  } else if (code < 0x10000) {
    byte(0xe0 | code >> 12);
    byte(0x80 | (code >> 6 & 0x3f));
    byte(0x80 | (code & 0x3f));
  } else {
    byte(0xf0 | code >> 18);
    byte(0x80 | (code >> 12 & 0x3f));
    byte(0x80 | (code >> 6 & 0x3f));
    byte(0x80 | (code & 0x3f));
  }
}

}  // namespace

const Column& column_of(const Table& table, unsigned column) {
  if (column >= table.columns.size())
    throw Error(ErrorCode::internal, "A query names no column of its table.");
  return table.columns[column];
}

std::string reference(const Table& table, std::string_view alias, unsigned column) {
  return std::string(alias) + "." + quoted(column_of(table, column).name);
}

void append_value(const Dialect& dialect, const Table& table, unsigned column, const Value& value,
                  Statement& out) {
  const ColumnType type = column_of(table, column).type;
  const ValueType expected = type == ColumnType::integer ? ValueType::integer
                             : type == ColumnType::text  ? ValueType::text
                                                         : ValueType::blob;
  if (value.type() != expected)
    throw Error(ErrorCode::internal, "A query compares values of different types.");
  append_parameter(dialect, out, type, value);
}

void append_where(const Dialect& dialect, const Catalog& catalog, const Table& table, std::string_view alias,
                  const Predicate& where, Statement& out) {
  Renderer(dialect, catalog, out).render(table, alias, where, false);
}

void append_parameter(const Dialect& dialect, Statement& out, ColumnType type, const Value& value) {
  out.parameters.push_back({false, type, value});
  out.text.append(dialect.parameter).append(std::to_string(out.parameters.size()));
}

void append_tenant(const Dialect& dialect, Statement& out) {
  std::size_t at = 0;
  while (at < out.parameters.size() && !out.parameters[at].tenant) ++at;
  if (at == out.parameters.size()) out.parameters.push_back({true, ColumnType::integer, {}});
  out.text.append(dialect.parameter).append(std::to_string(at + 1));
}

std::string after_prefix(std::string_view prefix) {
  while (!prefix.empty()) {
    std::size_t begin = 0;
    std::uint32_t code = 0;
    if (last_code_point(prefix, begin, code)) {
      if (code < 0x10ffff) {
        std::string out(prefix.substr(0, begin));
        append_code_point(out, code == 0xd7ff ? 0xe000 : code + 1);  // surrogates are no text
        return out;
      }
      prefix = prefix.substr(0, begin);
    } else {
      if (static_cast<unsigned char>(prefix.back()) < 0xff) {
        std::string out(prefix);
        out.back() = static_cast<char>(static_cast<unsigned char>(out.back()) + 1);
        return out;
      }
      prefix.remove_suffix(1);
    }
  }
  return {};
}

}  // namespace atlas::sql
