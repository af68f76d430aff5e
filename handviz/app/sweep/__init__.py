"""The page "Blur sweep": one picture blurred in steps, its hypotheses at each, and how their spread grows."""
