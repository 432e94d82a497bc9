-- Codecs chosen by measurement (docs/adr/0006-codecs-by-measurement.md). Old parts take them on when they are merged.
--
-- Values: ALP stores a decimal number as the integer it was made from, a third to a half of what ZSTD needs for noise,
-- and is faster both ways; the round trip is exact for every bit pattern. An engine without it keeps ZSTD. A statement
-- that ends in SETTINGS enable_... = 1 is left out on engines that do not know that setting.
ALTER TABLE millmark.points MODIFY COLUMN value CODEC(ZSTD(3));

ALTER TABLE millmark.points MODIFY COLUMN value CODEC(ALP, ZSTD(1)) SETTINGS enable_alp_codec = 1;

-- Received times: whole commits share one, in hundredths of a second where commits are no denser. Blocks of a mebibyte
-- hold several series of one device side by side, so that the times of the second repeat those of the first.
ALTER TABLE millmark.points MODIFY COLUMN received_time CODEC(GCD, Delta, ZSTD(1));
ALTER TABLE millmark.points MODIFY COLUMN received_time
    MODIFY SETTING min_compress_block_size = 1048576, max_compress_block_size = 1048576;
ALTER TABLE millmark.text_points MODIFY COLUMN received_time CODEC(GCD, Delta, ZSTD(1));
ALTER TABLE millmark.text_points MODIFY COLUMN received_time
    MODIFY SETTING min_compress_block_size = 1048576, max_compress_block_size = 1048576;

-- A part just inserted is one file, which is quick to sync; merged ones above a mebibyte have a file a column, where
-- the blocks above take effect.
ALTER TABLE millmark.points MODIFY SETTING min_bytes_for_wide_part = 1048576, min_level_for_wide_part = 1;
ALTER TABLE millmark.text_points MODIFY SETTING min_bytes_for_wide_part = 1048576, min_level_for_wide_part = 1;
