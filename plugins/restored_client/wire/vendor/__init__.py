"""Other people's modules, unchanged: msgpack 1.2.4 in pure Python (Apache-2.0, see msgpack/COPYING), from its source package."""
