#include "cli/accuracy.h"

#include <gtest/gtest.h>

#include <boost/json/array.hpp>

namespace sagebrush::cli {
namespace {

TEST(Accuracy, IsReadFromAnEpochLine) {
  EXPECT_EQ(accuracy_in("epoch=2 train_loss=0.03 train_accuracy=0.9999 validation_accuracy=0.9912 "
                        "images_per_second=9000"),
            0.9912);
}

TEST(Accuracy, OfTestGoesBeforeValidation) {
  EXPECT_EQ(accuracy_in("validation_accuracy=0.5 test_accuracy=0.75"), 0.75);
}

TEST(Accuracy, OtherLinesTellNone) {
  EXPECT_FALSE(accuracy_in("#quality_metric: host=algo-1, epoch=1, validation accuracy=0.98"));
  EXPECT_FALSE(accuracy_in("not_test_accuracy=0.9"));
  EXPECT_FALSE(accuracy_in("test_accuracy=soon"));
  EXPECT_FALSE(accuracy_in(""));
}

TEST(Accuracy, IsReadFromFinalMetrics) {
  const boost::json::object job{
      {"FinalMetricDataList",
       boost::json::array{{{"MetricName", "train:accuracy"}, {"Value", 1.0}},
                          {{"MetricName", "validation:accuracy"}, {"Value", 0.99}}}}};
  EXPECT_EQ(final_accuracy(job), 0.99);
  EXPECT_FALSE(final_accuracy({}));
}

}  // namespace
}  // namespace sagebrush::cli
