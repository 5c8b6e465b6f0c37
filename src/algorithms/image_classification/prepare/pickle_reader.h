#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "algorithms/image_classification/prepare/pickle.h"

namespace sagebrush::vision {

// The machine that Python's pickle module describes (pickletools.py), without the opcodes that
// import or call: REDUCE and BUILD know the few callables that NumPy's arrays are pickled with.
class PickleReader {
 public:
  PickleReader(const Bytes& file, const std::string& name,
               std::vector<std::unique_ptr<PickleValue>>& values,
               std::vector<std::unique_ptr<std::string>>& texts)
      : file_(file), name_(name), values_(values), texts_(texts) {}

  const PickleValue* read();

 private:
  using Kind = PickleValue::Kind;

  [[noreturn]] void damaged(const std::string& why) const;
  std::uint64_t number(int bytes);
  std::string_view bytes(std::uint64_t count);
  std::string_view line();

  PickleValue* make(Kind kind);
  void push(PickleValue* value) { stack_.push_back(value); }
  void push_integer(std::int64_t value);
  void push_text(std::string_view text);
  PickleValue* pop();
  PickleValue* top(Kind kind);
  std::vector<PickleValue*> pop_to_mark();
  void push_tuple(std::size_t count);
  void append(PickleValue* list, const std::vector<PickleValue*>& items);
  void remember(std::uint64_t key);
  void recall(std::uint64_t key);
  void push_name(std::string_view module, std::string_view name);
  void reduce();
  void build();
  void build_array(PickleValue& array, const PickleValue& state);
  void fill_array(PickleValue& array, const PickleValue& shape, const PickleValue& type,
                  const PickleValue& elements);
  std::string_view latin1(std::string_view utf8);

  // Each returns false for an opcode that is not its own.
  bool read_scalar(std::uint8_t code);
  bool read_text(std::uint8_t code);
  bool read_container(std::uint8_t code);
  bool read_memo(std::uint8_t code);

  const Bytes& file_;
  const std::string& name_;
  std::vector<std::unique_ptr<PickleValue>>& values_;
  std::vector<std::unique_ptr<std::string>>& texts_;
  std::size_t at_ = 0;
  std::vector<PickleValue*> stack_;
  std::vector<std::size_t> marks_;
  std::unordered_map<std::uint64_t, PickleValue*> memo_;
};

}  // namespace sagebrush::vision
