#pragma once

#include <memory>
#include <string>

#include "base/time.h"
#include "http/message.h"
#include "service/house.h"
#include "store/principal.h"

namespace sagebrush::service {

// One request whose signature held, on its way to its handler.
struct Call {
  House& house;
  std::shared_ptr<const http::Request> request;
  store::Principal principal;
  std::string region;      // of the signature's scope
  std::string request_id;  // also in the answer's headers
  Time time;               // when it arrived
};

}  // namespace sagebrush::service
