#pragma once

#include <boost/json.hpp>
#include <string>

namespace sagebrush::agent {

// Values as CPython writes them, byte for byte: scripts compare and parse what the training toolkit
// gave them.

// json.loads(text), or the text itself as a string where that raises. A whole number too large for
// 64 bits stays text.
boost::json::value python_loads(const std::string& text);

// json.dumps(value, sort_keys=True, separators=(",", ":")): ASCII, keys in the order of their code
// points.
std::string python_json(const boost::json::value& value);

// str(value): True, None, 1e-05, ['a', 1], {'k': 'v'}; a string is itself.
std::string python_str(const boost::json::value& value);

// repr(float): the shortest text that reads back as the same number.
std::string python_float(double number);

}  // namespace sagebrush::agent
