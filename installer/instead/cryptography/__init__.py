"""In the frozen program, in place of the package of this name: of its 14 MB, `spake2` asks for HKDF only."""
