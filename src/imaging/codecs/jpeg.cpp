// JPEG through libjpeg. The library leaves by longjmp on an error: the frame that it jumps over holds no
// object with a destructor.

#include <csetjmp>
#include <cstdio>

#include <jpeglib.h>
// After jpeglib.h, which does not include what it needs.
#include <jerror.h>

#include "codecs.hpp"

namespace atlas::imaging {
namespace {

// A progressive picture with more passes than any camera or editor makes is there to cost time.
constexpr int most_scans = 100;

struct ErrorJump {
  jpeg_error_mgr manager;
  std::jmp_buf back;
};

[[noreturn]] void leave(j_common_ptr info) {
  std::longjmp(reinterpret_cast<ErrorJump*>(info->err)->back, 1);  // NOLINT: the library's way
}

void no_message(j_common_ptr) {}

void on_message(j_common_ptr info, int level) {
  // The rest of a cut off picture would be grey. Other warnings are of files that every browser shows.
  if (level < 0 && info->err->msg_code == JWRN_JPEG_EOF) leave(info);
}

void on_progress(j_common_ptr info) {
  const auto* decompress = reinterpret_cast<j_decompress_ptr>(info);
  if (decompress->input_scan_number > most_scans) leave(info);
}

struct Job {
  std::string_view bytes;
  const PhotoLimits& limits;
  Decoded out;
  std::vector<std::uint8_t> row;
  unsigned orientation = 1;
  bool too_large = false;
};

/// After the header: is the size bearable? How far is it shrunk while decoding?
bool prepare(jpeg_decompress_struct& jpeg, Job& job) {
  job.out.width = jpeg.image_width;
  job.out.height = jpeg.image_height;
  if (std::uint64_t{jpeg.image_width} * jpeg.image_height > job.limits.pixels) {
    job.too_large = true;
    return false;
  }
  for (const jpeg_marker_struct* m = jpeg.marker_list; m != nullptr && job.orientation == 1; m = m->next)
    if (m->marker == JPEG_APP0 + 1)
      job.orientation = exif_orientation({reinterpret_cast<const char*>(m->data), m->data_length});
  const bool inks = jpeg.jpeg_color_space == JCS_CMYK || jpeg.jpeg_color_space == JCS_YCCK;
  jpeg.out_color_space = inks ? JCS_CMYK : JCS_GRAYSCALE;
  const JDIMENSION shorter = std::min(jpeg.image_width, jpeg.image_height);
  jpeg.scale_num = 1;
  jpeg.scale_denom = 8;
  while (jpeg.scale_denom > 1 && shorter / jpeg.scale_denom < enough_side) jpeg.scale_denom /= 2;
  return true;
}

void make_room(const jpeg_decompress_struct& jpeg, Job& job) {
  GreyImage& grey = job.out.grey;
  grey.width = jpeg.output_width;
  grey.height = jpeg.output_height;
  grey.pixels.assign(std::size_t{grey.width} * grey.height, 0);
  job.row.assign(std::size_t{grey.width} * static_cast<std::size_t>(jpeg.output_components), 0);
}

/// One row: grey as it is, or four inks, which are stored as what they leave of the light.
void take_row(Job& job, JDIMENSION y, bool inks) {
  GreyImage& grey = job.out.grey;
  std::uint8_t* const to = grey.pixels.data() + std::size_t{y} * grey.width;
  for (std::uint32_t x = 0; x < grey.width; ++x) {
    if (!inks) {
      to[x] = job.row[x];
      continue;
    }
    const std::uint8_t* p = job.row.data() + std::size_t{4} * x;
    to[x] = static_cast<std::uint8_t>(grey_of(p[0], p[1], p[2]) * p[3] / 255);
  }
}

/// False: it cannot be read.
bool decode(jpeg_decompress_struct& jpeg, ErrorJump& error, jpeg_progress_mgr& progress, Job& job) {
  if (setjmp(error.back) != 0) return false;  // NOLINT: the library's way
  jpeg_create_decompress(&jpeg);
  jpeg.progress = &progress;
  jpeg_mem_src(&jpeg, reinterpret_cast<const unsigned char*>(job.bytes.data()),
               static_cast<unsigned long>(job.bytes.size()));
  jpeg_save_markers(&jpeg, JPEG_APP0 + 1, 0xffff);
  jpeg_read_header(&jpeg, TRUE);
  if (!prepare(jpeg, job)) return false;
  jpeg_start_decompress(&jpeg);
  make_room(jpeg, job);
  while (jpeg.output_scanline < jpeg.output_height) {
    const JDIMENSION y = jpeg.output_scanline;
    JSAMPROW rows[] = {job.row.data()};
    if (jpeg_read_scanlines(&jpeg, rows, 1) != 1) return false;
    take_row(job, y, jpeg.out_color_space == JCS_CMYK);
  }
  return true;
}

}  // namespace

Decoded decode_jpeg(std::string_view bytes, const PhotoLimits& limits) {
  Job job{bytes, limits, {}, {}, 1, false};
  jpeg_decompress_struct jpeg{};
  ErrorJump error{};
  jpeg_progress_mgr progress{};
  jpeg.err = jpeg_std_error(&error.manager);
  error.manager.error_exit = leave;
  error.manager.output_message = no_message;
  error.manager.emit_message = on_message;
  progress.progress_monitor = on_progress;
  struct Closing {
    jpeg_decompress_struct& jpeg;
    ~Closing() { jpeg_destroy_decompress(&jpeg); }
  };
  bool whole = false;
  {
    const Closing closing{jpeg};
    whole = decode(jpeg, error, progress, job);
  }
  if (job.too_large || whole) check_size(job.out.width, job.out.height, limits);
  if (!whole) throw_damaged();
  turn_upright(job.out, job.orientation);
  return std::move(job.out);
}

}  // namespace atlas::imaging
