#include "server/server.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <boost/json.hpp>
#include <csignal>
#include <cstring>
#include <iostream>

#include "base/error.h"
#include "base/file.h"
#include "base/log.h"
#include "http/server.h"
#include "job/engine.h"
#include "job/local_executor.h"
#include "server/capacity.h"
#include "server/certificates.h"
#include "server/dispatcher.h"
#include "server/image_source.h"
#include "server/object_source.h"
#include "server/options.h"
#include "server/registry_hosts.h"
#include "server/root_credentials.h"
#include "service/service_quotas/grant_requests.h"
#include "store/database.h"
#include "store/identities.h"
#include "store/images.h"
#include "store/jobs.h"
#include "store/logs.h"
#include "store/metrics.h"
#include "store/objects.h"

namespace sagebrush::server {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::seconds kShutdownGrace{5};
constexpr int kTlsPortsAbove = 443;  // 9000 → 9443
// Most of them wait for the disk: as many syncs as come together share one journal commit.
constexpr int kWorkers = 32;

// Holds DATA/server.lock: two servers on one folder would each believe that it is theirs.
File lock_data(const fs::path& data) {
  File file = File::open(data / "server.lock", O_RDWR | O_CREAT, 0600);
  if (::flock(file.fd(), LOCK_EX | LOCK_NB) != 0) {
    throw Error(ErrorKind::kConflict, "another server is running on " + data.string());
  }
  return file;
}

std::string url(const char* scheme, const std::string& host, std::uint16_t port) {
  const bool v6 = host.find(':') != std::string::npos;
  return std::string(scheme) + "://" + (v6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

Address tls_address(const Options& options) {
  if (options.tls_listen) return *options.tls_listen;
  const int port = options.listen.port == 0 ? 0 : options.listen.port + kTlsPortsAbove;
  return {options.listen.host, static_cast<std::uint16_t>(port)};
}

std::vector<std::string> certificate_hosts(const Options& options) {
  std::vector<std::string> hosts{"localhost", "*.localhost", "*.s3.localhost", "127.0.0.1", "::1"};
  char name[256] = {};
  if (::gethostname(name, sizeof name - 1) == 0 && name[0]) hosts.emplace_back(name);
  if (options.domain != "localhost") {
    hosts.insert(hosts.end(), {options.domain, "*." + options.domain, "*.s3." + options.domain});
  }
  const std::string& host = tls_address(options).host;
  if (host != "0.0.0.0" && host != "::" && std::ranges::find(hosts, host) == hosts.end()) {
    hosts.push_back(host);
  }
  return hosts;
}

// sagebrush-agent stands beside this program, or in DIR/../libexec.
fs::path agent_program() {
  const fs::path here = fs::read_symlink("/proc/self/exe").parent_path();
  const fs::path agent = here / "sagebrush-agent";
  if (!fs::exists(agent)) {
    throw Error(ErrorKind::kNotFound,
                "sagebrush-agent is not beside this program in " + here.string());
  }
  return agent;
}

// Everything that serves, in the order in which it starts; it ends in the reverse one.
class Server {
 public:
  explicit Server(Options options)
      : options_(std::move(options)),
        lock_((fs::create_directories(options_.data_dir), lock_data(options_.data_dir))),
        database_(options_.database_url.empty()
                      ? "sqlite://" + (options_.data_dir / "sagebrush.db").string()
                      : options_.database_url),
        identities_(database_, options_.account, system_clock()),
        objects_(database_, options_.data_dir, system_clock()),
        images_(database_, options_.data_dir, system_clock(), images_options(options_)),
        logs_(database_, options_.data_dir / "logs", system_clock()),
        metrics_(database_, options_.data_dir / "metrics", system_clock(),
                 options_.metric_retention),
        jobs_(database_),
        quotas_{job::QuotaTable(options_.quotas), options_.quota_increases},
        executor_(agent_program()),
        certificates_(certificate_files()) {
    identities_.set_root(root_.access_key_id, root_.secret_access_key);
    identities_.purge_expired_sessions();
  }

  void start() {
    service::service_quotas::grant_requests(database_, quotas_, system_clock());
    // The port is known once it is bound, agents are told it, and nobody is answered before the
    // engine is there.
    http::ServerOptions plain;
    plain.address = options_.listen.host;
    plain.port = options_.listen.port;
    plain.worker_threads = kWorkers;
    plain_ = std::make_unique<http::Server>(plain, relay_);
    const Address tls_at = tls_address(options_);
    http::ServerOptions tls;
    tls.address = tls_at.host;
    tls.port = tls_at.port;
    tls.tls =
        http::TlsFiles{certificates_.certificate.string(), certificates_.private_key.string()};
    tls_ = std::make_unique<http::Server>(tls, relay_);

    url_ = url("http", options_.listen.host, plain_->port());
    tls_url_ = url("https", tls_at.host, tls_->port());
    engine_ = std::make_unique<job::Engine>(engine_settings(), jobs_, identities_, logs_, metrics_,
                                            object_source(objects_, options_.file_systems),
                                            executor_, job::ImageTable(options_.image_aliases),
                                            registry_images(), system_clock());
    house_ = std::make_unique<service::House>(
        service::House{.account = options_.account,
                       .region = options_.region,
                       .clock = system_clock(),
                       .database = database_,
                       .objects = objects_,
                       .images = images_,
                       .logs = logs_,
                       .metrics = metrics_,
                       .identities = identities_,
                       .engine = *engine_,
                       .create_repositories_on_push = options_.registry_create_on_push,
                       .file_systems = options_.file_systems,
                       .quotas = quotas_,
                       .spot_discount = options_.spot_discount});
    dispatcher_ = std::make_unique<Dispatcher>(
        *house_, DispatcherSettings{.domain = options_.domain,
                                    .public_read_buckets = options_.public_read_buckets,
                                    .metrics_access = options_.metrics_access,
                                    .metrics_token = settle_metrics_token(options_.data_dir)});
    relay_.handler = dispatcher_.get();
    plain_->start();
    tls_->start();
    engine_->start();
    write_server_file();
  }

  void stop() {
    fs::remove(options_.data_dir / "server.json");
    plain_->stop(kShutdownGrace);
    tls_->stop(kShutdownGrace);
    engine_->stop();
    logs_.save_checkpoints();
  }

  std::string ready_line() const {
    return "Sagebrush is ready at " + url_ + " (TLS: " + tls_url_ + "), data in " +
           options_.data_dir.string();
  }

 private:
  // Lets the ports be bound before what answers on them is made.
  struct Relay : http::Handler {
    http::Handler* handler = nullptr;
    std::variant<http::Response, std::unique_ptr<http::Receiver>> begin(
        std::shared_ptr<const http::Request> request) override {
      return handler->begin(std::move(request));
    }
    bool brief(const http::Request& request) const override { return handler->brief(request); }
  };

  CertificateFiles certificate_files() const {
    if (!options_.certificate.empty()) {
      return {.authority = options_.certificate,
              .certificate = options_.certificate,
              .private_key = options_.private_key};
    }
    return settle_certificates(options_.data_dir / "tls", certificate_hosts(options_));
  }

  job::EngineSettings engine_settings() const {
    job::EngineSettings settings;
    settings.data = options_.data_dir;
    settle_capacity(options_, settings);
    settings.spec.account = options_.account;
    settings.spec.server_url = url_;
    settings.spec.blob_directory = (options_.data_dir / "blobs").string();
    settings.spec.runtime = options_.runtime;
    settings.spec.python = options_.python;
    settings.spec.log_rules = options_.log_rules;
    settings.spec.stop_grace = options_.stop_grace;
    settings.spec.layer_cache_bytes = options_.layer_cache_bytes;
    return settings;
  }

  job::ImageSource registry_images() {
    return image_source(images_,
                        job::RegistryNames(options_.account,
                                           registry_hosts(options_, plain_->port(), tls_->port())));
  }

  // For the command line, which finds a running server by it.
  void write_server_file() const {
    const boost::json::object file{{"url", url_},
                                   {"tls_url", tls_url_},
                                   {"ca_file", certificates_.authority.string()},
                                   {"region", options_.region},
                                   {"account", options_.account},
                                   {"pid", ::getpid()}};
    write_file_atomically(options_.data_dir / "server.json", boost::json::serialize(file) + "\n");
  }

  Options options_;
  File lock_;
  aws::Credentials root_ = settle_root_credentials(
      options_.data_dir, {options_.access_key_id, options_.secret_access_key, ""});
  store::Database database_;
  store::Identities identities_;
  store::Objects objects_;
  store::Images images_;
  store::Logs logs_;
  store::Metrics metrics_;
  store::Jobs jobs_;
  service::Quotas quotas_;
  job::LocalExecutor executor_;
  CertificateFiles certificates_;
  Relay relay_;
  std::unique_ptr<http::Server> plain_;
  std::unique_ptr<http::Server> tls_;
  std::string url_;
  std::string tls_url_;
  std::unique_ptr<job::Engine> engine_;
  std::unique_ptr<service::House> house_;
  std::unique_ptr<Dispatcher> dispatcher_;
};

// Blocked in every thread, taken by sigwait in this one: no handler code runs anywhere.
sigset_t block_stop_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  return signals;
}

// An answer holds every file of an object open, as many as it was uploaded in parts.
void allow_many_files() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

void serve_until_told(Options options) {
  const sigset_t signals = block_stop_signals();
  ::umask(0077);
  allow_many_files();
  Server server(std::move(options));
  server.start();
  std::cout << server.ready_line() << std::endl;
  int signal = 0;
  sigwait(&signals, &signal);
  spdlog::info("{}: stopping; running jobs go on", ::strsignal(signal));
  server.stop();
}

}  // namespace

int serve(int argc, char** argv) {
  try {
    auto options = read_options(argc, argv);
    if (!options) return 0;
    start_logging(options->log_level);
    serve_until_told(std::move(*options));
    return 0;
  } catch (const Error& error) {
    std::cerr << "sagebrush serve: " << error.what() << "\n";
    return error.kind() == ErrorKind::kInvalid ? 2 : 1;
  } catch (const std::exception& error) {
    std::cerr << "sagebrush serve: " << error.what() << "\n";
    return 1;
  }
}

}  // namespace sagebrush::server
