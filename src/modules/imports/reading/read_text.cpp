#include "atlas/import_text.hpp"

#include <string>

#include "atlas/error.hpp"
#include "decode.hpp"

namespace atlas::imports {

void read_text(const ByteSource& from, const std::function<void(std::string_view)>& take) {
  constexpr std::size_t sample_bytes = 64u << 10, piece_bytes = 256u << 10;
  std::string bytes(sample_bytes, '\0');
  std::size_t size = 0;
  while (size < sample_bytes) {
    const std::size_t n = from(std::span(bytes).subspan(size));
    if (n == 0) break;
    size += n;
  }
  bytes.resize(size);
  if (const auto binary = recognise_binary(bytes))
    throw Error(ErrorCode::invalid_argument, std::string(binary->advice))
        .with("reason", std::string(binary->reason));
  Decoder decoder(std::nullopt, bytes);
  std::string text;
  while (!bytes.empty()) {
    text.clear();
    decoder.decode(bytes, text);
    take(text);
    bytes.resize(piece_bytes);
    bytes.resize(from(bytes));
  }
  text.clear();
  decoder.finish(text);
  take(text);
}

}  // namespace atlas::imports
