// From a template to the words of one message.

#include "atlas/accepting.hpp"
#include "atlas/context.hpp"
#include "atlas/templates.hpp"

namespace atlas::messages {

Words words_of(Context& cx, std::string_view channel_code, std::string_view template_code,
               const std::optional<std::string>& locale, const std::string& variables) {
  templates::Choose choice;
  choice.code = template_code;
  choice.channel_code = channel_code;
  choice.locale = locale;
  choice.variables = variables;
  templates::Rendered rendered = templates::render(cx, choice);
  Words words;
  words.subject = std::move(rendered.subject);
  words.body = std::move(rendered.body);
  words.locale = rendered.language;
  words.category = templates::category_of(rendered.category);
  words.approved = templates::is_approved(rendered.approval);
  if (rendered.provider_reference) {
    ProviderTemplate reference;
    reference.reference = *rendered.provider_reference;
    reference.language = rendered.provider_language.value_or(rendered.language);
    for (const std::string& value : rendered.provider_variables)
      reference.parameters.emplace_back().value = value;
    words.reference = std::move(reference);
  }
  return words;
}

}  // namespace atlas::messages
