#include "store/metric_tables.h"

#include <soci/soci.h>

#include "base/error.h"
#include "base/text.h"
#include "store/database.h"

namespace sagebrush::store {
namespace {

std::int64_t block_start(std::int64_t time_s, std::int64_t span) {
  const std::int64_t rest = time_s % span;
  return time_s - (rest < 0 ? rest + span : rest);
}

MetricPoints decode(const std::string& text) {
  const auto bytes = from_base64(text);
  if (!bytes) throw Error(ErrorKind::kIo, "stored metrics are damaged");
  return decode_points(*bytes);
}

// Reads, adds, writes back.
void add_to_block(soci::session& session, std::int64_t series, std::int64_t resolution_s,
                  std::int64_t start_s, const MetricPoints& points) {
  const long long id = series;
  const long long resolution = resolution_s;
  const long long start = start_s;
  std::string text;
  session << "SELECT points FROM metric_blocks WHERE series = :series AND resolution_s = :res"
             " AND start_s = :start",
      soci::use(id), soci::use(resolution), soci::use(start), soci::into(text);
  const bool there = session.got_data();
  if (!there) {
    text = to_base64(encode_points(points));
    session << "INSERT INTO metric_blocks (series, resolution_s, start_s, points)"
               " VALUES (:series, :res, :start, :points)",
        soci::use(id), soci::use(resolution), soci::use(start), soci::use(text);
    return;
  }
  MetricPoints all = decode(text);
  add_points(all, points);
  text = to_base64(encode_points(resolution_s == 1 ? all : resample(all, resolution_s)));
  session << "UPDATE metric_blocks SET points = :points WHERE series = :series"
             " AND resolution_s = :res AND start_s = :start",
      soci::use(text), soci::use(id), soci::use(resolution), soci::use(start);
}

void add_to_blocks(soci::session& session, const MetricTables::Flush& flush) {
  for (const std::int64_t resolution : kMetricResolutions) {
    const std::int64_t span = metric_block_span(resolution);
    const MetricPoints points = resolution == 1 ? flush.points : resample(flush.points, resolution);
    MetricPoints block;
    for (const MetricPoint& point : points) {
      const std::int64_t start = block_start(point.time_s, span);
      if (!block.empty() && block_start(block.front().time_s, span) != start) {
        add_to_block(session, flush.row.id, resolution, block_start(block.front().time_s, span),
                     block);
        block.clear();
      }
      block.push_back(point);
    }
    if (!block.empty()) {
      add_to_block(session, flush.row.id, resolution, block_start(block.front().time_s, span),
                   block);
    }
  }
}

}  // namespace

std::int64_t metric_block_span(std::int64_t resolution_s) {
  if (resolution_s == 1) return 600;
  return resolution_s == 60 ? 6 * 3600 : 15 * 86400;
}

std::vector<MetricSeriesRow> MetricTables::series() {
  std::vector<MetricSeriesRow> rows;
  database_.read([&](soci::session& session) {
    long long id = 0;
    long long last = 0;
    long long flushed = 0;
    std::string key;
    soci::statement statement =
        (session.prepare << "SELECT id, key_text, last_s, flushed_journal FROM metric_series",
         soci::into(id), soci::into(key), soci::into(last), soci::into(flushed));
    statement.execute();
    while (statement.fetch()) rows.push_back({id, key, last, static_cast<std::uint64_t>(flushed)});
  });
  return rows;
}

std::vector<MetricMarkRow> MetricTables::marks() {
  std::vector<MetricMarkRow> rows;
  database_.read([&](soci::session& session) {
    std::string name;
    std::string state;
    long long next = 0;
    long long flushed = 0;
    soci::statement statement =
        (session.prepare << "SELECT name, next_sequence, state, flushed_journal FROM metric_marks",
         soci::into(name), soci::into(next), soci::into(state), soci::into(flushed));
    statement.execute();
    while (statement.fetch()) {
      rows.push_back(
          {name, static_cast<std::uint64_t>(next), state, static_cast<std::uint64_t>(flushed)});
    }
  });
  return rows;
}

void MetricTables::insert(std::span<const MetricSeriesRow> rows) {
  database_.write([&](soci::session& session) {
    for (const MetricSeriesRow& row : rows) {
      const long long id = row.id;
      const long long last = row.last_s;
      const auto flushed = static_cast<long long>(row.flushed_journal);
      session << "INSERT INTO metric_series (id, key_text, last_s, flushed_journal)"
                 " VALUES (:id, :key, :last, :flushed)",
          soci::use(id), soci::use(row.key_text), soci::use(last), soci::use(flushed);
    }
  });
}

void MetricTables::write(std::span<const Flush> flushes) {
  database_.write([&](soci::session& session) {
    for (const Flush& flush : flushes) {
      add_to_blocks(session, flush);
      const long long id = flush.row.id;
      const long long last = flush.row.last_s;
      const auto flushed = static_cast<long long>(flush.row.flushed_journal);
      session << "UPDATE metric_series SET last_s = :last, flushed_journal = :flushed"
                 " WHERE id = :id",
          soci::use(last), soci::use(flushed), soci::use(id);
    }
  });
}

void MetricTables::write(std::span<const MetricMarkRow> marks) {
  database_.write([&](soci::session& session) {
    for (const MetricMarkRow& mark : marks) {
      const auto next = static_cast<long long>(mark.next_sequence);
      const auto flushed = static_cast<long long>(mark.flushed_journal);
      session << "DELETE FROM metric_marks WHERE name = :name", soci::use(mark.name);
      session << "INSERT INTO metric_marks (name, next_sequence, state, flushed_journal)"
                 " VALUES (:name, :next, :state, :flushed)",
          soci::use(mark.name), soci::use(next), soci::use(mark.state), soci::use(flushed);
    }
  });
}

void MetricTables::erase_marks(std::span<const std::string> names) {
  database_.write([&](soci::session& session) {
    for (const std::string& name : names) {
      session << "DELETE FROM metric_marks WHERE name = :name", soci::use(name);
    }
  });
}

MetricPoints MetricTables::read(std::int64_t series, std::int64_t resolution_s, std::int64_t from_s,
                                std::int64_t to_s) {
  const long long id = series;
  const long long resolution = resolution_s;
  const long long first = block_start(from_s, metric_block_span(resolution_s));
  const long long end = to_s;
  MetricPoints points;
  database_.read([&](soci::session& session) {
    std::string text;
    soci::statement statement =
        (session.prepare << "SELECT points FROM metric_blocks WHERE series = :series"
                            " AND resolution_s = :res AND start_s >= :first AND start_s < :end"
                            " ORDER BY start_s",
         soci::use(id), soci::use(resolution), soci::use(first), soci::use(end), soci::into(text));
    statement.execute();
    while (statement.fetch()) {
      const MetricPoints block = decode(text);
      points.insert(points.end(), block.begin(), block.end());
    }
  });
  return points;
}

bool MetricTables::erase_blocks(std::int64_t resolution_s, std::int64_t before_s, int most) {
  const long long resolution = resolution_s;
  const long long before = before_s - metric_block_span(resolution_s);
  std::vector<std::pair<long long, long long>> old;
  database_.write([&](soci::session& session) {
    long long series = 0;
    long long start = 0;
    {
      soci::statement statement =
          (session.prepare << "SELECT series, start_s FROM metric_blocks WHERE resolution_s = :res"
                              " AND start_s <= :before ORDER BY start_s LIMIT :most",
           soci::use(resolution), soci::use(before), soci::use(most), soci::into(series),
           soci::into(start));
      statement.execute();
      while (statement.fetch()) old.emplace_back(series, start);
    }
    for (const auto& [id, at] : old) {
      session << "DELETE FROM metric_blocks WHERE series = :series AND resolution_s = :res"
                 " AND start_s = :start",
          soci::use(id), soci::use(resolution), soci::use(at);
    }
  });
  return std::cmp_equal(old.size(), most);
}

void MetricTables::erase_series(std::span<const std::int64_t> ids) {
  database_.write([&](soci::session& session) {
    for (const std::int64_t series : ids) {
      const long long id = series;
      session << "DELETE FROM metric_blocks WHERE series = :id", soci::use(id);
      session << "DELETE FROM metric_series WHERE id = :id", soci::use(id);
    }
  });
}

}  // namespace sagebrush::store
