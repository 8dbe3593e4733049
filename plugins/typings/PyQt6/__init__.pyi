"""Qt for pyright: PySide6's stubs, which are in the environment anyway (PyQt's own come under the GPL), with PyQt's names."""
