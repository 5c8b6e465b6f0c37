#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

#include "aws/model_tables.h"

// Handles on the service models' tables: small, copied freely, valid for ever.
namespace sagebrush::aws {

class Shape;

inline std::string_view text_of(const tables::ServiceRow& service, tables::Text text) {
  return {service.pool + text.offset, text.length};
}

class Member {
 public:
  Member(const tables::ServiceRow* service, const tables::MemberRow* row)
      : service_(service), row_(row) {}

  std::string_view name() const { return text_of(*service_, row_->name); }
  std::string_view wire_name() const { return text_of(*service_, row_->wire_name); }
  std::string_view namespace_uri() const { return text_of(*service_, row_->namespace_uri); }
  std::string_view namespace_prefix() const { return text_of(*service_, row_->namespace_prefix); }
  Shape shape() const;
  Location location() const { return row_->location; }
  bool has(tables::MemberFlag flag) const { return (row_->flags & flag) != 0; }
  bool required() const { return has(tables::kRequired); }
  bool streaming() const { return has(tables::kStreaming); }
  bool flattened() const;  // says the member or its shape

 private:
  const tables::ServiceRow* service_;
  const tables::MemberRow* row_;
};

class MemberIterator {
 public:
  MemberIterator(const tables::ServiceRow* service, const tables::MemberRow* row)
      : service_(service), row_(row) {}
  Member operator*() const { return {service_, row_}; }
  MemberIterator& operator++() {
    ++row_;
    return *this;
  }
  bool operator==(const MemberIterator& other) const { return row_ == other.row_; }

 private:
  const tables::ServiceRow* service_;
  const tables::MemberRow* row_;
};

struct MemberRange {
  MemberIterator first;
  MemberIterator last;
  MemberIterator begin() const { return first; }
  MemberIterator end() const { return last; }
};

class Shape {
 public:
  Shape(const tables::ServiceRow* service, const tables::ShapeRow* row)
      : service_(service), row_(row) {}

  std::string_view name() const { return text_of(*service_, row_->name); }
  ShapeKind kind() const { return row_->kind; }
  MemberRange members() const;
  std::optional<Member> find_member(std::string_view name) const;
  Member element() const;  // of a list
  Member key() const;      // of a map
  Member value() const;    // of a map
  std::optional<Member> payload() const;
  bool has(tables::ShapeFlag flag) const { return (row_->flags & flag) != 0; }
  std::optional<std::int64_t> min() const;
  std::optional<std::int64_t> max() const;
  std::string_view pattern() const { return text_of(*service_, row_->pattern); }
  std::string_view re2_pattern() const { return text_of(*service_, row_->re2_pattern); }
  std::size_t enum_count() const { return row_->enum_count; }
  std::string_view enum_value(std::size_t index) const;
  TimestampFormat timestamp_format() const { return row_->timestamp_format; }
  // Of an exception: the code on the wire and the HTTP status (0: the model has none).
  std::string_view error_code() const { return text_of(*service_, row_->error_code); }
  int http_status() const { return row_->http_status; }
  const tables::ShapeRow* row() const { return row_; }

 private:
  const tables::ServiceRow* service_;
  const tables::ShapeRow* row_;
};

class Service;

class Operation {
 public:
  Operation(const tables::ServiceRow* service, const tables::OperationRow* row)
      : service_(service), row_(row) {}

  Service service() const;
  std::string_view name() const { return text_of(*service_, row_->name); }
  std::size_t index() const { return static_cast<std::size_t>(row_ - service_->operations); }
  std::string_view method() const { return text_of(*service_, row_->method); }
  std::string_view path() const { return text_of(*service_, row_->path); }
  std::string_view query() const { return text_of(*service_, row_->query); }
  std::string_view result_wrapper() const { return text_of(*service_, row_->result_wrapper); }
  std::optional<Shape> input() const;
  std::optional<Shape> output() const;
  std::size_t error_count() const { return row_->error_count; }
  Shape error(std::size_t index) const;
  int success_status() const { return row_->status; }
  bool operator==(const Operation& other) const { return row_ == other.row_; }

 private:
  const tables::ServiceRow* service_;
  const tables::OperationRow* row_;
};

class Service {
 public:
  explicit Service(const tables::ServiceRow* row) : row_(row) {}

  std::string_view id() const { return row_->id; }  // botocore's folder name: "sagemaker"
  const tables::ServiceRow& row() const { return *row_; }
  Protocol protocol() const { return row_->protocol; }
  std::size_t operation_count() const { return row_->operation_count; }
  Operation operation(std::size_t index) const { return {row_, row_->operations + index}; }
  std::optional<Operation> find_operation(std::string_view name) const;
  std::size_t shape_count() const { return row_->shape_count; }
  Shape shape(std::size_t index) const { return {row_, row_->shapes + index}; }
  std::optional<Shape> find_shape(std::string_view name) const;
  // The exception with this code on the wire or this shape name.
  std::optional<Shape> find_error(std::string_view code) const;
  bool operator==(const Service& other) const { return row_ == other.row_; }

 private:
  const tables::ServiceRow* row_;
};

}  // namespace sagebrush::aws
