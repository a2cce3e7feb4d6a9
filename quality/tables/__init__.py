"""Every table of shike, declared once: inputs, outputs, and their look-up by name."""

from quality.tables.inputs import INPUTS
from quality.tables.outputs import OUTPUTS

__all__ = ["INPUTS", "OUTPUTS"]
