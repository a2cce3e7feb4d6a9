"""A made-up shop whose truth is known: how tests know the right answer and how scale is measured."""

from infra.sources.synthetic.options import SyntheticOptions
from infra.sources.synthetic.shop import write_synthetic_shop

__all__ = ["SyntheticOptions", "write_synthetic_shop"]
