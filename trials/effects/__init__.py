"""The parts of a trial's effect: who counts, how sure, adjusted, split, priced and pooled."""
