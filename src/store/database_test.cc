#include "store/database.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <soci/soci.h>

#include <atomic>
#include <filesystem>
#include <latch>
#include <stdexcept>
#include <thread>
#include <vector>

#include "base/error.h"
#include "store/database_fixture.h"
#include "store/database_session.h"
#include "store/migrations.h"

namespace sagebrush::store {
namespace {

void insert(Database& database, const std::string& name) {
  database.write([&](soci::session& session) {
    session << "INSERT INTO log_garbage (id) VALUES (:id)", soci::use(name);
  });
}

int count(Database& database) {
  int rows = 0;
  database.read([&](soci::session& session) {
    session << "SELECT count(*) FROM log_garbage", soci::into(rows);
  });
  return rows;
}

TEST(Database, KeepsWhatWasWrittenAfterReopening) {
  const DatabaseFixture fixture;
  {
    Database database(fixture.url());
    insert(database, "a");
  }
  Database database(fixture.url());
  EXPECT_EQ(count(database), 1);
}

TEST(Database, ReadsSeeEveryWriteThatReturnedBefore) {
  const DatabaseFixture fixture;
  Database database(fixture.url());
  for (int i = 1; i <= 50; ++i) {
    insert(database, std::to_string(i));
    ASSERT_EQ(count(database), i);
  }
}

TEST(Database, OneReadIsOneSnapshot) {
  const DatabaseFixture fixture;
  Database database(fixture.url());
  insert(database, "a");
  database.read([&](soci::session& session) {
    int before = 0;
    int after = 0;
    session << "SELECT count(*) FROM log_garbage", soci::into(before);
    insert(database, "b");
    session << "SELECT count(*) FROM log_garbage", soci::into(after);
    EXPECT_EQ(before, after);
  });
  EXPECT_EQ(count(database), 2);
}

TEST(Database, UndoesAFailedWorkAloneAmongManyAtOnce) {
  const DatabaseFixture fixture;
  Database database(fixture.url());
  std::atomic<int> failures = 0;
  std::latch start(16);
  std::vector<std::thread> threads;
  for (int t = 0; t < 16; ++t) {
    threads.emplace_back([&, t] {
      start.arrive_and_wait();
      for (int i = 0; i < 20; ++i) {
        const std::string name = std::to_string(t) + "/" + std::to_string(i);
        try {
          database.write([&](soci::session& session) {
            session << "INSERT INTO log_garbage (id) VALUES (:id)", soci::use(name);
            if (i % 2 == 1) throw std::invalid_argument("odd");
          });
        } catch (const std::invalid_argument&) {
          ++failures;
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(failures, 160);
  EXPECT_EQ(count(database), 160);
}

TEST(Database, ReportsABrokenConstraintAsConflictAndGoesOn) {
  const DatabaseFixture fixture;
  Database database(fixture.url());
  insert(database, "a");
  try {
    insert(database, "a");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kConflict) << error.what();
  }
  insert(database, "b");
  EXPECT_EQ(count(database), 2);
}

TEST(Database, RefusesAWriteInsideAWrite) {
  const DatabaseFixture fixture;
  Database database(fixture.url());
  EXPECT_THROW(database.write([&](soci::session&) { insert(database, "a"); }), Error);
  EXPECT_EQ(count(database), 0);
}

TEST(Database, ReadersCannotWrite) {
  const DatabaseFixture fixture;
  Database database(fixture.url());
  EXPECT_THROW(database.read([](soci::session& session) {
    session << "INSERT INTO log_garbage (id) VALUES ('a')";
  }),
               Error);
  EXPECT_EQ(count(database), 0);
}

TEST(Database, RefusesADatabaseOfANewerProgram) {
  const DatabaseFixture fixture;
  {
    Database database(fixture.url());
    database.write([](soci::session& session) {
      session << "INSERT INTO schema_migrations (number, applied_ms) VALUES (1000, 0)";
    });
  }
  try {
    Database database(fixture.url());
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kUnsupported);
    EXPECT_THAT(error.what(), testing::HasSubstr("newer program"));
  }
}

TEST(Database, TextOrdersByItsBytes) {
  const DatabaseFixture fixture;
  Database database(fixture.url());
  for (const char* name : {"b", "B", "a", "_", "\xc3\xa4", "\xf0\x9f\x8c\xb5", "-"}) {
    insert(database, name);
  }
  std::string order;
  database.read([&](soci::session& session) {
    soci::rowset<std::string> rows = session.prepare << "SELECT id FROM log_garbage ORDER BY id";
    for (const std::string& id : rows) order += id;
  });
  EXPECT_EQ(order, "-B_ab\xc3\xa4\xf0\x9f\x8c\xb5");
}

TEST(Database, RefusesASecondProcessOnTheSameSqliteFile) {
  const DatabaseFixture fixture;
  if (fixture.postgres()) GTEST_SKIP() << "of SQLite alone";
  const Database database(fixture.url());
  EXPECT_THROW(Database(fixture.url()), Error);
}

TEST(Database, TakesAPathWithSpaces) {
  const TemporaryDirectory folder;
  const auto path = folder.path() / "a folder = odd";
  std::filesystem::create_directory(path);
  Database database("sqlite://" + (path / "x.db").string());
  insert(database, "a");
  EXPECT_TRUE(std::filesystem::exists(path / "x.db"));
}

TEST(Database, NamesTheUrlThatItCannotOpen) {
  try {
    Database database("sqlite:///nonexistent/folder/x.db");
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("/nonexistent/folder/x.db"));
  }
  EXPECT_THROW(Database("mysql://x"), Error);
  EXPECT_THROW(Database("sqlite://relative.db"), Error);
}

TEST(DatabaseDialect, OrdersTextByBytesInPostgres) {
  EXPECT_EQ(in_dialect(DatabaseKind::kPostgres, "(a TEXT, b TEXT NOT NULL, TEXTUAL TEXTS)"),
            "(a TEXT COLLATE \"C\", b TEXT COLLATE \"C\" NOT NULL, TEXTUAL TEXTS)");
  EXPECT_EQ(in_dialect(DatabaseKind::kSqlite, "(a TEXT)"), "(a TEXT)");
}

TEST(Migrations, AreNumberedFromOneWithoutGaps) {
  int expected = 1;
  for (const Migration& migration : migrations()) EXPECT_EQ(migration.number, expected++);
}

}  // namespace
}  // namespace sagebrush::store
