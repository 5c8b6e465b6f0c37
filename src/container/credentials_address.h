#pragma once

namespace sagebrush::container {

// Where SDKs of AWS look for a container's credentials.
inline constexpr const char* kCredentialsAddress = "169.254.170.2";

// Gives it to the loopback of the calling thread's network namespace. Throws Error{kIo}.
void add_credentials_address();

}  // namespace sagebrush::container
