#pragma once

#include <string>

namespace sagebrush::store {

// Who signed a request.
struct Principal {
  std::string account;
  std::string arn;  // arn:aws:iam::…:user/x, arn:aws:sts::…:assumed-role/r/s, arn:aws:iam::…:root
  std::string user_id;  // AIDA…, AROA…:session, or the account for root
  std::string access_key_id;
  bool root = false;
};

}  // namespace sagebrush::store
