#include "algorithms/image_classification/serving/serving_commands.h"

#include <cstdio>
#include <cstdlib>
#include <stdexcept>

#include "algorithms/image_classification/command_options.h"
#include "algorithms/image_classification/error.h"
#include "algorithms/image_classification/processors.h"
#include "algorithms/image_classification/serving/predictor.h"
#include "algorithms/image_classification/serving/request_images.h"
#include "algorithms/image_classification/serving/server.h"

namespace sagebrush::vision {
namespace {

int usage(const std::string& what) {
  std::fprintf(stderr, "sagebrush-vision: %s; see sagebrush-vision --help\n", what.c_str());
  return 2;
}

long whole(const std::string& text, const char* option, long high) {
  char* end = nullptr;
  const long value = std::strtol(text.c_str(), &end, 10);
  if (text.empty() || *end != '\0' || value < 0 || value > high)
    user_error(std::string(option) + ": '" + text + "' is not a number from 0 to " +
               std::to_string(high));
  return value;
}

std::string type_of(const std::string& path) {
  return path.size() > 4 && path.substr(path.size() - 4) == ".npy" ? "application/x-npy"
                                                                   : "application/x-image";
}

}  // namespace

const char* const kServingHelp =
    "  sagebrush-vision predict [--model DIR] [--top N] [--json true] FILE…\n"
    "        the likeliest classes of JPEG, PNG or .npy images\n"
    "  sagebrush-vision serve [--model DIR] [--address A] [--port N]\n"
    "        GET /ping and POST /invocations by SageMaker's contract (0.0.0.0:8080, or the port "
    "in\n"
    "        SAGEMAKER_BIND_TO_PORT)\n";

int run_predict(const std::vector<std::string>& words) {
  std::string model = "/opt/ml/model";
  std::string top = "3";
  std::string as_json = "false";
  std::vector<std::string> files;
  const std::string wrong =
      parse_options(words, {{"--model", &model}, {"--top", &top}, {"--json", &as_json}}, &files);
  if (!wrong.empty()) return usage(wrong);
  if (files.empty()) return usage("predict needs the files of images");
  if (as_json != "true" && as_json != "false") return usage("--json is true or false");
  const auto shown = static_cast<std::size_t>(whole(top, "--top", 65536));
  const Predictor predictor(model);
  bool failed = false;
  for (const std::string& file : files) {
    std::vector<std::vector<float>> probabilities;
    try {
      probabilities = predictor.predict(
          read_request(type_of(file), read_file(file), predictor.config().network));
    } catch (const Error& error) {
      const std::string what = error.what();
      std::fprintf(stderr, "sagebrush-vision: %s\n",
                   what.rfind(file, 0) == 0 ? what.c_str() : (file + ": " + what).c_str());
      failed = true;
      continue;
    }
    if (as_json == "true") {
      std::puts(predictions_json(probabilities, predictor.config().labels, shown).c_str());
      continue;
    }
    for (const std::vector<float>& one : probabilities) {
      std::printf("%s", file.c_str());
      for (const std::size_t at : best_classes(one, shown))
        std::printf("\t%s %.4f", predictor.config().labels[at].c_str(), one[at]);
      std::printf("\n");
    }
  }
  return failed ? 1 : 0;
}

int run_serve(const std::vector<std::string>& words) {
  std::string model = "/opt/ml/model";
  const char* const bound = std::getenv("SAGEMAKER_BIND_TO_PORT");
  std::string port = bound != nullptr ? bound : "8080";
  ServingOptions options;
  const std::string wrong = parse_options(
      words, {{"--model", &model}, {"--address", &options.address}, {"--port", &port}});
  if (!wrong.empty()) return usage(wrong);
  options.port = static_cast<std::uint16_t>(whole(port, "--port", 65535));
  options.workers = usable_processors();
  const Predictor predictor(model);
  serve(options, [&predictor](const std::string& type, const Bytes& body, std::size_t top) {
    try {
      return predictions_json(
          predictor.predict(read_request(type, body, predictor.config().network)),
          predictor.config().labels, top);
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::kUser) throw;
      throw std::invalid_argument(error.what());
    }
  });
  return 0;
}

}  // namespace sagebrush::vision
