#pragma once

#include "store/database_fixture.h"
#include "store/images_fixture.h"

namespace sagebrush::store {

struct OwnDatabase {
  DatabaseFixture fixture;
};

// A registry of its own on either database.
class ImagesTest : public testing::Test, OwnDatabase, protected ImagesFixture {
 protected:
  ImagesTest() : ImagesFixture(fixture.url(), fixture.folder()) {}
};

}  // namespace sagebrush::store
