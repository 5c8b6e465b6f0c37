#include "service/sts/credentials.h"

namespace sagebrush::service::sts {

sagebrush::sts::Credentials show(const store::Session& session) {
  sagebrush::sts::Credentials shown;
  shown.set_AccessKeyId(session.access_key_id)
      .set_SecretAccessKey(session.secret)
      .set_SessionToken(session.token)
      .set_Expiration(session.expires);
  return shown;
}

}  // namespace sagebrush::service::sts
