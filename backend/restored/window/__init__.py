"""One small window for one picture, for programs that open an external editor and for file managers. Needs Qt (`[window]`)."""
