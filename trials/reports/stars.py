"""What stars say: four and more praise, two and fewer blame, three tell neither."""

from typing import Final

PRAISED: Final = 4.0
BLAMED: Final = 2.0
