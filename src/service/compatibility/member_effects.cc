#include "service/compatibility/member_effects.h"

namespace sagebrush::service {
namespace {

using enum Effect;
constexpr std::string_view kCreate = "CreateTrainingJob";

constexpr MemberEffect kEffects[] = {
    {kCreate, "TrainingJobName", kFull, "unique in the server, whatever the region"},
    {kCreate, "HyperParameters", kFull, ""},
    {kCreate, "AlgorithmSpecification", kPart,
     "the host image, the built-in algorithm and images of this server's registry"},
    {kCreate, "AlgorithmSpecification.TrainingInputMode", kFull,
     "File and FastFile are linked, not copied; Pipe feeds a FIFO for each epoch"},
    {kCreate, "AlgorithmSpecification.MetricDefinitions", kFull,
     "RE2's syntax: look-around and back-references are refused"},
    {kCreate, "AlgorithmSpecification.EnableSageMakerMetricsTimeSeries", kKept, ""},
    {kCreate, "AlgorithmSpecification.ContainerEntrypoint", kFull, ""},
    {kCreate, "AlgorithmSpecification.ContainerArguments", kFull, ""},
    {kCreate, "RoleArn", kPart, "must exist; its policies are not enforced yet"},
    {kCreate, "InputDataConfig", kFull,
     "S3Prefix, ManifestFile, AugmentedManifestFile (in every mode); replicated or sharded; Gzip; "
     "RecordIO in Pipe mode, as AWS has it"},
    {kCreate, "InputDataConfig.DataSource.FileSystemDataSource", kFull,
     "ids that the configuration maps to folders (file_systems)"},
    {kCreate, "InputDataConfig.ShuffleConfig", kFull,
     "each epoch of a pipe in an order of its own"},
    {kCreate, "OutputDataConfig", kFull, "KmsKeyId is kept; nothing is encrypted"},
    {kCreate, "ResourceConfig", kPart,
     "up to 64 instances, all on this machine; where that is smaller than they are, the job gets "
     "the whole machine, divided among its hosts, and is told so"},
    {kCreate, "ResourceConfig.VolumeSizeInGB", kKept,
     "the job writes to the server's disk without a limit of its own"},
    {kCreate, "ResourceConfig.KeepAlivePeriodInSeconds", kFull,
     "the room stays reserved; images stay unpacked whether it does or not"},
    {kCreate, "VpcConfig", kKept,
     "a job has a network of its own, on which are its hosts and nobody else"},
    {kCreate, "StoppingCondition", kFull, "MaxRuntimeInSeconds counts all attempts together"},
    {kCreate, "Tags", kFull, ""},
    {kCreate, "EnableNetworkIsolation", kFull,
     "no job reaches the network; an isolated one not even this server and its role's keys"},
    {kCreate, "EnableInterContainerTrafficEncryption", kKept,
     "all hosts are on one machine: their traffic never leaves it"},
    {kCreate, "EnableManagedSpotTraining", kFull,
     "interrupted when an on-demand job needs the room; the tag sagebrush:interrupt-after "
     "rehearses "
     "it; BillableTimeInSeconds counts spot time at 30 % (spot_discount)"},
    {kCreate, "CheckpointConfig", kFull,
     "restored at the start, uploaded while training and at its end"},
    {kCreate, "DebugHookConfig", kKept, "also written to /opt/ml/input/config"},
    {kCreate, "DebugRuleConfigurations", kKept, ""},
    {kCreate, "TensorBoardOutputConfig", kKept, ""},
    {kCreate, "ExperimentConfig", kKept, ""},
    {kCreate, "ProfilerConfig", kKept, "also written to /opt/ml/input/config"},
    {kCreate, "ProfilerRuleConfigurations", kKept, ""},
    {kCreate, "Environment", kFull, ""},
    {kCreate, "RetryStrategy", kFull, "another attempt when the machine was at fault"},
    {kCreate, "RemoteDebugConfig", kKept, "`sagebrush exec` goes into any job that runs here"},
    {"ListTrainingJobs", "TrainingPlanArnEquals", kFull,
     "compared with what the job's ResourceConfig names; there are no plans here"},
    {"PutObject", "ServerSideEncryption", kKept,
     "echoed; nothing is encrypted. Customer keys answer 501"},
    {"PutObject", "StorageClass", kKept, "echoed"},
    {"PutObject", "ACL", kPart, "private and bucket-owner-*: the one account owns all"},
    {"PutObject", "Tagging", kKept, "not kept"},
    {"AssumeRole", "Policy", kKept, "policies are not enforced yet"},
    {"PutMetricData", "MetricData", kFull,
     "every metric is kept by the second, whatever its StorageResolution; EntityMetricData is "
     "refused"},
    {"GetMetricData", "MetricDataQueries", kPart,
     "expressions: + - * / ^, comparisons, AND, OR, ABS, AVG, CEIL, DIFF, DIFF_TIME, FILL, FIRST, "
     "FLOOR, IF, LAST, LOG, LOG10, MAX, METRICS, MIN, PERIOD, RATE, RUNNING_SUM, STDDEV, SUM, "
     "TIME_SERIES; no SEARCH, no SQL; labels are not dynamic"},
    {"GetMetricData", "LabelOptions", kKept, ""},
    {"PutRetentionPolicy", "retentionInDays", kPart,
     "older events are not shown any more; their disk is not freed yet"},
};

constexpr std::string_view kDifferences[] = {
    "IAM policies are kept, shown and simulated (SimulatePrincipalPolicy), and not enforced yet: a "
    "valid key may do everything.",
    "Secrets of access keys are stored as they are, which SigV4 needs; the data folder is for its "
    "owner alone.",
    "A request may name any region; all regions are one place.",
    "A job that waits for room stays Starting and says in its StatusMessage what it waits for.",
    "ModelArtifacts appears in DescribeTrainingJob once the artifact is stored.",
    "S3 versioning, tagging, lifecycle and replication answer NotImplemented.",
};

}  // namespace

std::span<const MemberEffect> member_effects() {
  return kEffects;
}
std::span<const std::string_view> known_differences() {
  return kDifferences;
}

}  // namespace sagebrush::service
