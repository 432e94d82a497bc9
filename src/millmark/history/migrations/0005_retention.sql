-- From when on rows are kept, by what they are; written before older ones are dropped. The latest decision counts.
CREATE TABLE IF NOT EXISTS millmark.retention_bounds
(
    kind LowCardinality(String),
    kept_from_us Int64,
    decided_time DateTime64(6, 'UTC')
)
ENGINE = MergeTree
ORDER BY (kind, decided_time)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, min_compressed_bytes_to_fsync_after_merge = 1,
    non_replicated_deduplication_window = 100;
