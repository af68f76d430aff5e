"""Errors whose message is one sentence a person can act on."""


class HandvizError(Exception):
    """What was wrong, with which file, and what to do, in one sentence."""


class InputError(HandvizError):
    """A photo, video, box, session or other input from outside cannot be used."""


class ModelFileError(HandvizError):
    """Weights, a hand model or a detector are missing, altered or malformed."""


class DeviceError(HandvizError):
    """The device asked for is not on this machine."""


class HandNotFoundError(InputError):
    """No hand was found in the picture; a box drawn by hand still works."""
