-- Points in two times: source_time says when, received_time says since when we know.
--
-- ORDER BY (series, source_time): a chart or a measure reads one series over a period, which is then one contiguous run
-- of rows. A month is the unit of retention: dropping it is a rename, and no insert of live data touches more than two.
--
-- Codecs, chosen by measuring (docs/reference/history.md): sorted by series, its column is almost constant (Delta).
-- Source times are whole milliseconds or seconds with the jitter of a poll: GCD takes out the unit, Delta the step; that
-- is a third of DoubleDelta's size. Received times are equal for a whole commit. Values are noise with few decimals,
-- where ZSTD alone needs half of what Gorilla needs. Qualities and codes are runs of one number, which ZSTD makes vanish.
--
-- fsync_after_insert with fsync_part_directory: an insert that returned survives kill -9 and a power cut. Merges are
-- synced too, so the parts they replace are never the only durable copy.
--
-- non_replicated_deduplication_window: an HTTP client may repeat a request whose answer was lost on the way. The server
-- drops a block it has just stored; two different commits are never equal, since their received times differ.
CREATE TABLE IF NOT EXISTS millmark.points
(
    series UInt32 CODEC(Delta, ZSTD(1)),
    source_time DateTime64(6, 'UTC') CODEC(GCD, Delta, ZSTD(1)),
    received_time DateTime64(6, 'UTC') CODEC(Delta, ZSTD(1)),
    value Float64 CODEC(ZSTD(1)),
    quality UInt8 CODEC(ZSTD(1)),
    code UInt32 CODEC(ZSTD(1))
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(source_time)
ORDER BY (series, source_time)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, min_compressed_bytes_to_fsync_after_merge = 1,
    non_replicated_deduplication_window = 100;

-- A machine says few different texts (states, programmes, batch numbers) many times: a dictionary holds each once.
CREATE TABLE IF NOT EXISTS millmark.text_points
(
    series UInt32 CODEC(Delta, ZSTD(1)),
    source_time DateTime64(6, 'UTC') CODEC(GCD, Delta, ZSTD(1)),
    received_time DateTime64(6, 'UTC') CODEC(Delta, ZSTD(1)),
    value LowCardinality(Nullable(String)) CODEC(ZSTD(1)),
    quality UInt8 CODEC(ZSTD(1)),
    code UInt32 CODEC(ZSTD(1))
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(source_time)
ORDER BY (series, source_time)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, min_compressed_bytes_to_fsync_after_merge = 1,
    non_replicated_deduplication_window = 100;

-- What contradicted a canonical point. `is_text` tells which of the two values is meant.
CREATE TABLE IF NOT EXISTS millmark.conflicts
(
    series UInt32 CODEC(Delta, ZSTD(1)),
    source_time DateTime64(6, 'UTC') CODEC(Delta, ZSTD(1)),
    received_time DateTime64(6, 'UTC') CODEC(Delta, ZSTD(1)),
    is_text UInt8 CODEC(ZSTD(1)),
    value Nullable(Float64) CODEC(ZSTD(1)),
    text_value Nullable(String) CODEC(ZSTD(1)),
    quality UInt8 CODEC(ZSTD(1)),
    code UInt32 CODEC(ZSTD(1))
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(source_time)
ORDER BY (series, source_time)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, min_compressed_bytes_to_fsync_after_merge = 1,
    non_replicated_deduplication_window = 100;

-- Readings set aside. `identity` is a digest of everything but the received time; the bloom filter finds a reading that
-- is delivered again without reading the table.
CREATE TABLE IF NOT EXISTS millmark.quarantine
(
    received_time DateTime64(6, 'UTC') CODEC(Delta, ZSTD(1)),
    identity FixedString(16),
    gateway LowCardinality(String),
    asset String CODEC(ZSTD(1)),
    metric String CODEC(ZSTD(1)),
    source_time_us Nullable(Int64) CODEC(ZSTD(1)),
    value String CODEC(ZSTD(1)),
    reason LowCardinality(String),
    detail String CODEC(ZSTD(1)),
    INDEX by_identity identity TYPE bloom_filter(0.001) GRANULARITY 1
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(received_time)
ORDER BY (received_time, identity)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, min_compressed_bytes_to_fsync_after_merge = 1,
    non_replicated_deduplication_window = 100;
