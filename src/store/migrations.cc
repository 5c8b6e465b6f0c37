#include "store/migrations.h"

namespace sagebrush::store {

std::span<const Migration> migrations() {
  static const Migration all[] = {
      {1, kObjectsSchema}, {2, kIdentitiesSchema},    {3, kLogsSchema},
      {4, kJobsSchema},    {5, kQuotaRequestsSchema}, {6, kWarmPoolsSchema},
      {7, kImagesSchema},  {8, kMetricsSchema},       {9, kTagExclusionsSchema},
  };
  return all;
}

}  // namespace sagebrush::store
