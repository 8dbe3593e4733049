"""What is said and how it travels: messages, framing, pixels, errors, recipes. Defined once; the daemon imports it too."""
