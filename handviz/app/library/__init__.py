"""The page "Library": cases in a grid, one case large, flags and verdicts on single keys."""
