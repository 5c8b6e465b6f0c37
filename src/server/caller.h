#pragma once

#include <string>

#include "aws/sigv4.h"
#include "store/identity.h"

namespace sagebrush::store {
class Identities;
}

namespace sagebrush::server {

// Finds the key that a signature names. Throws aws::AwsError in the words of the signature's
// service when it is unknown, not active, expired, or its session token is missing or another.
store::Key find_caller(const store::Identities& identities, const aws::ParsedSignature& signature,
                       Time now);

}  // namespace sagebrush::server
