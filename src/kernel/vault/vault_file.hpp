#pragma once
// The file of the key vault as a descriptor: positions, durability, a lock among processes. Only
// file_vault.cpp includes it.

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <thread>

#include "atlas/error.hpp"

namespace atlas::vault {

/// Throws what errno says.
[[noreturn]] inline void fail(const char* what) {
  const int error = errno;
  if (error == ENOSPC || error == EDQUOT || error == EFBIG) throw Error(ErrorCode::storage_full, what);
  if (error == EROFS || error == EACCES || error == EPERM) throw Error(ErrorCode::storage_read_only, what);
  throw Error(ErrorCode::storage_io, what);
}

/// The open file.
class VaultFile {
 public:
  enum class Mode { create, existing };

  /// With Mode::existing a file that is not there leaves is_open() false.
  VaultFile(const std::string& path, Mode mode) : path_(path) {
    int refusal = 0;
    if (mode == Mode::create) {
      if (try_open(O_RDWR | O_CREAT | O_EXCL)) {
        sync_folder();
        return;
      }
      refusal = errno;
      if (refusal != EEXIST && !is_refusal(refusal)) fail("the key file cannot be made");
    }
    if (!try_open(O_RDWR) && is_refusal(errno)) read_only_ = try_open(O_RDONLY);
    if (!is_open() && errno == ENOENT) {
      if (mode == Mode::existing) return;
      errno = refusal;
    }
    if (!is_open()) fail("the key file cannot be opened");
    if (!S_ISREG(status().st_mode))
      throw Error(ErrorCode::storage_not_a_store, "the key file is no regular file");
  }

  VaultFile(const VaultFile&) = delete;
  VaultFile& operator=(const VaultFile&) = delete;

  bool is_open() const { return descriptor_.fd >= 0; }
  bool read_only() const { return read_only_; }

  void require_writable() const {
    if (read_only_) throw Error(ErrorCode::storage_read_only, "the key file is read-only");
  }

  struct stat status() const {
    struct stat s {};
    if (::fstat(descriptor_.fd, &s) != 0) fail("the key file cannot be examined");
    return s;
  }
  std::uint64_t size() const { return static_cast<std::uint64_t>(status().st_size); }

  /// Is the file still the one that the path names? Else its keys are lost at the end of the process.
  bool in_place() const {
    struct stat named {};
    const struct stat mine = status();
    return ::stat(path_.c_str(), &named) == 0 && named.st_dev == mine.st_dev && named.st_ino == mine.st_ino;
  }

  std::size_t read(char* out, std::size_t n, std::uint64_t at) const {
    std::size_t done = 0;
    while (done < n) {
      const ssize_t got = ::pread(descriptor_.fd, out + done, n - done, static_cast<off_t>(at + done));
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) fail("the key file cannot be read");
      if (got == 0) break;
      done += static_cast<std::size_t>(got);
    }
    return done;
  }

  void write(std::string_view data, std::uint64_t at) const {
    while (!data.empty()) {
      const ssize_t put = ::pwrite(descriptor_.fd, data.data(), data.size(), static_cast<off_t>(at));
      if (put < 0 && errno == EINTR) continue;
      if (put < 0) fail("the key file cannot be written");
      data.remove_prefix(static_cast<std::size_t>(put));
      at += static_cast<std::uint64_t>(put);
    }
  }

  void sync() const {
    // The size that an append changes is among what fdatasync writes.
    if (::fdatasync(descriptor_.fd) != 0) fail("the key file cannot be made durable");
  }
  bool truncate(std::uint64_t size) const noexcept {
    return ::ftruncate(descriptor_.fd, static_cast<off_t>(size)) == 0;
  }

  /// The file to ourselves, among processes and open descriptors.
  class Lock {
   public:
    explicit Lock(const VaultFile& file) : fd_(file.descriptor_.fd) {
      const auto end = std::chrono::steady_clock::now() + lock_wait;
      const int how = file.read_only_ ? LOCK_SH : LOCK_EX;
      while (::flock(fd_, how | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK && errno != EINTR) fail("the key file cannot be locked");
        if (std::chrono::steady_clock::now() >= end)
          throw Error(ErrorCode::storage_busy, "the key file is in use by another process");
        std::this_thread::sleep_for(lock_pause);
      }
    }
    ~Lock() { ::flock(fd_, LOCK_UN); }
    Lock(const Lock&) = delete;
    Lock& operator=(const Lock&) = delete;

   private:
    static constexpr std::chrono::milliseconds lock_wait{5'000}, lock_pause{2};
    int fd_;
  };

 private:
  void sync_folder() const {
    const auto slash = path_.rfind('/');
    const std::string folder = slash == std::string::npos ? "." : path_.substr(0, slash + 1);
    const int fd = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) fail("the key file's folder cannot be opened");
    const int result = ::fsync(fd);
    ::close(fd);
    if (result != 0) fail("the key file's folder cannot be made durable");
  }

  static bool is_refusal(int error) { return error == EROFS || error == EACCES || error == EPERM; }

  bool try_open(int flags) {
    descriptor_.fd = ::open(path_.c_str(), flags | O_CLOEXEC | O_NONBLOCK, 0600);
    return is_open();
  }

  struct Descriptor {
    int fd = -1;
    ~Descriptor() {
      if (fd >= 0) ::close(fd);
    }
  };

  std::string path_;
  Descriptor descriptor_;
  bool read_only_ = false;
};

}  // namespace atlas::vault
