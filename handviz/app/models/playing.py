"""Time that runs to and fro."""

SPEEDS = {"Slow": 0.2, "Normal": 0.6, "Fast": 1.5}
"""Exposures a second."""


def bounced(time: float, span: float) -> float:
    """Time that ran on beyond its span, folded back into 0..span: to the end, back to the start, and so on."""
    phase = time % (2.0 * span)
    return phase if phase <= span else 2.0 * span - phase


def nearest_speed(speed: float) -> str:
    """The name of the speed that comes nearest."""
    return min(SPEEDS, key=lambda name: abs(SPEEDS[name] - speed))
