"""What a user got wrong, as an exception."""


class Contradiction(ValueError):
    """A file or a setting that says what cannot be; its text is meant for the user."""
