"""What is done: schedule, passes, scans, tiles, one job."""
