#pragma once

#include <cstddef>
#include <memory>
#include <vector>

namespace sagebrush::vision {

class Communicator;
class Network;

// Adds up the gradients of a step's shards, and over all processes, into the first network's. With
// several processes this goes bucket by bucket, last layers first, while the backward pass of the
// others still runs: a bucket sets off once all shards have all its gradients, and buckets set off
// in the same order everywhere.
class GradientSum {
 public:
  // networks: the shards', all alike. others: nullptr: alone.
  GradientSum(std::vector<Network*> networks, Communicator* others);
  ~GradientSum();
  GradientSum(const GradientSum&) = delete;
  GradientSum& operator=(const GradientSum&) = delete;

  // Before the shards of a step run, and after all have run.
  void start();
  void finish();

 private:
  class Overlap;

  std::vector<Network*> networks_;
  std::unique_ptr<Overlap> overlap_;  // nullptr: alone
};

}  // namespace sagebrush::vision
