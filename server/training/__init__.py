"""Training runs: the child process that owns one, what it leaves on the disk, and who starts it."""
