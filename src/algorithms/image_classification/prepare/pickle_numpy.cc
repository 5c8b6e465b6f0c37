// How NumPy's arrays stand in a pickle: numpy.core.multiarray._reconstruct(ndarray, (0,), b'b'),
// then BUILD with (version, shape, dtype, is_fortran, bytes); a dtype is numpy.dtype('u1', 0, 1),
// then BUILD with (version, byte order, …). Python 3 writes bytes in protocol 2 as
// _codecs.encode(text, 'latin1'); protocol 5 has numpy.core.numeric._frombuffer(bytes, dtype,
// shape, 'C').
#include "algorithms/image_classification/error.h"
#include "algorithms/image_classification/prepare/pickle_reader.h"

namespace sagebrush::vision {
namespace {

constexpr std::string_view kReconstruct[] = {"numpy.core.multiarray _reconstruct",
                                             "numpy._core.multiarray _reconstruct"};
constexpr std::string_view kFromBuffer[] = {"numpy.core.numeric _frombuffer",
                                            "numpy._core.numeric _frombuffer"};
constexpr std::string_view kArray = "numpy ndarray";
constexpr std::string_view kType = "numpy dtype";
constexpr std::string_view kEncode = "_codecs encode";

bool is_reconstruct(std::string_view name) {
  return name == kReconstruct[0] || name == kReconstruct[1];
}

bool is_from_buffer(std::string_view name) {
  return name == kFromBuffer[0] || name == kFromBuffer[1];
}

}  // namespace

void PickleReader::push_name(std::string_view module, std::string_view name) {
  texts_.push_back(std::make_unique<std::string>(std::string(module) + " " + std::string(name)));
  const std::string_view full = *texts_.back();
  if (!is_reconstruct(full) && !is_from_buffer(full) && full != kArray && full != kType &&
      full != kEncode)
    user_error(name_ + ": refers to " + std::string(module.substr(0, 100)) + "." +
               std::string(name.substr(0, 100)) +
               "; only plain data and NumPy arrays are read, nothing is executed");
  PickleValue* const made = make(Kind::kName);
  made->text = full;
  push(made);
}

std::string_view PickleReader::latin1(std::string_view utf8) {
  texts_.push_back(std::make_unique<std::string>());
  std::string& out = *texts_.back();
  for (std::size_t i = 0; i < utf8.size(); ++i) {
    const auto c = static_cast<std::uint8_t>(utf8[i]);
    if (c < 0x80) {
      out.push_back(static_cast<char>(c));
    } else if ((c == 0xC2 || c == 0xC3) && i + 1 < utf8.size()) {
      out.push_back(
          static_cast<char>((c & 3) << 6 | (static_cast<std::uint8_t>(utf8[++i]) & 0x3F)));
    } else {
      damaged("a text is not Latin-1");
    }
  }
  return out;
}

void PickleReader::reduce() {
  const PickleValue* const arguments = pop();
  const PickleValue* const callee = pop();
  if (callee->kind != Kind::kName || arguments->kind != Kind::kTuple)
    damaged("it calls something that is not a name");
  const std::vector<PickleValue*>& given = arguments->items;
  if (is_reconstruct(callee->text)) {
    if (given.size() != 3 || given[0]->kind != Kind::kName || given[0]->text != kArray)
      damaged("an array is made in an unknown way");
    push(make(Kind::kArray));
  } else if (is_from_buffer(callee->text)) {
    if (given.size() != 4) damaged("an array is made in an unknown way");
    PickleValue* const array = make(Kind::kArray);
    fill_array(*array, *given[2], *given[1], *given[0]);
    array->fortran_order = given[3]->text != "C";
    push(array);
  } else if (callee->text == kType) {
    if (given.empty() || given[0]->kind != Kind::kText) damaged("an element type is no text");
    PickleValue* const type = make(Kind::kType);
    type->type = given[0]->text;
    push(type);
  } else if (callee->text == kEncode) {
    if (given.size() != 2 || given[0]->kind != Kind::kText || given[1]->text != "latin1")
      damaged("bytes are encoded in an unknown way");
    push_text(latin1(given[0]->text));
  } else {
    damaged("it calls numpy.ndarray");
  }
}

void PickleReader::build() {
  const PickleValue* const state = pop();
  if (stack_.empty() || state->kind != Kind::kTuple) damaged("a state is no tuple");
  PickleValue& value = *stack_.back();
  if (value.kind == Kind::kType) {
    if (state->items.size() >= 2 && state->items[1]->kind == Kind::kText)
      value.big_endian = state->items[1]->text == ">";
  } else if (value.kind == Kind::kArray) {
    build_array(value, *state);
  } else {
    damaged("a state is given to what has none");
  }
}

void PickleReader::build_array(PickleValue& array, const PickleValue& state) {
  const std::vector<PickleValue*>& items = state.items;
  if (items.size() != 5) damaged("an array's state is unknown");
  fill_array(array, *items[1], *items[2], *items[4]);
  array.fortran_order = items[3]->integer != 0;
}

void PickleReader::fill_array(PickleValue& array, const PickleValue& shape, const PickleValue& type,
                              const PickleValue& elements) {
  if (shape.kind != Kind::kTuple || type.kind != Kind::kType || elements.kind != Kind::kText)
    damaged("an array's state is unknown");
  array.shape.clear();
  std::uint64_t count = 1;
  for (const PickleValue* size : shape.items) {
    if (size->kind != Kind::kInteger || size->integer < 0) damaged("an array's shape is wrong");
    array.shape.push_back(static_cast<std::size_t>(size->integer));
    if (__builtin_mul_overflow(count, static_cast<std::uint64_t>(size->integer), &count))
      damaged("an array's shape is wrong");
  }
  array.type = type.type;
  array.big_endian = type.big_endian;
  array.text = elements.text;
  const std::uint64_t element =
      array.type.size() == 2 && array.type[1] >= '1' && array.type[1] <= '8'
          ? static_cast<std::uint64_t>(array.type[1] - '0')
          : 0;
  if (element == 0 || __builtin_mul_overflow(count, element, &count) || count != array.text.size())
    damaged("an array's shape and its bytes do not agree");
}

}  // namespace sagebrush::vision
