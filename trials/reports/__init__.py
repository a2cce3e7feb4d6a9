"""What the trial reports say: aspects, polarity, suggestions, credibility, and what to mend."""
