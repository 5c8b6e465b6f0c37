#include <png.h>
#include <turbojpeg.h>

#include <csetjmp>
#include <cstring>
#include <memory>

#include "algorithms/image_classification/error.h"
#include "algorithms/image_classification/prepare/image.h"

namespace sagebrush::vision {
namespace {

constexpr std::size_t kMaxPixels = std::size_t{64} << 20;

bool is_jpeg(const std::uint8_t* data, std::size_t size) {
  return size >= 3 && data[0] == 0xFF && data[1] == 0xD8 && data[2] == 0xFF;
}

bool is_png(const std::uint8_t* data, std::size_t size) {
  return size >= 8 && std::memcmp(data, "\x89PNG\r\n\x1A\n", 8) == 0;
}

Image image_of(std::size_t height, std::size_t width, std::size_t channels,
               const std::string& name) {
  if (height == 0 || width == 0 || width > kMaxPixels || height > kMaxPixels / width)
    user_error(name + ": says that it has " + std::to_string(width) + "x" + std::to_string(height) +
               " pixels; up to 64 million are read");
  Image image;
  image.height = height;
  image.width = width;
  image.channels = channels;
  return image;
}

struct CloseJpeg {
  void operator()(void* handle) const { tjDestroy(handle); }
};

Image decode_jpeg(const std::uint8_t* data, std::size_t size, std::size_t channels,
                  const std::string& name) {
  const std::unique_ptr<void, CloseJpeg> decoder(tjInitDecompress());
  if (decoder == nullptr) throw Error(ErrorKind::kSystem, "libjpeg-turbo: cannot start a decoder");
  int width = 0;
  int height = 0;
  int sampling = 0;
  int space = 0;
  if (tjDecompressHeader3(decoder.get(), data, size, &width, &height, &sampling, &space) != 0)
    user_error(name + ": is a damaged JPEG (" + tjGetErrorStr2(decoder.get()) + ")");
  if (space == TJCS_CMYK || space == TJCS_YCCK)
    user_error(name + ": is a CMYK JPEG; only RGB and grey are read");
  Image image =
      image_of(static_cast<std::size_t>(height), static_cast<std::size_t>(width), channels, name);
  image.pixels.resize(image.height * image.width * channels);
  // A warning too (a truncated file is padded with grey) makes the picture another one.
  if (tjDecompress2(decoder.get(), data, size, image.pixels.data(), width, 0, height,
                    channels == 1 ? TJPF_GRAY : TJPF_RGB, 0) != 0)
    user_error(name + ": is a damaged JPEG (" + tjGetErrorStr2(decoder.get()) + ")");
  return image;
}

// libpng's reader of one file in memory. Its errors jump, so nothing with a destructor may be made
// between setjmp and the calls that can fail.
struct PngReader {
  png_structp png = nullptr;
  png_infop info = nullptr;
  const std::uint8_t* at = nullptr;
  std::size_t left = 0;
  char message[200] = "it cannot be read";

  PngReader(const std::uint8_t* data, std::size_t size);
  ~PngReader() { png_destroy_read_struct(&png, &info, nullptr); }
  PngReader(const PngReader&) = delete;
  PngReader& operator=(const PngReader&) = delete;
};

[[noreturn]] void png_failed(png_structp png, png_const_charp message) {
  auto* const reader = static_cast<PngReader*>(png_get_error_ptr(png));
  std::strncpy(reader->message, message, sizeof(reader->message) - 1);
  png_longjmp(png, 1);
}

void png_warned(png_structp, png_const_charp) {}

void take_png_bytes(png_structp png, png_bytep to, std::size_t size) {
  auto* const reader = static_cast<PngReader*>(png_get_io_ptr(png));
  if (size > reader->left) png_error(png, "it is truncated");
  std::memcpy(to, reader->at, size);
  reader->at += size;
  reader->left -= size;
}

PngReader::PngReader(const std::uint8_t* data, std::size_t size) : at(data), left(size) {
  png = png_create_read_struct(PNG_LIBPNG_VER_STRING, this, png_failed, png_warned);
  if (png != nullptr) info = png_create_info_struct(png);
  if (info == nullptr) throw Error(ErrorKind::kSystem, "libpng: cannot start a decoder");
  png_set_read_fn(png, this, take_png_bytes);
  png_set_benign_errors(png, 1);
  // Only what makes the pixels is read: no text, no colour profile.
  png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, nullptr, -1);
}

bool read_png_header(PngReader& reader) {
  if (setjmp(png_jmpbuf(reader.png)) != 0) return false;
  png_read_info(reader.png, reader.info);
  return true;
}

// Reads the values as they are stored, 8 bits of each: gamma would make them others than those that
// people train with elsewhere.
bool read_png_pixels(PngReader& reader, png_bytepp rows, std::size_t row_bytes) {
  if (setjmp(png_jmpbuf(reader.png)) != 0) return false;
  png_set_strip_16(reader.png);
  png_set_palette_to_rgb(reader.png);
  png_set_expand_gray_1_2_4_to_8(reader.png);
  png_set_strip_alpha(reader.png);
  png_set_interlace_handling(reader.png);
  png_read_update_info(reader.png, reader.info);
  if (png_get_rowbytes(reader.png, reader.info) != row_bytes)
    png_error(reader.png, "its rows have another size than its header says");
  png_read_image(reader.png, rows);
  return true;
}

Image decode_png(const std::uint8_t* data, std::size_t size, std::size_t channels,
                 const std::string& name) {
  PngReader reader(data, size);
  if (!read_png_header(reader)) user_error(name + ": is a damaged PNG (" + reader.message + ")");
  const bool colour = (png_get_color_type(reader.png, reader.info) & PNG_COLOR_MASK_COLOR) != 0;
  Image image = image_of(png_get_image_height(reader.png, reader.info),
                         png_get_image_width(reader.png, reader.info), colour ? 3 : 1, name);
  const std::size_t row_bytes = image.width * image.channels;
  image.pixels.resize(image.height * row_bytes);
  std::vector<png_bytep> rows(image.height);
  for (std::size_t y = 0; y < rows.size(); ++y) rows[y] = image.pixels.data() + y * row_bytes;
  if (!read_png_pixels(reader, rows.data(), row_bytes))
    user_error(name + ": is a damaged PNG (" + reader.message + ")");
  return with_channels(std::move(image), channels);
}

}  // namespace

bool looks_like_image(const std::uint8_t* data, std::size_t size) {
  return is_jpeg(data, size) || is_png(data, size);
}

Image decode_image(const std::uint8_t* data, std::size_t size, std::size_t channels,
                   const std::string& name) {
  if (size == 0) user_error(name + ": is empty; a JPEG or PNG image was expected");
  if (is_jpeg(data, size)) return decode_jpeg(data, size, channels, name);
  if (is_png(data, size)) return decode_png(data, size, channels, name);
  user_error(name + ": is neither JPEG nor PNG");
}

}  // namespace sagebrush::vision
