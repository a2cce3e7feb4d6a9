"""What must hold of the rows of every table, declared as data: sentence, severity, query."""

from quality.rules.catalogue import rules_of
from quality.rules.options import ValidationOptions
from quality.rules.rule import Rule

__all__ = ["Rule", "ValidationOptions", "rules_of"]
