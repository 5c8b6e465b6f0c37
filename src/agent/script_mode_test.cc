#include <gtest/gtest.h>

#include "agent/script_command.h"
#include "agent/script_failure.h"
#include "agent/script_job.h"
#include "base/error.h"

namespace sagebrush::agent {
namespace {

namespace json = boost::json;
using agent_protocol::Spec;

Spec spec_with(const json::object& hyperparameters, const json::object& environment = {}) {
  Spec spec;
  spec.job_name = "job";
  spec.host = "algo-1";
  spec.hosts = {{"algo-1", "ml.m5.large", "homogeneousCluster"}};
  spec.instance_type = "ml.m5.large";
  spec.region = "us-east-1";
  spec.limits.cpus = 2;
  spec.image.arguments = {"train"};
  spec.request = {{"HyperParameters", hyperparameters},
                  {"Environment", environment},
                  {"InputDataConfig", json::array{{{"ChannelName", "training"}}}}};
  return spec;
}

TEST(ScriptJob, ReadsQuotedAndPlainHyperparameters) {
  const Spec spec = spec_with({{"sagemaker_program", "\"train.py\""},
                               {"sagemaker_submit_directory", "s3://b/sourcedir.tar.gz"},
                               {"sagemaker_container_log_level", "10"},
                               {"sagemaker_torch_distributed_enabled", "true"},
                               {"_tuning_objective_metric", "loss"},
                               {"epochs", "3"},
                               {"name", "\"quoted\""}});
  const auto job = script_job(spec);
  ASSERT_TRUE(job);
  EXPECT_EQ(job->program, "train.py");
  EXPECT_EQ(job->source, "s3://b/sourcedir.tar.gz");
  EXPECT_EQ(job->log_level, 10);
  EXPECT_EQ(job->hyperparameters, (json::object{{"epochs", 3}, {"name", "quoted"}}));
  EXPECT_EQ(job->framework, (json::object{{"sagemaker_torch_distributed_enabled", true}}));
  EXPECT_TRUE(wants_toolkit(spec));
}

TEST(ScriptJob, IsNotWantedWhereTheJobSaysWhatToRun) {
  Spec spec = spec_with({{"sagemaker_program", "train.py"}});
  spec.image.entrypoint = {"/bin/bash"};
  EXPECT_FALSE(wants_toolkit(spec));
  EXPECT_FALSE(wants_toolkit(spec_with({{"epochs", "1"}})));
  EXPECT_TRUE(wants_toolkit(spec_with({}, {{"SAGEMAKER_PROGRAM", "train.py"}})));
}

TEST(ScriptCommand, PassesHyperparametersAsTheToolkitDoes) {
  const auto job = script_job(spec_with({{"sagemaker_program", "train.py"},
                                         {"learning-rate", "0.01"},
                                         {"b", "16"},
                                         {"flag", "true"},
                                         {"none", "null"},
                                         {"layers", "[64, \"a\"]"},
                                         {"map", "{\"y\": 2, \"x\": \"1\"}"},
                                         {"optimizer", "adam"}}));
  EXPECT_EQ(script_arguments(job->hyperparameters),
            (std::vector<std::string>{"-b", "16", "--flag", "True", "--layers", "[64, 'a']",
                                      "--learning-rate", "0.01", "--map", "x=1,y=2", "--none", "",
                                      "--optimizer", "adam"}));
}

TEST(ScriptCommand, TakesScriptsModulesPackagesAndPrograms) {
  EXPECT_EQ(entry_point_of("train.py", {"train.py"}), EntryPoint::kScript);
  EXPECT_EQ(entry_point_of("train.py", {"setup.py", "train.py"}), EntryPoint::kPackage);
  EXPECT_EQ(entry_point_of("train.sh", {"train.sh"}), EntryPoint::kCommand);
  EXPECT_EQ(entry_point_of("pkg.train", {"pkg/"}), EntryPoint::kModule);
  EXPECT_EQ(entry_point_of("train", {"train.py"}), EntryPoint::kModule);
  EXPECT_EQ(entry_point_of("absent.sh", {"train.py"}), EntryPoint::kCommand);

  const Spec spec = spec_with({{"sagemaker_program", "pkg.train"}, {"say", "it's"}});
  const auto module =
      script_command(spec, *script_job(spec), EntryPoint::kModule, "/usr/bin/python3");
  EXPECT_EQ(module.words,
            (std::vector<std::string>{"/usr/bin/python3", "-m", "pkg.train", "--say", "it's"}));
  const auto shell =
      script_command(spec, *script_job(spec), EntryPoint::kCommand, "/usr/bin/python3");
  EXPECT_EQ(shell.words,
            (std::vector<std::string>{"/bin/sh", "-c", R"(./pkg.train --say 'it'"'"'s')"}));
}

TEST(ScriptCommand, PutsTorchsLauncherInFront) {
  Spec spec = spec_with({{"sagemaker_program", "train.py"},
                         {"sagemaker_torch_distributed_enabled", "true"},
                         {"lr", "0.1"}});
  const auto words = [&](EntryPoint entry) {
    return shell_line(script_command(spec, *script_job(spec), entry, "/usr/bin/python3").words);
  };
  EXPECT_EQ(words(EntryPoint::kScript),
            "/usr/bin/python3 -m torch.distributed.run --nnodes 1 --nproc_per_node 1 "
            "--redirects 9:1 --tee 9:1 train.py --lr 0.1");
  for (const char* name : {"algo-2", "algo-10"}) {
    spec.hosts.push_back({name, "ml.g5.xlarge", "homogeneousCluster"});
  }
  spec.host = "algo-2";
  spec.limits.gpus = {0, 1};
  const std::string start =
      "/usr/bin/python3 -m torch.distributed.run --nnodes 3 --nproc_per_node 2 --redirects "
      "9:1 --tee 9:1 --master_addr algo-1 --master_port 7777 --node_rank 2 ";
  EXPECT_EQ(words(EntryPoint::kScript), start + "train.py --lr 0.1");
  EXPECT_EQ(words(EntryPoint::kModule), start + "-m train --lr 0.1");
  EXPECT_EQ(words(EntryPoint::kCommand), start + "--no_python /bin/sh -c './train.py --lr 0.1'");
}

TEST(ScriptCommand, LaunchesOnlyInTheGroupsOfTheDistribution) {
  Spec spec = spec_with({{"sagemaker_program", "train.py"},
                         {"sagemaker_pytorch_ddp_enabled", "true"},
                         {"sagemaker_distribution_instance_groups", R"(["train"])"}});
  spec.hosts = {{"algo-1", "ml.c5.large", "data"},
                {"algo-2", "ml.g5.xlarge", "train"},
                {"algo-3", "ml.g5.xlarge", "train"}};
  const auto words = [&] {
    return shell_line(
        script_command(spec, *script_job(spec), EntryPoint::kScript, "python3").words);
  };
  EXPECT_EQ(words(), "python3 train.py");
  spec.host = "algo-3";
  EXPECT_EQ(words(),
            "python3 -m torch.distributed.run --nnodes 2 --nproc_per_node 1 --redirects "
            "9:1 --tee 9:1 --master_addr algo-2 --master_port 7777 --node_rank 1 train.py");
}

TEST(ScriptCommand, PutsMpirunInFrontOnTheFirstHost) {
  Spec spec = spec_with({{"sagemaker_program", "train.py"},
                         {"sagemaker_mpi_enabled", "true"},
                         {"sagemaker_mpi_num_of_processes_per_host", "2"},
                         {"sagemaker_mpi_custom_mpi_options", "\"--NCCL_DEBUG INFO  -x  A=b\""},
                         {"lr", "0.1"}});
  const auto words = [&](EntryPoint entry) {
    return shell_line(
        script_command(spec, *script_job(spec), entry, "/usr/bin/python3", "/usr/bin/mpirun")
            .words);
  };
  const std::string options =
      "--allow-run-as-root --tag-output -mca plm_rsh_agent /opt/sagebrush/bin/sagebrush-mpi -mca "
      "plm_rsh_no_tree_spawn 1 -mca btl_tcp_if_include eth0 -mca oob_tcp_if_include eth0 -mca pml "
      "ob1 -mca btl '^openib' -mca btl_vader_single_copy_mechanism none -mca "
      "orte_abort_on_non_zero_status 1 -bind-to none -map-by slot -x NCCL_SOCKET_IFNAME=eth0 -x "
      "NCCL_DEBUG=INFO -x A=b ";
  EXPECT_EQ(words(EntryPoint::kScript), "/usr/bin/mpirun --host algo-1:2 -np 2 " + options +
                                            "/usr/bin/python3 -m mpi4py train.py --lr 0.1");
  spec.hosts.push_back({"algo-2", "ml.m5.large", "homogeneousCluster"});
  EXPECT_EQ(words(EntryPoint::kModule), "/usr/bin/mpirun --host algo-1:2,algo-2:2 -np 4 " +
                                            options +
                                            "/usr/bin/python3 -m mpi4py -m train --lr 0.1");
  EXPECT_EQ(words(EntryPoint::kCommand), "/usr/bin/mpirun --host algo-1:2,algo-2:2 -np 4 " +
                                             options + "/bin/sh -c './train.py --lr 0.1'");
  spec.host = "algo-2";
  EXPECT_EQ(words(EntryPoint::kScript), "/opt/sagebrush/bin/sagebrush-mpi --serve");
  EXPECT_THROW(script_command(spec, *script_job(spec), EntryPoint::kScript, "python3"), Error);
}

TEST(ScriptCommand, RefusesNumbersOfProcessesThatMakeNoSense) {
  for (const char* number : {"0", "-1", "4097", "1.5", "many", "true"}) {
    const Spec spec = spec_with({{"sagemaker_program", "train.py"},
                                 {"sagemaker_mpi_enabled", "true"},
                                 {"sagemaker_mpi_num_of_processes_per_host", number}});
    EXPECT_THROW(
        script_command(spec, *script_job(spec), EntryPoint::kScript, "python3", "/usr/bin/mpirun"),
        Error)
        << number;
  }
}

TEST(ScriptCommand, NamesALauncherThatIsNotServed) {
  const Spec spec = spec_with(
      {{"sagemaker_program", "train.py"}, {"sagemaker_parameter_server_enabled", "true"}});
  EXPECT_THROW(script_command(spec, *script_job(spec), EntryPoint::kScript, "python3"), Error);
}

TEST(ScriptCommand, SetsTheToolkitsVariables) {
  const Spec spec = spec_with({{"sagemaker_program", "train.py"}, {"lr", "0.1"}, {"tag", "é"}},
                              {{"PYTHONPATH", "/x"}});
  const auto variables =
      script_command(spec, *script_job(spec), EntryPoint::kScript, "/usr/bin/python3").environment;
  const std::pair<const char*, const char*> wanted[] = {
      {"SM_HOSTS", R"(["algo-1"])"},
      {"SM_CURRENT_HOST", "algo-1"},
      {"SM_HPS", R"({"lr":0.1,"tag":"\u00e9"})"},
      {"SM_HP_LR", "0.1"},
      {"SM_HP_TAG", "é"},
      {"SM_CHANNELS", R"(["training"])"},
      {"SM_CHANNEL_TRAINING", "/opt/ml/input/data/training"},
      {"SM_USER_ARGS", R"(["--lr","0.1","--tag","\u00e9"])"},
      {"SM_USER_ENTRY_POINT", "train.py"},
      {"SM_MODULE_NAME", "train"},
      {"SM_MODULE_DIR", "/opt/ml/code"},
      {"SM_FRAMEWORK_MODULE", ""},
      {"SM_FRAMEWORK_PARAMS", "{}"},
      {"SM_IS_HETERO", "false"},
      {"SM_LOG_LEVEL", "20"},
      {"SM_NUM_CPUS", "2"},
      {"SM_NUM_GPUS", "0"},
      {"SM_MODEL_DIR", "/opt/ml/model"},
      {"SM_OUTPUT_DATA_DIR", "/opt/ml/output/data"},
      {"SM_CURRENT_INSTANCE_GROUP_HOSTS", R"(["algo-1"])"},
      {"SM_INSTANCE_GROUPS", R"(["homogeneousCluster"])"},
      {"SM_DISTRIBUTION_INSTANCE_GROUPS", "[]"},
      {"SM_INPUT_DATA_CONFIG",
       R"({"training":{"RecordWrapperType":"None","S3DistributionType":"FullyReplicated",)"
       R"("TrainingInputMode":"File"}})"},
      {"SM_MASTER_ADDR", "algo-1"},
      {"SAGEMAKER_JOB_NAME", "job"},
      {"PYTHONPATH", "/opt/ml/code:/x"}};
  for (const auto& [name, value] : wanted) {
    ASSERT_TRUE(variables.contains(name)) << name;
    EXPECT_EQ(variables.at(name), value) << name;
  }
  const auto training = json::parse(variables.at("SM_TRAINING_ENV")).as_object();
  EXPECT_EQ(training.at("hyperparameters"), (json::object{{"lr", 0.1}, {"tag", "é"}}));
  EXPECT_EQ(training.at("is_master"), true);
  EXPECT_EQ(training.at("job_name"), "job");
}

TEST(ScriptFailure, IsFoundInWhatMpirunHasTagged) {
  EXPECT_EQ(exception_lines({"[1,1]<stderr>:Traceback (most recent call last):",
                             "[1,1]<stderr>:  File \"train.py\", line 3, in <module>",
                             "[1,1]<stderr>:ValueError: [1,2]<stderr>:x", "mpirun: a process"}),
            (std::vector<std::string>{"ValueError: [1,2]<stderr>:x", "mpirun: a process"}));
}

TEST(ScriptFailure, IsTheExceptionWithoutItsTraceback) {
  const std::vector<std::string> lines{"warning: x",
                                       "Traceback (most recent call last):",
                                       "  File \"train.py\", line 3, in <module>",
                                       "    main()",
                                       "ValueError: first",
                                       "  and second"};
  container::ContainerExit exit;
  exit.exit_code = 1;
  EXPECT_EQ(
      script_failure(exit, "/usr/bin/python3 train.py", lines),
      "ExecuteUserScriptError:\nExitCode 1\nErrorMessage \"ValueError: first\n  and second\"\n"
      "Command \"/usr/bin/python3 train.py\"");
  exit.exit_code = 139;
  EXPECT_EQ(
      script_failure(exit, "/bin/sh -c ./run.sh", {}),
      "ExecuteUserScriptError:\nExitCode 139\nErrorMessage \"\"\nExtraInfo \"A process of it was "
      "killed by SIGSEGV (signal 11)\"\nCommand \"/bin/sh -c ./run.sh\"");
  EXPECT_EQ(exception_lines({"no traceback", "at all"}),
            (std::vector<std::string>{"no traceback", "at all"}));
}

}  // namespace
}  // namespace sagebrush::agent
