#pragma once

#include <turbojpeg.h>

#include "algorithms/image_classification/file.h"

namespace sagebrush::vision {

// For tests: a square JPEG whose pixels are all `rgb`.
inline Bytes flat_jpeg(int side, const Bytes& rgb, int quality) {
  Bytes pixels;
  for (int i = 0; i < side * side; ++i) pixels.insert(pixels.end(), rgb.begin(), rgb.end());
  unsigned char* out = nullptr;
  unsigned long size = 0;
  void* encoder = tjInitCompress();
  tjCompress2(encoder, pixels.data(), side, 0, side, TJPF_RGB, &out, &size, TJSAMP_444, quality, 0);
  Bytes bytes(out, out + size);
  tjFree(out);
  tjDestroy(encoder);
  return bytes;
}

}  // namespace sagebrush::vision
