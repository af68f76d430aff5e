"""Names of the backends, for those who must not load Open3D."""

BACKENDS = ("filament", "legacy", "embree")
"""In the order in which one that fails is replaced by the next; embree needs no graphics driver at all."""
