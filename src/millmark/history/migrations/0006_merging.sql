-- Parts are merged when the large ones among them are outweighed ten to one instead of five to one: a point is rewritten
-- less often. Merging is most of what a point costs: at blocks of 160,000 points and 45 million of them this takes a third
-- off (506 -> 309 ns a point, all threads 807 -> 618), for 33 parts at most instead of 35 then, and 13 instead of 8 where
-- small blocks come slowly. (docs/explanation/performance.md)
ALTER TABLE millmark.points MODIFY SETTING merge_selector_base = 10;
