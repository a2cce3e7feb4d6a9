"""What a good table is, and the checks that hold it: the kernel every other package builds on."""
