"""The industry watch: who is above scale, what enterprises report each month, and who needs a look."""
