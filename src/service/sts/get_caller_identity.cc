#include "generated/sts/get_caller_identity.h"

#include "service/call.h"

namespace sagebrush::service::sts {

GetCallerIdentityResponse get_caller_identity(Call& call,
                                              const GetCallerIdentityRequest& /*request*/) {
  GetCallerIdentityResponse response;
  response.set_UserId(call.principal.user_id)
      .set_Account(call.principal.account)
      .set_Arn(call.principal.arn);
  return response;
}

}  // namespace sagebrush::service::sts
