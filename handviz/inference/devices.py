"""Choosing where the networks run."""

import re

import torch

from handviz.errors import DeviceError


def choose_device(name: str = "auto") -> torch.device:
    """ "auto" (CUDA where there is one), "cpu", "cuda" or "cuda:N" to a device.

    Raises DeviceError when a device is asked for that this machine lacks.
    """
    if name == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    if name == "cpu":
        return torch.device("cpu")
    match = re.fullmatch(r"cuda(?::(\d{1,3}))?", str(name))
    if match is None:
        raise DeviceError(f'The device "{name}" is not known; use auto, cpu or cuda.')
    if not torch.cuda.is_available():
        raise DeviceError(
            "CUDA was asked for, but no CUDA device can be used here; choose auto or cpu, or see handviz doctor."
        )
    if match[1] is not None and int(match[1]) >= torch.cuda.device_count():
        raise DeviceError(f"There is no CUDA device {match[1]} here; the last one is {torch.cuda.device_count() - 1}.")
    return torch.device(name)
