"""The hash functions that HKDF is asked for."""


class SHA256:
    """SHA-256, by its name in hashlib."""

    name = "sha256"
