#include "algorithms/image_classification/gloo_communicator.h"

#include <ATen/ops/from_blob.h>

#include <chrono>
#include <mutex>
#include <torch/csrc/distributed/c10d/PrefixStore.hpp>
#include <torch/csrc/distributed/c10d/ProcessGroupGloo.hpp>
#include <torch/csrc/distributed/c10d/TCPStore.hpp>

#include "algorithms/image_classification/error.h"

namespace sagebrush::vision {
namespace {

// A host may wait this long for another one that evaluates, or writes a checkpoint.
constexpr std::chrono::minutes kPatience{10};

// Runs what may lose a peer.
template <typename Action>
auto guarded(const Action& action) {
  try {
    return action();
  } catch (const std::exception& error) {
    const std::string what = error.what();
    throw Error(ErrorKind::kSystem,
                "lost contact with another host of this job: " + what.substr(0, what.find('\n')));
  }
}

class GlooCommunicator : public Communicator {
 public:
  explicit GlooCommunicator(const Meeting& meeting) : meeting_(meeting) {
    c10d::TCPStoreOptions options;
    options.port = static_cast<std::uint16_t>(meeting.port);
    options.isServer = meeting.rank == 0;
    options.numWorkers = static_cast<std::size_t>(meeting.size);
    options.timeout = kPatience;
    store_ = c10::make_intrusive<c10d::TCPStore>(meeting.leader, options);
    // Sums of statistics and of gradients run at once, in an order that may differ between
    // processes: they have a group each.
    values_ = make_group("values");
    gradients_ = make_group("gradients");
  }

  int rank() const override { return meeting_.rank; }
  int size() const override { return meeting_.size; }

  void sum(std::vector<double>& values) override {
    guarded([&] {
      std::vector<at::Tensor> tensors = {
          at::from_blob(values.data(), {static_cast<std::int64_t>(values.size())}, at::kDouble)};
      values_->allreduce(tensors)->wait();
    });
  }

  void start_sum(float* values, std::size_t count) override {
    guarded([&] {
      std::vector<at::Tensor> tensors = {
          at::from_blob(values, {static_cast<std::int64_t>(count)}, at::kFloat)};
      const std::lock_guard lock(mutex_);
      under_way_.push_back(gradients_->allreduce(tensors));
    });
  }

  void finish_sums() override {
    guarded([&] {
      const std::lock_guard lock(mutex_);
      for (const auto& work : under_way_) work->wait();
      under_way_.clear();
    });
  }

  void broadcast(std::uint8_t* bytes, std::size_t count) override {
    guarded([&] {
      std::vector<at::Tensor> tensors = {
          at::from_blob(bytes, {static_cast<std::int64_t>(count)}, at::kByte)};
      values_->broadcast(tensors)->wait();
    });
  }

 private:
  using Group = c10d::ProcessGroupGloo;

  c10::intrusive_ptr<Group> make_group(const char* name) {
    auto options = Group::Options::create(kPatience);
    if (!meeting_.interface.empty()) {
      options->devices.push_back(Group::createDeviceForInterface(meeting_.interface));
    } else {
      options->devices.push_back(meeting_.own_host.empty()
                                     ? Group::createDefaultDevice()
                                     : Group::createDeviceForHostname(meeting_.own_host));
    }
    options->threads = 2;
    return c10::make_intrusive<Group>(c10::make_intrusive<c10d::PrefixStore>(name, store_),
                                      meeting_.rank, meeting_.size, options);
  }

  Meeting meeting_;
  c10::intrusive_ptr<c10d::TCPStore> store_;
  c10::intrusive_ptr<Group> values_;
  c10::intrusive_ptr<Group> gradients_;
  std::mutex mutex_;
  std::vector<c10::intrusive_ptr<c10d::Work>> under_way_;
};

}  // namespace

std::unique_ptr<Communicator> connect_by_gloo(const Meeting& meeting) {
  try {
    return std::make_unique<GlooCommunicator>(meeting);
  } catch (const std::exception& error) {
    const std::string what = error.what();
    throw Error(ErrorKind::kSystem, "cannot meet the other hosts of this job at " + meeting.leader +
                                        ":" + std::to_string(meeting.port) + ": " +
                                        what.substr(0, what.find('\n')));
  }
}

}  // namespace sagebrush::vision
