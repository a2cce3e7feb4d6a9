"""Where data comes from: adapters of real data sets to shike's input tables, and a made-up shop."""
