#include <png.h>
#include <turbojpeg.h>

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

struct FreePng {
  void operator()(png_image* png) const { png_image_free(png); }
};

Image decode_png(const std::uint8_t* data, std::size_t size, std::size_t channels,
                 const std::string& name) {
  png_image png{};
  png.version = PNG_IMAGE_VERSION;
  const std::unique_ptr<png_image, FreePng> owner(&png);
  if (png_image_begin_read_from_memory(&png, data, size) == 0)
    user_error(name + ": is a damaged PNG (" + png.message + ")");
  Image image = image_of(png.height, png.width, channels, name);
  const bool alpha = (png.format & PNG_FORMAT_FLAG_ALPHA) != 0;
  png.format = channels == 1 ? (alpha ? PNG_FORMAT_GA : PNG_FORMAT_GRAY)
                             : (alpha ? PNG_FORMAT_RGBA : PNG_FORMAT_RGB);
  image.pixels.resize(PNG_IMAGE_SIZE(png));
  if (png_image_finish_read(&png, nullptr, image.pixels.data(), 0, nullptr) == 0 ||
      PNG_IMAGE_FAILED(png))
    user_error(name + ": is a damaged PNG (" + png.message + ")");
  if (alpha) {
    const std::size_t count = image.height * image.width;
    for (std::size_t i = 0; i < count; ++i) {
      for (std::size_t c = 0; c < channels; ++c)
        image.pixels[i * channels + c] = image.pixels[i * (channels + 1) + c];
    }
    image.pixels.resize(count * channels);
  }
  return image;
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
