"""The one error of this folder."""


class PictureError(ValueError):
    """A picture that cannot be read or written; the message is a sentence for the user."""
