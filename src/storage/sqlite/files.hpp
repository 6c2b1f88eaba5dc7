#pragma once
// Small files by descriptor. Never for the store itself: closing any descriptor of it would drop the locks
// that SQLite holds on it in this process.

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <string>
#include <string_view>

#include "atlas/error.hpp"

namespace atlas {

/// A descriptor, closed at the end.
class File {
 public:
  explicit File(int descriptor) : descriptor_(descriptor) {}
  ~File() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  explicit operator bool() const { return descriptor_ >= 0; }

  /// Reads up to `size` bytes and says how many there were.
  std::size_t read_at(char* out, std::size_t size, std::size_t at) const {
    std::size_t done = 0;
    while (done < size) {
      const ssize_t n = ::pread(descriptor_, out + done, size - done, static_cast<off_t>(at + done));
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) throw Error(ErrorCode::storage_io, "A file beside the store cannot be read.");
      if (n == 0) break;
      done += static_cast<std::size_t>(n);
    }
    return done;
  }

  void write_at(std::string_view bytes, std::size_t at) const {
    while (!bytes.empty()) {
      const ssize_t n = ::pwrite(descriptor_, bytes.data(), bytes.size(), static_cast<off_t>(at));
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) {
        throw Error(errno == ENOSPC || errno == EDQUOT ? ErrorCode::storage_full : ErrorCode::storage_io,
                    "A file beside the store cannot be written.");
      }
      bytes.remove_prefix(static_cast<std::size_t>(n));
      at += static_cast<std::size_t>(n);
    }
  }

  void sync() const {
    if (::fsync(descriptor_) != 0)
      throw Error(ErrorCode::storage_io, "A file beside the store cannot be synced.");
  }

 private:
  int descriptor_;
};

/// Makes the names in the folder of `path` durable.
inline void sync_folder_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  const std::string folder = slash == std::string::npos ? "." : path.substr(0, slash + 1);
  const File file(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (file) file.sync();
}

inline bool file_exists(const std::string& path) { return ::access(path.c_str(), F_OK) == 0; }

/// Gives a finished file its name, unless that is taken (false; the file stays).
inline bool place(const std::string& temporary, const std::string& path) {
  if (::link(temporary.c_str(), path.c_str()) == 0) {
    ::unlink(temporary.c_str());
    return true;
  }
  if (errno == EEXIST) return false;
  // A file system without hard links.
  if (file_exists(path)) return false;
  if (::rename(temporary.c_str(), path.c_str()) != 0) {
    throw Error(ErrorCode::storage_io, "A file beside the store cannot be given its name.");
  }
  return true;
}

}  // namespace atlas
