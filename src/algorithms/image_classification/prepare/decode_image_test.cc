#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <png.h>

#include "algorithms/image_classification/error.h"
#include "algorithms/image_classification/file.h"
#include "algorithms/image_classification/prepare/image.h"
#include "algorithms/image_classification/prepare/test_jpeg.h"

namespace sagebrush::vision {
namespace {

using ::testing::HasSubstr;

constexpr std::size_t kSide = 8;

struct PngForm {
  int depth = 8;
  int colour = PNG_COLOR_TYPE_RGB;
  double gamma = 0;  // 0: not said
  int interlace = PNG_INTERLACE_NONE;
};

// An 8x8 picture whose pixels are all `pixel`: its bytes as PNG holds them, in a palette's case the
// one colour and its alpha.
Bytes flat_png(const PngForm& form, const Bytes& pixel) {
  Bytes out;
  png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, nullptr, nullptr, nullptr);
  png_infop info = png_create_info_struct(png);
  png_set_write_fn(
      png, &out,
      [](png_structp to, png_bytep data, std::size_t size) {
        auto* const bytes = static_cast<Bytes*>(png_get_io_ptr(to));
        bytes->insert(bytes->end(), data, data + size);
      },
      nullptr);
  png_set_IHDR(png, info, kSide, kSide, form.depth, form.colour, form.interlace,
               PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  if (form.gamma != 0) png_set_gAMA(png, info, form.gamma);
  const bool palette = form.colour == PNG_COLOR_TYPE_PALETTE;
  if (palette) {
    const png_color colour = {pixel[0], pixel[1], pixel[2]};
    png_set_PLTE(png, info, &colour, 1);
    png_set_tRNS(png, info, &pixel[3], 1, nullptr);
  }
  Bytes row;
  for (std::size_t x = 0; x < kSide; ++x) {
    if (palette) row.push_back(0);
    if (!palette) row.insert(row.end(), pixel.begin(), pixel.end());
  }
  std::vector<png_bytep> rows(kSide, row.data());
  png_set_rows(png, info, rows.data());
  png_write_png(png, info, PNG_TRANSFORM_IDENTITY, nullptr);
  png_destroy_write_struct(&png, &info);
  return out;
}

// The value of all pixels; nothing when they differ.
Bytes flat_pixel(const Bytes& file, std::size_t channels) {
  const Image image = decode_image(file.data(), file.size(), channels, "picture");
  EXPECT_EQ(image.pixels.size(), kSide * kSide * channels);
  const Bytes first(image.pixels.begin(),
                    image.pixels.begin() + static_cast<std::ptrdiff_t>(channels));
  for (std::size_t i = 0; i < image.pixels.size(); ++i) {
    if (image.pixels[i] != first[i % channels]) return {};
  }
  return first;
}

TEST(DecodePng, SixteenBitsAreCutToTheUpperEight) {
  EXPECT_EQ(flat_pixel(flat_png({16, PNG_COLOR_TYPE_GRAY}, {64, 64}), 1), Bytes({64}));
  EXPECT_EQ(flat_pixel(flat_png({16, PNG_COLOR_TYPE_GRAY}, {64, 64}), 3), Bytes({64, 64, 64}));
  EXPECT_EQ(flat_pixel(flat_png({16, PNG_COLOR_TYPE_RGB}, {64, 64, 128, 128, 192, 255}), 3),
            Bytes({64, 128, 192}));
  EXPECT_EQ(flat_pixel(flat_png({16, PNG_COLOR_TYPE_RGB_ALPHA}, {64, 0, 128, 0, 192, 0, 9, 0}), 3),
            Bytes({64, 128, 192}));
}

TEST(DecodePng, GammaIsDisregarded) {
  for (const double gamma : {1.0, 0.45455, 0.1}) {
    EXPECT_EQ(flat_pixel(flat_png({8, PNG_COLOR_TYPE_RGB, gamma}, {64, 128, 192}), 3),
              Bytes({64, 128, 192}));
    EXPECT_EQ(flat_pixel(flat_png({8, PNG_COLOR_TYPE_GRAY, gamma}, {64}), 1), Bytes({64}));
  }
}

TEST(DecodePng, GreyIsTheLumaThatJpegStores) {
  for (const Bytes& rgb : {Bytes{64, 128, 192}, Bytes{255, 0, 0}, Bytes{0, 255, 0},
                           Bytes{0, 0, 255}, Bytes{250, 250, 250}}) {
    const Bytes grey = flat_pixel(flat_png({}, rgb), 1);
    EXPECT_NEAR(grey.at(0), 0.299 * rgb[0] + 0.587 * rgb[1] + 0.114 * rgb[2], 0.51);
    EXPECT_NEAR(grey.at(0), flat_pixel(flat_jpeg(kSide, rgb, 100), 1).at(0), 1);
  }
}

TEST(DecodePng, AlphaIsDroppedAndPalettesAndFewBitsAreSpreadOut) {
  EXPECT_EQ(flat_pixel(flat_png({8, PNG_COLOR_TYPE_RGB_ALPHA}, {64, 128, 192, 0}), 3),
            Bytes({64, 128, 192}));
  EXPECT_EQ(flat_pixel(flat_png({8, PNG_COLOR_TYPE_GRAY_ALPHA}, {64, 0}), 1), Bytes({64}));
  EXPECT_EQ(flat_pixel(flat_png({8, PNG_COLOR_TYPE_PALETTE}, {64, 128, 192, 7}), 3),
            Bytes({64, 128, 192}));
  const Bytes bits = flat_png({1, PNG_COLOR_TYPE_GRAY, 0, PNG_INTERLACE_ADAM7}, {0xFF});
  EXPECT_EQ(flat_pixel(bits, 1), Bytes({255}));
}

TEST(DecodePng, DamageAtAnyPlaceIsAnErrorOrAWholePicture) {
  const Bytes whole = flat_png({}, {64, 128, 192});
  for (std::size_t i = 8; i < whole.size(); ++i) {
    Bytes damaged = whole;
    damaged[i] ^= 0x40;
    try {
      flat_pixel(damaged, 3);
    } catch (const Error& error) {
      EXPECT_THAT(error.what(), HasSubstr("picture: "));
    }
  }
  const Bytes cut(whole.begin(), whole.end() - 20);
  EXPECT_THROW(flat_pixel(cut, 3), Error);
}

}  // namespace
}  // namespace sagebrush::vision
