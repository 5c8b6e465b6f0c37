#include "agent/script_plan.h"

#include <gtest/gtest.h>

#include <fstream>

#include "agent/orders.h"
#include "agent/script_source.h"
#include "base/error.h"
#include "base/file.h"
#include "container/launch.h"

namespace sagebrush::agent {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;
using agent_protocol::Spec;

constexpr const char* kPath = "/usr/local/bin:/usr/bin";

// An image of one layer, with a job that runs it.
class ScriptInImage : public ::testing::Test {
 protected:
  static Spec job() {
    Spec spec;
    spec.host = "algo-1";
    spec.hosts = {{"algo-1", "ml.m5.large", "homogeneousCluster"}};
    spec.access.server_url = "http://127.0.0.1:1";
    spec.image.kind = agent_protocol::ImageKind::kRegistry;
    spec.image.reference = "team/mine:1";
    spec.image.arguments = {"train"};
    spec.image.registry.emplace();
    spec.image.registry->digest = "sha256:1";
    return spec;
  }
  ScriptInImage() {
    fs::create_directories(layer_);
    fs::create_directories(place_.ml() / "code");
  }

  void add(const std::string& path, const std::string& text = "", int mode = 0644) {
    fs::create_directories((layer_ / path).parent_path());
    std::ofstream(layer_ / path) << text;
    fs::permissions(layer_ / path, static_cast<fs::perms>(mode));
  }
  void set_image(const json::array& variables) {
    spec_.image.registry->config = {{"config", {{"Env", variables}}}};
  }
  void set_job(const json::object& hyperparameters, const json::object& variables = {}) {
    spec_.request = {{"HyperParameters", hyperparameters}, {"Environment", variables}};
  }
  container::LayerStack layers() const { return container::LayerStack({layer_}); }
  std::optional<ScriptPlan> plan() {
    const auto stack = layers();
    return plan_script(spec_, &stack, {std::string("PATH=") + kPath}, place_, objects_);
  }
  std::string refusal() {
    try {
      plan();
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  }

  TemporaryDirectory folder_;
  fs::path layer_ = folder_.path() / "layer";
  container::Workplace place_{folder_.path() / "work"};
  Spec spec_ = job();
  Orders orders_{folder_.path() / "spec.json"};
  ObjectCalls objects_{spec_, orders_};
};

TEST_F(ScriptInImage, IsRunWhereTheImageHasNoProgramOfItsOwn) {
  add("usr/bin/python3", "", 0755);
  add("opt/ml/code/train.py");
  set_job({{"sagemaker_program", "train.py"}});
  const auto script = plan();
  ASSERT_TRUE(script);
  EXPECT_EQ(script->interpreter, "/usr/bin/python3");
  EXPECT_EQ(script->baked, "opt/ml/code");
  EXPECT_EQ(script->entry, EntryPoint::kScript);
  EXPECT_FALSE(script->packages);
}

TEST_F(ScriptInImage, IsLeftToTheImagesOwnTrainOrEntryPoint) {
  add("usr/bin/python3", "", 0755);
  add("opt/ml/code/train.py");
  set_job({{"sagemaker_program", "train.py"}});
  spec_.image.entrypoint = {"/entry"};
  EXPECT_FALSE(plan());
  spec_.image.entrypoint.clear();
  spec_.image.arguments = {"other"};
  EXPECT_FALSE(plan());
  spec_.image.arguments = {"train"};
  EXPECT_TRUE(plan());
  add("usr/local/bin/train", "", 0755);
  EXPECT_FALSE(plan());
}

TEST_F(ScriptInImage, IsNamedByTheImageUnlessTheJobNamesOne) {
  set_image({"SAGEMAKER_PROGRAM=baked.py", "SAGEMAKER_SUBMIT_DIRECTORY=/app"});
  EXPECT_EQ(script_job(spec_)->program, "baked.py");
  EXPECT_EQ(script_job(spec_)->source, "/app");
  set_job({{"sagemaker_program", "\"job.py\""}});
  EXPECT_EQ(script_job(spec_)->program, "job.py");
  set_job({{"sagemaker_program", "\"job.py\""}}, {{"SAGEMAKER_PROGRAM", "variable.py"}});
  EXPECT_EQ(script_job(spec_)->program, "variable.py");
  spec_.image.registry.reset();
  set_job({});
  EXPECT_FALSE(script_job(spec_));
}

TEST_F(ScriptInImage, MayLieInAnyFolderOfTheImage) {
  add("usr/bin/python", "", 0755);
  add("app/src/run.sh");
  set_job({{"sagemaker_program", "run.sh"}, {"sagemaker_submit_directory", "/app/src/"}});
  const auto script = plan();
  ASSERT_TRUE(script);
  EXPECT_EQ(script->baked, "app/src");
  EXPECT_EQ(script->entry, EntryPoint::kCommand);
  set_job({{"sagemaker_program", "run.sh"}, {"sagemaker_submit_directory", "/absent"}});
  EXPECT_EQ(refusal(),
            "sagemaker_submit_directory /absent: it must be an s3:// address, or a folder in a "
            "channel or in the image");
}

TEST_F(ScriptInImage, IsMadeExecutableAndNoLinkLeadsOutOfItsSource) {
  const fs::path outside = folder_.path() / "outside";
  fs::create_directories(outside);
  std::ofstream(outside / "victim").close();
  fs::permissions(outside / "victim", fs::perms::owner_read);
  const fs::path source = place_.root / "channels/code";
  fs::create_directories(source);
  fs::create_directory_symlink(outside, source / "a");
  fs::create_symlink("loop", source / "loop");
  std::ofstream(source / "run.sh").close();
  const auto run = [&](const char* program) {
    set_job({{"sagemaker_program", program},
             {"sagemaker_submit_directory", "/opt/ml/input/data/code"}});
    remove_tree(place_.ml() / "code");
    return plan();
  };
  EXPECT_TRUE(run("a/victim"));  // the container has to find out where that leads
  EXPECT_EQ(fs::status(outside / "victim").permissions(), fs::perms::owner_read);
  EXPECT_TRUE(run("./run.sh"));
  EXPECT_EQ(fs::status(place_.ml() / "code/run.sh").permissions(), fs::perms::all);
  EXPECT_THROW(run("absent/run.sh"), Error);
}

TEST_F(ScriptInImage, SaysWhatTheImageLacks) {
  set_job({{"sagemaker_program", "train.py"}});
  EXPECT_EQ(refusal(),
            "sagemaker_program \"train.py\": there is no source; name its sourcedir.tar.gz by the "
            "hyperparameter sagemaker_submit_directory, or put it into /opt/ml/code of an image");
  add("opt/ml/code/train.py");
  add("opt/ml/code/run.sh");
  EXPECT_EQ(refusal(),
            "the image team/mine:1 has neither python3 nor python on its PATH "
            "(/usr/local/bin:/usr/bin), and no program `train` of its own: build one of them "
            "into it");
  set_job({{"sagemaker_program", "train.py"}}, {{"SAGEBRUSH_PYTHON", "pypy"}});
  EXPECT_EQ(refusal(), "the image team/mine:1 has no program pypy on its PATH");
  set_job({{"sagemaker_program", "run.sh"}});
  EXPECT_TRUE(plan());  // a program needs no Python
  set_job({{"sagemaker_program", "absent.py"}});
  EXPECT_EQ(refusal(),
            "sagemaker_program \"absent.py\" is not in the source, which has run.sh, train.py");
}

TEST_F(ScriptInImage, HasPackagesOfItsOwnForEachDigest) {
  add("usr/bin/python3", "", 0755);
  add("opt/ml/code/train.py");
  add("opt/ml/code/requirements.txt", "numpy\n");
  set_job({{"sagemaker_program", "train.py"}});
  const auto first = plan();
  ASSERT_TRUE(first && first->packages);
  EXPECT_EQ(first->packages->image, "team/mine:1");
  EXPECT_EQ(first->packages->baked, "opt/ml/code");
  EXPECT_EQ(plan()->packages->key, first->packages->key);
  spec_.image.registry->digest = "sha256:2";
  EXPECT_NE(plan()->packages->key, first->packages->key);
  spec_.image.registry->digest = "sha256:1";
  add("opt/ml/code/requirements.txt", "numpy==1\n");
  EXPECT_NE(plan()->packages->key, first->packages->key);
  add("opt/ml/code/requirements.txt", "\n");
  EXPECT_FALSE(plan()->packages);
}

TEST_F(ScriptInImage, SaysWhyPackagesAreNotThere) {
  PackagePlan plan{.key = "k",
                   .interpreter = "/usr/bin/python3",
                   .image = "team/mine:1",
                   .baked = {},
                   .package = false,
                   .requirements = true};
  EXPECT_NE(install_failure(plan, 1, {"/usr/bin/python3: No module named pip"})
                .find("/usr/bin/python3 in the image team/mine:1 has no pip or venv, which "
                      "requirements.txt needs"),
            std::string::npos);
  const std::string missing = install_failure(
      plan, 1,
      {"ERROR: Could not find a version that satisfies the requirement x (from versions: none)"});
  EXPECT_NE(missing.find("x is not installed for /usr/bin/python3 in the image team/mine:1, and no "
                         "package index that has it was reached. Build it into the image"),
            std::string::npos)
      << missing;
}

}  // namespace
}  // namespace sagebrush::agent
