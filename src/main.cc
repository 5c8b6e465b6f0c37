#include <string_view>

#include "cli/run.h"
#include "server/server.h"

int main(int argc, char** argv) {
  if (argc > 1 && std::string_view(argv[1]) == "serve") {
    return sagebrush::server::serve(argc - 1, argv + 1);
  }
  return sagebrush::cli::run(argc, argv);
}
