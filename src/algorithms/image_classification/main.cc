// sagebrush-vision: the built-in image-classification algorithm, by SageMaker's container contract.

#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <memory>
#include <new>
#include <string>
#include <string_view>
#include <vector>

#include "algorithms/image_classification/command_options.h"
#include "algorithms/image_classification/error.h"
#include "algorithms/image_classification/evaluation.h"
#include "algorithms/image_classification/file.h"
#include "algorithms/image_classification/gloo_communicator.h"
#include "algorithms/image_classification/hyperparameter_texts.h"
#include "algorithms/image_classification/job_hosts.h"
#include "algorithms/image_classification/kept_memory.h"
#include "algorithms/image_classification/prepare/prepare_command.h"
#include "algorithms/image_classification/processors.h"
#include "algorithms/image_classification/serving/serving_commands.h"
#include "algorithms/image_classification/training_run.h"
#include "algorithms/image_classification/worker_pool.h"

#ifndef SAGEBRUSH_VERSION
#error "SAGEBRUSH_VERSION comes from CMake"
#endif

namespace sagebrush::vision {
namespace {

constexpr int kFailed = 1;
constexpr int kUsage = 2;
constexpr std::size_t kMaxFailureBytes = 1024;  // what SageMaker keeps of it

volatile std::sig_atomic_t stop_requested = 0;

void request_stop(int) {
  stop_requested = 1;
}

// Loading data and meeting other hosts may take longer than the grace, and leave nothing to save.
void end_before_training(int) {
  constexpr std::string_view kText = "sagebrush-vision: stopped before training began\n";
  if (::write(STDERR_FILENO, kText.data(), kText.size()) < 0) ::_exit(kFailed);
  ::_exit(0);
}

void catch_stop_signals(void (*handler)(int)) {
  struct sigaction action{};
  action.sa_handler = handler;
  action.sa_flags = SA_RESTART;
  ::sigaction(SIGTERM, &action, nullptr);
  ::sigaction(SIGINT, &action, nullptr);
  ::signal(SIGPIPE, SIG_IGN);
}

void print_help() {
  std::printf(
      "sagebrush-vision: image classification on CPUs, by SageMaker's container contract\n\n"
      "  sagebrush-vision train [--opt-ml DIR]              train a job laid out under DIR "
      "(/opt/ml)\n"
      "  sagebrush-vision evaluate --model DIR --data DIR   accuracy of a saved model on test "
      "data\n"
      "%s%s"
      "  sagebrush-vision hyperparameters [--format text|markdown|json]   the table below\n"
      "  sagebrush-vision version\n"
      "  sagebrush-vision --help\n\n"
      "Channels: train (or training), and validation or test (or both); or one channel with all.\n"
      "Files: what preprocess writes; MNIST's IDX files, plain or gzip'd "
      "(train-images-idx3-ubyte,\n"
      "t10k-...); {train,validation,test}_{images,labels}.npy; class folders of JPEG or PNG.\n\n"
      "Hyperparameters:\n%s\n"
      "Exit status: 0 done, or stopped by SIGTERM with checkpoint and model saved; 1 failed (the\n"
      "reason is on standard error and in DIR/output/failure); 2 wrong usage.\n",
      kPreprocessHelp, kServingHelp, hyperparameters_help().c_str());
}

int usage(const std::string& what) {
  std::fprintf(stderr, "sagebrush-vision: %s; see sagebrush-vision --help\n", what.c_str());
  return kUsage;
}

int report_failure(const std::filesystem::path& failure_file, const std::string& message) {
  std::fprintf(stderr, "sagebrush-vision: %s\n", message.c_str());
  if (failure_file.empty()) return kFailed;
  std::error_code error;
  std::filesystem::create_directories(failure_file.parent_path(), error);
  std::FILE* file = std::fopen(failure_file.c_str(), "w");
  if (file == nullptr) {
    std::fprintf(stderr, "sagebrush-vision: cannot write %s\n", failure_file.c_str());
    return kFailed;
  }
  const std::string text = message.substr(0, kMaxFailureBytes);
  std::fwrite(text.data(), 1, text.size(), file);
  std::fclose(file);
  return kFailed;
}

int train(const std::vector<std::string>& words) {
  std::string base = "/opt/ml";
  const std::string wrong = parse_options(words, {{"--opt-ml", &base}});
  if (!wrong.empty()) return usage(wrong);
  const ContainerPaths paths{base};
  try {
    catch_stop_signals(end_before_training);
    keep_freed_memory();
    WorkerPool pool(usable_processors());
    const JobHosts hosts = find_hosts(paths);
    std::unique_ptr<Communicator> others;
    if (hosts.size > 1) {
      check_distribution(paths);
      Meeting meeting;
      meeting.leader = hosts.leader;
      meeting.port = hosts.port;
      meeting.own_host = std::getenv("WORLD_SIZE") != nullptr ? "" : hosts.current;
      meeting.interface = hosts.interface;
      meeting.rank = hosts.rank;
      meeting.size = hosts.size;
      others = connect_by_gloo(meeting);
    }
    Report report(hosts.current, ::isatty(STDOUT_FILENO) == 1, hosts.rank != 0);
    run_training(paths, report, pool, stop_requested, others.get(),
                 [] { catch_stop_signals(request_stop); });
    return 0;
  } catch (const std::bad_alloc&) {
    return report_failure(paths.failure(),
                          "out of memory; a smaller batch_size or a larger instance is needed");
  } catch (const std::exception& error) {
    return report_failure(paths.failure(), error.what());
  }
}

int evaluate(const std::vector<std::string>& words) {
  std::string model;
  std::string data;
  const std::string wrong = parse_options(words, {{"--model", &model}, {"--data", &data}});
  if (!wrong.empty()) return usage(wrong);
  if (model.empty() || data.empty()) return usage("evaluate needs --model DIR and --data DIR");
  WorkerPool pool(usable_processors());
  std::printf("accuracy=%.4f\n", evaluate_model(model, data, pool).accuracy());
  return 0;
}

// A command that says what is wrong on standard error alone.
int run_guarded(int (*command)(const std::vector<std::string>&),
                const std::vector<std::string>& words) {
  try {
    return command(words);
  } catch (const std::bad_alloc&) {
    return report_failure({}, "out of memory");
  } catch (const std::exception& error) {
    return report_failure({}, error.what());
  }
}

int print_hyperparameters(const std::vector<std::string>& words) {
  std::string format = "text";
  const std::string wrong = parse_options(words, {{"--format", &format}});
  if (!wrong.empty()) return usage(wrong);
  if (format != "text" && format != "markdown" && format != "json")
    return usage("--format is text, markdown or json");
  const std::string text = format == "json"       ? hyperparameters_json() + "\n"
                           : format == "markdown" ? hyperparameters_markdown()
                                                  : hyperparameters_help();
  std::fputs(text.c_str(), stdout);
  return 0;
}

int print_version(const std::vector<std::string>&) {
  std::puts("sagebrush-vision " SAGEBRUSH_VERSION);
  return 0;
}

struct Command {
  const char* name;
  int (*run)(const std::vector<std::string>&);
  const char* help;  // nullptr: the whole page
};
const std::vector<Command>& commands() {
  static const std::vector<Command> kCommands = {
      {"train", train, nullptr},
      {"evaluate", evaluate, nullptr},
      {"preprocess", run_preprocess, kPreprocessHelp},
      {"predict", run_predict, kServingHelp},
      {"serve", run_serve, kServingHelp},
      {"hyperparameters", print_hyperparameters, nullptr},
      {"version", print_version, nullptr},
  };
  return kCommands;
}

int help_of(const Command& command) {
  if (command.help != nullptr) {
    std::fputs(command.help, stdout);
  } else {
    print_help();
  }
  return 0;
}

int run(const std::vector<std::string>& words) {
  if (words.empty()) {
    std::string names;
    for (const Command& command : commands())
      names += (names.empty() ? "" : ", ") + std::string(command.name);
    return usage("a command is needed: " + names);
  }
  const std::string& word = words[0];
  for (const Command& command : commands()) {
    if (word != command.name) continue;
    return asks_for_help(words) ? help_of(command) : run_guarded(command.run, words);
  }
  if (word == "--help" || word == "-h" || word == "help") {
    print_help();
    return 0;
  }
  if (word == "--version") return print_version(words);
  return usage("unknown command " + word);
}

}  // namespace
}  // namespace sagebrush::vision

int main(int argc, char** argv) {
  return sagebrush::vision::run(std::vector<std::string>(argv + 1, argv + argc));
}
