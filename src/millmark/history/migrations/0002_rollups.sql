-- Rollups: what the points of a minute, an hour, a day come to, so that long spans are read without them.
--
-- A row is made of the points of its own bucket and nothing else, so a late point changes one row of each table; the row
-- with the highest version counts. Minutes and hours of fewer than 16 points have no row: their points are as quick to
-- read and take less room. first_offset_us and last_offset_us are from the bucket's start, unknown_us is how much of the
-- time from first to last no value held: all three are small or nothing, and so are their bytes. integral is value times
-- microseconds.
CREATE TABLE IF NOT EXISTS millmark.rollup_minute
(
    series UInt32 CODEC(Delta, ZSTD(1)),
    start DateTime64(0, 'UTC') CODEC(Delta, ZSTD(1)),
    version UInt64 CODEC(Delta, ZSTD(1)),
    count UInt64 CODEC(T64, ZSTD(1)),
    good_count UInt64 CODEC(T64, ZSTD(1)),
    usable_count UInt64 CODEC(T64, ZSTD(1)),
    first_offset_us Int64 CODEC(T64, ZSTD(1)),
    last_offset_us Int64 CODEC(T64, ZSTD(1)),
    unknown_us Int64 CODEC(T64, ZSTD(1)),
    holds UInt8 CODEC(ZSTD(1)),
    sum Float64 CODEC(ZSTD(1)),
    min Float64 CODEC(ZSTD(1)),
    max Float64 CODEC(ZSTD(1)),
    first Float64 CODEC(ZSTD(1)),
    last Float64 CODEC(ZSTD(1)),
    integral Float64 CODEC(ZSTD(1))
)
ENGINE = ReplacingMergeTree(version)
PARTITION BY toYYYYMM(start)
ORDER BY (series, start)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, min_compressed_bytes_to_fsync_after_merge = 1,
    min_bytes_for_wide_part = 1048576, min_level_for_wide_part = 1, non_replicated_deduplication_window = 100;

CREATE TABLE IF NOT EXISTS millmark.rollup_hour AS millmark.rollup_minute;

CREATE TABLE IF NOT EXISTS millmark.rollup_day AS millmark.rollup_minute;

ALTER TABLE millmark.rollup_minute
    MODIFY COLUMN sum CODEC(ALP, ZSTD(1)), MODIFY COLUMN min CODEC(ALP, ZSTD(1)), MODIFY COLUMN max CODEC(ALP, ZSTD(1)),
    MODIFY COLUMN first CODEC(ALP, ZSTD(1)), MODIFY COLUMN last CODEC(ALP, ZSTD(1)),
    MODIFY COLUMN integral CODEC(ALP, ZSTD(1)) SETTINGS enable_alp_codec = 1;
ALTER TABLE millmark.rollup_hour
    MODIFY COLUMN sum CODEC(ALP, ZSTD(1)), MODIFY COLUMN min CODEC(ALP, ZSTD(1)), MODIFY COLUMN max CODEC(ALP, ZSTD(1)),
    MODIFY COLUMN first CODEC(ALP, ZSTD(1)), MODIFY COLUMN last CODEC(ALP, ZSTD(1)),
    MODIFY COLUMN integral CODEC(ALP, ZSTD(1)) SETTINGS enable_alp_codec = 1;
ALTER TABLE millmark.rollup_day
    MODIFY COLUMN sum CODEC(ALP, ZSTD(1)), MODIFY COLUMN min CODEC(ALP, ZSTD(1)), MODIFY COLUMN max CODEC(ALP, ZSTD(1)),
    MODIFY COLUMN first CODEC(ALP, ZSTD(1)), MODIFY COLUMN last CODEC(ALP, ZSTD(1)),
    MODIFY COLUMN integral CODEC(ALP, ZSTD(1)) SETTINGS enable_alp_codec = 1;

-- The buckets that were open at the last checkpoint, three rows a series: the open minute, the closed minutes of its hour,
-- the closed hours of its day. With the points received later they give the writer back what it had in memory.
CREATE TABLE IF NOT EXISTS millmark.rollup_open
(
    series UInt32 CODEC(Delta, ZSTD(1)),
    level UInt8 CODEC(ZSTD(1)),
    start DateTime64(0, 'UTC') CODEC(Delta, ZSTD(1)),
    version UInt64 CODEC(Delta, ZSTD(1)),
    count UInt64 CODEC(T64, ZSTD(1)),
    good_count UInt64 CODEC(T64, ZSTD(1)),
    usable_count UInt64 CODEC(T64, ZSTD(1)),
    first_offset_us Int64 CODEC(T64, ZSTD(1)),
    last_offset_us Int64 CODEC(T64, ZSTD(1)),
    unknown_us Int64 CODEC(T64, ZSTD(1)),
    holds UInt8 CODEC(ZSTD(1)),
    sum Float64 CODEC(ZSTD(1)),
    min Float64 CODEC(ZSTD(1)),
    max Float64 CODEC(ZSTD(1)),
    first Float64 CODEC(ZSTD(1)),
    last Float64 CODEC(ZSTD(1)),
    integral Float64 CODEC(ZSTD(1))
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (series, level)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, min_compressed_bytes_to_fsync_after_merge = 1,
    non_replicated_deduplication_window = 100;

-- How far the rollups reach: every point received at or before received_us is in them. One row after merging.
CREATE TABLE IF NOT EXISTS millmark.rollup_checkpoints
(
    version UInt64,
    received_us Int64
)
ENGINE = ReplacingMergeTree(version)
ORDER BY tuple()
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, min_compressed_bytes_to_fsync_after_merge = 1;

-- Finds the points received after a checkpoint without reading the others.
ALTER TABLE millmark.points ADD INDEX IF NOT EXISTS by_received received_time TYPE minmax GRANULARITY 1;
ALTER TABLE millmark.text_points ADD INDEX IF NOT EXISTS by_received received_time TYPE minmax GRANULARITY 1;
