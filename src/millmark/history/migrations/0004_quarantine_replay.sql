-- A reading set aside is kept as it came, beside the text that people read, so that it can be brought again once what
-- kept it out is mended. `form` says what it was: a number, a text, a text that was not given ('nothing'), or '' for what
-- never became a reading (a message that could not be parsed), of which only the shown value is kept.
ALTER TABLE millmark.quarantine
    ADD COLUMN IF NOT EXISTS form LowCardinality(String) AFTER detail,
    ADD COLUMN IF NOT EXISTS original String CODEC(ZSTD(1)) AFTER form,
    ADD COLUMN IF NOT EXISTS quality UInt8 CODEC(ZSTD(1)) AFTER original,
    ADD COLUMN IF NOT EXISTS code UInt32 CODEC(ZSTD(1)) AFTER quality,
    ADD COLUMN IF NOT EXISTS data_type LowCardinality(String) AFTER code,
    ADD COLUMN IF NOT EXISTS unit LowCardinality(String) AFTER data_type;

-- What became of readings that were brought again. Rows of the quarantine are never changed or deleted: the trace of
-- what was kept out, why, and what was done about it stays whole.
CREATE TABLE IF NOT EXISTS millmark.quarantine_replays
(
    identity FixedString(16),
    replayed_time DateTime64(6, 'UTC') CODEC(Delta, ZSTD(1)),
    outcome LowCardinality(String)
)
ENGINE = MergeTree
ORDER BY (identity, replayed_time)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, min_compressed_bytes_to_fsync_after_merge = 1,
    non_replicated_deduplication_window = 100;
