#include "algorithms/image_classification/prepare/pickle_reader.h"

#include <cstring>

#include "algorithms/image_classification/error.h"

namespace sagebrush::vision {
namespace {

constexpr std::size_t kMaxValues = std::size_t{8} << 20;  // a CIFAR batch has 20,000

}  // namespace

void PickleReader::damaged(const std::string& why) const {
  user_error(name_ + ": cannot be read as a pickle: " + why + " at byte " + std::to_string(at_));
}

std::uint64_t PickleReader::number(int count) {
  const std::string_view raw = bytes(static_cast<std::uint64_t>(count));
  std::uint64_t value = 0;
  for (int i = count; i-- > 0;)
    value = value << 8 | static_cast<std::uint8_t>(raw[static_cast<std::size_t>(i)]);
  return value;
}

std::string_view PickleReader::bytes(std::uint64_t count) {
  if (count > file_.size() - at_) damaged("it is truncated");
  const std::string_view view(reinterpret_cast<const char*>(file_.data()) + at_, count);
  at_ += count;
  return view;
}

std::string_view PickleReader::line() {
  const std::string_view rest(reinterpret_cast<const char*>(file_.data()) + at_,
                              file_.size() - at_);
  const std::size_t end = rest.find('\n');
  if (end == std::string_view::npos) damaged("it is truncated");
  at_ += end + 1;
  return rest.substr(0, end);
}

PickleValue* PickleReader::make(Kind kind) {
  if (values_.size() >= kMaxValues) damaged("it holds too many values");
  values_.push_back(std::make_unique<PickleValue>());
  values_.back()->kind = kind;
  return values_.back().get();
}

void PickleReader::push_integer(std::int64_t value) {
  PickleValue* const made = make(Kind::kInteger);
  made->integer = value;
  push(made);
}

void PickleReader::push_text(std::string_view text) {
  PickleValue* const made = make(Kind::kText);
  made->text = text;
  push(made);
}

PickleValue* PickleReader::pop() {
  if (stack_.size() <= (marks_.empty() ? 0 : marks_.back())) damaged("its stack is empty");
  PickleValue* const value = stack_.back();
  stack_.pop_back();
  return value;
}

PickleValue* PickleReader::top(Kind kind) {
  if (stack_.size() <= (marks_.empty() ? 0 : marks_.back()) || stack_.back()->kind != kind)
    damaged("a value has the wrong kind");
  return stack_.back();
}

std::vector<PickleValue*> PickleReader::pop_to_mark() {
  if (marks_.empty()) damaged("a mark is missing");
  const auto from = stack_.begin() + static_cast<std::ptrdiff_t>(marks_.back());
  std::vector<PickleValue*> items(from, stack_.end());
  stack_.erase(from, stack_.end());
  marks_.pop_back();
  return items;
}

void PickleReader::push_tuple(std::size_t count) {
  PickleValue* const tuple = make(Kind::kTuple);
  tuple->items.resize(count);
  for (std::size_t i = count; i-- > 0;) tuple->items[i] = pop();
  push(tuple);
}

void PickleReader::append(PickleValue* list, const std::vector<PickleValue*>& items) {
  if (list->kind == Kind::kDict && items.size() % 2 != 0) damaged("a key has no value");
  list->items.insert(list->items.end(), items.begin(), items.end());
}

void PickleReader::remember(std::uint64_t key) {
  if (stack_.empty()) damaged("its stack is empty");
  memo_[key] = stack_.back();
}

void PickleReader::recall(std::uint64_t key) {
  const auto found = memo_.find(key);
  if (found == memo_.end()) damaged("it recalls what it never stored");
  push(found->second);
}

bool PickleReader::read_scalar(std::uint8_t code) {
  switch (code) {
    case 'N': push(make(Kind::kNone)); return true;
    case 0x88:
    case 0x89:
      push(make(Kind::kBool));
      stack_.back()->integer = code == 0x88 ? 1 : 0;
      return true;
    case 'J': push_integer(static_cast<std::int32_t>(number(4))); return true;
    case 'K': push_integer(static_cast<std::int64_t>(number(1))); return true;
    case 'M': push_integer(static_cast<std::int64_t>(number(2))); return true;
    case 0x8A: {  // LONG1: little-endian two's complement
      const auto count = static_cast<int>(number(1));
      if (count > 8) damaged("an integer is too large");
      std::uint64_t value = number(count);
      if (count > 0 && count < 8 && (value >> (8 * count - 1) & 1) != 0)
        value |= ~std::uint64_t{0} << (8 * count);
      push_integer(static_cast<std::int64_t>(value));
      return true;
    }
    case 'G': {  // BINFLOAT: big-endian
      std::uint64_t bits = 0;
      for (const char c : bytes(8)) bits = bits << 8 | static_cast<std::uint8_t>(c);
      push(make(Kind::kReal));
      std::memcpy(&stack_.back()->real, &bits, sizeof(bits));
      return true;
    }
    default: return false;
  }
}

bool PickleReader::read_text(std::uint8_t code) {
  switch (code) {
    case 'U':
    case 'C':
    case 0x8C: push_text(bytes(number(1))); return true;
    case 'T':
    case 'B':
    case 'X': push_text(bytes(number(4))); return true;
    case 0x8D:
    case 0x8E:
    case 0x96: push_text(bytes(number(8))); return true;
    default: return false;
  }
}

bool PickleReader::read_container(std::uint8_t code) {
  switch (code) {
    case '(': marks_.push_back(stack_.size()); return true;
    case ']': push(make(Kind::kList)); return true;
    case '}': push(make(Kind::kDict)); return true;
    case ')': push(make(Kind::kTuple)); return true;
    case 0x85: push_tuple(1); return true;
    case 0x86: push_tuple(2); return true;
    case 0x87: push_tuple(3); return true;
    case 't': {
      std::vector<PickleValue*> items = pop_to_mark();
      PickleValue* const tuple = make(Kind::kTuple);
      tuple->items = std::move(items);
      push(tuple);
      return true;
    }
    case 'a': {
      PickleValue* const item = pop();
      append(top(Kind::kList), {item});
      return true;
    }
    case 'e': {
      const std::vector<PickleValue*> items = pop_to_mark();
      append(top(Kind::kList), items);
      return true;
    }
    case 's': {
      PickleValue* const value = pop();
      PickleValue* const key = pop();
      append(top(Kind::kDict), {key, value});
      return true;
    }
    case 'u': {
      const std::vector<PickleValue*> items = pop_to_mark();
      append(top(Kind::kDict), items);
      return true;
    }
    case '0': pop(); return true;
    default: return false;
  }
}

bool PickleReader::read_memo(std::uint8_t code) {
  switch (code) {
    case 'q': remember(number(1)); return true;
    case 'r': remember(number(4)); return true;
    case 0x94: remember(memo_.size()); return true;
    case 'h': recall(number(1)); return true;
    case 'j': recall(number(4)); return true;
    case 0x80:
      if (const std::uint64_t version = number(1); version > 5)
        damaged("protocol " + std::to_string(version) + " is unknown");
      return true;
    case 0x95: number(8); return true;  // FRAME: a hint for readers of streams
    default: return false;
  }
}

const PickleValue* PickleReader::read() {
  if (file_.empty()) user_error(name_ + ": is empty; a pickle was expected");
  for (;;) {
    const auto code = static_cast<std::uint8_t>(number(1));
    if (read_scalar(code) || read_text(code) || read_container(code) || read_memo(code)) continue;
    switch (code) {
      case 'c': {
        const std::string_view module = line();
        push_name(module, line());
        break;
      }
      case 0x93: {  // STACK_GLOBAL
        const PickleValue* const name = pop();
        const PickleValue* const module = pop();
        if (name->kind != Kind::kText || module->kind != Kind::kText)
          damaged("a value has the wrong kind");
        push_name(module->text, name->text);
        break;
      }
      case 'R': reduce(); break;
      case 'b': build(); break;
      case '.': return pop();
      default: damaged("opcode " + std::to_string(code) + " is not one of plain data");
    }
  }
}

}  // namespace sagebrush::vision
