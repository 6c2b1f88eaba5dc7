// inbound: a provider's request by hand, to try an endpoint or to bring a delivery that was kept elsewhere.

#include "atlas/schema_io.hpp"
#include "commands.hpp"
#include "lines.hpp"

namespace atlas::cli {
namespace {

constexpr std::size_t largest_body = 16u << 20;

}  // namespace

int run_inbound(Shell& shell, const Webhook& webhook) {
  const std::string body = webhook.file.empty() ? "" : read_whole(webhook.file, largest_body);
  WebhookRequest request;
  request.endpoint = webhook.endpoint;
  request.method = webhook.method;
  request.url = webhook.url;
  request.body = body;
  for (const std::string& header : webhook.headers) {
    const std::size_t colon = header.find(':');
    if (colon == std::string::npos || colon == 0) throw UsageError("--header takes 'Name: value'");
    const std::string_view whole = header;
    std::size_t value = colon + 1;
    while (value < whole.size() && whole[value] == ' ') ++value;
    request.headers.emplace_back(whole.substr(0, colon), whole.substr(value));
  }
  Engine engine = shell.open();
  const inbound::Response answer = engine.inbound(request);
  shell.show(to_json(answer));
  return answer.rejected.empty() ? done : not_well;
}

}  // namespace atlas::cli
