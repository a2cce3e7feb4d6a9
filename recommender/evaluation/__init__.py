"""How good a list is: rolling-origin evaluation, with the same yardstick for every model."""
