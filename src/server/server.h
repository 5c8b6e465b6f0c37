#pragma once

namespace sagebrush::server {

// `sagebrush serve`: starts, says so in one line on stdout, serves until SIGTERM or SIGINT, stops
// in order. argv[0] is the program, options begin at argv[1]. Answers the exit code: 0, 2 for a
// wrong option, 1 for all else that kept it from serving.
int serve(int argc, char** argv);

}  // namespace sagebrush::server
