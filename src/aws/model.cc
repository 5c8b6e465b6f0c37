#include "aws/model.h"

namespace sagebrush::aws {

Shape Member::shape() const {
  return {service_, service_->shapes + row_->shape};
}

bool Member::flattened() const {
  return has(tables::kFlattenedMember) || shape().has(tables::kFlattenedShape);
}

MemberRange Shape::members() const {
  const tables::MemberRow* first = service_->members + row_->first_member;
  return {{service_, first}, {service_, first + row_->member_count}};
}

std::optional<Member> Shape::find_member(std::string_view name) const {
  for (Member member : members()) {
    if (member.name() == name) return member;
  }
  return std::nullopt;
}

Member Shape::element() const {
  return {service_, service_->members + row_->first_member};
}
Member Shape::key() const {
  return {service_, service_->members + row_->first_member};
}
Member Shape::value() const {
  return {service_, service_->members + row_->first_member + 1};
}

std::optional<Member> Shape::payload() const {
  if (row_->payload == tables::kNone) return std::nullopt;
  return Member(service_, service_->members + row_->first_member + row_->payload);
}

std::optional<std::int64_t> Shape::min() const {
  return has(tables::kHasMin) ? std::optional(row_->min) : std::nullopt;
}

std::optional<std::int64_t> Shape::max() const {
  return has(tables::kHasMax) ? std::optional(row_->max) : std::nullopt;
}

std::string_view Shape::enum_value(std::size_t index) const {
  return text_of(*service_, service_->enums[row_->first_enum + index]);
}

Service Operation::service() const {
  return Service(service_);
}

std::optional<Shape> Operation::input() const {
  if (row_->input == tables::kNone) return std::nullopt;
  return Shape(service_, service_->shapes + row_->input);
}

std::optional<Shape> Operation::output() const {
  if (row_->output == tables::kNone) return std::nullopt;
  return Shape(service_, service_->shapes + row_->output);
}

Shape Operation::error(std::size_t index) const {
  return {service_, service_->shapes + service_->errors[row_->first_error + index]};
}

std::optional<Operation> Service::find_operation(std::string_view name) const {
  for (std::size_t i = 0; i < operation_count(); ++i) {
    if (operation(i).name() == name) return operation(i);
  }
  return std::nullopt;
}

std::optional<Shape> Service::find_shape(std::string_view name) const {
  for (std::size_t i = 0; i < shape_count(); ++i) {
    if (shape(i).name() == name) return shape(i);
  }
  return std::nullopt;
}

std::optional<Shape> Service::find_error(std::string_view code) const {
  for (std::size_t i = 0; i < shape_count(); ++i) {
    Shape found = shape(i);
    if (!found.has(tables::kException)) continue;
    if (found.error_code() == code || found.name() == code) return found;
  }
  return std::nullopt;
}

}  // namespace sagebrush::aws
