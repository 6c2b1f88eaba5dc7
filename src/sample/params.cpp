// Records as parameters of the operations that create them.

#include "atlas/json.hpp"
#include "atlas/sample.hpp"

namespace atlas::sample {
namespace {

/// An object whose empty members are left out.
class Params {
 public:
  Params() { writer_.begin_object(); }
  Params& text(std::string_view name, std::string_view value) {
    if (!value.empty()) writer_.key(name).string(value);
    return *this;
  }
  Params& number(std::string_view name, const std::optional<std::int64_t>& value) {
    if (value) writer_.key(name).number(*value);
    return *this;
  }
  Params& truth(std::string_view name, const std::optional<bool>& value) {
    if (value) writer_.key(name).boolean(*value);
    return *this;
  }
  Params& money(std::string_view name, const std::optional<Money>& value) {
    if (!value) return *this;
    writer_.key(name).begin_object().key("amount").number(value->amount);
    writer_.key("currency").string(value->currency.view()).end_object();
    return *this;
  }
  Params& raw(std::string_view name, const std::string& json) {
    if (json != "{}" && json != "[]") writer_.key(name).raw(json);
    return *this;
  }
  std::string done() {
    writer_.end_object();
    return json_;
  }

 private:
  std::string json_;
  JsonWriter writer_{json_};
};

std::string list_of(std::string_view value) {
  return value.empty() ? std::string("[]") : "[" + json_string(value) + "]";
}

std::string energy_of(const Listing& l) {
  return Params()
      .text("energy_class", l.energy_class)
      .text("climate_class", l.climate_class)
      .text("issued_on", l.diagnosed_on ? format_date(*l.diagnosed_on) : std::string())
      .money("annual_cost_min", l.energy_cost_min)
      .money("annual_cost_max", l.energy_cost_max)
      .number("prices_year", l.energy_prices_year)
      .done();
}

std::string coownership_of(const Listing& l) {
  Params params;
  params.truth("applies", l.coownership).number("lots", l.lots).money("annual_charges", l.annual_charges);
  if (l.coownership.value_or(false)) params.truth("procedure", false);
  return params.done();
}

}  // namespace

std::string create_params(const Owner& o) {
  return Params()
      .text("role_code", "OWNER")
      .text("given_name", o.given_name.value_or(""))
      .text("family_name", o.family_name.value_or(""))
      .text("organisation_name", o.company.value_or(""))
      .raw("phones", list_of(o.phone))
      .text("phone_region", to_string(o.country))
      .raw("emails", list_of(o.email))
      .text("address", o.street + ", " + o.city)
      .done();
}

std::string create_params(const Listing& l) {
  return Params()
      .text("transaction_type_code", l.transaction_type_code)
      .text("property_type_code", l.property_type_code)
      .text("title", l.title)
      .text("description", l.description)
      .money("price", l.price)
      .number("surface_m2", l.surface_m2)
      .number("rooms", l.rooms)
      .number("bedrooms", l.bedrooms)
      .number("bathrooms", l.bathrooms)
      .number("floor", l.floor)
      .text("country_code", to_string(l.country))
      .text("city", l.city)
      .text("zone", l.zone)
      .text("address_text", l.address)
      .text("contact_phone", l.contact_phone)
      .text("mandate_number", l.mandate_number)
      .raw("energy", energy_of(l))
      .raw("fees", Params().text("payer_code", l.fees_payer).money("amount", l.fees).done())
      .raw("coownership", coownership_of(l))
      .done();
}

std::string create_params(const Lead& l) {
  return Params()
      .text("case_type_code", "CRM_LEAD_BUY")
      .text("source_code", l.source_code)
      .text("contact_name", l.name)
      .text("phone", l.phone)
      .text("phone_region", l.phone.empty() ? "" : l.phone_region)
      .text("email", l.email)
      .text("city", l.city)
      .money("budget_max", l.budget)
      .done();
}

std::string step_params(const Step& step) {
  Params params;
  if (step.operation == "dossiers.transition") {
    params.text("to", step.to).text("reason_code", step.reason_code);
  } else if (step.operation == "dossiers.add_task") {
    params.text("title", step.text).text("category_code", step.category_code);
    if (step.due_at) params.text("due_at", format_timestamp(*step.due_at));
  } else {
    params.text("body", step.text);
  }
  return params.done();
}

}  // namespace atlas::sample
