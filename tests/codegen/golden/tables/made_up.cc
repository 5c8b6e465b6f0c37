// Generated from the service model of made-up by tools/codegen; not to be edited.
#include "aws/model_tables.h"

namespace sagebrush::aws::tables {
namespace {

constexpr char kPool[] =
    "Bytes"
    "red"
    "sea \"green\""
    "Colour"
    "Count"
    "Name"
    "Node"
    "Limits"
    "Weight"
    "Since"
    "Secret"
    "Token"
    "delete"
    "json"
    "CreateThingRequest"
    "CreateThingResponse"
    "Force"
    "force"
    "Meta"
    "x-meta-"
    "DeleteThingRequest"
    "Flag"
    "key"
    "value"
    "Children"
    "Thumbnail"
    "member"
    "item"
    "Nodes"
    "Texts"
    "Body"
    "Size"
    "x-size"
    "ThingBytes"
    "Message"
    "ThingExists"
    "ThingAlreadyThere"
    "ThingName"
    "[\\u0020-\\u007E]+(\?:\303\251|\\\?\\\?)*"
    "[\\x{0020}-\\x{007E}]+(\?:\303\251|\\\?\\\?)*"
    "UnreachedStructure"
    "CreateThing"
    "POST"
    "/"
    "DeleteThing"
    "DELETE"
    "/{Name+}"
    "thing"
    "GetThingBytes"
    "GET"
    "PutThingBytes"
    "PUT"
    "Ping"
    "Unlisted";

constexpr ShapeRow kShapes[] = {
    {{0, 5}, {0, 0}, {0, 0}, {0, 0}, 0, 0, 0, 0, 0, 0, 0, 65535, 0, ShapeKind::kBlob, TimestampFormat::kByProtocol},
    {{19, 6}, {0, 0}, {0, 0}, {0, 0}, 0, 0, 0, 0, 0, 2, 0, 65535, 0, ShapeKind::kString, TimestampFormat::kByProtocol},
    {{25, 5}, {0, 0}, {0, 0}, {0, 0}, 1, 9, 0, 2, 0, 0, 3, 65535, 0, ShapeKind::kInteger, TimestampFormat::kByProtocol},
    {{76, 18}, {0, 0}, {0, 0}, {0, 0}, 0, 0, 0, 2, 11, 0, 0, 65535, 0, ShapeKind::kStructure, TimestampFormat::kByProtocol},
    {{94, 19}, {0, 0}, {0, 0}, {0, 0}, 0, 0, 11, 2, 1, 0, 0, 65535, 0, ShapeKind::kStructure, TimestampFormat::kByProtocol},
    {{134, 18}, {0, 0}, {0, 0}, {0, 0}, 0, 0, 12, 2, 3, 0, 0, 65535, 0, ShapeKind::kStructure, TimestampFormat::kByProtocol},
    {{152, 4}, {0, 0}, {0, 0}, {0, 0}, 0, 0, 15, 2, 0, 0, 0, 65535, 0, ShapeKind::kBoolean, TimestampFormat::kByProtocol},
    {{38, 6}, {0, 0}, {0, 0}, {0, 0}, 0, 0, 15, 2, 2, 0, 0, 65535, 0, ShapeKind::kMap, TimestampFormat::kByProtocol},
    {{34, 4}, {0, 0}, {0, 0}, {0, 0}, 0, 0, 17, 2, 3, 0, 0, 65535, 0, ShapeKind::kStructure, TimestampFormat::kByProtocol},
    {{191, 5}, {0, 0}, {0, 0}, {0, 0}, 0, 5, 20, 2, 1, 0, 10, 65535, 0, ShapeKind::kList, TimestampFormat::kByProtocol},
    {{55, 6}, {0, 0}, {0, 0}, {0, 0}, 0, 0, 21, 2, 0, 0, 4, 65535, 0, ShapeKind::kString, TimestampFormat::kByProtocol},
    {{50, 5}, {0, 0}, {0, 0}, {0, 0}, 0, 0, 21, 2, 0, 0, 0, 65535, 0, ShapeKind::kTimestamp, TimestampFormat::kIso8601},
    {{196, 5}, {0, 0}, {0, 0}, {0, 0}, 0, 0, 21, 2, 2, 0, 0, 65535, 0, ShapeKind::kMap, TimestampFormat::kByProtocol},
    {{215, 10}, {0, 0}, {0, 0}, {0, 0}, 0, 0, 23, 2, 3, 0, 0, 0, 0, ShapeKind::kStructure, TimestampFormat::kByProtocol},
    {{232, 11}, {0, 0}, {0, 0}, {243, 17}, 0, 0, 26, 2, 1, 0, 16, 65535, 409, ShapeKind::kStructure, TimestampFormat::kByProtocol},
    {{260, 9}, {269, 28}, {297, 32}, {0, 0}, 1, 63, 27, 2, 0, 0, 3, 65535, 0, ShapeKind::kString, TimestampFormat::kByProtocol},
    {{329, 18}, {0, 0}, {0, 0}, {0, 0}, 0, 0, 27, 2, 1, 0, 0, 65535, 0, ShapeKind::kStructure, TimestampFormat::kByProtocol},
    {{44, 6}, {0, 0}, {0, 0}, {0, 0}, 0, 0, 28, 2, 0, 0, 0, 65535, 0, ShapeKind::kLong, TimestampFormat::kByProtocol}};

constexpr MemberRow kMembers[] = {
    {{30, 4}, {30, 4}, {0, 0}, {0, 0}, 15, 1, Location::kBody},
    {{34, 4}, {34, 4}, {0, 0}, {0, 0}, 8, 1, Location::kBody},
    {{19, 6}, {19, 6}, {0, 0}, {0, 0}, 1, 0, Location::kBody},
    {{25, 5}, {25, 5}, {0, 0}, {0, 0}, 2, 0, Location::kBody},
    {{38, 6}, {38, 6}, {0, 0}, {0, 0}, 7, 0, Location::kBody},
    {{44, 6}, {44, 6}, {0, 0}, {0, 0}, 17, 0, Location::kBody},
    {{50, 5}, {50, 5}, {0, 0}, {0, 0}, 11, 0, Location::kBody},
    {{55, 6}, {55, 6}, {0, 0}, {0, 0}, 10, 0, Location::kBody},
    {{61, 5}, {61, 5}, {0, 0}, {0, 0}, 15, 32, Location::kBody},
    {{66, 6}, {66, 6}, {0, 0}, {0, 0}, 6, 0, Location::kBody},
    {{72, 4}, {72, 4}, {0, 0}, {0, 0}, 6, 0, Location::kBody},
    {{34, 4}, {34, 4}, {0, 0}, {0, 0}, 8, 0, Location::kBody},
    {{30, 4}, {30, 4}, {0, 0}, {0, 0}, 15, 17, Location::kUri},
    {{113, 5}, {118, 5}, {0, 0}, {0, 0}, 6, 16, Location::kQuery},
    {{123, 4}, {127, 7}, {0, 0}, {0, 0}, 12, 16, Location::kHeaders},
    {{156, 3}, {156, 3}, {0, 0}, {0, 0}, 15, 0, Location::kBody},
    {{159, 5}, {159, 5}, {0, 0}, {0, 0}, 9, 0, Location::kBody},
    {{34, 4}, {34, 4}, {0, 0}, {0, 0}, 15, 0, Location::kBody},
    {{164, 8}, {164, 8}, {0, 0}, {0, 0}, 9, 0, Location::kBody},
    {{172, 9}, {172, 9}, {0, 0}, {0, 0}, 0, 0, Location::kBody},
    {{181, 6}, {187, 4}, {0, 0}, {0, 0}, 8, 16, Location::kBody},
    {{156, 3}, {156, 3}, {0, 0}, {0, 0}, 15, 0, Location::kBody},
    {{159, 5}, {159, 5}, {0, 0}, {0, 0}, 15, 0, Location::kBody},
    {{201, 4}, {201, 4}, {0, 0}, {0, 0}, 0, 8, Location::kBody},
    {{30, 4}, {30, 4}, {0, 0}, {0, 0}, 15, 17, Location::kUri},
    {{205, 4}, {209, 6}, {0, 0}, {0, 0}, 17, 16, Location::kHeader},
    {{225, 7}, {225, 7}, {0, 0}, {0, 0}, 15, 0, Location::kBody},
    {{30, 4}, {30, 4}, {0, 0}, {0, 0}, 15, 0, Location::kBody}};

constexpr OperationRow kOperations[] = {
    {{347, 11}, {358, 4}, {362, 1}, {0, 0}, {0, 0}, 3, 4, 0, 1, 200},
    {{363, 11}, {374, 6}, {380, 8}, {388, 5}, {0, 0}, 5, 65535, 1, 0, 204},
    {{393, 13}, {406, 3}, {380, 8}, {0, 0}, {0, 0}, 5, 13, 1, 0, 200},
    {{409, 13}, {422, 3}, {380, 8}, {0, 0}, {0, 0}, 13, 65535, 1, 0, 200},
    {{425, 4}, {358, 4}, {362, 1}, {0, 0}, {0, 0}, 65535, 65535, 1, 0, 200},
    {{429, 8}, {358, 4}, {362, 1}, {0, 0}, {0, 0}, 16, 65535, 1, 0, 200}};

constexpr Text kEnums[] = {
    {5, 3},
    {8, 11}};

constexpr std::uint16_t kErrors[] = {
    14};

}  // namespace

extern const ServiceRow k_made_up;
constinit const ServiceRow k_made_up = {
    "made-up",
    "Made \"Up\" Service",
    "made-up",
    "MadeUp",
    "1.1",
    "2026-01-31",
    "",
    "BadThing",
    Protocol::kJson,
    kPool, kShapes, kMembers, kOperations, kEnums, kErrors, 18, 6};

}  // namespace sagebrush::aws::tables
