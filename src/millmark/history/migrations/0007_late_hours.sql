-- The hours that late points fell into and that were not folded again when the checkpoint was written, 12 bytes each
-- (UInt32 series, Int64 hours since 1900). So a checkpoint, a closing and an opening need not wait until they are.
ALTER TABLE millmark.rollup_checkpoints ADD COLUMN IF NOT EXISTS late_hours String CODEC(ZSTD(1));
