#pragma once

#include <boost/json/object.hpp>
#include <optional>
#include <string_view>

#include "base/time.h"

// How far a training is, guessed from what training scripts print: "Epoch 3/10", "epoch=3",
// "Train Epoch: 3 [5120/60000 (9%)]", "step 100/500", "45%|####  | 450/1000 [00:10<00:12]".
namespace sagebrush::job {

struct ProgressLine {
  std::optional<double> epoch, epochs;
  std::optional<double> step, steps;  // of the epoch where there is one
  bool epoch_done = false;            // the line tells of a whole epoch: it has its results
};
// nullopt when the line says nothing of it. Linear in the line; long lines are not looked at.
std::optional<ProgressLine> read_progress(std::string_view line);

class Progress {
 public:
  // epochs: what the hyperparameters say, 0 when nothing.
  void take(const ProgressLine& line, Time at, double epochs);

  std::optional<double> fraction() const { return fraction_; }  // 0..1
  std::optional<double> epoch() const { return epoch_; }
  std::optional<double> step() const { return step_; }
  // nullopt until there is a rate to go by.
  std::optional<double> remaining_s(Time now) const;

  boost::json::object to_json() const;
  static Progress from_json(const boost::json::object& object);

 private:
  std::optional<double> fraction_, epoch_, step_;
  double first_fraction_ = 0;
  std::optional<Time> first_at_, last_at_;
  bool from_zero_ = false;  // epochs are counted from 0
};

// "epochs", "num_epochs", … of a request's HyperParameters, also in JSON strings; 0 when none.
double epochs_of(const boost::json::object& request);

}  // namespace sagebrush::job
