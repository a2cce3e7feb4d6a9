"""What is measured over time: volume, freshness, late rows, what columns hold, how good sources are."""

from quality.measures.delivered import Delivered, Earlier
from quality.measures.measuring import Measures, measure

__all__ = ["Delivered", "Earlier", "Measures", "measure"]
