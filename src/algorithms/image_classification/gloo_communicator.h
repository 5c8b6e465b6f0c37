#pragma once

#include <memory>
#include <string>

#include "algorithms/image_classification/communicator.h"

namespace sagebrush::vision {

// Where the processes of a job meet.
struct Meeting {
  std::string leader;  // host of rank 0, where the others look for it
  int port = 0;
  // This process's name or address, which the others connect to; "": the machine's name.
  std::string own_host;
  std::string interface;  // or the network device they connect to; "": by own_host
  int rank = 0;
  int size = 1;
};

// Connects to the others by Gloo; blocks until all are there. Throws Error{kSystem} when they do
// not come.
std::unique_ptr<Communicator> connect_by_gloo(const Meeting& meeting);

}  // namespace sagebrush::vision
