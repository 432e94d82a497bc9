"""The lists an office keeps, as Excel sheets: out as they stand, in row by row, all or nothing."""
