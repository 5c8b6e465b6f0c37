#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace sagebrush::vision {

// The processes that train one model together. Every call is made by all of them in the same order.
// Throws Error{kSystem} naming what was lost when one is gone.
class Communicator {
 public:
  virtual ~Communicator() = default;
  virtual int rank() const = 0;
  virtual int size() const = 0;

  // Adds up over all processes, in place.
  virtual void sum(std::vector<double>& values) = 0;

  // Starts adding up values[0, count) in place; they are not touched until finish_sums().
  virtual void start_sum(float* values, std::size_t count) = 0;
  // Waits for all sums that were started.
  virtual void finish_sums() = 0;

  // Gives all processes the first one's bytes.
  virtual void broadcast(std::uint8_t* bytes, std::size_t count) = 0;
};

}  // namespace sagebrush::vision
