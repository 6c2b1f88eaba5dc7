// Whose request it is, as rate limits know it: never stored, and of no use to who reads the memory of another
// process.

#include <arpa/inet.h>

#include "atlas/crypto.hpp"
#include "kernel_impl.hpp"

namespace atlas {
namespace {

constexpr std::size_t max_address = 256;

/// What one visitor can not change at will: the whole IPv4 address, the network of an IPv6 one.
std::string network_of(const std::string& address) {
  in_addr four{};
  if (inet_pton(AF_INET, address.c_str(), &four) == 1)
    return "4" + std::string(reinterpret_cast<const char*>(&four), sizeof four);
  in6_addr six{};
  if (inet_pton(AF_INET6, address.c_str(), &six) != 1) return "t" + address;
  const char* bytes = reinterpret_cast<const char*>(&six);
  if (IN6_IS_ADDR_V4MAPPED(&six)) return "4" + std::string(bytes + 12, 4);
  return "6" + std::string(bytes, 8);
}

}  // namespace

std::string Kernel::client_of(std::string_view address) {
  if (address.empty()) return {};
  if (address.size() > max_address || address.find('\0') != std::string_view::npos) {
    throw Error(ErrorCode::invalid_argument, "not a caller's address")
        .field("/client_address", field_code::too_long, "at most 256 bytes");
  }
  std::call_once(impl_->client_salted, [&] { impl_->options.entropy->fill(impl_->client_salt); });
  const std::string_view salt(reinterpret_cast<const char*>(impl_->client_salt.data()),
                              impl_->client_salt.size());
  return std::string(as_view(hmac_sha256(salt, network_of(std::string(address)))).substr(0, 16));
}

}  // namespace atlas
